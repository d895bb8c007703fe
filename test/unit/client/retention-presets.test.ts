import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  type Day,
  daysBetween,
  firstDayBy,
  openDecisionDay,
  removalDay,
  Retention,
  type RetentionAnchor,
  type RetentionFacts,
  reviewDay,
  SHORTEST_DAYS,
} from '../../../crypto/public.js';
import {
  presetsDiffer,
  retentionDoubts,
  retentionPreset,
  RULES,
  SHORTER,
  STARTS,
  type KeptChannel,
  type RetentionPreset,
  type RetentionRow,
} from '../../../client/law/retention.js';

const file = new URL('../../../views/data/jurisdictions.json', import.meta.url);
const rows = JSON.parse(await readFile(file, 'utf8')) as RetentionRow[];

const presets = rows.map(retentionPreset).filter((preset) => preset !== null);

function presetOf(country: string): RetentionPreset {
  const row = rows.find((each) => each.country === country);
  const preset = row === undefined ? null : retentionPreset(row);
  if (preset === null) throw new Error(`no preset of ${country}`);
  return preset;
}

describe('the rules of countries', () => {
  it.each([
    ['SE', 'at_most', 24, 'closure', 'H'],
    ['FI', 'at_most', 60, 'receipt', 'H'],
    ['DE', 'at_most', 36, 'closure', 'H'],
    ['AT', 'keep_then_delete', 60, 'last_processing', 'H'],
    ['BE', 'necessity', 24, 'closure', 'H'],
    ['ES', 'at_most', 120, 'receipt', 'H'],
    ['PL', 'keep_then_delete', 36, 'year_end', 'H'],
    ['IE', 'necessity', 24, 'closure', 'M'],
    ['IT', 'at_most', 60, 'outcome', 'M'],
    ['FR', 'necessity', 24, 'closure', 'M'],
    ['DK', 'necessity', 24, 'closure', 'M'],
    ['NO', 'necessity', 24, 'closure', 'M'],
    ['PT', 'at_least', 60, 'receipt', 'M'],
    ['EE', 'keep_then_delete', 36, 'outcome', 'L'],
    ['HR', 'at_most', 60, 'receipt', 'L'],
    ['CY', 'at_most', 3, 'closure', 'L'],
  ])(
    'are, for %s: %s %i months from %s, sure to %s',
    (country, kind, months, anchor, confidence) => {
      expect(presetOf(country)).toMatchObject({ clauses: [{ kind, months, anchor }], confidence });
    },
  );

  it('leave no row of the table unread, and are rules that a directory takes', () => {
    const presets = rows.map(retentionPreset);
    const without = rows.filter((_, index) => presets[index] === null);
    expect(without.map(({ country }) => country)).toEqual(['LV', 'LT', 'HU', 'IS', 'LI']);
    for (const preset of presets) {
      if (preset === null) continue;
      const { clauses, shorter, country } = preset;
      const rule = { clauses, shorter, wins: null, preset: country, reason: 'x' };
      expect(v.is(Retention, rule), country).toBe(true);
    }
  });

  it('name no text that the table does not have', () => {
    const said = rows.flatMap(({ retention }) => (retention === null ? [] : [retention]));
    expect([...RULES.keys()].sort()).toEqual([...new Set(said.map(({ rule }) => rule))].sort());
    const anchors = new Set(said.map(({ anchor }) => anchor).filter((anchor) => anchor !== null));
    expect([...STARTS.keys()].sort()).toEqual([...anchors].sort());
    const about = said.flatMap(({ ref, sub }) => [ref, ...(sub ?? []).map((each) => each.if)]);
    for (const text of SHORTER.keys()) expect(about).toContain(text);
  });

  it('have shorter times for some cases where the act does', () => {
    expect(presetOf('ES').shorter).toEqual([
      { of: 'not_investigated', months: 3, anchor: 'receipt' },
    ]);
    expect(presetOf('FR').shorter).toHaveLength(2);
    expect(rows.filter((row) => (retentionPreset(row)?.shorter ?? []).length > 0)).toHaveLength(2);
  });

  it('say what nobody can read in them', () => {
    expect(presetOf('ES').notes).toEqual(['no_start', 'at_once']);
    expect(presetOf('BE').notes).toEqual(['no_number', 'several']);
    expect(presetOf('FI').notes).toEqual(['longer_by_law']);
    expect(() =>
      retentionPreset({
        country: 'SE',
        act: 'x',
        conf: 'H',
        retention: { rule: 'forever', years: null, anchor: null },
      }),
    ).toThrow('forever');
  });
});

