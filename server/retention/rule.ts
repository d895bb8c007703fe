import { addDays, purgeDay, type Day } from '../../crypto/public.js';

/** Days after closure until a practice case is purged, whatever its channel's setting. */
export const PRACTICE_DAYS = 30;

/** When a closed case may be purged: so many units after the day of closure. */
export type RetentionRule =
  | { readonly kind: 'months_after_closure'; readonly length: number }
  | { readonly kind: 'practice_days_after_closure'; readonly length: typeof PRACTICE_DAYS };

/**
 * The rule for a case. A practice case counts from closure like any other, only shorter: an open case
 * is never purged, without an exception that a mistaken flag could slip through.
 *
 * @param months the full months after closure that the case's channel is set to.
 */
export function ruleFor(practice: boolean, months: number): RetentionRule {
  return practice
    ? { kind: 'practice_days_after_closure', length: PRACTICE_DAYS }
    : { kind: 'months_after_closure', length: months };
}

/** The first day on which a purge removes a case that was closed on a day. */
export function firstDay(rule: RetentionRule, closed: Day): Day {
  return rule.kind === 'practice_days_after_closure'
    ? addDays(closed, rule.length)
    : purgeDay(closed, rule.length);
}

/** The shortest time after closure that any rule leaves: no month has fewer days. */
export const SHORTEST_DAYS = 28;
