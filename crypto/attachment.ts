import { concat, frame, fromBase64, sameBytes, toBase64 } from './bytes.js';
import { openCipher } from './box.js';
import { chunkHash } from './chunk-hash.js';
import { hash } from './derive.js';
import { ProtocolError } from './errors.js';
import type { AttachmentId } from './ids.js';
import { pad, paddedAttachmentSize } from './padding.js';
import { randomBytes, sodium } from './sodium.js';
import { CHUNK_BYTES, chunkCount, sealedChunkBytes } from './wire/attachments.js';

const NONCE_BYTES = 24;

function chunkData(id: AttachmentId, index: number, last: boolean): Uint8Array {
  return frame('casekey/1 chunk', [id, index, last ? 1 : 0]);
}

/**
 * Seals the chunk at `index` of an attachment whose padded size is `paddedSize`: nonce ‖
 * ciphertext. `plaintext` holds the file's bytes of this chunk; zeros fill what the file does not.
 * Chunks are independent, so several can be sealed and sent at once and each again as it is.
 *
 * @param memory to put the sealed chunk in where it is large enough; new memory for each megabyte
 * costs as much as copying it several times.
 */
export function sealChunk(
  key: Uint8Array,
  id: AttachmentId,
  paddedSize: number,
  index: number,
  plaintext: Uint8Array,
  memory?: Uint8Array,
): Uint8Array {
  const size = Math.min(CHUNK_BYTES, paddedSize - index * CHUNK_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const last = index === chunkCount(paddedSize) - 1;
  const padded = plaintext.length === size ? plaintext : pad(plaintext, size);
  const ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    padded,
    chunkData(id, index, last),
    null,
    nonce,
    key,
  );
  const bytes = nonce.length + ciphertext.length;
  if (memory === undefined || memory.length < bytes) return concat(nonce, ciphertext);
  memory.set(nonce);
  memory.set(ciphertext, nonce.length);
  return memory.subarray(0, bytes);
}

/**
 * Opens a sealed chunk after checking it against the list of hashes that the entry vouches for, and
 * returns the file's own bytes in it: padding is checked and cut off. Throws `wrong_chunk` for
 * another chunk than the list's, `does_not_open`, or `malformed` for padding that is not zero.
 */
export async function openChunk(
  key: Uint8Array,
  id: AttachmentId,
  fileSize: number,
  hashes: readonly Uint8Array[],
  index: number,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const paddedSize = paddedAttachmentSize(fileSize);
  const expected = hashes[index];
  if (
    expected === undefined ||
    sealed.length !== sealedChunkBytes(paddedSize, index) ||
    !sameBytes(expected, await chunkHash(sealed))
  ) {
    throw new ProtocolError('wrong_chunk');
  }
  const plaintext = openCipher(
    key,
    sealed.slice(0, NONCE_BYTES),
    chunkData(id, index, index === hashes.length - 1),
    sealed.slice(NONCE_BYTES),
  );
  const own = Math.max(0, Math.min(plaintext.length, fileSize - index * CHUNK_BYTES));
  if (plaintext.subarray(own).some((byte) => byte !== 0)) {
    throw new ProtocolError('malformed', 'padding');
  }
  return own === plaintext.length ? plaintext : plaintext.slice(0, own);
}

/** The hash over the sealed chunks' hashes, which the entry carries (base64url). */
export function attachmentHash(id: AttachmentId, hashes: readonly Uint8Array[]): string {
  return toBase64(hash('attachment', id, hashes.length, ...hashes));
}

/**
 * Splits a downloaded list of chunk hashes and checks it against the entry's hash. Throws
 * `wrong_manifest`.
 */
export function checkHashes(
  id: AttachmentId,
  fileSize: number,
  expected: string,
  list: Uint8Array,
): Uint8Array[] {
  const count = chunkCount(paddedAttachmentSize(fileSize));
  if (list.length !== count * 32) throw new ProtocolError('wrong_manifest');
  const hashes = Array.from({ length: count }, (_, index) =>
    list.slice(index * 32, (index + 1) * 32),
  );
  if (!sameBytes(fromBase64(attachmentHash(id, hashes)), fromBase64(expected))) {
    throw new ProtocolError('wrong_manifest');
  }
  return hashes;
}
