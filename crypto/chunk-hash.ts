import { hash } from './derive.js';

/** Hash of one sealed chunk (nonce ‖ ciphertext): 32 bytes. */
export function chunkHash(sealed: Uint8Array): Uint8Array {
  return hash('chunk', sealed);
}
