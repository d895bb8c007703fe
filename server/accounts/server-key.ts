import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readKeyFile, writeKeyFile } from '../key-file.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/** What the server's key wraps: the same bytes in another place, or of another account, do not open. */
export type WrappedPlace = 'vault' | 'recovery vault' | 'one-time secret';

/**
 * Wraps what accounts leave here (AES-256-GCM), so that whoever has the database alone, or a backup
 * of it, cannot open a vault even with the right passphrase.
 */
export interface ServerKey {
  wrap(place: WrappedPlace, account: string, bytes: Uint8Array): Buffer;
  /** @throws Error when the bytes were wrapped by another key, for another place or account. */
  unwrap(place: WrappedPlace, account: string, wrapped: Uint8Array): Buffer;
}

/** The key made of these 32 bytes. Wrapped bytes are version ‖ nonce ‖ tag ‖ ciphertext. */
export function createServerKey(key: Uint8Array): ServerKey {
  const context = (place: WrappedPlace, account: string) =>
    Buffer.from(`casekey/1 server ${place} ${account}`);
  return {
    wrap(place, account, bytes) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(context(place, account));
      const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
    },
    unwrap(place, account, wrapped) {
      const tagStart = 1 + NONCE_BYTES;
      const start = tagStart + TAG_BYTES;
      if (wrapped[0] !== VERSION || wrapped.length < start) throw new Error('not wrapped bytes');
      const nonce = wrapped.subarray(1, tagStart);
      const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(context(place, account));
      cipher.setAuthTag(wrapped.subarray(tagStart, start));
      return Buffer.concat([cipher.update(wrapped.subarray(start)), cipher.final()]);
    },
  };
}

/**
 * Reads the server's key from its file, which holds it in base64url.
 *
 * @param mayCreate whether to make a new key where there is no file: never once accounts exist.
 * @throws Error, worded for whoever runs the server, when there is no key or the file holds none.
 */
export async function readServerKey(file: string, mayCreate: boolean): Promise<ServerKey> {
  const key = await readKeyFile(file, 'server key');
  if (key !== null) return createServerKey(key);
  if (!mayCreate) {
    throw new Error(`${file} is missing: without the server's key nobody can sign in`);
  }
  return createServerKey(await writeKeyFile(file));
}