/** Days of which two in three are the last of a month or the first, leap years among them. */
const days = fc
  .tuple(
    fc.integer({ min: 2000, max: 2110 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: -3, max: 27 }),
  )
  .map(([year, month, offset]) =>
    addDays(`${String(year)}-${String(month).padStart(2, '0')}-01` as Day, offset),
  );

interface Times {
  received: Day;
  open: number;
  worked: number;
  paused: number;
}
const times = fc.record<Times>({
  received: days,
  open: fc.nat(4500),
  worked: fc.nat(300),
  paused: fc.nat(200),
});
const factsOf = ({ received, open, worked, paused }: Times): RetentionFacts => {
  const closed = addDays(received, open);
  const processed = addDays(closed, worked);
  return { received, closed, processed, paused, pausedSince: Math.max(0, paused - worked) };
};

describe.each(presets.map((preset) => [preset.country, preset] as const))(
  'by the rule of %s a closed case',
  (_, { clauses, shorter }) => {
    const rule = { clauses, wins: null };
    const [clause] = clauses;
    if (clause === undefined) throw new Error('a rule without a time');
    const { kind, months, anchor } = clause;
    const isRemoved = kind === 'at_most' || kind === 'keep_then_delete';
    const dayOf = (facts: RetentionFacts): Day => {
      const day = removalDay(rule, facts) ?? reviewDay(rule, facts);
      if (day === null) throw new Error('nobody ever looks at the case');
      return day;
    };

    it('is removed or looked at on a day, and which of both is the rule’s to say', () => {
      fc.assert(
        fc.property(times, (of) => {
          const facts = factsOf(of);
          const [removal, review] = [removalDay(rule, facts), reviewDay(rule, facts)];
          expect([removal !== null, review !== null]).toEqual([isRemoved, !isRemoved]);
          const terms = [{ rules: [rule], from: null }];
          expect(firstDayBy(terms, false, facts)).toBe(removal);
          if (removal === null) return;
          // the reporter has four weeks for the last word
          expect(daysBetween(facts.closed, removal)).toBeGreaterThanOrEqual(SHORTEST_DAYS);
        }),
        { numRuns: 40 },
      );
    });

    it('has its day so many months after the anchor, on the same day of a month or its last', () => {
      const starts: Record<RetentionAnchor, (facts: RetentionFacts) => Day> = {
        receipt: ({ received }) => received,
        closure: ({ closed }) => closed,
        outcome: ({ closed }) => closed,
        last_processing: ({ processed }) => processed,
        year_end: ({ closed }) => `${closed.slice(0, 4)}-12-31` as Day,
      };
      const keeps = kind === 'at_least' || kind === 'keep_then_delete';
      fc.assert(
        fc.property(times, (of) => {
          const facts = factsOf({ ...of, paused: 0 });
          const start = starts[anchor](facts);
          const day = dayOf(facts);
          const end = keeps ? addDays(day, -1) : day;
          const isShortest = isRemoved && day === addDays(facts.closed, SHORTEST_DAYS);
          if (isShortest) expect(day >= addMonths(start, months)).toBe(true);
          else {
            const month = (text: Day): number =>
              Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
            expect(month(end) - month(start)).toBe(months);
            const isLast = addDays(end, 1).slice(8) === '01' && end.slice(8) < start.slice(8);
            expect(end.slice(8) === start.slice(8) || isLast).toBe(true);
          }
        }),
        { numRuns: 40 },
      );
    });

    it('has it no sooner when it came, was closed or was worked on later, or was held longer', () => {
      fc.assert(
        fc.property(times, fc.nat(70), (of, more) => {
          const day = dayOf(factsOf(of));
          const { received, open, worked, paused } = of;
          const later = [
            { ...of, received: addDays(received, more) },
            { ...of, open: open + more },
            { ...of, worked: worked + more, paused: paused + more },
            { ...of, paused: paused + more },
          ];
          for (const each of later) expect(dayOf(factsOf(each)) >= day).toBe(true);
        }),
        { numRuns: 40 },
      );
    });

    it('asks while it is open for a decision when a time from receipt ends, and never else', () => {
      fc.assert(
        fc.property(days, fc.nat(70), (received, more) => {
          const by = openDecisionDay(rule, received);
          const ends = anchor === 'receipt' && kind !== 'at_least';
          expect(by).toBe(ends ? addMonths(received, months) : null);
          const next = openDecisionDay(rule, addDays(received, more));
          expect((next ?? '') >= (by ?? '')).toBe(true);
        }),
        { numRuns: 40 },
      );
    });

    it('has shorter times only where they are shorter than the rule’s own', () => {
      for (const term of shorter) expect(term.months).toBeLessThan(months);
    });
  },
);

