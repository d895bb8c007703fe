import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { ChannelId, Day, newId, ready, WorkId } from '../../../crypto/private.js';
import { countFigures, type Figures } from '../../../client/figures/count.js';
import { countingRecords, type CountedCase } from '../../../client/figures/records.js';
import { LEAST_TOLD, suppressed, toldFigures } from '../../../client/figures/suppress.js';
import { statisticsWith } from '../../support/figures.js';

const day = (text: string): Day => v.parse(Day, text);
let channel: ChannelId;

beforeAll(async () => {
  await ready();
  channel = newId(ChannelId);
});

function closed(change: Partial<CountedCase> = {}): CountedCase {
  return { channel, ...statisticsWith(change), ...change };
}

const count = (records: readonly CountedCase[]): Figures =>
  countFigures(countingRecords(records), [], day('2027-03-01'));

describe('the figures of a year', () => {
  it('count a case in the year of its receipt, and its outcome in the year of its closing', () => {
    const figures = count([closed({ received: 2026, closed: 2027, outcome: 'minor' })]);
    expect(figures.years).toMatchObject([
      { year: 2027, received: 0, closed: 1, closedByOutcome: { minor: 1 } },
      { year: 2026, received: 1, closed: 0, receivedByCategory: { fraud: 1 } },
    ]);
  });

  it('count a case closed twice once, as it ended last, in whatever order the records come', () => {
    const tag = newId(WorkId);
    const first = closed({ tag, number: 1, outcome: 'unsubstantiated' });
    const reopened = closed({ tag, number: 2, outcome: null });
    const last = closed({ tag, number: 3, outcome: 'substantiated' });
    for (const records of [
      [first, reopened, last],
      [last, first, reopened],
    ]) {
      expect(count(records).years).toMatchObject([
        { received: 1, closed: 1, closedByOutcome: { substantiated: 1 } },
      ]);
    }
  });

  it('leave a case that was reopened to the open ones', () => {
    const tag = newId(WorkId);
    const records = [closed({ tag, number: 1 }), closed({ tag, number: 2, outcome: null })];
    expect(count(records).years).toEqual([]);
    const open = [{ channel, category: 'fraud', receivedOn: day('2026-12-31') }];
    const figures = countFigures(countingRecords(records), open, day('2027-01-01'));
    expect(figures).toMatchObject({ open: 1, openByAge: { week: 1 }, years: [{ received: 1 }] });
  });

  it('tell the ages of open cases at the edges of their groups', () => {
    const received = ['2027-02-22', '2027-02-21', '2026-11-29', '2026-11-28', '2026-02-28'];
    const open = received.map((on) => ({ channel, category: 'other', receivedOn: day(on) }));
    const { openByAge } = countFigures([], open, day('2027-03-01'));
    expect(openByAge).toEqual({ week: 1, quarter: 2, half: 1, older: 1 });
  });

  it('tell median, longest and how many were in time, of the cases in which it was done', () => {
    const days = [1, 7, 8, null, 30];
    const records = days.map((daysToAcknowledgement) => closed({ daysToAcknowledgement }));
    expect(count(records).years[0]?.acknowledgement).toEqual({
      done: 4,
      within: 2,
      limit: 7,
      median: 7.5,
      longest: 30,
    });
    expect(count(records).years[0]?.feedback).toMatchObject({ done: 0, median: null });
  });

  it('add up money by currency', () => {
    const money = (currency: string, damage: number | null, recovered: number | null) =>
      closed({ money: { currency, damage, recovered } });
    const records = [money('SEK', 10, null), money('EUR', 5, 2), money('SEK', null, 4), closed()];
    expect(count(records).years[0]?.money).toMatchObject([
      { currency: 'EUR', cases: 1, damage: 5, recovered: 2 },
      { currency: 'SEK', cases: 2, damage: 10, recovered: 4 },
    ]);
  });
});

