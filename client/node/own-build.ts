import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fromJsonBytes, Release, type ReleaseFile } from '../../crypto/private.js';
import { ClientError } from '../errors.js';

/** A build on this machine. */
export interface OwnBuild {
  readonly release: Release;
  /** The bytes of one of its files. Throws ClientError `build_damaged` where they are not those built. */
  readonly bytes: (file: ReleaseFile) => Promise<Uint8Array>;
}

/**
 * Opens a build.
 *
 * @param folder where `manifest.json` lies.
 * @throws ClientError `build_missing`; ProtocolError where its manifest is of another version.
 */
export async function openOwnBuild(folder: string): Promise<OwnBuild> {
  const manifest = await readFile(path.join(folder, 'manifest.json')).catch(() => {
    throw new ClientError('build_missing');
  });
  return {
    release: fromJsonBytes(Release, manifest),
    async bytes({ file, sha256 }) {
      const bytes = await readFile(path.join(folder, file)).catch(() => null);
      const hash = bytes === null ? '' : createHash('sha256').update(bytes).digest('hex');
      if (bytes === null || hash !== sha256) throw new ClientError('build_damaged');
      return bytes;
    },
  };
}
