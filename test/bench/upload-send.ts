import { randomBytes } from 'node:crypto';
import { dayOf } from '../../crypto/private.js';
import { createFetch } from '../../client/node/fetch.js';
import { createReporter } from '../../client/reporter.js';
import { serveTasks } from './process.js';

/** A file to send with a report. */
export interface UploadTask {
  address: string;
  bytes: number;
}

const PATTERN = randomBytes(16 * 1024 * 1024);

function patternAt(start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  for (let filled = 0; filled < bytes.length;) {
    const from = (start + filled) % PATTERN.length;
    const piece = PATTERN.subarray(from, Math.min(PATTERN.length, from + bytes.length - filled));
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

// Sends a file with the reporter's own code, and answers the seconds from first to last chunk.
serveTasks(async ({ address, bytes }: UploadTask): Promise<number> => {
  const reporter = createReporter({
    address,
    fetch: createFetch(),
    today: () => dayOf(new Date()),
  });
  const [channel] = (await reporter.directory()).channels;
  let begun = 0;
  let done = 0;
  await reporter.submit(
    {
      words: await reporter.newCaseKey(),
      channel: channel?.id ?? '',
      language: 'en',
      category: 'other',
      relation: 'worker',
      text: 'With a recording.',
      answers: {},
      leftOut: [],
    },
    [
      {
        name: 'recording.mp4',
        type: 'video/mp4',
        size: bytes,
        lastModified: 0,
        read: (start, end) => Promise.resolve(patternAt(start, end)),
      },
    ],
    (progress) => {
      if (progress.step !== 'file') return;
      if (begun === 0) begun = performance.now();
      done = performance.now();
    },
  );
  return (done - begun) / 1000;
});
