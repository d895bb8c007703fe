import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './folder.js';

const KEY_BYTES = 32;

/**
 * The 32 bytes of a key's file, which holds them in base64url; null where there is no such file.
 *
 * @param what what the key is called, for the error.
 * @throws Error, worded for whoever runs the server, when the file holds no key.
 */
export async function readKeyFile(file: string, what: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== KEY_BYTES) throw new Error(`${file} holds no ${what}`);
  return key;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Makes a key. It and its name in the folder are on the disk before anything is done with it. */
export async function writeKeyFile(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await makeFolder(path.dirname(file));
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${key.toString('base64url')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const folder = await open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return key;
}
