import * as v from 'valibot';
import { ChannelId, Day, DirectoryHash, Language, OwnKeys, ReaderId } from '../ids.js';
import { files, needed } from './fields.js';
import { AnsweredForm, areWithinReport } from './form.js';
import { FirstRequest } from './requests.js';

/** What a report can be about: the Union areas of Directive (EU) 2019/1937 article 2(1), and the rest. */
export const CATEGORIES = [
  'corruption',
  'fraud',
  'money_laundering',
  'public_procurement',
  'competition_tax',
  'eu_funds',
  'product_safety',
  'transport_safety',
  'environment',
  'nuclear_safety',
  'food_safety',
  'public_health',
  'consumer_protection',
  'data_protection',
  'work_safety',
  'harassment',
  'other',
  'unknown',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** The reporter's relation to the organisation (article 4). */
export const RELATIONS = [
  'worker',
  'former_worker',
  'applicant',
  'volunteer_trainee',
  'self_employed',
  'contractor_staff',
  'shareholder_board',
  'facilitator_connected',
  'other',
  'not_said',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** An answer to an optional question: "don't know" is one, and differs from none. */
export const Answer = v.variant('known', [
  v.strictObject({ known: v.literal(true), text: needed }),
  v.strictObject({ known: v.literal(false) }),
]);
export type Answer = v.InferOutput<typeof Answer>;

/** The optional questions of the form; one that was not answered is absent. */
export const Answers = v.pipe(
  // as none of them is needed, a list would be taken for an object
  OwnKeys,
  v.strictObject({
    where: v.exactOptional(Answer),
    when: v.exactOptional(Answer),
    who: v.exactOptional(Answer),
    how: v.exactOptional(Answer),
    more: v.exactOptional(Answer),
  }),
  v.check((answers) => areWithinReport(answers)),
);
export type Answers = v.InferOutput<typeof Answers>;

/** The reporter's first entry. It names the directory used and whom the reporter left out. */
export const Report = v.strictObject({
  kind: v.literal('report'),
  at: Day,
  practice: v.boolean(),
  channel: ChannelId,
  directory: v.strictObject({
    version: v.pipe(v.number(), v.integer(), v.minValue(1)),
    hash: DirectoryHash,
  }),
  leftOut: v.array(ReaderId),
  language: Language,
  category: v.picklist(CATEGORIES),
  relation: v.picklist(RELATIONS),
  text: needed,
  /** To the built-in questions; empty where the channel asks its own. */
  answers: Answers,
  files,
  /** The channel's own questions with their answers; absent where it asks the built-in ones. */
  form: v.exactOptional(AnsweredForm),
  /** Counts only in a case whose mark says that it is a request about data. */
  request: v.exactOptional(FirstRequest),
});
export type Report = v.InferOutput<typeof Report>;
