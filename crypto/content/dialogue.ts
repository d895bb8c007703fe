import * as v from 'valibot';
import { Count } from '../wire/entry.js';
import { ErasureEntry } from './erasure.js';
import { moment } from './fields.js';
import {
  MeetingAnswer,
  MeetingCancellation,
  MeetingProposal,
  MeetingRequest,
  MeetingWithdrawal,
} from './meetings.js';
import { HandlerMessage, ReporterConsent, ReporterMessage, WRITTEN_MESSAGES } from './messages.js';
import { Report } from './report.js';
import { Agreement, Rectification, Transcript } from './transcripts.js';

/** What a reporter says once the report is there; each carries the day, never a time. */
export const ReporterSaying = v.variant('kind', [
  ReporterMessage,
  ReporterConsent,
  Agreement,
  Rectification,
  MeetingRequest,
  MeetingAnswer,
  MeetingWithdrawal,
]);
export type ReporterSaying = v.InferOutput<typeof ReporterSaying>;

/** What handlers say to the reporter. */
export const HandlerSaying = v.variant('kind', [
  ...HandlerMessage.options,
  Transcript,
  MeetingProposal,
  MeetingCancellation,
]);
export type HandlerSaying = v.InferOutput<typeof HandlerSaying>;

/**
 * What stands in the place of an entry of the conversation that was erased: the same without the
 * passages or files that were to go. It closes nothing and erases nothing: what it holds did.
 */
export const RemainsEntry = v.strictObject({
  kind: v.literal('remains'),
  at: moment,
  /** The entry in whose place it stands: always the first one, also where it is erased again. */
  of: Count,
  content: v.variant('kind', [
    Report,
    ReporterMessage,
    ...WRITTEN_MESSAGES,
    ...ErasureEntry.options,
  ]),
});

/** What stands in the conversation with the reporter. */
export const DialogueEntry = v.variant('kind', [
  Report,
  ...ReporterSaying.options,
  ...HandlerSaying.options,
  ...ErasureEntry.options,
  RemainsEntry,
]);
export type DialogueEntry = v.InferOutput<typeof DialogueEntry>;

/** What was written in the conversation; what is about erasing is shown at what it is about. */
export type SpokenEntry = Exclude<DialogueEntry, ErasureEntry | { kind: 'remains' }>;
