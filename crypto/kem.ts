import { fromBase64 } from './bytes.js';
import { randomBytes, sodium } from './sodium.js';

/** Sizes of X-Wing (draft-connolly-cfrg-xwing-kem), in bytes. */
export const KEM_PUBLIC_KEY_BYTES = 1216;
export const KEM_CIPHERTEXT_BYTES = 1120;

/** An X-Wing key pair; its secret key is the 32-byte seed itself. */
export interface KemKeys {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

/** The X-Wing key pair that a 32-byte seed gives. */
export function kemKeys(seed: Uint8Array): KemKeys {
  const pair = sodium.crypto_kem_xwing_seed_keypair(seed);
  return { publicKey: pair.publicKey, secretKey: pair.privateKey };
}

/** What libsodium says of a public key that is none. */
const NO_KEY = 'invalid usage';

function tryEncapsulate(publicKey: Uint8Array): Encapsulated | null {
  try {
    return sodium.crypto_kem_xwing_enc(publicKey);
  } catch (error) {
    if (error instanceof Error && error.message === NO_KEY) return null;
    throw error;
  }
}

/** A shared secret (32 bytes) and the ciphertext that carries it to the key's owner. */
export interface Encapsulated {
  ciphertext: Uint8Array;
  sharedSecret: Uint8Array;
}

/**
 * A fresh shared secret for the owner of a key. For bytes that are no public key (FIPS 203 wants its
 * numbers below the modulus, RFC 7748 no point of small order) it gives one that nobody can have: who
 * names such a key harms nobody else to whom the same is sealed.
 */
export function encapsulate(publicKey: Uint8Array): Encapsulated {
  return (
    tryEncapsulate(publicKey) ?? {
      ciphertext: randomBytes(KEM_CIPHERTEXT_BYTES),
      sharedSecret: randomBytes(32),
    }
  );
}

/** Whether something can be sealed to this public key (base64url). */
export function isKemKey(publicKey: string): boolean {
  const bytes = fromBase64(publicKey);
  return bytes.length === KEM_PUBLIC_KEY_BYTES && tryEncapsulate(bytes) !== null;
}

/**
 * The shared secret of a ciphertext. A wrong ciphertext gives an unrelated secret, not an error:
 * what is sealed under it then does not open.
 */
export function decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return sodium.crypto_kem_xwing_dec(ciphertext, secretKey);
}
