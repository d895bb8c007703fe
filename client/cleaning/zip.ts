import { inflate, deflate } from './inflate.js';
import type { Piece } from './models.js';
import { pieceSize } from './pieces.js';
import { crc32 } from './png.js';
import { broken, CannotClean, isAt, joined, viewOf, type Reader } from './reader.js';

/** Archives as documents use them: read by their directory, written anew without dates and extras. */

/** One file of an archive. */
export interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** Where its packed bytes begin. */
  start: number;
}

const MOST_ENTRIES = 5000;
/** What is unpacked of one entry, and of all. */
const MOST_OF_ONE = 48 * 1024 * 1024;
const MOST_OF_ALL = 192 * 1024 * 1024;
const DIRECTORY_BYTES = 4 * 1024 * 1024;

/**
 * The entries of an archive, by its directory.
 *
 * @throws CannotClean: `broken`, `encrypted`, or `too_large` for more entries than a document has.
 */
export async function readDirectory(reader: Reader): Promise<Entry[]> {
  const from = Math.max(0, reader.size - 65_557);
  const tail = (await reader.bytes(from, reader.size)).slice();
  let at = tail.length - 22;
  while (at >= 0 && !isAt(tail, at, 'PK\x05\x06')) at -= 1;
  if (at < 0) throw broken();
  const end = viewOf(tail);
  const count = end.getUint16(at + 10, true);
  const size = end.getUint32(at + 12, true);
  const start = end.getUint32(at + 16, true);
  if (count > MOST_ENTRIES || size > DIRECTORY_BYTES) throw new CannotClean('too_large');
  const directory = (await reader.bytes(start, start + size)).slice();
  const view = viewOf(directory);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    const isWhole = position + 46 <= directory.length;
    if (!isWhole || !isAt(directory, position, 'PK\x01\x02')) throw broken();
    const number = (offset: number): number => view.getUint32(position + offset, true);
    const short = (offset: number): number => view.getUint16(position + offset, true);
    if (short(8) & 1) throw new CannotClean('encrypted');
    const nameEnd = position + 46 + short(28);
    const name = nameOf(directory.subarray(position + 46, nameEnd));
    const head = await reader.bytes(number(42), number(42) + 30);
    if (!isAt(head, 0, 'PK\x03\x04')) throw broken();
    const local = viewOf(head);
    const entry: Entry = {
      name,
      method: short(10),
      crc: number(16),
      packed: number(20),
      size: number(24),
      start: number(42) + 30 + local.getUint16(26, true) + local.getUint16(28, true),
    };
    const isUsual = (entry.method === 0 || entry.method === 8) && !names.has(name);
    if (!isUsual || entry.start + entry.packed > reader.size) throw broken();
    names.add(name);
    if (!name.endsWith('/')) entries.push(entry);
    position = nameEnd + short(30) + short(32);
  }
  // entries that lie over one another would be written as often as they are named
  if (entries.reduce((sum, { packed }) => sum + packed, 0) > reader.size) throw broken();
  return entries;
}

/** Older archives have names in other letters than UTF-8; documents do not. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken();
  }
}

/** Unpacks entries of one archive: never more than a document holds, in one entry or in all. */
export function createUnpacker(reader: Reader): (entry: Entry) => Promise<Uint8Array> {
  let left = MOST_OF_ALL;
  return async ({ method, start, packed, size }) => {
    const most = Math.min(MOST_OF_ONE, left);
    if (size > most) throw new CannotClean('too_large');
    const bytes = (await reader.bytes(start, start + packed)).slice();
    const whole = method === 0 ? bytes : await inflate(bytes, 'deflate-raw', size);
    if (whole.length !== size) throw broken();
    left -= size;
    return whole;
  };
}

/** An entry of the archive to write: one of the original as it is, or bytes under a name. */
export type NewEntry = Entry | { name: string; bytes: Uint8Array };

function fields(...values: readonly (readonly [number, 2 | 4])[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [, size]) => sum + size, 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const [value, size] of values) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

interface Packed {
  method: number;
  crc: number;
  size: number;
  data: Piece;
}

const copied = ({ method, crc, size, start, packed }: Entry): Packed => ({
  method,
  crc,
  size,
  data: { start, end: start + packed },
});

async function pack({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<Packed> {
  const [crc, size] = [crc32(bytes), bytes.length];
  const plain = { method: 0, crc, size, data: bytes };
  // pictures are packed already
  if (size < 64 || /\.(?:jpe?g|png|gif|webp)$/iu.test(name)) return plain;
  const data = await deflate(bytes, 'deflate-raw');
  return data.length < size ? { method: 8, crc, size, data } : plain;
}

/** Writes an archive: first of January 1980, no remarks, nothing between the entries. */
export async function writeArchive(entries: readonly NewEntry[]): Promise<Piece[]> {
  const pieces: Piece[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const { method, crc, size, data } = 'bytes' in entry ? await pack(entry) : copied(entry);
    const packed = pieceSize(data);
    const name = new TextEncoder().encode(entry.name);
    // names are UTF-8 where they need to be
    const flags = name.length === entry.name.length ? 0 : 0x800;
    const shared = fields(
      ...([
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 2],
        [0x21, 2],
        [crc, 4],
        [packed, 4],
        [size, 4],
        [name.length, 2],
        [0, 2],
      ] as const),
    );
    const head = joined(fields([0x04034b50, 4]), shared, name);
    pieces.push(head, data);
    const rest = fields([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]);
    directory.push(joined(fields([0x02014b50, 4], [20, 2]), shared, rest, name));
    at += head.length + packed;
  }
  const whole = joined(...directory);
  const count = directory.length;
  const end = fields([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [whole.length, 4], [at, 4]);
  return [...pieces, whole, end, fields([0, 2])];
}
