import { fromBase64, toBase64, type Field } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { derive } from './derive.js';
import { decapsulate, encapsulate, type KemKeys } from './kem.js';

/** Bytes sealed to one person's X-Wing key (both base64url). */
export interface SealedTo {
  kem: string;
  box: string;
}

function recipientKey(
  shared: Uint8Array,
  purpose: string,
  recipient: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  return derive(shared, `sealed to for ${purpose}`, recipient, ciphertext);
}

/** Seals bytes to the owner of an X-Wing public key (base64url), for one purpose. */
export function sealTo(
  publicKey: string,
  purpose: string,
  context: readonly Field[],
  plaintext: Uint8Array,
): SealedTo {
  const recipient = fromBase64(publicKey);
  const { ciphertext, sharedSecret } = encapsulate(recipient);
  const key = recipientKey(sharedSecret, purpose, recipient, ciphertext);
  return {
    kem: toBase64(ciphertext),
    box: toBase64(sealBox(key, purpose, context, plaintext)),
  };
}

/** Opens what {@link sealTo} sealed. Throws as `openBox` does. */
export function openSealedTo(
  keys: KemKeys,
  purpose: string,
  context: readonly Field[],
  sealed: SealedTo,
): Uint8Array {
  const ciphertext = fromBase64(sealed.kem);
  const shared = decapsulate(ciphertext, keys.secretKey);
  const key = recipientKey(shared, purpose, keys.publicKey, ciphertext);
  return openBox(key, purpose, context, fromBase64(sealed.box));
}
