import type { Listings } from '../../client/desk/listings.js';
import { createSearch, type SearchIndex } from '../../client/desk/search.js';
import { createDesk } from '../../client/handler.js';
import { setUpHandler, type InstalledHandler } from './installed.js';
import { quantile, timed, type Measure } from './measure.js';
import { startHelper, startProcess, withFolder, type ServerProcess } from './process.js';
import { prepareReports } from './reports.js';
import type { SendResult, SendTask } from './reports-send.js';

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

/** Milliseconds for each case of the first search after a sign-in; every case must be read by it. */
async function firstSearch(
  { address }: ServerProcess,
  { name, passphrase }: InstalledHandler,
  count: number,
): Promise<number> {
  const desk = createDesk({
    address,
    fetch: (input, init) => fetch(input, init),
    now: () => new Date(),
    stretch: 'least',
  });
  await desk.signIn(name, passphrase);
  let read = 0;
  const { seconds, result } = await timed(() =>
    desk.search('submarine', (soFar) => {
      read = soFar;
    }),
  );
  await desk.signOut();
  if (read !== count || result.failed > 0) {
    throw new Error(`${String(read)} of ${String(count)} cases, ${String(result.failed)} failed`);
  }
  return (seconds * 1000) / count;
}

/** What a handler waits for who searches for the first time after a sign-in. */
export const firstSearches: Measure = {
  name: 'first-search',
  title: 'the first full-text search after a sign-in, on a real server',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const count = quick ? 60 : 1_000;
      const server = await startProcess(folder);
      try {
        const handler = await setUpHandler(server);
        say(`sealing and sending ${String(count)} reports`);
        const bodies = await prepareReports(server.address, count);
        const sender = startHelper('reports-send.ts');
        try {
          const task: SendTask = { address: server.address, bodies, atOnce: 16 };
          const { failures } = await sender.ask<SendResult>(task);
          if (failures > 0) throw new Error(`${String(failures)} reports failed`);
        } finally {
          sender.stop();
        }
        const never = await firstSearch(server, handler, count);
        const before = await firstSearch(server, handler, count);
        const ofMany = (milliseconds: number): number => (milliseconds * 10_000) / 1000;
        return [
          {
            name: 'first-search.never',
            label: 'for each case that this handler never opened',
            value: never,
            unit: 'ms',
          },
          {
            name: 'first-search.before',
            label: 'for each case that this handler opened that day',
            value: before,
            unit: 'ms',
          },
          {
            name: 'first-search.never10000',
            label: 'so for 10,000 cases never opened, reckoned',
            value: ofMany(never),
            unit: 's',
          },
          {
            name: 'first-search.before10000',
            label: 'so for 10,000 cases opened that day, reckoned',
            value: ofMany(before),
            unit: 's',
          },
        ];
      } finally {
        await server.stop();
      }
    }),
};
