import sodium from 'libsodium-wrappers';
import type { Api } from '../../../client/api.js';
import { createPace } from '../../../client/pace.js';
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
  /** Sealed and hashed by our code. */
  sealed: number[];
  /** Encrypted by libsodium and hashed by the platform. */
  raw: number[];
  /** Encrypted by libsodium, and not hashed at all. */
  cipher: number[];
}

async function seconds(task: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await task();
  return (performance.now() - started) / 1000;
}

/** Our sealing of chunks and the bare calls beneath it, in turn, on the same buffers. */
async function compare(chunks: number, rounds: number): Promise<Comparison> {
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
  const encrypt = (buffer: Uint8Array): Uint8Array<ArrayBuffer> =>
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
      buffer,
      data,
      null,
      nonce,
      key,
    ) as Uint8Array<ArrayBuffer>;
  const tasks: Record<keyof Comparison, () => Promise<void>> = {
    async sealed() {
      for (const [index, buffer] of buffers.entries()) {
        await chunkHash(sealChunk(key, id, chunks * CHUNK_BYTES, index, buffer));
      }
    },
    async raw() {
      for (const buffer of buffers) await crypto.subtle.digest('SHA-256', encrypt(buffer));
    },
    cipher() {
      for (const buffer of buffers) encrypt(buffer);
      return Promise.resolve();
    },
  };
  const result: Comparison = { sealed: [], raw: [], cipher: [] };
  const names = ['sealed', 'raw', 'cipher'] as const;
  // once before, so that all of it is compiled
  for (const name of names) await tasks[name]();
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) result[name].push(await seconds(tasks[name]));
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
  await sendUpload(api, upload, source, createPace(), nothing, nothing);
}

addEventListener('message', ({ data: task }: MessageEvent<SealingTask>) => {
  void ready().then(async () => {
    if (task.kind === 'compare') postMessage(await compare(task.chunks, task.rounds));
    else {
      await sealFile(task.file);
      postMessage(null);
    }
  });
});
