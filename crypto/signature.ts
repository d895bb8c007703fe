import { frame, type Field } from './bytes.js';
import { sodium } from './sodium.js';

/** What may be signed. A signature for one purpose says nothing for another. */
export type SigningPurpose =
  | 'identity question'
  | 'identity answer'
  | 'creation'
  | 'entry'
  | 'directory'
  | 'delegation'
  | 'admission'
  | 'roster'
  | 'stamp'
  | 'invitation'
  | 'receipt'
  | 'audit head'
  | 'handbook'
  | 'export'
  | 'absence'
  | 'ceremony'
  | 'paper'
  | 'recording'
  | 'release';

/** An Ed25519 key pair (RFC 8032): 32 bytes public, 64 bytes secret. */
export interface SigningKeys {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

/** The key pair that a 32-byte seed gives. */
export function signingKeys(seed: Uint8Array): SigningKeys {
  const pair = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey: pair.publicKey, secretKey: pair.privateKey };
}

/** The bytes that a signature for a purpose is over. */
export function signedBytes(purpose: SigningPurpose, fields: readonly Field[]): Uint8Array {
  return frame(`casekey/1 sig ${purpose}`, fields);
}

/** A 64-byte Ed25519 signature over the purpose's label and the fields. */
export function sign(
  secretKey: Uint8Array,
  purpose: SigningPurpose,
  ...fields: Field[]
): Uint8Array {
  return sodium.crypto_sign_detached(signedBytes(purpose, fields), secretKey);
}

/** Whether `signature` is the key's over the purpose's label and the fields. Never throws. */
export function verify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  purpose: SigningPurpose,
  ...fields: Field[]
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return sodium.crypto_sign_verify_detached(signature, signedBytes(purpose, fields), publicKey);
}
