import {
  concat,
  derive,
  frame,
  fromBase64,
  ProtocolError,
  toBase64,
  type Field,
  type ProtocolFault,
} from '../../../crypto/private.js';
import { sodium } from '../../../crypto/sodium.js';

/** Runs one check and reports how it ended. */
export type Check = (name: string, body: () => void) => void;

/** Throws where something is not what was frozen. */
export function same(what: string, actual: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

/** Throws where a call does not end with this fault of the protocol. */
export function refused(what: string, fault: ProtocolFault, call: () => unknown): void {
  let found: unknown = 'taken';
  try {
    call();
  } catch (error) {
    found = error instanceof ProtocolError ? error.fault : error;
  }
  same(what, found instanceof Error ? found.message : found, fault);
}

/** The same bytes (base64url) with one bit flipped, counted from the end where `at` is negative. */
export function flipped(text: string, at = -1): string {
  const bytes = fromBase64(text);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return toBase64(bytes);
}

/** XChaCha20-Poly1305 with a nonce that is given. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const encryptWith = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt;
  return encryptWith(plaintext, associatedData, null, nonce, key);
}

/** A box (base64url) as the document of the protocol describes it, with a nonce that is given. */
export function boxWith(
  nonce: Uint8Array,
  key: Uint8Array,
  purpose: string,
  context: readonly Field[],
  plaintext: Uint8Array,
): string {
  const commitment = derive(key, `commitment of ${purpose}`, nonce);
  const data = frame(`casekey/1 box ${purpose}`, context);
  const encryption = derive(key, `encryption of ${purpose}`, nonce);
  const ciphertext = encrypt(encryption, nonce, data, plaintext);
  return toBase64(concat(Uint8Array.of(1), nonce, commitment, ciphertext));
}

/** The nonce of a box (base64url). */
export function nonceOf(box: string): Uint8Array {
  return fromBase64(box).slice(1, 25);
}

/** Whether these are the bytes that were signed; the signature says nothing of how they came about. */
export function holds(publicKey: Uint8Array, bytes: string, signature: string): boolean {
  return sodium.crypto_sign_verify_detached(
    fromBase64(signature),
    fromBase64(bytes),
    publicKey,
  );
}
