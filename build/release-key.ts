import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {
  bytesSchema,
  fromBase64,
  fromUtf8,
  randomBytes,
  signingKeys,
  toBase64,
} from '../crypto/private.js';

const KeyFile = v.strictObject({
  format: v.literal('casekey release key 1'),
  seed: bytesSchema(32),
});

/** A key that vouches for releases. */
export interface ReleaseKey {
  readonly seed: Uint8Array;
  /** As it is given to whoever verifies. */
  readonly publicKey: string;
}

function keyOf(seed: Uint8Array): ReleaseKey {
  return { seed, publicKey: toBase64(signingKeys(seed).publicKey) };
}

async function refuseInside(root: string, file: string): Promise<void> {
  const folder = await realpath(path.dirname(path.resolve(file)));
  const way = path.relative(await realpath(root), folder);
  const outside = way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way);
  if (!outside)
    throw new Error(`A key of releases never lies in the project's own folder: ${file}`);
}

/**
 * Makes a key and keeps it in a new file that only its owner can read.
 *
 * @throws Error where the file exists already, or would lie inside `root`.
 */
export async function makeReleaseKey(root: string, file: string): Promise<ReleaseKey> {
  await refuseInside(root, file);
  const key = keyOf(randomBytes(32));
  const document = { format: 'casekey release key 1', seed: toBase64(key.seed) };
  await writeFile(file, `${JSON.stringify(document)}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

/**
 * Reads a key.
 *
 * @throws Error where it is none, lies inside `root`, or other users of the machine may read it.
 */
export async function readReleaseKey(root: string, file: string): Promise<ReleaseKey> {
  await refuseInside(root, file);
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`Others may read ${file}: chmod 600 it, or make a new key`);
  }
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(await readFile(file)));
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(KeyFile, value);
  // the error of the parser would repeat what it read
  if (!parsed.success) throw new Error(`${file} holds no key of releases`);
  return keyOf(fromBase64(parsed.output.seed));
}
