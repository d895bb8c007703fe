import * as v from 'valibot';
import { Day, RecordHash, WorkId } from '../ids.js';
import { Count } from '../wire/entry.js';
import { moment, needed } from './fields.js';

/**
 * What was written down of something spoken (Directive (EU) 2019/1937 article 18(2) to (4)): a
 * recorded line word by word, a call that was not recorded, or a meeting, as minutes.
 */
export const TRANSCRIPT_FORMS = ['recorded_line', 'unrecorded_call', 'meeting'] as const;
export type TranscriptForm = (typeof TRANSCRIPT_FORMS)[number];

/**
 * What the person did with it on paper, by a handler's word alone: counts only where nobody has a key
 * to the case, and so nobody can agree through one.
 */
export const PaperCheck = v.strictObject({
  answer: v.picklist(['signed', 'not_signed']),
  on: Day,
});
export type PaperCheck = v.InferOutput<typeof PaperCheck>;

/** A transcript or minutes, for the reporter to check; the same id again is the next version. */
export const Transcript = v.strictObject({
  kind: v.literal('transcript'),
  at: moment,
  id: WorkId,
  form: v.picklist(TRANSCRIPT_FORMS),
  version: Count,
  /** When it was spoken. */
  heldOn: Day,
  /** By when the reporter is asked to have checked it. */
  by: Day,
  text: needed,
  /** Absent as long as it is not known. */
  paper: v.exactOptional(PaperCheck),
});
export type Transcript = v.InferOutput<typeof Transcript>;

const about = { transcript: WorkId, version: Count, hash: RecordHash };

/** The reporter agrees to one version, which the record hash of its entry names. */
export const Agreement = v.strictObject({ kind: v.literal('agreement'), at: Day, ...about });
export type Agreement = v.InferOutput<typeof Agreement>;

/** The reporter says what is wrong in one version, or how it should read. */
export const Rectification = v.strictObject({
  kind: v.literal('rectification'),
  at: Day,
  ...about,
  text: needed,
});
export type Rectification = v.InferOutput<typeof Rectification>;
