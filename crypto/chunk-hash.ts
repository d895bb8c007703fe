import { sha256 } from '@noble/hashes/sha2.js';
import { hash } from './derive.js';
import { platformCrypto } from './platform.js';

/**
 * Hash of one sealed chunk (nonce ‖ ciphertext): 32 bytes, `hash('chunk', SHA-256(sealed))`. The
 * platform computes the inner one, beside what else is done. Decision 0010.
 *
 * @param sealed must stay as it is until the promise settles.
 */
export async function chunkHash(sealed: Uint8Array): Promise<Uint8Array> {
  return hash('chunk', await digest(sealed));
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = platformCrypto();
  if (subtle === undefined) return sha256(bytes);
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
