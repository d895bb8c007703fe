import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ClientError } from '../errors.js';

const MOST_NAME_BYTES = 180;
const MOST_NUMBER = 1000;

/**
 * A name from elsewhere as a file of this machine may have it: no folders, no control characters, not
 * hidden, no device of Windows, not overlong.
 */
export function safeFileName(name: string): string {
  let safe = name
    .normalize('NFC')
    .replace(
      // eslint-disable-next-line no-control-regex -- they are what must not stay
      /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]/gu,
      '_',
    )
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu.test(safe)) safe = `_${safe}`;
  const { name: stem, ext } = path.parse(safe);
  const letters = Array.from(stem);
  while (Buffer.byteLength(letters.join('') + ext) > MOST_NAME_BYTES && letters.length > 0) {
    letters.pop();
  }
  safe = Buffer.byteLength(ext) > MOST_NAME_BYTES ? '' : letters.join('') + ext;
  return safe === '' ? 'file' : safe;
}

async function openFresh(
  folder: string,
  name: string,
): Promise<{ file: string; handle: FileHandle }> {
  const { name: stem, ext } = path.parse(name);
  for (let number = 1; number <= MOST_NUMBER; number += 1) {
    const tried = number === 1 ? name : `${stem} (${String(number)})${ext}`;
    const file = path.join(folder, tried);
    try {
      return { file, handle: await open(file, 'wx', 0o600) };
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!taken) break;
    }
  }
  throw new ClientError('file_unwritable');
}

/**
 * Writes a download into a folder under its own name made safe, never over another file, readable by
 * this user alone. Where the download fails nothing of it stays. Throws ClientError
 * `file_unwritable`, and what the download throws.
 *
 * @returns the path of the file.
 */
export async function saveFile(
  folder: string,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string> {
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  const { file, handle } = await openFresh(folder, safeFileName(name));
  try {
    for await (const piece of bytes) {
      await handle.writeFile(piece).catch(() => {
        throw new ClientError('file_unwritable');
      });
    }
    await handle.close();
    return file;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(file).catch(() => undefined);
    throw error;
  }
}
