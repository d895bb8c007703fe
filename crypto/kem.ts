import { sodium } from './sodium.js';

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

/** A fresh shared secret (32 bytes) and the ciphertext that carries it to the key's owner. */
export function encapsulate(publicKey: Uint8Array): {
  ciphertext: Uint8Array;
  sharedSecret: Uint8Array;
} {
  return sodium.crypto_kem_xwing_enc(publicKey);
}

/**
 * The shared secret of a ciphertext. A wrong ciphertext gives an unrelated secret, not an error:
 * what is sealed under it then does not open.
 */
export function decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return sodium.crypto_kem_xwing_dec(ciphertext, secretKey);
}
