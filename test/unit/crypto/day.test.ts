import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acknowledgementDay,
  addDays,
  addMonths,
  dayOf,
  daysBetween,
  feedbackDay,
} from '../../../crypto/day.js';
import type { Day } from '../../../crypto/ids.js';

const day = (text: string): Day => text as Day;
const days = fc.integer({ min: 0, max: 200_000 }).map((count) => addDays(day('1800-01-01'), count));

describe('calendar days', () => {
  it('go forth and back', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -5000, max: 5000 }), (from, count) => {
        const to = addDays(from, count);
        expect(daysBetween(from, to)).toBe(count);
        expect(addDays(to, -count)).toBe(from);
      }),
    );
  });

  it('know leap years', () => {
    expect(addDays(day('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(day('2026-02-28'), 1)).toBe('2026-03-01');
    expect(addDays(day('2000-02-28'), 1)).toBe('2000-02-29');
    expect(addDays(day('2100-02-28'), 1)).toBe('2100-03-01');
    expect(addDays(day('2026-12-31'), 1)).toBe('2027-01-01');
  });
});

describe('calendar months', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2026-03-31', 3, '2026-06-30'],
    ['2026-08-31', 6, '2027-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 24, '2026-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s and %d months is %s', (from, count, to) => {
    expect(addMonths(day(from), count)).toBe(to);
  });

  it('keep the day of the month, or take the last there is', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -1200, max: 1200 }), (from, count) => {
        const to = addMonths(from, count);
        const month = (text: string): number =>
          Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
        expect(month(to) - month(from)).toBe(count);
        const [wanted, got] = [Number(from.slice(8)), Number(to.slice(8))];
        if (got !== wanted) {
          expect(got).toBeLessThan(wanted);
          expect(addDays(to, 1).slice(8)).toBe('01');
        }
      }),
    );
  });
});

describe('the dates of a case', () => {
  it('are those of the Directive', () => {
    const received = day('2026-11-24');
    expect(acknowledgementDay(received)).toBe('2026-12-01');
    expect(feedbackDay(received)).toBe('2027-02-24');
  });
});

describe('the ends of the calendar', () => {
  it('are where counting stops, and moments out there have a day all the same', () => {
    const [first, last] = ['0000-01-01', '9999-12-31'] as [Day, Day];
    expect(addDays(first, -36_500)).toBe(first);
    expect(addDays(last, 1)).toBe(last);
    expect(addMonths(last, 3)).toBe(last);
    for (const at of ['0000-01-01T00:00:00.000Z', '0500-06-01T12:00:00.000Z']) {
      expect(dayOf(new Date(at), 'Europe/Helsinki')).toMatch(/^0[05]00-/);
    }
    expect(dayOf(new Date('9999-12-31T23:59:59.999Z'), 'Europe/Helsinki')).toBe(last);
  });
});

describe('the day it is', () => {
  it('is that of the time zone', () => {
    const moment = new Date('2026-03-28T23:30:00Z');
    expect(dayOf(moment, 'UTC')).toBe('2026-03-28');
    expect(dayOf(moment, 'Europe/Stockholm')).toBe('2026-03-29');
    expect(dayOf(moment, 'America/New_York')).toBe('2026-03-28');
    expect(dayOf(new Date('2026-01-01T00:00:00Z'), 'America/New_York')).toBe('2025-12-31');
  });

  it('changes at midnight, summer time or not', () => {
    for (const [moment, expected] of [
      ['2026-03-29T21:59:59Z', '2026-03-29'],
      ['2026-03-29T22:00:00Z', '2026-03-30'],
      ['2026-10-25T22:59:59Z', '2026-10-25'],
      ['2026-10-25T23:00:00Z', '2026-10-26'],
    ] as const) {
      expect(dayOf(new Date(moment), 'Europe/Stockholm')).toBe(expected);
    }
  });

  it('is in UTC what ISO 8601 says', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
        (moment) => {
          expect(dayOf(moment, 'UTC')).toBe(moment.toISOString().slice(0, 10));
        },
      ),
    );
  });
});
