import * as v from 'valibot';
import {
  AttachmentId,
  bytesSchema,
  ChannelId,
  Day,
  DirectoryHash,
  Language,
  ReaderId,
} from './ids.js';
import type { Effect, EntryHeader } from './wire/entry.js';

/** Longest text a person can write in one field, in UTF-16 code units. */
export const TEXT_LIMIT = 100_000;
/** Most files in one entry. */
export const FILES_LIMIT = 100;

const text = v.pipe(v.string(), v.maxLength(TEXT_LIMIT));
const needed = v.pipe(text, v.minLength(1));

function isMoment(text: string): boolean {
  // years of more than four digits are none of ours
  if (text.length !== 24) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/** A moment as `Date.prototype.toISOString` writes it, and in no other way. */
const moment = v.pipe(v.string(), v.check(isMoment));

/**
 * A file as the entry that carries it knows it: where its sealed chunks are, the key that opens
 * them, the hash over their hashes, and the name, type and size that stand nowhere else.
 */
export const FileReference = v.strictObject({
  attachment: AttachmentId,
  key: bytesSchema(32),
  hash: bytesSchema(32),
  chunks: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  name: v.pipe(v.string(), v.maxLength(255)),
  type: v.pipe(v.string(), v.maxLength(255)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type FileReference = v.InferOutput<typeof FileReference>;

const files = v.pipe(v.array(FileReference), v.maxLength(FILES_LIMIT));

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

/** An answer to an optional question: "don't know" is one, and differs from none. */
export const Answer = v.variant('known', [
  v.strictObject({ known: v.literal(true), text: needed }),
  v.strictObject({ known: v.literal(false) }),
]);
export type Answer = v.InferOutput<typeof Answer>;

/** The optional questions of the form; one that was not answered is absent. */
export const Answers = v.strictObject({
  where: v.exactOptional(Answer),
  when: v.exactOptional(Answer),
  who: v.exactOptional(Answer),
  how: v.exactOptional(Answer),
  more: v.exactOptional(Answer),
});
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
  answers: Answers,
  files,
});
export type Report = v.InferOutput<typeof Report>;

/** A message of the reporter; it carries the day, never a time. */
export const ReporterMessage = v.strictObject({
  kind: v.literal('message'),
  at: Day,
  text,
  files,
});
export type ReporterMessage = v.InferOutput<typeof ReporterMessage>;

const handlerText = (kind: 'reply' | 'acknowledgement' | 'feedback' | 'reopening') =>
  v.strictObject({ kind: v.literal(kind), at: moment, text: needed, files });

/** What a case handler writes to the reporter. */
export const HandlerMessage = v.variant('kind', [
  handlerText('reply'),
  handlerText('acknowledgement'),
  handlerText('feedback'),
  handlerText('reopening'),
  v.strictObject({
    kind: v.literal('closure'),
    at: moment,
    outcome: v.picklist(OUTCOMES),
    text: needed,
    files,
  }),
]);
export type HandlerMessage = v.InferOutput<typeof HandlerMessage>;

/** What handlers write among themselves: notes, and the decisions that the case file must show. */
export const InternalEntry = v.variant('kind', [
  v.strictObject({ kind: v.literal('note'), at: moment, text: needed, files }),
  v.strictObject({
    kind: v.literal('decision'),
    at: moment,
    decision: v.picklist(['nothing_further']),
    text,
  }),
]);
export type InternalEntry = v.InferOutput<typeof InternalEntry>;

/** Every sealed entry's document. */
export const EntryContent = v.variant('kind', [
  Report,
  ReporterMessage,
  ...HandlerMessage.options,
  ...InternalEntry.options,
]);
export type EntryContent = v.InferOutput<typeof EntryContent>;

/** What an entry of this kind does to its case; its header must say the same. */
export function effectOf(content: EntryContent): Effect | null {
  if (content.kind === 'closure') return 'close';
  if (content.kind === 'reopening') return 'reopen';
  return content.kind === 'decision' ? content.decision : null;
}

/** Whether a kind of entry may stand where it does, come from that side, and have that effect. */
export function mayStand(
  content: EntryContent,
  {
    compartment,
    author,
    sequence,
    effect,
  }: Pick<EntryHeader, 'compartment' | 'author' | 'sequence' | 'effect'>,
): boolean {
  if (effectOf(content) !== effect) return false;
  const isReporter = author === 'reporter';
  if (content.kind === 'report') {
    return compartment === 'dialogue' && isReporter && sequence === 2;
  }
  if (content.kind === 'message') return compartment === 'dialogue' && isReporter;
  if (isReporter) return false;
  const internal = content.kind === 'note' || content.kind === 'decision';
  return internal === (compartment === 'internal');
}
