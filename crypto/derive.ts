import { frame, type Field } from './bytes.js';
import { sodium } from './sodium.js';

/** Length of every derived key and hash, in bytes. */
export const HASH_BYTES = 32;

/**
 * A key or token for one purpose: BLAKE2b-256 (RFC 7693) keyed with `secret` over the label and the
 * fields, each with its length. Another purpose or field gives an unrelated value.
 */
export function derive(secret: Uint8Array, purpose: string, ...fields: Field[]): Uint8Array {
  return sodium.crypto_generichash(
    HASH_BYTES,
    frame(`casekey/1 derive ${purpose}`, fields),
    secret,
  );
}

/** BLAKE2b-256 without a key over public data; its labels are never those of {@link derive}. */
export function hash(purpose: string, ...fields: Field[]): Uint8Array {
  return sodium.crypto_generichash(HASH_BYTES, frame(`casekey/1 hash ${purpose}`, fields), null);
}
