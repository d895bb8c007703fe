import * as v from 'valibot';
import { AttachmentId, bytesSchema } from '../ids.js';

/** Plaintext bytes in a full chunk. */
export const CHUNK_BYTES = 1024 * 1024;
/** Bytes that sealing adds to a chunk: a 24-byte nonce before, a 16-byte tag behind. */
export const CHUNK_OVERHEAD = 24 + 16;

/**
 * POST /api/attachments: announces an upload. `size` is the padded size in bytes; `id` must come from
 * the hash of the token (`attachmentIdOf`), so that only its maker can announce it and send chunks,
 * with `Authorization: Upload <token>`.
 *
 * Chunks follow as PUT /api/attachments/:id/chunks/:index (raw bytes: nonce ‖ ciphertext).
 */
export const StartUpload = v.strictObject({
  id: AttachmentId,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  tokenHash: bytesSchema(32),
});
export type StartUpload = v.InferOutput<typeof StartUpload>;

/** Answer to POST /api/attachments and GET /api/attachments/:id (with the upload's token): which chunks are stored. */
export const UploadState = v.strictObject({
  chunks: v.pipe(v.number(), v.integer(), v.minValue(1)),
  stored: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
});
export type UploadState = v.InferOutput<typeof UploadState>;

/** How many chunks a padded size makes. */
export function chunkCount(size: number): number {
  return Math.ceil(size / CHUNK_BYTES);
}

/** Sealed bytes of the chunk at `index` of a padded size. */
export function sealedChunkBytes(size: number, index: number): number {
  return Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES) + CHUNK_OVERHEAD;
}
