import { frame } from './bytes.js';
import { HASH_BYTES } from './derive.js';
import { sodium } from './sodium.js';

/**
 * Hash of one sealed chunk (nonce ‖ ciphertext): 32 bytes, the same as `hash('chunk', sealed)`.
 * Frame and chunk go into the hash one after the other, so that a megabyte is not copied each time.
 */
export function chunkHash(sealed: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, sealed.length);
  const state = sodium.crypto_generichash_init(null, HASH_BYTES);
  sodium.crypto_generichash_update(state, frame('casekey/1 hash chunk', []));
  sodium.crypto_generichash_update(state, length);
  sodium.crypto_generichash_update(state, sealed);
  return sodium.crypto_generichash_final(state, HASH_BYTES);
}
