import * as v from 'valibot';
import { fromBase64, toBase64, type Field } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { ReaderId } from './ids.js';
import type { KemKeys } from './kem.js';
import { openSealedTo, sealTo } from './sealed-to.js';
import { randomBytes } from './sodium.js';
import type { SharedKey } from './wire/shared.js';

/** What several readers may open: a box under a key of its own, and that key for each of them. */
export interface SharedBox {
  /** The key, which whoever sealed it may keep a copy of. */
  key: Uint8Array;
  /** base64url */
  box: string;
  keys: SharedKey[];
}

/**
 * Seals bytes, padded by the caller, so that each of these readers can open them with a key of the
 * directory. The key is random each time: who is not among them any more opens nothing new.
 */
export function sealShared(
  purpose: string,
  context: readonly Field[],
  plaintext: Uint8Array,
  readers: readonly { id: string; kem: string }[],
): SharedBox {
  const key = randomBytes(32);
  return {
    key,
    box: toBase64(sealBox(key, purpose, context, plaintext)),
    keys: readers.map(({ id, kem }) => ({
      recipient: v.parse(ReaderId, id),
      ...sealTo(kem, `${purpose} key`, [...context, id], key),
    })),
  };
}

/** The key of a shared box for one of its readers. Throws as `openBox` does. */
export function openSharedKey(
  purpose: string,
  context: readonly Field[],
  shared: SharedKey,
  keys: KemKeys,
): Uint8Array {
  return openSealedTo(keys, `${purpose} key`, [...context, shared.recipient], shared);
}

/** What stands in a shared box. Throws as `openBox` does. */
export function openShared(
  purpose: string,
  context: readonly Field[],
  box: string,
  key: Uint8Array,
): Uint8Array {
  return openBox(key, purpose, context, fromBase64(box));
}
