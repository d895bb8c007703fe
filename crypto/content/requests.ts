import * as v from 'valibot';
import { Day, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';
import { WORK_NAME_LIMIT, WorkName } from './work.js';

/** What somebody can ask about data on them (GDPR articles 15, 16, 17, 18 and 21). */
export const DATA_RIGHTS = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'objection',
] as const;
export type DataRight = (typeof DATA_RIGHTS)[number];

/**
 * What the first entry of a case says where the case is a request about data: beside the words of
 * whoever asks, which are its text, and the day of receipt, which is its mark's.
 */
export const FirstRequest = v.strictObject({
  id: WorkId,
  right: v.picklist(DATA_RIGHTS),
  name: WorkName,
  identified: v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT)),
});
export type FirstRequest = v.InferOutput<typeof FirstRequest>;

/**
 * A request of somebody about data on them, as known from here on; the same id again corrects it. A
 * reporter whom nobody knows is identified by the case key, through which the request came, and by
 * nothing else; of anybody else the entry says who it is and, once it is so, how that was made sure.
 */
export const RequestEntry = v.pipe(
  v.strictObject({
    kind: v.literal('request'),
    at: moment,
    id: WorkId,
    right: v.picklist(DATA_RIGHTS),
    by: v.picklist(['anonymous_reporter', 'named']),
    name: v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT)),
    identified: v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT)),
    receivedOn: Day,
    text,
    /**
     * `withdrawn`: taken back by whoever asked, or noted by mistake. `moved`: it goes on, under the
     * same id, in the case that it turned out to be about.
     */
    state: v.picklist(['made', 'withdrawn', 'moved']),
  }),
  v.check(({ by, name, identified }) =>
    by === 'named' ? name !== '' : name === '' && identified === '',
  ),
);

/** That the answer takes two months more, told on a day with the reasons (GDPR article 12(3)). */
export const RequestExtendedEntry = v.strictObject({
  kind: v.literal('request_extended'),
  at: moment,
  request: WorkId,
  on: Day,
  text: needed,
});

/**
 * How a request can be answered. `nothing_given`: no data are held, or none that may be told; which of
 * the two is left open on purpose, since not everybody who reads it may know that there is a report.
 */
export const DATA_ANSWERS = ['granted', 'partly', 'refused', 'nothing_given'] as const;
export type DataAnswer = (typeof DATA_ANSWERS)[number];

/**
 * The answer to a request. Whatever is refused has its reasons, and whoever does not get all was told
 * of the complaint to an authority and of the way to a court (GDPR article 12(4)).
 */
export const RequestAnsweredEntry = v.pipe(
  v.strictObject({
    kind: v.literal('request_answered'),
    at: moment,
    request: WorkId,
    answer: v.picklist(DATA_ANSWERS),
    on: Day,
    text,
    toldOfRemedies: v.boolean(),
  }),
  v.check(({ answer, text: reason, toldOfRemedies }) => {
    if (answer === 'granted') return true;
    return toldOfRemedies && (answer === 'nothing_given' || reason !== '');
  }),
);

/** What handlers say of requests about data. */
export const RequestsEntry = v.variant('kind', [
  RequestEntry,
  RequestExtendedEntry,
  RequestAnsweredEntry,
]);
