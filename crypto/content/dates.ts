import * as v from 'valibot';
import { Day, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';

/** What can be due in a case beside acknowledgement and feedback. */
export const DATE_KINDS = [
  /** A task of the handlers. */
  'task',
  /** Feedback again, on request. */
  'further_feedback',
  /** What came of a case that was opened again. */
  'reopened_feedback',
  /** The confirmation of an addition to the report. */
  'confirmation',
  /** A meeting that the reporter asked for. */
  'meeting',
  /** A meeting on the day that was agreed on. */
  'meeting_agreed',
  /** The reporter's check of a transcript or of minutes. */
  'transcript',
  /** A person in the case is to be told. */
  'person_told',
  /** Whether a person is still not to be told is looked at again. */
  'deferral_review',
  /** Whether a hold is still needed is looked at again. */
  'hold_review',
  'restriction_review',
  /** Whether a case is still needed is looked at again. */
  'keeping_review',
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

/**
 * Feedback is due later, where the act of the channel's country has that; the newest counts. `text`
 * is the reason.
 */
export const ExtensionEntry = v.strictObject({
  kind: v.literal('extension'),
  at: moment,
  by: Day,
  text: needed,
});

/** Grounds of acts on which nobody is acknowledged. */
export const WAIVERS = ['declined', 'would_identify'] as const;
export type Waiver = (typeof WAIVERS)[number];

/**
 * A handler's word on whether whoever reported, who has no key, can be reached: while they cannot,
 * nobody is acknowledged, nor given feedback.
 */
export const REACHES = ['unreachable', 'reachable'] as const;
export type Reach = (typeof REACHES)[number];

/** Whether it is said of somebody's being reached, and is no ground of an act. */
export function isReach(reason: Waiver | Reach): reason is Reach {
  return (REACHES as readonly string[]).includes(reason);
}

/**
 * There is no acknowledgement in this case: the reporter declined it, it would identify them, or they
 * cannot be reached.
 */
export const WaiverEntry = v.strictObject({
  kind: v.literal('acknowledgement_waived'),
  at: moment,
  reason: v.picklist([...WAIVERS, ...REACHES]),
  text,
});

/** Most months from one feedback to the next. */
export const FURTHER_MONTHS_LIMIT = 12;

/** Feedback is to be given again and again while the case is open, since the reporter asked. */
export const FurtherFeedbackEntry = v.strictObject({
  kind: v.literal('further_feedback'),
  at: moment,
  askedOn: Day,
  months: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(FURTHER_MONTHS_LIMIT)),
  state: v.picklist(['asked', 'ended']),
});

/** The reporter wants an addition to the report confirmed; the same id again changes it. */
export const ConfirmationEntry = v.strictObject({
  kind: v.literal('confirmation'),
  at: moment,
  id: WorkId,
  askedOn: Day,
  by: Day,
  state: v.picklist(['asked', 'given', 'dropped']),
});

/** What handlers decide about the dates of a case. */
export const DateEntry = v.variant('kind', [
  ExtensionEntry,
  WaiverEntry,
  FurtherFeedbackEntry,
  ConfirmationEntry,
]);
export type DateEntry = v.InferOutput<typeof DateEntry>;
