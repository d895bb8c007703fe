import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../crypto/public.js';
import { firstDay, PRACTICE_DAYS, ruleFor, SHORTEST_DAYS } from '../../server/retention/rule.js';

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
