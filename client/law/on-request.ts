import { addMonths, type Day } from '../../crypto/public.js';
import type { CountryRule } from './country.js';
import { addTerm } from './days.js';

// The dates of a case that come about only because the reporter asked for something.

/** What is offered where the act of the country names nothing; handlers can change it. */
const USUAL = { confirmation: { days: 7, unit: 'calendar' }, months: 3 } as const;

/**
 * The day to keep for a meeting that was asked for: the stricter of what is planned for and the day
 * of the country's act, where that names one. `law` where the act's day is the one to keep.
 *
 * @param asked.from the day on which it was asked for.
 * @param asked.by the day that is planned for.
 */
export function meetingDay(
  rule: CountryRule | null,
  { by, from }: { by: Day; from: Day },
): { by: Day; basis: 'law' | 'promise' } {
  const term = rule?.basis === 'law' ? rule.meeting : null;
  const limit = term === null || term === 'reasonable' ? null : addTerm(from, term);
  return limit === null || limit > by ? { by, basis: 'promise' } : { by: limit, basis: 'law' };
}

/** The day by which an addition to the report is to be confirmed: by the country's act, else in a week. */
export function confirmationDay(rule: CountryRule | null, askedOn: Day): Day {
  const term = rule?.basis === 'law' ? rule.confirmation : null;
  return addTerm(askedOn, term ?? USUAL.confirmation);
}

/** Months from one feedback to the next that are offered: the act's, else three. */
export function furtherFeedbackMonths(rule: CountryRule | null): number {
  return rule?.furtherFeedback ?? USUAL.months;
}

/**
 * The day of the next feedback: the end of the first whole period that does not end before somebody
 * asked for it. Periods are counted from the day of the last feedback, each from that same day, so
 * that a short month shortens none after it.
 *
 * @param months of one period, at least 1.
 */
export function furtherFeedbackDay(from: Day, months: number, askedOn: Day): Day {
  const month = (day: Day): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  const count = Math.max(1, Math.ceil((month(askedOn) - month(from)) / months));
  const by = addMonths(from, count * months);
  return by < askedOn ? addMonths(from, (count + 1) * months) : by;
}
