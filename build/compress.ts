import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const cache = fileURLToPath(new URL('../node_modules/.cache/casekey/', import.meta.url));
const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/**
 * The smallest brotli and gzip form of some bytes. The libsodium bundles take seconds at that
 * quality, so results are kept beside the packages, by hash of the bytes and version of zlib.
 */
export async function compress(bytes: Uint8Array): Promise<{ br: Uint8Array; gz: Uint8Array }> {
  const versions = `${process.versions.zlib} ${process.versions.brotli}`;
  const key = createHash('sha256').update(versions).update(bytes).digest('hex');
  const [br, gz] = await Promise.all([
    cached(`${key}.br`, () =>
      toBrotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    ),
    cached(`${key}.gz`, () => toGzip(bytes, { level: 9 })),
  ]);
  return { br, gz };
}

async function cached(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = path.join(cache, name);
  try {
    return await readFile(file);
  } catch {
    const bytes = await make();
    await mkdir(cache, { recursive: true });
    // renamed into place, so that a build beside this one never reads half a file
    const draft = `${file}.${process.pid.toString()}`;
    await writeFile(draft, bytes);
    await rename(draft, file);
    return bytes;
  }
}
