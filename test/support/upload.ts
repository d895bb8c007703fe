import { randomBytes } from 'node:crypto';
import {
  type AttachmentId,
  attachmentHash,
  attachmentIdOf,
  CHUNK_BYTES,
  chunkCount,
  chunkHash,
  paddedAttachmentSize,
  sealChunk,
  toBase64,
  tokenHash,
} from '../../crypto/private.js';
import { ask, type Answer } from './api.js';
import type { TestServer } from './server.js';

/** A file with its sealed chunks, and what its maker needs to send them. */
export interface TestUpload {
  id: AttachmentId;
  key: Uint8Array;
  start: { id: AttachmentId; size: number; tokenHash: string };
  authorization: string;
  chunks: Uint8Array[];
  hashes: Uint8Array[];
  /** What the entry that carries the file says of it. */
  hash: string;
}

/** Seals a file of `size` random bytes; nothing is sent. */
export async function makeUpload(size: number): Promise<TestUpload> {
  const key = randomBytes(32);
  const token = toBase64(randomBytes(32));
  const id = attachmentIdOf(tokenHash('upload', token));
  const padded = paddedAttachmentSize(size);
  const chunks = Array.from({ length: chunkCount(padded) }, (_, index) => {
    const own = Math.max(0, Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES));
    return sealChunk(key, id, padded, index, randomBytes(own));
  });
  const hashes = await Promise.all(chunks.map(chunkHash));
  return {
    id,
    key,
    start: { id, size: padded, tokenHash: tokenHash('upload', token) },
    authorization: `Upload ${token}`,
    chunks,
    hashes,
    hash: attachmentHash(id, hashes),
  };
}

/** Announces an upload. */
export function startUpload(server: Pick<TestServer, 'url'>, upload: TestUpload): Promise<Answer> {
  return ask(server, 'POST', '/api/attachments', { json: upload.start });
}

/** Sends one chunk, as it was sealed or other bytes in its place. */
export function putChunk(
  server: Pick<TestServer, 'url'>,
  upload: TestUpload,
  index: number,
  bytes: Uint8Array | undefined = upload.chunks[index],
): Promise<Answer> {
  const path = `/api/attachments/${upload.id}/chunks/${String(index)}`;
  const { authorization } = upload;
  return ask(server, 'PUT', path, { authorization, bytes: bytes ?? new Uint8Array(0) });
}

/** Announces an upload and sends all of it. */
export async function sendUpload(
  server: Pick<TestServer, 'url'>,
  upload: TestUpload,
): Promise<void> {
  await startUpload(server, upload);
  for (const index of upload.chunks.keys()) {
    const answer = await putChunk(server, upload, index);
    if (answer.status !== 204) throw new Error(`chunk refused: ${answer.code ?? ''}`);
  }
}
