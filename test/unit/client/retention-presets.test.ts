import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Retention } from '../../../crypto/public.js';
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
  const presets = rows.map(retentionPreset).filter((preset) => preset !== null);
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
