import * as v from 'valibot';
import { Day, RecordHash, WorkId } from '../ids.js';
import { files, moment, needed, text } from './fields.js';

/** How a case can end. */
export const OUTCOMES = [
  'substantiated',
  'partly_substantiated',
  'unsubstantiated',
  'out_of_scope_referred',
  'insufficient_information',
  'withdrawn',
  'duplicate',
  'minor',
  'repetitive',
  'transmitted_to_authority',
  'spam',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How a case can end that is a request about data: as that was answered, whichever it was. */
export const REQUEST_OUTCOMES = [
  'request_granted',
  'request_partly',
  'request_refused',
  'request_nothing_given',
  'request_withdrawn',
  'request_moved',
] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** How any case can end. */
export const Ending = v.picklist([...OUTCOMES, ...REQUEST_OUTCOMES]);
export type Ending = v.InferOutput<typeof Ending>;

/** A message of the reporter; it carries the day, never a time. */
export const ReporterMessage = v.strictObject({
  kind: v.literal('message'),
  at: Day,
  text,
  files,
});
export type ReporterMessage = v.InferOutput<typeof ReporterMessage>;

/**
 * What a reporter answers to the question whether their identity may be given to somebody, which the
 * record hash of its entry names: so no other words can take the place of those that were answered.
 */
export const ReporterConsent = v.strictObject({
  kind: v.literal('consent'),
  at: Day,
  request: RecordHash,
  answer: v.picklist(['agree', 'refuse', 'withdraw']),
});
export type ReporterConsent = v.InferOutput<typeof ReporterConsent>;

/** How somebody was told who cannot read the conversation. */
export const TOLD_WAYS = ['phone', 'meeting', 'letter', 'email', 'other'] as const;
export type ToldWay = (typeof TOLD_WAYS)[number];

/**
 * That the person was told outside of the case, on which day and how: a handler's word alone, which
 * counts only where nobody has a key to the case. Absent there, the person was not told.
 */
export const Told = v.strictObject({ on: Day, way: v.picklist(TOLD_WAYS) });
export type Told = v.InferOutput<typeof Told>;

const told = v.exactOptional(Told);

const handlerText = <Kind extends 'reply' | 'acknowledgement' | 'feedback' | 'reopening'>(
  kind: Kind,
) => v.strictObject({ kind: v.literal(kind), at: moment, text: needed, files, told });

/** What a case handler writes to the reporter, and what can lose words: no answer names it. */
export const WRITTEN_MESSAGES = [
  handlerText('reply'),
  handlerText('acknowledgement'),
  handlerText('feedback'),
  handlerText('reopening'),
  v.strictObject({
    kind: v.literal('closure'),
    at: moment,
    outcome: Ending,
    text: needed,
    files,
    told,
  }),
] as const;

/** What a case handler writes to the reporter. */
export const HandlerMessage = v.variant('kind', [
  ...WRITTEN_MESSAGES,
  /**
   * To whom the identity is to be given, and what of it (article 16): asked for consent, or told
   * beforehand why the law demands it.
   */
  v.strictObject({
    kind: v.literal('identity_disclosure'),
    at: moment,
    id: WorkId,
    basis: v.picklist(['consent', 'obligation']),
    to: v.pipe(needed, v.maxLength(200)),
    what: v.pipe(needed, v.maxLength(2000)),
    text: needed,
    files,
  }),
]);
export type HandlerMessage = v.InferOutput<typeof HandlerMessage>;
