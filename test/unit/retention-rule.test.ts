import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../crypto/public.js';
import {
  firstDay,
  firstDayBy,
  PRACTICE_DAYS,
  ruleFor,
  SHORTEST_DAYS,
  termsOn,
  type Setting,
} from '../../server/retention/rule.js';

const day = (text: string): Day => text as Day;
const days = fc.integer({ min: 0, max: 40_000 }).map((count) => addDays(day('2000-01-01'), count));
const months = fc.integer({ min: 1, max: 1200 });
const rules = fc.tuple(fc.boolean(), months).map(([practice, length]) => ruleFor(practice, length));

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
  ])('of a case closed on %s and kept for %i months is %s', (closed, length, expected) => {
    expect(firstDay(ruleFor(false, length), day(closed))).toBe(expected);
  });

  it('of a practice case is 30 days after closure, whatever the channel says', () => {
    expect(firstDay(ruleFor(true, 24), day('2026-01-30'))).toBe('2026-03-01');
    expect(firstDay(ruleFor(true, 1), day('2026-01-30'))).toBe('2026-03-01');
  });

  it('lies in the month so many months on, on the same day or the last of that month', () => {
    fc.assert(
      fc.property(days, months, (closed, length) => {
        const purged = firstDay(ruleFor(false, length), closed);
        expect(monthsBetween(closed, purged)).toBe(length);
        const isLast = addDays(purged, 1).endsWith('-01');
        const sameDay = purged.slice(8) === closed.slice(8);
        expect(sameDay || (isLast && purged.slice(8) < closed.slice(8))).toBe(true);
      }),
    );
  });

  it('is never later than the months allow: the law says at most', () => {
    fc.assert(
      fc.property(days, months, (closed, length) => {
        const purged = firstDay(ruleFor(false, length), closed);
        expect(purged.slice(8) <= closed.slice(8)).toBe(true);
      }),
    );
  });

  it('of a later closure is never earlier', () => {
    fc.assert(
      fc.property(rules, days, fc.integer({ min: 0, max: 400 }), (rule, closed, later) => {
        expect(firstDay(rule, addDays(closed, later)) >= firstDay(rule, closed)).toBe(true);
      }),
    );
  });

  it('is never so early that a search for due cases would miss it', () => {
    fc.assert(
      fc.property(rules, days, (rule, closed) => {
        expect(firstDay(rule, closed) >= addDays(closed, SHORTEST_DAYS)).toBe(true);
      }),
    );
    expect(PRACTICE_DAYS).toBeGreaterThanOrEqual(SHORTEST_DAYS);
  });
});

describe('the terms of a channel', () => {
  const start = day('2026-03-02');
  const after = (days: number): Day => addDays(start, days);
  /** Terms that were set so many days after the start, in their order. */
  const setOn = (...set: readonly [months: number, days: number][]): Setting[] =>
    set.map(([months], index) => {
      const next = set[index + 1];
      return { months, until: next === undefined ? null : after(next[1]) };
    });

  it('are the newest alone where none was changed', () => {
    expect(termsOn(after(500), setOn([24, 0]))).toEqual([{ months: 24, from: null }]);
  });

  it('become shorter 90 days after they were made so', () => {
    const settings = setOn([24, 0], [12, 10]);
    const pending = [
      { months: 24, from: null },
      { months: 12, from: after(100) },
    ];
    expect(termsOn(after(10), settings)).toEqual(pending);
    expect(termsOn(after(99), settings)).toEqual(pending);
    expect(termsOn(after(100), settings)).toEqual([{ months: 12, from: null }]);
  });

  it('become longer at once', () => {
    expect(termsOn(after(10), setOn([24, 0], [36, 10]))).toEqual([{ months: 36, from: null }]);
  });

  it('become shorter step by step', () => {
    expect(termsOn(after(60), setOn([24, 0], [12, 10], [6, 60]))).toEqual([
      { months: 24, from: null },
      { months: 12, from: after(100) },
      { months: 6, from: after(150) },
    ]);
    expect(termsOn(after(10), setOn([24, 0], [12, 10], [6, 10]))).toEqual([
      { months: 24, from: null },
      { months: 6, from: after(100) },
    ]);
  });

  it('count a long one that was in force for a moment', () => {
    expect(termsOn(after(10), setOn([12, 0], [36, 10], [12, 10]))).toEqual([
      { months: 36, from: null },
      { months: 12, from: after(100) },
    ]);
  });

  it('remember what is shorter and shown for the past only as long as it counts', () => {
    expect(termsOn(after(60), setOn([24, 0], [12, 10], [24, 60]))).toEqual([
      { months: 24, from: null },
    ]);
  });

  it('let a case go no sooner than was shown 90 days before', () => {
    const changes = fc.array(fc.tuple(months, fc.integer({ min: 0, max: 300 })), {
      minLength: 1,
      maxLength: 6,
    });
    const closings = fc.integer({ min: -3000, max: 200 });
    fc.assert(
      fc.property(changes, closings, fc.integer({ min: 0, max: 400 }), (made, closing, now) => {
        const ordered = made.map(([, days]) => days).sort((a, b) => a - b);
        ordered[0] = -5000;
        const set = made.map(([length], index): [number, number] => [length, ordered[index] ?? 0]);
        const closed = after(closing);
        /** What a desk shows on a day, which knows of no change to come. */
        const shownOn = (days: number): Day => {
          const known = setOn(...set.filter(([, made]) => made <= days));
          return firstDayBy(termsOn(after(days), known), false, closed, 0);
        };
        if (now < closing || shownOn(now) > after(now)) return;
        for (let days = Math.max(now - 90, closing); days <= now; days += 1) {
          expect(shownOn(days) <= after(now)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('say the same day as the purge does, if nothing is changed any more', () => {
    const changes = fc.array(fc.tuple(months, fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(changes, fc.integer({ min: -800, max: 100 }), (made, closing) => {
        const ordered = made.map(([, days]) => days).sort((a, b) => a - b);
        const settings = setOn(
          ...made.map(([length], index): [number, number] => [
            (length % 30) + 1,
            ordered[index] ?? 0,
          ]),
        );
        const closed = after(closing);
        const said = firstDayBy(termsOn(after(100), settings), false, closed, 0);
        const isDue = (on: Day): boolean => {
          const [inForce] = termsOn(on, settings);
          return firstDay(ruleFor(false, inForce?.months ?? 0), closed) <= on;
        };
        let on = after(100);
        while (!isDue(on)) on = addDays(on, 1);
        expect(said > after(100) ? said : after(100)).toBe(on);
      }),
      { numRuns: 100 },
    );
  });
});
