import {
  addDays,
  purgeDay,
  SHORTER_TERM_DAYS,
  type Day,
  type RetentionTerm,
} from '../../crypto/public.js';

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

/** A channel's full months after closure, as long as the newest directory said so. */
export interface Setting {
  readonly months: number;
  /** The day on which another took its place, null for the newest. */
  readonly until: Day | null;
}

/**
 * The terms of a channel, as they follow each other if nothing is published any more: a setting
 * counts until so many days after another took its place, and the longest that counts is in force.
 * So a longer term holds at once, and nobody can make cases go sooner than in {@link
 * SHORTER_TERM_DAYS} days by shortening it.
 *
 * @param settings all that ever were, in their order.
 * @returns the longest first, each shorter than the one before; the first is in force on `today`.
 */
export function termsOn(today: Day, settings: readonly Setting[]): RetentionTerm[] {
  const countingOn = (day: Day): readonly Setting[] =>
    settings.filter(({ until }) => until === null || addDays(until, SHORTER_TERM_DAYS) > day);
  const terms: RetentionTerm[] = [];
  let from: Day | null = null;
  for (;;) {
    const counting = countingOn(from ?? today);
    const months = Math.max(...counting.map((setting) => setting.months));
    terms.push({ months, from });
    const last = counting.findLast((setting) => setting.months === months);
    if (last?.until === undefined || last.until === null) return terms;
    from = addDays(last.until, SHORTER_TERM_DAYS);
  }
}

/**
 * The first day on which a purge removes a case, if nothing is published any more.
 *
 * @param paused days since closure on which the time stood still, as the case was held or restricted.
 */
export function firstDayBy(
  terms: readonly RetentionTerm[],
  practice: boolean,
  closed: Day,
  paused: number,
): Day {
  const days = terms.map(({ months, from }) => {
    const day = addDays(firstDay(ruleFor(practice, months), closed), paused);
    return from === null || from < day ? day : from;
  });
  return days.reduce((first, day) => (day < first ? day : first));
}
