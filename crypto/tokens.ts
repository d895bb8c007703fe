import { fromBase64, toBase64 } from './bytes.js';
import { hash } from './derive.js';

/** What a secret that a client shows to the server is for; each hashes differently. */
export type TokenPurpose =
  'lookup' | 'upload' | 'session' | 'invitation' | 'set-up' | 'login proof' | 'recovery proof';

/**
 * The hash under which the server keeps a token (both base64url). Tokens have at least 128 random
 * bits or come from Argon2id, so that a plain hash suffices.
 */
export function tokenHash(purpose: TokenPurpose, token: string): string {
  return toBase64(hash(`token ${purpose}`, fromBase64(token)));
}
