import { readFile } from 'node:fs/promises';
import { cleanFile } from '../../client/cleaning/clean.js';
import type { Cleaning } from '../../client/cleaning/models.js';
import { createReader } from '../../client/cleaning/reader.js';
import { createUnpacker, readDirectory, writeArchive } from '../../client/cleaning/zip.js';
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

/** An archive of these files. */
export async function archiveOf(parts: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const entries = Object.entries(parts);
  const pieces = await writeArchive(
    entries.map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  );
  return Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : Buffer.of())));
}

/** A PDF of these objects, each as it is written between `obj` and `endobj`; the first is the root. */
export function pdfOf(objects: readonly (string | Uint8Array)[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const places: number[] = [];
  const put = (part: string | Uint8Array): void => {
    parts.push(typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part));
  };
  const size = (): number => parts.reduce((sum, { length }) => sum + length, 0);
  objects.forEach((object, index) => {
    places.push(size());
    put(`${String(index + 1)} 0 obj\n`);
    put(object);
    put('\nendobj\n');
  });
  const at = size();
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const count = String(objects.length + 1);
  put(`xref\n0 ${count}\n0000000000 65535 f \n${lines}trailer\n<</Size ${count}/Root 1 0 R>>\n`);
  put(`startxref\n${String(at)}\n%%EOF\n`);
  return Buffer.concat(parts);
}

/** A stream of a PDF: its dictionary's entries but for the length, and its bytes. */
export function streamOf(entries: string, bytes: Uint8Array): Uint8Array {
  const head = `<<${entries}/Length ${String(bytes.length)}>>\nstream\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes, Buffer.from('\nendstream')]);
}
