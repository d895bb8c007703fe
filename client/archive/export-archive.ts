import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes, toJsonBytes } from '../../crypto/private.js';
import { EXPORT_NAMES, SALT_BYTES, type ExportManifest } from './manifest.js';
import { zipOf, type ArchiveFile } from './zip-writer.js';

/** What an export holds beside its list. */
export interface ExportParts {
  manifest: Omit<ExportManifest, 'format' | 'files'>;
  files: AsyncIterable<ArchiveFile> | Iterable<ArchiveFile>;
  /** The list's signature as it lies in the archive. */
  sign: (manifest: Uint8Array) => Uint8Array;
}

/** A file whose bytes are at hand. */
export function fileOfBytes(name: string, bytes: Uint8Array): ArchiveFile {
  return { name, size: bytes.length, bytes: [bytes] };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The bytes of an export: its files as they come, then the salt, the list of their hashes and its
 * signature. Nothing is held but the list. Throws as `zipOf` does.
 */
export async function* exportArchive({
  manifest,
  files,
  sign,
}: ExportParts): AsyncGenerator<Uint8Array, void, undefined> {
  const salt = randomBytes(SALT_BYTES);
  const listed: ExportManifest['files'] = [];

  async function* hashed({ name, bytes }: ArchiveFile): AsyncGenerator<Uint8Array> {
    const hash = sha256.create().update(salt);
    for await (const piece of bytes) {
      hash.update(piece);
      yield piece;
    }
    listed.push({ name, sha256: hexOf(hash.digest()) });
  }

  async function* all(): AsyncGenerator<ArchiveFile> {
    for await (const file of files) yield { ...file, bytes: hashed(file) };
    yield fileOfBytes(EXPORT_NAMES.salt, salt);
    const { kind, installation, export: id, case: caseId, by, day } = manifest;
    const document: ExportManifest = {
      format: 'casekey export 1',
      kind,
      installation,
      export: id,
      case: caseId,
      by,
      day,
      files: listed,
    };
    const list = toJsonBytes(document);
    yield fileOfBytes(EXPORT_NAMES.manifest, list);
    yield fileOfBytes(EXPORT_NAMES.signature, sign(list));
  }

  yield* zipOf(all());
}
