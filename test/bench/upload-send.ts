import { randomBytes } from 'node:crypto';
import { CHUNK_BYTES, chunkHash, dayOf, ready, sealChunk } from '../../crypto/private.js';
import { createApi } from '../../client/api.js';
import type { FileSource } from '../../client/models.js';
import { createFetch } from '../../client/node/fetch.js';
import { createPace } from '../../client/pace.js';
import { createReporter } from '../../client/reporter.js';
import { beginUpload, sendUpload } from '../../client/upload.js';
import { serveTasks } from './process.js';

/** A file to send, sealed while it is sent and with a report, or sealed beforehand and alone. */
export interface UploadTask {
  address: string;
  bytes: number;
  sealed: 'meanwhile' | 'beforehand';
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

function recording(size: number): FileSource {
  return {
    name: 'recording.mp4',
    type: 'video/mp4',
    size,
    lastModified: 0,
    read: (start, end) => Promise.resolve(patternAt(start, end)),
  };
}

async function sealAndSend(address: string, bytes: number): Promise<number> {
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
    [recording(bytes)],
    (progress) => {
      if (progress.step !== 'file') return;
      if (begun === 0) begun = performance.now();
      done = performance.now();
    },
  );
  return done - begun;
}

// As after a line that broke: every chunk is sealed and none confirmed, so the upload's own code
// sends them as they are.
async function sendSealed(address: string, bytes: number): Promise<number> {
  await ready();
  const file = recording(bytes);
  const upload = beginUpload(file);
  for (let index = 0; index < upload.chunks; index += 1) {
    const start = index * CHUNK_BYTES;
    const plaintext = patternAt(start, Math.min(start + CHUNK_BYTES, bytes));
    const sealed = sealChunk(upload.key, upload.id, upload.paddedSize, index, plaintext);
    upload.unconfirmed.set(index, { index, bytes: sealed, hash: await chunkHash(sealed) });
  }
  const api = createApi({ address, fetch: createFetch() });
  const nothing = (): void => undefined;
  const begun = performance.now();
  await sendUpload(api, upload, file, createPace(), nothing, nothing);
  return performance.now() - begun;
}

// Sends a file with the client's own code, and answers the seconds from first to last chunk.
serveTasks(
  async ({ address, bytes, sealed }: UploadTask): Promise<number> =>
    (await (sealed === 'meanwhile' ? sealAndSend : sendSealed)(address, bytes)) / 1000,
);