describe('two presets', () => {
  it.each([
    ['SE', 'SE', 'same'],
    ['IE', 'DK', 'same'],
    ['SE', 'DE', 'different'],
    ['SE', 'FI', 'different'],
    ['SE', 'PT', 'clash'],
    ['DE', 'AT', 'clash'],
    ['PL', 'FI', 'clash'],
  ])('of %s and %s are: %s', (one, other, expected) => {
    expect(presetsDiffer(presetOf(one), presetOf(other))).toBe(expected);
    expect(presetsDiffer(presetOf(other), presetOf(one))).toBe(expected);
  });
});

describe('what has to be decided about a channel’s keeping', () => {
  const byDefault = (country: string): KeptChannel => ({
    country,
    retention: null,
    retentionMonths: 24,
  });
  const ruled = (country: string, of: string, decidedFor?: [string, string]): KeptChannel => {
    const { clauses, shorter } = presetOf(of);
    const retention = v.parse(Retention, {
      clauses,
      wins: null,
      shorter,
      preset: of,
      ...(decidedFor === undefined ? {} : { decidedFor }),
      reason: 'The board.',
    });
    return { country, retention, retentionMonths: clauses[0]?.months ?? 24 };
  };
  const doubts = (channel: KeptChannel, organisation: string): string[] =>
    retentionDoubts(channel, organisation, presets).map(({ what }) => what);

  it.each([
    ['SE', 'SE', []],
    ['FI', 'FI', []],
    ['DE', 'DE', []],
    ['NO', 'NO', []],
    // no row of the table says anything of keeping there
    ['LV', 'LV', []],
    ['IS', 'PL', []],
    ['PL', 'PL', ['too_soon']],
    ['AT', 'AT', ['too_soon']],
    ['PT', 'PT', ['too_soon']],
    ['CY', 'CY', ['too_long']],
    ['ES', 'ES', ['no_shorter']],
    ['NO', 'SE', ['different']],
    ['SE', 'PT', ['clash']],
    ['PL', 'FI', ['too_soon', 'clash']],
  ])(
    'is, by the default in %s for an organisation in %s: %j',
    (country, organisation, expected) => {
      expect(doubts(byDefault(country), organisation)).toEqual(expected);
    },
  );

  it('is nothing once it was decided for these two countries, whichever rule was chosen', () => {
    expect(doubts(ruled('PL', 'SE', ['PL', 'FI']), 'FI')).toEqual([]);
    expect(doubts(ruled('PL', 'PL', ['PL', 'FI']), 'FI')).toEqual([]);
    // those who decided before this was written down decided as well
    expect(doubts(ruled('PL', 'SE'), 'FI')).toEqual([]);
  });

  it('is everything again after a change of country, unless the rule keeps to the new one', () => {
    expect(doubts(ruled('PT', 'SE', ['SE', 'SE']), 'PT')).toEqual(['too_soon']);
    expect(doubts(ruled('SE', 'NO', ['NO', 'SE']), 'SE')).toEqual(['too_long']);
    expect(doubts(ruled('PT', 'PT', ['SE', 'PT']), 'PT')).toEqual([]);
    expect(doubts(ruled('SE', 'SE', ['SE', 'SE']), 'PT')).toEqual(['clash']);
  });

  it('leaves alone a rule of two times of which the longer counts', () => {
    const clauses = [...presetOf('SE').clauses, ...presetOf('PT').clauses];
    const retention = (wins: 'longer' | 'shorter') =>
      v.parse(Retention, {
        clauses,
        wins,
        shorter: [],
        preset: null,
        decidedFor: ['SE', 'PT'],
        reason: 'The board.',
      });
    const of = (wins: 'longer' | 'shorter'): string[] =>
      doubts({ country: 'PT', retention: retention(wins), retentionMonths: 24 }, 'PT');
    expect(of('longer')).toEqual([]);
    expect(of('shorter')).toEqual(['too_soon']);
  });
});
