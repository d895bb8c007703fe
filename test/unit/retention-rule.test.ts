import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  clashes,
  firstDayBy,
  openDecisionDay,
  PRACTICE_DAYS,
  removalDay,
  reviewDay,
  RETENTION_ANCHORS,
  RETENTION_KINDS,
  SHORTEST_DAYS,
  type Day,
  type RetentionClause,
  type RetentionFacts,
  type RetentionRule,
} from '../../crypto/public.js';
import { termsOn, type Setting } from '../../server/retention/rule.js';

const day = (text: string): Day => text as Day;
const days = fc.integer({ min: 0, max: 40_000 }).map((count) => addDays(day('2000-01-01'), count));
const months = fc.integer({ min: 1, max: 1200 });
const clause: fc.Arbitrary<RetentionClause> = fc.record({
  kind: fc.constantFrom(...RETENTION_KINDS),
  months: fc.integer({ min: 1, max: 150 }),
  anchor: fc.constantFrom(...RETENTION_ANCHORS),
});
const rules: fc.Arbitrary<RetentionRule> = fc
  .tuple(
    fc.array(clause, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('longer' as const, 'shorter' as const),
  )
  .map(([clauses, wins]) => ({ clauses, wins: clashes(clauses) ? wins : null }));
const facts: fc.Arbitrary<RetentionFacts> = fc
  .tuple(
    days,
    fc.integer({ min: 0, max: 4000 }),
    fc.integer({ min: 0, max: 500 }),
    fc.integer({ min: 0, max: 300 }),
  )
  .map(([received, open, after, paused]) => {
    const closed = addDays(received, open);
    // the days of a hold lie before the last work as far as they can
    const processed = addDays(closed, after);
    return { received, closed, processed, paused, pausedSince: Math.max(0, paused - after) };
  });

function rule(...clauses: RetentionClause[]): RetentionRule {
  return { clauses, wins: null };
}

function of(
  kind: RetentionClause['kind'],
  length: number,
  anchor: RetentionClause['anchor'],
): RetentionClause {
  return { kind, months: length, anchor };
}

const plain = (length: number): RetentionRule => rule(of('at_most', length, 'closure'));

function closedOn(closed: Day, received = closed): RetentionFacts {
  return { received, closed, processed: closed, paused: 0, pausedSince: 0 };
}

function monthsBetween(from: Day, to: Day): number {
  const [fromYear = 0, fromMonth = 0] = from.split('-').map(Number);
  const [toYear = 0, toMonth = 0] = to.split('-').map(Number);
  return (toYear - fromYear) * 12 + toMonth - fromMonth;
}

describe('the day of a purge', () => {
  it.each([
    ['2024-05-17', 24, '2026-05-17'],
    ['2024-02-29', 24, '2026-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2023-02-28', 12, '2024-02-28'],
    ['2025-01-31', 1, '2025-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2025-12-31', 2, '2026-02-28'],
    ['2025-08-31', 1, '2025-09-30'],
    ['2025-12-15', 1, '2026-01-15'],
    ['2099-12-31', 1200, '2199-12-31'],
  ])('of a case closed on %s and kept for %i months at most is %s', (closed, length, expected) => {
    expect(removalDay(plain(length), closedOn(day(closed)))).toBe(expected);
  });

  it.each([
    ['Finland', of('at_most', 60, 'receipt'), '2024-02-29', '2024-06-30', '2029-02-28'],
    [
      'Austria',
      of('keep_then_delete', 60, 'last_processing'),
      '2024-01-31',
      '2024-02-29',
      '2029-03-01',
    ],
    ['Poland', of('keep_then_delete', 36, 'year_end'), '2024-02-01', '2024-02-29', '2028-01-01'],
    [
      'Poland, closed at the end of a year',
      of('keep_then_delete', 36, 'year_end'),
      '2023-12-01',
      '2023-12-31',
      '2027-01-01',
    ],
    ['Italy', of('at_most', 60, 'outcome'), '2024-01-01', '2024-02-29', '2029-02-28'],
    ['Portugal', of('at_least', 60, 'receipt'), '2024-01-01', '2024-02-29', null],
    ['Ireland', of('necessity', 24, 'closure'), '2024-01-01', '2024-02-29', null],
    ['Cyprus', of('at_most', 3, 'closure'), '2024-01-01', '2024-11-30', '2025-02-28'],
  ])('by the rule of %s', (_country, clauses, received, closed, expected) => {
    expect(removalDay(rule(clauses), closedOn(day(closed), day(received)))).toBe(expected);
  });

  it('of a case that was open longer than its time from receipt leaves the reporter four weeks', () => {
    const known = closedOn(day('2030-05-01'), day('2024-01-01'));
    expect(removalDay(rule(of('at_most', 60, 'receipt')), known)).toBe('2030-05-29');
    expect(openDecisionDay(rule(of('at_most', 60, 'receipt')), day('2024-01-01'))).toBe(
      '2029-01-01',
    );
    expect(openDecisionDay(plain(24), day('2024-01-01'))).toBeNull();
  });

  it('of two times that both hold is the earliest that neither forbids, else what was decided', () => {
    const clauses = [of('at_least', 60, 'receipt'), of('at_most', 24, 'closure')];
    expect(clashes(clauses)).toBe(true);
    const short = closedOn(day('2024-06-30'), day('2024-01-01'));
    expect(removalDay({ clauses, wins: 'longer' }, short)).toBe('2029-01-02');
    expect(removalDay({ clauses, wins: 'shorter' }, short)).toBe('2026-06-30');
    const long = closedOn(day('2029-06-30'), day('2024-01-01'));
    expect(removalDay({ clauses, wins: 'longer' }, long)).toBe('2031-06-30');
    expect(removalDay({ clauses, wins: 'shorter' }, long)).toBe('2031-06-30');
  });

  it('is none where somebody has to look, and says when', () => {
    const known = closedOn(day('2024-02-29'), day('2024-01-31'));
    expect(reviewDay(rule(of('necessity', 24, 'closure')), known)).toBe('2026-02-28');
    expect(reviewDay(rule(of('at_least', 60, 'receipt')), known)).toBe('2029-02-01');
    const both = rule(of('necessity', 24, 'closure'), of('at_least', 60, 'receipt'));
    expect(reviewDay(both, known)).toBe('2029-02-01');
    expect(reviewDay(plain(24), known)).toBeNull();
    const ends = rule(of('necessity', 24, 'closure'), of('at_most', 120, 'closure'));
    expect([reviewDay(ends, known), removalDay(ends, known)]).toEqual([null, '2034-02-28']);
  });

  it('of a practice case is 30 days after closure, whatever the channel says', () => {
    for (const each of [plain(24), plain(1), rule(of('necessity', 24, 'closure'))]) {
      const terms = [{ rules: [each], from: null }];
      expect(firstDayBy(terms, true, closedOn(day('2026-01-30')))).toBe('2026-03-01');
    }
    expect(PRACTICE_DAYS).toBeGreaterThanOrEqual(SHORTEST_DAYS);
  });

  it('lies in the month so many months on, on the same day or the last of that month', () => {
    fc.assert(
      fc.property(days, months, (closed, length) => {
        const purged = removalDay(plain(length), closedOn(closed)) ?? closed;
        expect(monthsBetween(closed, purged)).toBe(length);
        const isLast = addDays(purged, 1).endsWith('-01');
        const sameDay = purged.slice(8) === closed.slice(8);
        expect(sameDay || (isLast && purged.slice(8) < closed.slice(8))).toBe(true);
      }),
    );
  });

  it('is never later than what may be kept at most, nor earlier than what must be kept, unless both cannot be', () => {
    const from = (each: RetentionClause, known: RetentionFacts): Day => {
      if (each.anchor === 'receipt') return known.received;
      if (each.anchor === 'year_end') return day(`${known.closed.slice(0, 4)}-12-31`);
      return each.anchor === 'last_processing' ? known.processed : known.closed;
    };
    fc.assert(
      fc.property(rules, facts, ({ clauses, wins }, known) => {
        const still = { ...known, paused: 0, pausedSince: 0 };
        const removed = removalDay({ clauses, wins }, still);
        const end = (each: RetentionClause): Day => addMonths(from(each, still), each.months);
        const floor = addDays(still.closed, SHORTEST_DAYS);
        const ends = clauses.filter(
          ({ kind }) => kind === 'at_most' || kind === 'keep_then_delete',
        );
        const kept = clauses.filter(
          ({ kind }) => kind === 'at_least' || kind === 'keep_then_delete',
        );
        expect(removed === null).toBe(ends.length === 0);
        if (removed === null) return;
        expect(removed >= floor).toBe(true);
        const isEarly = kept.some((each) => removed <= end(each));
        const isLate = removed > floor && ends.some((each) => removed > addDays(end(each), 1));
        expect(isEarly && wins !== 'shorter').toBe(false);
        expect(isLate && wins !== 'longer').toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('needs somebody to decide where a case can have to be kept longer than it may, and nowhere else it could', () => {
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 3 }), facts, (clauses, known) => {
        if (clashes(clauses)) return;
        expect(removalDay({ clauses, wins: 'longer' }, known)).toBe(
          removalDay({ clauses, wins: null }, known),
        );
        const shorter = removalDay({ clauses, wins: 'shorter' }, known);
        const longer = removalDay({ clauses, wins: 'longer' }, known);
        // one day lies between "until the end" and "by the end" of the same time
        const near = longer === null ? [null] : [longer, addDays(longer, -1)];
        expect(near).toContain(shorter);
      }),
      { numRuns: 500 },
    );
  });

  it('of a later closure is never earlier, and never so early that a search for due cases would miss it', () => {
    fc.assert(
      fc.property(rules, facts, fc.integer({ min: 0, max: 400 }), (each, known, later) => {
        const closed = addDays(known.closed, later);
        const processed = closed > known.processed ? closed : known.processed;
        const [before, after] = [
          removalDay(each, known),
          removalDay(each, { ...known, closed, processed }),
        ];
        expect((after ?? '9') >= (before ?? '9')).toBe(true);
        expect((before ?? '9') >= addDays(known.closed, SHORTEST_DAYS)).toBe(true);
      }),
    );
  });
});

describe('the terms of a channel', () => {
  const start = day('2026-03-02');
  const after = (count: number): Day => addDays(start, count);
  /** Rules that were set so many days after the start, in their order. */
  const setOn = (...set: readonly [rule: RetentionRule, days: number][]): Setting[] =>
    set.map(([each], index) => {
      const next = set[index + 1];
      return { rule: each, until: next === undefined ? null : after(next[1]) };
    });

  it('are the newest alone where none was changed', () => {
    const terms = [{ rules: [plain(24)], from: null }];
    expect(termsOn(after(500), setOn([plain(24), 0]))).toEqual(terms);
  });

  it('count beside those of before for 90 days, whatever either is', () => {
    const review = rule(of('necessity', 24, 'closure'));
    for (const [old, now] of [
      [plain(24), plain(12)],
      [review, plain(24)],
      [plain(24), review],
    ] as const) {
      const settings = setOn([old, 0], [now, 10]);
      const pending = [
        { rules: [old, now], from: null },
        { rules: [now], from: after(100) },
      ];
      expect(termsOn(after(10), settings)).toEqual(pending);
      expect(termsOn(after(99), settings)).toEqual(pending);
      expect(termsOn(after(100), settings)).toEqual([{ rules: [now], from: null }]);
    }
  });

  it('let a shorter one count after 90 days, and a longer one at once', () => {
    const known = closedOn(after(-400));
    const shown = (on: number, ...set: readonly [RetentionRule, number][]): Day | null =>
      firstDayBy(termsOn(after(on), setOn(...set)), false, known);
    expect(shown(10, [plain(24), 0], [plain(12), 10])).toBe(after(100));
    expect(shown(10, [plain(24), 0], [plain(36), 10])).toBe(addMonths(after(-400), 36));
    expect(shown(10, [plain(12), 0], [plain(36), 10], [plain(12), 10])).toBe(after(100));
    const review = rule(of('necessity', 24, 'closure'));
    expect(shown(10, [review, 0], [plain(12), 10])).toBe(after(100));
    expect(shown(10, [plain(12), 0], [review, 10])).toBeNull();
  });

  it('let a case go no sooner than was shown 90 days before, by rules of every kind', () => {
    const changes = fc.array(fc.tuple(rules, fc.integer({ min: 0, max: 300 })), {
      minLength: 1,
      maxLength: 6,
    });
    const closings = fc.integer({ min: -3000, max: 200 });
    fc.assert(
      fc.property(
        changes,
        facts,
        closings,
        fc.integer({ min: 0, max: 400 }),
        (made, known, shift, now) => {
          const ordered = made.map(([, on]) => on).sort((a, b) => a - b);
          ordered[0] = -5000;
          const set = made.map(([each], index): [RetentionRule, number] => [
            each,
            ordered[index] ?? 0,
          ]);
          const closing = Math.min(shift, now);
          const closed = after(closing);
          const case1 = {
            received: addDays(closed, -400),
            closed,
            processed: closed,
            paused: known.paused,
            pausedSince: known.paused,
          };
          /** What a desk shows on a day, which knows of no change to come. */
          const shownOn = (on: number): Day | null => {
            const settings = setOn(...set.filter(([, changed]) => changed <= on));
            return firstDayBy(termsOn(after(on), settings), false, case1);
          };
          const today = shownOn(now);
          if (today === null || today > after(now)) return;
          for (let on = Math.max(now - 90, closing); on <= now; on += 1) {
            expect((shownOn(on) ?? '9') <= after(now)).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('say the same day as the purge does, if nothing is changed any more', () => {
    const changes = fc.array(fc.tuple(rules, fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(changes, fc.integer({ min: -800, max: 100 }), (made, closing) => {
        const ordered = made.map(([, on]) => on).sort((a, b) => a - b);
        const settings = setOn(
          ...made.map(([each], index): [RetentionRule, number] => [
            {
              ...each,
              clauses: each.clauses.map((one) => ({ ...one, months: (one.months % 30) + 1 })),
              wins: 'longer',
            },
            ordered[index] ?? 0,
          ]),
        );
        const known = closedOn(after(closing), after(closing - 100));
        const said = firstDayBy(termsOn(after(100), settings), false, known);
        if (said === null) return;
        const isDue = (on: Day): boolean => {
          const [inForce] = termsOn(on, settings);
          return (inForce?.rules ?? []).every((each) => (removalDay(each, known) ?? '9') <= on);
        };
        let on = after(100);
        while (!isDue(on)) on = addDays(on, 1);
        expect(said > after(100) ? said : after(100)).toBe(on);
      }),
      { numRuns: 100 },
    );
  });
});
