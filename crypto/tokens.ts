import * as v from 'valibot';
import { fromBase64, toBase64 } from './bytes.js';
import { hash } from './derive.js';
import { AttachmentId } from './ids.js';

/** What a secret that a client shows to the server is for; each hashes differently. */
export type TokenPurpose =
  | 'lookup'
  | 'upload'
  | 'session'
  | 'invitation'
  | 'set-up'
  | 'administrator'
  | 'login proof'
  | 'recovery proof';

/**
 * The hash under which the server keeps a token (both base64url). Tokens have at least 128 random
 * bits or come from Argon2id, so that a plain hash suffices.
 */
export function tokenHash(purpose: TokenPurpose, token: string): string {
  return toBase64(hash(`token ${purpose}`, fromBase64(token)));
}

/** Bytes of an attachment's id. */
const ATTACHMENT_ID_BYTES = 16;

/**
 * The id of the attachment that is sent with the token of this hash. Entries name ids, so whoever
 * reads one knows them; only who made the token can show the hash that an id comes from, and with
 * that ask the server whether there is such an attachment.
 */
export function attachmentIdOf(uploadTokenHash: string): AttachmentId {
  const bytes = hash('attachment id', fromBase64(uploadTokenHash));
  return v.parse(AttachmentId, toBase64(bytes.subarray(0, ATTACHMENT_ID_BYTES)));
}
