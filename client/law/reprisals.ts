import { addMonths, type Day } from '../../crypto/public.js';

/**
 * Reprisals (article 19) come when a matter seems over: a closed case asks about them after so many
 * months. The page asks by itself, so nobody learns whether the reporter came to read it.
 */
const MONTHS = [3, 12];

/** The days from which a case closed on this day asks about reprisals; none of an open one. */
export function reprisalDays(closedOn: Day | null): Day[] {
  return closedOn === null ? [] : MONTHS.map((months) => addMonths(closedOn, months));
}
