import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { prepareFolder } from './database.js';
import { median, type Measure } from './measure.js';
import { startHelper, startProcess, watchMemory, withFolder } from './process.js';
import type { DirectChunksTask } from './upload-direct.js';
import type { UploadTask } from './upload-send.js';

const MIB = 1024 * 1024;

interface Sent {
  /** MiB a second. */
  rate: number;
  /** Bytes of the server's memory, before and at the peak. */
  before: number;
  peak: number;
}

async function sendTo(folder: string, bytes: number, sealed: UploadTask['sealed']): Promise<Sent> {
  await mkdir(folder);
  await prepareFolder(folder);
  const server = await startProcess(folder);
  const sender = startHelper('upload-send.ts');
  try {
    const { address } = server;
    // the first small file brings in code and buffers that stay
    await sender.ask<number>({ address, bytes: 8 * MIB, sealed } satisfies UploadTask);
    const before = server.memory();
    const watch = watchMemory(() => server.memory());
    const seconds = await sender.ask<number>({ address, bytes, sealed } satisfies UploadTask);
    return { rate: bytes / MIB / seconds, before, peak: watch.stop() };
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

/**
 * A file of 1 GiB through client and server, against writing the same chunk rows directly. The limit
 * is for chunks that were sealed beforehand, as the reports of the other measure are: in use the
 * sealing takes another machine's processor, and it has a measure of its own.
 */
export const upload: Measure = {
  name: 'upload',
  title: 'upload of a 1 GiB file',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const bytes = (quick ? 64 : 1024) * MIB;
      const rounds = quick ? 1 : 3;
      const beforehand: Sent[] = [];
      const meanwhile: Sent[] = [];
      const written: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        say(`round ${String(round)} of ${String(rounds)}: ${String(bytes / MIB)} MiB`);
        beforehand.push(await sendTo(path.join(folder, 'server'), bytes, 'beforehand'));
        written.push(bytes / MIB / (await writeTo(path.join(folder, 'direct'), bytes)));
        meanwhile.push(await sendTo(path.join(folder, 'server'), bytes, 'meanwhile'));
      }
      const share = (sent: Sent[]): number =>
        median(sent.map(({ rate }, index) => (rate / (written[index] ?? 1)) * 100));
      const all = [...beforehand, ...meanwhile];
      return [
        {
          name: 'upload.ratio',
          label: 'sealed beforehand: speed against writing the rows directly',
          value: share(beforehand),
          unit: '%',
          limit: { least: 70 },
        },
        {
          name: 'upload.sealing',
          label: 'sealed on the same machine meanwhile: the same',
          value: share(meanwhile),
          unit: '%',
        },
        {
          name: 'upload.growth',
          label: "growth of the server's memory at its peak",
          value: Math.max(...all.map(({ before, peak }) => (peak - before) / MIB)),
          unit: 'MiB',
          limit: { most: 64 },
        },
        {
          name: 'upload.before',
          label: 'memory before',
          value: median(all.map(({ before }) => before / MIB)),
          unit: 'MiB',
        },
        {
          name: 'upload.rate',
          label: 'upload, sealed beforehand',
          value: median(beforehand.map(({ rate }) => rate)),
          unit: 'MiB/s',
        },
        { name: 'upload.direct', label: 'written directly', value: median(written), unit: 'MiB/s' },
      ];
    }),
};
