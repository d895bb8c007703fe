import * as v from 'valibot';
import { Day } from '../ids.js';

/** A whole number of days, or null for no promise; always fewer than what is planned for anyway. */
function daysUpTo(most: number) {
  return v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)));
}

/** Most days that can be promised for an acknowledgement: fewer than article 9(1)(b) gives. */
export const PROMISED_ACKNOWLEDGEMENT_DAYS = 6;
/** Most days that can be promised for feedback: three months are never fewer than 89. */
export const PROMISED_FEEDBACK_DAYS = 88;

/** Longest reason for a promise, and for the choice of a country. */
export const TERMS_REASON_LIMIT = 2000;
export const TermsReason = v.pipe(v.string(), v.minLength(1), v.maxLength(TERMS_REASON_LIMIT));

/**
 * What an organisation promises of a channel's dates, sooner than any act and the Directive have them;
 * both null where it promises nothing any more. It counts for what is received from a day on.
 */
export const Promised = v.strictObject({
  from: Day,
  /** Days from receipt within which a report is acknowledged. */
  ackDays: daysUpTo(PROMISED_ACKNOWLEDGEMENT_DAYS),
  /** Days from receipt within which feedback is given. */
  feedbackDays: daysUpTo(PROMISED_FEEDBACK_DAYS),
  /** Why the organisation decided so. Everybody can read it. */
  reason: TermsReason,
});
export type Promised = v.InferOutput<typeof Promised>;

/** Most promises that a channel keeps, the last one and those of before. */
export const DEADLINES_LIMIT = 100;

/** A channel's promises, the newest last: what was received earlier keeps the one of then. */
export const Deadlines = v.pipe(
  v.array(Promised),
  v.minLength(1),
  v.maxLength(DEADLINES_LIMIT),
  v.check((all) => all.every(({ from }, at) => at === 0 || (all[at - 1]?.from ?? from) < from)),
);
export type Deadlines = v.InferOutput<typeof Deadlines>;
