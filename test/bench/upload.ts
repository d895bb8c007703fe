import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { prepareFolder } from './database.js';
import { median, type Measure } from './measure.js';
import { startHelper, startProcess, watchMemory, withFolder } from './process.js';
import type { DirectChunksTask } from './upload-direct.js';
import type { UploadTask } from './upload-send.js';

const MIB = 1024 * 1024;

async function sendTo(
  folder: string,
  bytes: number,
): Promise<{ seconds: number; before: number; peak: number }> {
  await mkdir(folder);
  await prepareFolder(folder);
  const server = await startProcess(folder);
  const sender = startHelper('upload-send.ts');
  try {
    // the first small file brings in code and buffers that stay
    await sender.ask<number>({ address: server.address, bytes: 8 * MIB } satisfies UploadTask);
    const before = server.memory();
    const watch = watchMemory(() => server.memory());
    const task: UploadTask = { address: server.address, bytes };
    const seconds = await sender.ask<number>(task);
    return { seconds, before, peak: watch.stop() };
  } finally {
    sender.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeTo(folder: string, bytes: number): Promise<number> {
  await mkdir(folder);
  const writer = startHelper('upload-direct.ts');
  try {
    const task: DirectChunksTask = { folder, chunks: bytes / MIB };
    return await writer.ask<number>(task);
  } finally {
    writer.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file of 1 GiB through client and server, against writing the same chunk rows directly. */
export const upload: Measure = {
  name: 'upload',
  title: 'upload of a 1 GiB file',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const bytes = (quick ? 64 : 1024) * MIB;
      const rounds = quick ? 1 : 3;
      const sent: number[] = [];
      const written: number[] = [];
      const growth: number[] = [];
      let resting = 0;
      for (let round = 1; round <= rounds; round += 1) {
        say(`round ${String(round)} of ${String(rounds)}: ${String(bytes / MIB)} MiB`);
        const { seconds, before, peak } = await sendTo(path.join(folder, 'server'), bytes);
        sent.push(bytes / MIB / seconds);
        growth.push((peak - before) / MIB);
        resting = before / MIB;
        written.push(bytes / MIB / (await writeTo(path.join(folder, 'direct'), bytes)));
      }
      const ratios = sent.map((rate, index) => (rate / (written[index] ?? 1)) * 100);
      return [
        {
          name: 'upload.ratio',
          label: 'speed against writing the rows directly',
          value: median(ratios),
          unit: '%',
          limit: { least: 70 },
        },
        {
          name: 'upload.growth',
          label: "growth of the server's memory at its peak",
          value: Math.max(...growth),
          unit: 'MiB',
          limit: { most: 64 },
        },
        { name: 'upload.before', label: 'memory before', value: resting, unit: 'MiB' },
        { name: 'upload.rate', label: 'upload', value: median(sent), unit: 'MiB/s' },
        { name: 'upload.direct', label: 'written directly', value: median(written), unit: 'MiB/s' },
      ];
    }),
};
