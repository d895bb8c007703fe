import { concat, frame, sameBytes, type Field } from './bytes.js';
import { derive } from './derive.js';
import { ProtocolError } from './errors.js';
import { randomBytes, sodium } from './sodium.js';

const VERSION = 1;
const NONCE_BYTES = 24;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;

/** Bytes a box adds to what it holds: version, nonce, commitment, tag. */
export const BOX_OVERHEAD = 1 + NONCE_BYTES + COMMITMENT_BYTES + TAG_BYTES;

function boxKeys(
  key: Uint8Array,
  purpose: string,
  nonce: Uint8Array,
): { commitment: Uint8Array; encryption: Uint8Array } {
  return {
    commitment: derive(key, `commitment of ${purpose}`, nonce),
    encryption: derive(key, `encryption of ${purpose}`, nonce),
  };
}

/**
 * Seals bytes under a 32-byte key with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha). The box is
 * version ‖ nonce ‖ commitment ‖ ciphertext; purpose and context fields are its associated data.
 */
export function sealBox(
  key: Uint8Array,
  purpose: string,
  context: readonly Field[],
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const { commitment, encryption } = boxKeys(key, purpose, nonce);
  const ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    plaintext,
    frame(`casekey/1 box ${purpose}`, context),
    null,
    nonce,
    encryption,
  );
  return concat(Uint8Array.of(VERSION), nonce, commitment, ciphertext);
}

/**
 * Opens what {@link sealBox} sealed. Throws `malformed`, `unknown_version`, `wrong_commitment` (it
 * was made under another key: checked first, since the cipher itself does not commit to its key)
 * or `does_not_open`.
 */
export function openBox(
  key: Uint8Array,
  purpose: string,
  context: readonly Field[],
  box: Uint8Array,
): Uint8Array {
  if (box.length < BOX_OVERHEAD) throw new ProtocolError('malformed', 'box too short');
  if (box[0] !== VERSION) throw new ProtocolError('unknown_version', 'box');
  const nonce = box.slice(1, 1 + NONCE_BYTES);
  const { commitment, encryption } = boxKeys(key, purpose, nonce);
  const start = 1 + NONCE_BYTES + COMMITMENT_BYTES;
  if (!sameBytes(commitment, box.slice(1 + NONCE_BYTES, start))) {
    throw new ProtocolError('wrong_commitment', purpose);
  }
  return openCipher(
    encryption,
    nonce,
    frame(`casekey/1 box ${purpose}`, context),
    box.slice(start),
  );
}

/** XChaCha20-Poly1305 opening that throws `does_not_open` instead of libsodium's bare error. */
export function openCipher(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      ciphertext,
      associatedData,
      nonce,
      key,
    );
  } catch {
    throw new ProtocolError('does_not_open');
  }
}
