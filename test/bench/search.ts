import type { Listings } from '../../client/desk/listings.js';
import { createSearch, type SearchIndex } from '../../client/desk/search.js';
import { quantile, type Measure } from './measure.js';

/** Letters of what is read of one case: a report of a page, and as much again of what followed. */
const CASE_LETTERS = 6_000;

const WORDS = [
  'invoice',
  'gate',
  'night',
  'guard',
  'harbour',
  'meeting',
  'letter',
  'paid',
  'order',
];

/** The text of a case; every hundredth has the rare word, all have the common ones. */
function textOf(number: number): string {
  const words: string[] = [number % 100 === 0 ? 'Bribe at the quay.' : 'Nothing at the quay.'];
  let letters = 0;
  for (let at = number; letters < CASE_LETTERS; at += 7) {
    const word = `${WORDS[at % WORDS.length] ?? ''}${at % 3 === 0 ? '.' : ''}`;
    letters += word.length + 1;
    words.push(word);
  }
  return words.join(' ');
}

/** What a handler waits for who searches again in cases that were read before. */
export const search: Measure = {
  name: 'search',
  title: 'full text of 10,000 cases that were read, as they lie in memory',
  async run({ quick }) {
    const count = quick ? 500 : 10_000;
    const texts: SearchIndex = new Map();
    for (let number = 0; number < count; number += 1) {
      texts.set(`case ${String(number)}`, { version: '1', text: textOf(number) });
    }
    // what is found in memory is told before anything is asked for
    const nothing: Listings = () => Promise.resolve({ listings: [], next: null });
    const find = createSearch({
      listings: nothing,
      open: () => Promise.reject(new Error('nothing is asked for')),
      keep: () => Promise.resolve(),
      texts: () => new Map(texts),
    });
    const untilFound = async (query: string): Promise<number> => {
      const stop = new AbortController();
      const started = performance.now();
      let found = Number.NaN;
      try {
        await find.search(
          query,
          () => {
            found = performance.now() - started;
            stop.abort();
          },
          stop.signal,
        );
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      return found / 1000;
    };
    const times: Record<'rare' | 'common' | 'none', number[]> = { rare: [], common: [], none: [] };
    const queries = { rare: 'bribe quay', common: 'guard harbour', none: 'submarine' } as const;
    for (let round = 0; round < (quick ? 3 : 20); round += 1) {
      for (const kind of ['rare', 'common', 'none'] as const) {
        times[kind].push(await untilFound(queries[kind]));
      }
    }
    const slowest = (kind: keyof typeof times): number => quantile(times[kind], 0.95);
    return [
      {
        name: 'search.rare',
        label: 'until words are found that every hundredth case has',
        value: slowest('rare'),
        unit: 's',
        limit: { most: 1 },
      },
      {
        name: 'search.common',
        label: 'until words are found that every case has',
        value: slowest('common'),
        unit: 's',
        limit: { most: 1 },
      },
      {
        name: 'search.none',
        label: 'until it is clear that no case has a word',
        value: slowest('none'),
        unit: 's',
      },
    ];
  },
};
