import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBenchDatabase } from './database.js';
import { sessionOf, setUpHandler } from './installed.js';
import { median, timed, type Measure } from './measure.js';
import { startProcess, withFolder, type ServerProcess } from './process.js';
import { seedCases } from './seed.js';

/** A server whose one handler has so many cases, and the header of that handler's session. */
async function serverWith(
  folder: string,
  count: number,
): Promise<{ server: ServerProcess; session: string }> {
  await mkdir(folder);
  const first = await startProcess(folder);
  const handler = await setUpHandler(first);
  await first.stop();
  const db = await openBenchDatabase(folder);
  await seedCases(db, { count, handler, closedDaysAgo: null, whole: false });
  await db.destroy();
  const server = await startProcess(folder);
  return { server, session: await sessionOf(server.address, handler) };
}

async function firstPage(address: string, session: string): Promise<Uint8Array> {
  const answer = await fetch(`${address}/api/desk/cases?state=open`, {
    headers: { Authorization: session },
  });
  if (!answer.ok) throw new Error(`The list answers ${String(answer.status)}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

function rowsIn(page: Uint8Array): number {
  const { cases } = JSON.parse(Buffer.from(page).toString('utf8')) as { cases: unknown[] };
  return cases.length;
}

/** The first page of a list, of few cases and of many. */
export const inbox: Measure = {
  name: 'inbox',
  title: 'inbox, first 50 of 1,000 and of 100,000 cases',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const [few, many] = quick ? [100, 2000] : [1000, 100_000];
      const small = await serverWith(path.join(folder, 'few'), few);
      say(`making up ${String(many)} cases`);
      const large = await serverWith(path.join(folder, 'many'), many);
      try {
        const times = { small: [] as number[], large: [] as number[] };
        const sizes: number[] = [];
        const rows: number[] = [];
        // turn about, so that whatever else the machine does slows both
        for (let round = 0; round < (quick ? 10 : 200); round += 1) {
          for (const name of ['small', 'large'] as const) {
            const { server, session } = name === 'small' ? small : large;
            const { seconds, result } = await timed(() => firstPage(server.address, session));
            if (round < 5) continue;
            times[name].push(seconds * 1000);
            sizes.push(result.length);
            rows.push(rowsIn(result));
          }
        }
        return [
          {
            name: 'inbox.bytes',
            label: 'the page',
            value: Math.max(...sizes) / 1000,
            unit: 'kB',
            limit: { most: 100 },
          },
          {
            name: 'inbox.ratio',
            label: `time of ${many.toLocaleString('en')} against ${few.toLocaleString('en')}`,
            value: median(times.large) / median(times.small),
            unit: 'times',
            limit: { most: 1.5 },
          },
          { name: 'inbox.rows', label: 'rows in the page', value: Math.min(...rows), unit: '' },
          { name: 'inbox.few', label: 'time with few', value: median(times.small), unit: 'ms' },
          { name: 'inbox.many', label: 'time with many', value: median(times.large), unit: 'ms' },
        ];
      } finally {
        await small.server.stop();
        await large.server.stop();
      }
    }),
};
