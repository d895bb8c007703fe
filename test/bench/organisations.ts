import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareFolder } from './database.js';
import { median, type Measure } from './measure.js';
import { startProcess, withFolder } from './process.js';

const MIB = 1024 * 1024;
/** Organisations beside the first. */
const MORE = 8;

interface Cost {
  readonly seconds: number;
  readonly memory: number;
}

/** Starts a process with the first so many of them, until each is served and a page was answered. */
async function costOf(folder: string, count: number, rest: number): Promise<Cost> {
  const list = path.join(folder, `${String(count)}.json`);
  const entries = Array.from({ length: count }, (_, index) => ({
    name: `o${String(index)}`,
    publicAddress: index === 0 ? 'http://127.0.0.1:0' : `http://o${String(index)}.example`,
    dataFolder: path.join(folder, String(index)),
  }));
  await writeFile(list, JSON.stringify(entries));
  const begun = performance.now();
  const server = await startProcess('', {
    CASEKEY_ORGANISATIONS: list,
    UV_THREADPOOL_SIZE: String(MORE + 3),
  });
  try {
    // in whatever order they are served
    const ready = entries.map(({ name }) => `(?=[^]*\\b${name} is ready)`);
    await server.waitFor(new RegExp(`^${ready.join('')}([^])`, 'u'));
    const address = await server.waitFor(/ready at (http:\/\/127\S+)/u);
    const answer = await fetch(`${address}/en/`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error('The server does not answer.');
    const seconds = (performance.now() - begun) / 1000;
    await new Promise((resolve) => setTimeout(resolve, rest));
    return { seconds, memory: server.memory() / MIB };
  } finally {
    await server.stop();
  }
}

/** What one more organisation costs a process, as a share of what the process costs with one. */
export const organisations: Measure = {
  name: 'organisations',
  title: 'one more organisation on the built server',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      for (let index = 0; index <= MORE; index += 1) {
        await mkdir(path.join(folder, String(index)));
        await prepareFolder(path.join(folder, String(index)));
      }
      const figures: Record<'seconds' | 'memory' | 'start' | 'share', number[]> = {
        seconds: [],
        memory: [],
        start: [],
        share: [],
      };
      for (let round = 0; round < (quick ? 1 : 5); round += 1) {
        const rest = quick ? 500 : 4000;
        const one = await costOf(folder, 1, rest);
        const all = await costOf(folder, 1 + MORE, rest);
        const seconds = (all.seconds - one.seconds) / MORE;
        const memory = (all.memory - one.memory) / MORE;
        figures.seconds.push(seconds);
        figures.memory.push(memory);
        figures.start.push((100 * seconds) / one.seconds);
        figures.share.push((100 * memory) / one.memory);
        say(
          `one ${one.seconds.toFixed(2)} s, ${one.memory.toFixed(0)} MiB; ` +
            `${String(1 + MORE)} ${all.seconds.toFixed(2)} s, ${all.memory.toFixed(0)} MiB`,
        );
      }
      return [
        {
          name: 'organisations.start',
          label: 'each further one at the start',
          value: median(figures.seconds),
          unit: 's',
        },
        {
          name: 'organisations.start_share',
          label: 'of the start with one',
          value: median(figures.start),
          unit: '%',
          limit: { most: 20 },
        },
        {
          name: 'organisations.memory',
          label: 'memory when idle of each',
          value: median(figures.memory),
          unit: 'MiB',
        },
        {
          name: 'organisations.memory_share',
          label: 'of the memory with one',
          value: median(figures.share),
          unit: '%',
          limit: { most: 10 },
        },
      ];
    }),
};
