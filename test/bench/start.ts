import { prepareFolder } from './database.js';
import { median, type Measure } from './measure.js';
import { startProcess, withFolder } from './process.js';

const MIB = 1024 * 1024;

/** From starting the process until a page was answered, and what it holds when nothing happens. */
export const start: Measure = {
  name: 'start',
  title: 'start of the built server',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      await prepareFolder(folder);
      const seconds: number[] = [];
      const memory: number[] = [];
      for (let round = 0; round < (quick ? 1 : 5); round += 1) {
        const begun = performance.now();
        const server = await startProcess(folder);
        try {
          const answer = await fetch(`${server.address}/en/`);
          await answer.arrayBuffer();
          if (!answer.ok) throw new Error('The server does not answer.');
          seconds.push((performance.now() - begun) / 1000);
          say(`first answer after ${(seconds.at(-1) ?? 0).toFixed(2)} s`);
          await new Promise((resolve) => setTimeout(resolve, quick ? 500 : 4000));
          memory.push(server.memory() / MIB);
        } finally {
          await server.stop();
        }
      }
      return [
        {
          name: 'start.first',
          label: 'first answer after',
          value: median(seconds),
          unit: 's',
          limit: { most: 1.5 },
        },
        {
          name: 'start.memory',
          label: 'memory when idle',
          value: median(memory),
          unit: 'MiB',
          limit: { most: 120 },
        },
      ];
    }),
};
