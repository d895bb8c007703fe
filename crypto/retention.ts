import { addDays, addMonths } from './day.js';
import * as v from 'valibot';
import { Day } from './ids.js';
import type { Channel, RetentionTerm } from './wire/directory.js';
import type { RetentionClause, RetentionClock, RetentionRule } from './wire/retention.js';

export { breachesOf, clashes } from './retention-clash.js';

/** Days after closure until a practice case is purged, whatever its channel's setting. */
export const PRACTICE_DAYS = 30;

/**
 * The shortest time after closure that any rule leaves, so that the reporter can read the last word:
 * no month has fewer days.
 */
export const SHORTEST_DAYS = 28;

/** Days from the one on which two handlers agreed to remove a closed case until it is removed. */
export const AGREED_REMOVAL_DAYS = 30;

/** What the days of a closed case are worked out of. */
export interface RetentionFacts extends RetentionClock {
  received: Day;
  closed: Day;
}

/** The rule of a channel: where it has none of its own, so many months after closure at most. */
export function ruleOfChannel({
  retention,
  retentionMonths,
}: Pick<Channel, 'retention' | 'retentionMonths'>): RetentionRule {
  if (retention !== undefined) return { clauses: retention.clauses, wins: retention.wins };
  return {
    clauses: [{ kind: 'at_most', months: retentionMonths, anchor: 'closure' }],
    wins: null,
  };
}

function latest(one: Day, other: Day): Day {
  return one < other ? other : one;
}

function anchorDay({ anchor }: Pick<RetentionClause, 'anchor'>, facts: RetentionFacts): Day {
  switch (anchor) {
    case 'receipt':
      return facts.received;
    case 'closure':
    case 'outcome':
      return facts.closed;
    case 'last_processing':
      return facts.processed;
    case 'year_end':
      return v.parse(Day, `${facts.closed.slice(0, 4)}-12-31`);
  }
}

/**
 * The first day after a time, as far as removing goes. What is to be gone by the end goes on the last
 * day; what has to be kept until the end is kept that whole day (Regulation 1182/71 article 3(2)).
 */
export function clauseDay(clause: RetentionClause, facts: RetentionFacts): Day {
  const after = (from: Day, paused: number): Day => addDays(addMonths(from, clause.months), paused);
  // the last work is never before closure, also where months of unequal length would have it so
  const end =
    clause.anchor === 'last_processing'
      ? latest(after(facts.closed, facts.paused), after(facts.processed, facts.pausedSince))
      : after(anchorDay(clause, facts), facts.paused);
  return clause.kind === 'at_least' || clause.kind === 'keep_then_delete' ? addDays(end, 1) : end;
}

function daysOf(
  { clauses }: RetentionRule,
  kinds: readonly RetentionClause['kind'][],
  facts: RetentionFacts,
): Day[] {
  return clauses
    .filter(({ kind }) => kinds.includes(kind))
    .map((clause) => clauseDay(clause, facts))
    .sort();
}

/** The first day on which a closed case can be removed by its rule alone; null where it never is. */
export function removalDay(rule: RetentionRule, facts: RetentionFacts): Day | null {
  const end = daysOf(rule, ['at_most', 'keep_then_delete'], facts)[0];
  if (end === undefined) return null;
  const kept = daysOf(rule, ['at_least', 'keep_then_delete'], facts).at(-1) ?? end;
  const day = kept > end && rule.wins !== 'shorter' ? kept : end;
  return latest(day, addDays(facts.closed, SHORTEST_DAYS));
}

/** The day by one rule; null where it names none. */
function dayBy(rule: RetentionRule, practice: boolean, facts: RetentionFacts): Day | null {
  // an open case is never purged, practice or not: both count from closure
  if (practice) return addDays(facts.closed, PRACTICE_DAYS + facts.paused);
  return removalDay(rule, facts);
}

/** The first day on which a closed case goes by these terms, in their order; null for none. */
export function firstDayBy(
  terms: readonly RetentionTerm[],
  practice: boolean,
  facts: RetentionFacts,
): Day | null {
  const days = terms.flatMap(({ rules, from }) => {
    const named = rules.map((rule) => dayBy(rule, practice, facts));
    const known = named.filter((day) => day !== null).sort();
    const day = known.at(-1);
    if (day === undefined || known.length < named.length) return [];
    return [from === null || from < day ? day : from];
  });
  return days.sort()[0] ?? null;
}

/**
 * The day on which somebody has to look whether a closed case is still needed, since its rule removes
 * nothing by itself; null where it does.
 */
export function reviewDay(rule: RetentionRule, facts: RetentionFacts): Day | null {
  if (removalDay(rule, facts) !== null) return null;
  const kept = daysOf(rule, ['at_least'], facts).at(-1);
  const review = daysOf(rule, ['necessity'], facts)[0];
  if (kept === undefined || review === undefined) return kept ?? review ?? null;
  return latest(kept, review);
}

/**
 * The day on which somebody has to decide that an open case is still needed: the end of the shortest
 * time that runs from receipt. Nothing removes an open case.
 */
export function openDecisionDay(rule: RetentionRule, received: Day): Day | null {
  const facts = { received, closed: received, processed: received, paused: 0, pausedSince: 0 };
  const ending = rule.clauses.filter(
    ({ kind, anchor }) => anchor === 'receipt' && kind !== 'at_least',
  );
  return ending.map((clause) => addMonths(facts.received, clause.months)).sort()[0] ?? null;
}
