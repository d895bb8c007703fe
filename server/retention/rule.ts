import {
  addDays,
  SHORTER_TERM_DAYS,
  type Day,
  type RetentionRule,
  type RetentionTerm,
} from '../../crypto/public.js';

/** A channel's rule, as long as the newest directory said so. */
export interface Setting {
  readonly rule: RetentionRule;
  /** The day on which another took its place, null for the newest. */
  readonly until: Day | null;
}

/** Whether two rules name the same days for every case, since they are the same. */
export function sameRule(one: RetentionRule, other: RetentionRule): boolean {
  const key = ({ clauses, wins }: RetentionRule): string =>
    JSON.stringify([clauses.map(({ kind, months, anchor }) => [kind, months, anchor]), wins]);
  return key(one) === key(other);
}

/**
 * The rules of a channel that count, as they follow each other if nothing is published any more: one
 * counts until so many days after another took its place, and a case goes on the latest of the days
 * that they name, or never where one of them names none. So a longer term holds at once, and nobody
 * can make cases go sooner than in {@link SHORTER_TERM_DAYS} days, whatever they make of the rule.
 *
 * @param settings all that ever were, in their order.
 * @returns those that count on `today`, then those that are left on each day on which some end.
 */
export function termsOn(today: Day, settings: readonly Setting[]): RetentionTerm[] {
  const terms: RetentionTerm[] = [];
  let from: Day | null = null;
  for (;;) {
    const on: Day = from ?? today;
    const counting = settings.filter(
      ({ until }) => until === null || addDays(until, SHORTER_TERM_DAYS) > on,
    );
    terms.push({ rules: distinct(counting.map(({ rule }) => rule)), from });
    const ends = counting.flatMap(({ until }) =>
      until === null ? [] : [addDays(until, SHORTER_TERM_DAYS)],
    );
    const next = ends.sort()[0];
    if (next === undefined) return merged(terms);
    from = next;
  }
}

function distinct(rules: readonly RetentionRule[]): RetentionRule[] {
  return rules.filter((rule, index) => rules.findIndex((each) => sameRule(each, rule)) === index);
}

/** Without those that change nothing, as a rule was set again meanwhile. */
function merged(terms: readonly RetentionTerm[]): RetentionTerm[] {
  return terms.filter(({ rules }, index) => {
    const before = terms[index - 1]?.rules;
    return (
      before?.length !== rules.length ||
      !rules.every((rule) => before.some((each) => sameRule(each, rule)))
    );
  });
}