describe('small numbers', () => {
  const counts = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), fc.nat({ max: 30 }));

  it('are hidden, and cannot be worked out from the total and what is told', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 10 }), (known, least) => {
        const told = suppressed(known, least);
        const names = Object.keys(known);
        const hidden = names.filter((name) => !(name in told.counts));
        expect(told.hidden).toBe(hidden.length > 0);
        for (const name of names) {
          const number = known[name] ?? 0;
          if (number > 0 && number < least) expect(told.counts).not.toHaveProperty([name]);
          if (name in told.counts) expect(told.counts[name]).toBe(number);
        }
        const total = names.reduce((sum, name) => sum + (known[name] ?? 0), 0);
        const rest = hidden.reduce((sum, name) => sum + (known[name] ?? 0), 0);
        // the total is told where it is large enough itself
        const some = names.filter((name) => (known[name] ?? 0) > 0);
        if (hidden.length > 0 && total >= least && some.length > 1) {
          expect(hidden.length).toBeGreaterThan(1);
          expect(rest).toBeGreaterThanOrEqual(least);
        }
      }),
    );
  });

  it('are all told to whoever asks for every one', () => {
    fc.assert(
      fc.property(counts, (known) => {
        expect(suppressed(known, 1)).toEqual({ counts: known, hidden: false });
      }),
    );
  });

  it('hide how few are open, which received and closed would tell by their difference', () => {
    const records = Array.from({ length: 9 }, () => closed({ received: 2027, closed: 2027 }));
    const counted = (opened: number) => {
      const each = { channel, category: 'environment', receivedOn: day('2027-02-01') };
      const open = Array.from({ length: opened }, () => each);
      const figures = countFigures(countingRecords(records), open, day('2027-03-01'));
      const [year] = figures.years;
      if (year === undefined) throw new Error('no year');
      return (least: number) => toldFigures(figures, year, least);
    };
    const few = counted(3);
    expect(few(LEAST_TOLD)).toMatchObject({ open: null, year: { closed: 9, received: 9 } });
    // nothing that stands there changes with their number, nor with what they are about
    expect(few(LEAST_TOLD)).toEqual(counted(1)(LEAST_TOLD));
    expect(few(1)).toMatchObject({ open: 3, year: { received: 12, withoutOpen: false } });
    expect(counted(5)(LEAST_TOLD)).toMatchObject({
      open: 5,
      year: { closed: 9, received: 14, withoutOpen: false },
    });
  });

  it('hide how few were late, the one longest time and the money of a few', () => {
    const records = [
      ...Array.from({ length: 9 }, () => closed({ daysToAcknowledgement: 2 })),
      closed({
        daysToAcknowledgement: 40,
        daysToFeedback: 80,
        money: { currency: 'EUR', damage: 1, recovered: 1 },
      }),
    ];
    const figures = count(records);
    const [year] = figures.years;
    if (year === undefined) throw new Error('no year');
    const told = toldFigures(figures, year, LEAST_TOLD).year;
    expect(told).toMatchObject({ received: 10, closed: 10, money: [] });
    expect(told.acknowledgement).toMatchObject({
      done: 10,
      within: null,
      median: 2,
      longest: null,
    });
    expect(told.feedback).toMatchObject({ done: null, within: null, median: null, longest: null });
  });

  it('hide how few were never done, which the number of closed cases would tell', () => {
    const records = [
      ...Array.from({ length: 9 }, () => closed({ daysToAcknowledgement: 2 })),
      closed({ daysToAcknowledgement: null }),
    ];
    const figures = count(records);
    const [year] = figures.years;
    if (year === undefined) throw new Error('no year');
    const told = toldFigures(figures, year, LEAST_TOLD).year;
    expect(told).toMatchObject({ closed: 10, acknowledgement: { done: null, within: null } });
    expect(toldFigures(figures, year, 1).year.acknowledgement).toMatchObject({
      done: 9,
      within: 9,
    });
  });

  it('hide a sum of money that is one case’s own among others without', () => {
    const money = (damage: number | null, recovered: number | null) =>
      closed({ money: { currency: 'EUR', damage, recovered } });
    const figures = count([
      ...Array.from({ length: 5 }, () => money(100, null)),
      money(0, 7_000),
      money(null, 0),
    ]);
    const [year] = figures.years;
    if (year === undefined) throw new Error('no year');
    expect(toldFigures(figures, year, LEAST_TOLD).year.money).toEqual([
      { currency: 'EUR', cases: 7, damage: 500, recovered: null },
    ]);
    expect(toldFigures(figures, year, 1).year.money).toEqual([
      { currency: 'EUR', cases: 7, damage: 500, recovered: 7_000 },
    ]);
  });

  it.each([
    ['not where one case is without an estimate', ['EUR'], 6, 7, null],
    ['where no case is without an estimate', ['EUR', 'SEK'], 6, 12, 6],
    ['where as many as may be told are without', ['EUR'], 6, 11, 6],
    ['not where few are in neither currency', ['EUR', 'SEK'], 5, 12, null],
  ] as const)('tell in how many cases money is counted: %s', (_, currencies, of, all, cases) => {
    const estimated = currencies.flatMap((currency) =>
      Array.from({ length: of }, () =>
        closed({ money: { currency, damage: 10, recovered: null } }),
      ),
    );
    const rest = Array.from({ length: all - estimated.length }, () => closed());
    const figures = count([...estimated, ...rest]);
    const [year] = figures.years;
    if (year === undefined) throw new Error('no year');
    const told = toldFigures(figures, year, LEAST_TOLD).year.money;
    expect(told.map((each) => each.cases)).toEqual(currencies.map(() => cases));
  });
});
