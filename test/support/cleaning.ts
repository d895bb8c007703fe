import { readFile } from 'node:fs/promises';
import { cleanFile } from '../../client/cleaning/clean.js';
import type { Cleaning } from '../../client/cleaning/models.js';
import { createReader } from '../../client/cleaning/reader.js';
import { createUnpacker, readDirectory } from '../../client/cleaning/zip.js';
import { readComposed, sizeOf } from '../../client/cleaning/pieces.js';

/** A file of `test/fixtures/cleaning`; its README says how they were made. */
export function fixture(name: string): Promise<Buffer> {
  return readFile(`test/fixtures/cleaning/${name}`);
}

/** What the fixtures carry besides planted letters: the place, in degrees as GPS is written. */
export const PLANTED = /PLANTED|59\.1234|18\.6543/u;

/** Bytes as something to clean. */
export function sourceOf(bytes: Uint8Array): {
  size: number;
  read: (start: number, end: number) => Promise<Uint8Array>;
} {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** Cleans bytes; what was said of them, and what is left of them. */
export async function cleanBytes(
  bytes: Uint8Array,
): Promise<Omit<Cleaning, 'pieces'> & { bytes: Uint8Array }> {
  const source = sourceOf(bytes);
  const { pieces, ...said } = await cleanFile(source);
  if (pieces === null) return { ...said, bytes };
  const cleaned = await readComposed(source.read, pieces)(0, sizeOf(pieces));
  return { ...said, bytes: cleaned };
}

/** The bytes as letters, one each. */
export function letters(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** The same; of an archive, with the letters of what is packed in it. */
export async function unpacked(bytes: Uint8Array): Promise<string> {
  if (!letters(bytes).startsWith('PK')) return letters(bytes);
  const reader = createReader(sourceOf(bytes));
  const unpack = createUnpacker(reader);
  const texts = [letters(bytes)];
  for (const entry of await readDirectory(reader)) texts.push(letters(await unpack(entry)));
  return texts.join('\n');
}
