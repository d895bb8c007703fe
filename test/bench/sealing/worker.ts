import sodium from 'libsodium-wrappers';
import type { Api } from '../../../client/api.js';
import { beginUpload, sendUpload } from '../../../client/upload.js';
import {
  AttachmentId,
  CHUNK_BYTES,
  chunkHash,
  newId,
  randomBytes,
  ready,
  sealChunk,
} from '../../../crypto/private.js';

/** What the page asks of this worker. */
export type SealingTask =
  { kind: 'compare'; chunks: number; rounds: number } | { kind: 'file'; file: File };

/** Seconds of each round. */
export interface Comparison {
  sealed: number[];
  raw: number[];
}

function seconds(task: () => void): number {
  const started = performance.now();
  task();
  return (performance.now() - started) / 1000;
}

/** Our sealing of chunks and libsodium's calls alone, in turn, on the same buffers. */
function compare(chunks: number, rounds: number): Comparison {
  const buffers = Array.from({ length: chunks }, () => {
    const bytes = new Uint8Array(CHUNK_BYTES);
    for (let at = 0; at < bytes.length; at += 65_536) {
      crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    }
    return bytes;
  });
  const key = randomBytes(32);
  const id = newId(AttachmentId);
  const data = randomBytes(60);
  const nonce = randomBytes(24);
  const seal = (): void => {
    for (const [index, buffer] of buffers.entries()) {
      chunkHash(sealChunk(key, id, chunks * CHUNK_BYTES, index, buffer));
    }
  };
  const encrypt = (): void => {
    for (const buffer of buffers) {
      const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(buffer, data, null, nonce, key);
      sodium.crypto_generichash(32, box, null);
    }
  };
  seal();
  encrypt();
  const result: Comparison = { sealed: [], raw: [] };
  for (let round = 0; round < rounds; round += 1) {
    result.sealed.push(seconds(seal));
    result.raw.push(seconds(encrypt));
  }
  return result;
}

/** The upload's own code on a file of the browser, with a server that takes everything at once. */
async function sealFile(file: File): Promise<void> {
  const source = {
    name: file.name,
    type: 'video/mp4',
    size: file.size,
    lastModified: file.lastModified,
    read: async (start: number, end: number) =>
      new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
  const upload = beginUpload(source);
  upload.started = true;
  const api: Api = {
    ask: () => Promise.reject(new Error('nothing is asked')),
    askBytes: () => Promise.reject(new Error('nothing is asked')),
    tell: () => Promise.resolve(),
  };
  const nothing = (): void => undefined;
  await sendUpload(api, upload, source, nothing, nothing);
}

addEventListener('message', ({ data: task }: MessageEvent<SealingTask>) => {
  void ready().then(async () => {
    if (task.kind === 'compare') postMessage(compare(task.chunks, task.rounds));
    else {
      await sealFile(task.file);
      postMessage(null);
    }
  });
});
