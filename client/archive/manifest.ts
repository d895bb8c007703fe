import * as v from 'valibot';
import {
  CaseId,
  Day,
  fromBase64,
  fromJsonBytes,
  InstallationId,
  ReaderId,
  sign,
  toBase64,
  utf8,
  verify,
  WorkId,
} from '../../crypto/private.js';

/** The names of what stands in every export beside the files of the case, in their order. */
export const EXPORT_NAMES = {
  readable: 'case.html',
  machine: 'case.json',
  records: 'records.json',
  trail: 'trail.json',
  directory: 'directory.json',
  salt: 'salt',
  manifest: 'manifest.json',
  signature: 'manifest.sig',
} as const;

/** Bytes that stand in front of each file where it is hashed. */
export const SALT_BYTES = 32;

/**
 * The list of an export: who made it, when, and a hash of each file with the export's salt in front.
 * The salt lies in the archive and not in the list, so that the list alone confirms no guess about
 * what the files say. A redacted export names no case.
 */
export const ExportManifest = v.strictObject({
  format: v.literal('casekey export 1'),
  kind: v.picklist(['whole', 'redacted']),
  installation: InstallationId,
  /** What the case's own record of exports calls it. */
  export: WorkId,
  case: v.nullable(CaseId),
  by: ReaderId,
  day: Day,
  /** SHA-256 over salt and bytes, in hexadecimal. */
  files: v.pipe(
    v.array(
      v.strictObject({
        name: v.pipe(v.string(), v.maxLength(300)),
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      }),
    ),
    v.minLength(1),
    v.maxLength(100_000),
  ),
});
export type ExportManifest = v.InferOutput<typeof ExportManifest>;

/** The signature of a list's bytes by the account key of who exports, as it lies in the archive. */
export function signManifest(secretKey: Uint8Array, manifest: Uint8Array): Uint8Array {
  return utf8(`${toBase64(sign(secretKey, 'export', manifest))}\n`);
}

/**
 * Whether a list was signed by this Ed25519 public key (base64url).
 *
 * @throws ProtocolError `malformed` for a signature that is none.
 */
export function manifestHolds(key: string, manifest: Uint8Array, signature: string): boolean {
  const bytes = fromBase64(signature.replace(/\n$/u, ''));
  return verify(fromBase64(key), bytes, 'export', manifest);
}

/** The list that bytes spell. Throws ProtocolError `malformed`. */
export function readManifest(bytes: Uint8Array): ExportManifest {
  return fromJsonBytes(ExportManifest, bytes);
}
