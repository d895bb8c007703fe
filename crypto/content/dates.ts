/** What can be due in a case beside acknowledgement and feedback. */
export const DATE_KINDS = [
  /** A task of the handlers. */
  'task',
  /** Feedback again, on request. */
  'further_feedback',
  /** The confirmation of an addition to the report. */
  'confirmation',
  /** A meeting that the reporter asked for. */
  'meeting',
  /** The reporter's check of a transcript or of minutes. */
  'transcript',
  /** A person in the case is to be told. */
  'person_told',
  /** Whether a person is still not to be told is looked at again. */
  'deferral_review',
  /** Whether a hold is still needed is looked at again. */
  'hold_review',
  'restriction_review',
  /** The answer to a data subject's request. */
  'request',
  /** Those to whom something was disclosed are told of a correction or an erasure. */
  'recipient_told',
  /** The reporter of a closed case is asked about reprisals. */
  'reprisal_question',
  /** A guest's access ends. */
  'guest_ends',
] as const;
export type DateKind = (typeof DATE_KINDS)[number];
