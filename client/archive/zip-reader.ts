import { fromUtf8, ProtocolError, sameBytes } from '../../crypto/private.js';
import type { FileSource } from '../models.js';
import { ArchiveFault } from './faults.js';
import { crc32Of } from './crc32.js';
import {
  archiveEnd,
  fileHeader,
  fileTrailer,
  isWide,
  type Placed,
  spaceOf,
  WIDE_FROM,
} from './zip-layout.js';

/** An archive as it is read: any part of it, nothing held. */
export type ArchiveSource = Pick<FileSource, 'size' | 'read'>;

const END_BYTES = 22;
const WIDE_END_BYTES = 76;
/** A directory longer than this is none of ours. */
const MOST_DIRECTORY = 16 * 1024 * 1024;
/** How much is read at once. */
const PIECE = 1024 * 1024;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ArchiveFault('not_ours');
  return Number(value);
}

/** Where the directory begins, by what closes the archive. */
async function directoryStart(source: ArchiveSource): Promise<number> {
  if (source.size < END_BYTES) throw new ArchiveFault('cut_off');
  const from = Math.max(0, source.size - END_BYTES - WIDE_END_BYTES);
  const tail = (await source.read(from, source.size)).slice();
  if (tail.length !== source.size - from) throw new ArchiveFault('cut_off');
  const view = viewOf(tail);
  const end = tail.length - END_BYTES;
  if (view.getUint32(end, true) !== 0x06054b50) throw new ArchiveFault('cut_off');
  const start = view.getUint32(end + 16, true);
  if (start !== WIDE_FROM) return start;
  const wide = end - WIDE_END_BYTES;
  if (wide < 0 || view.getUint32(wide, true) !== 0x06064b50) throw new ArchiveFault('not_ours');
  return safeNumber(view.getBigUint64(wide + 48, true));
}

function nameIn(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ArchiveFault('not_ours');
  }
}

/** One line of the directory, and where the next begins. */
function lineAt(directory: Uint8Array, at: number): { file: Placed; next: number } | null {
  const view = viewOf(directory);
  if (at + 46 > directory.length || view.getUint32(at, true) !== 0x02014b50) return null;
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true);
  if (next > directory.length) throw new ArchiveFault('not_ours');
  let extra = nameEnd + 4;
  const number = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    if (value !== WIDE_FROM) return value;
    if (extra + 8 > next) throw new ArchiveFault('not_ours');
    const wide = safeNumber(view.getBigUint64(extra, true));
    extra += 8;
    return wide;
  };
  const packed = number(20);
  const size = number(24);
  const file = {
    name: nameIn(directory.subarray(at + 46, nameEnd)),
    check: view.getUint32(at + 16, true),
    size,
    at: number(42),
  };
  // nothing of ours is packed, so nothing in it can be larger than the archive itself
  if (packed !== size) throw new ArchiveFault('not_ours');
  return { file, next };
}

/**
 * The files of an archive in their order. The archive must be, byte for byte, what {@link archiveEnd}
 * and {@link fileHeader} write around such files: no gaps, nothing in front or behind, nothing packed
 * or encrypted, no name twice. So no two programs can see different files in it.
 *
 * @throws ArchiveFault `cut_off`, `not_ours`, `name_twice`.
 */
export async function readArchive(source: ArchiveSource): Promise<Placed[]> {
  const start = await directoryStart(source);
  const length = source.size - start;
  if (length < END_BYTES || length > MOST_DIRECTORY) throw new ArchiveFault('not_ours');
  const end = (await source.read(start, source.size)).slice();
  const files: Placed[] = [];
  let position = 0;
  for (;;) {
    const line = lineAt(end, position);
    if (line === null) break;
    files.push(line.file);
    position = line.next;
  }
  let at = 0;
  for (const file of files) {
    if (file.at !== at) throw new ArchiveFault('not_ours');
    at += spaceOf(file.name, file.size);
  }
  if (at !== start || !sameBytes(end, archiveEnd(files, start))) throw new ArchiveFault('not_ours');
  for (const { name, size, at: place } of files) {
    const header = fileHeader(name, size);
    const found = await source.read(place, place + header.length);
    if (!sameBytes(found, header)) throw new ArchiveFault('not_ours');
  }
  if (new Set(files.map(({ name }) => name)).size !== files.length) {
    throw new ArchiveFault('name_twice');
  }
  return files;
}

/**
 * The bytes of one file of an archive, in pieces.
 *
 * @throws ArchiveFault `cut_off`, or `altered` at the end where its check sum is another.
 */
export async function* bytesIn(
  source: ArchiveSource,
  file: Placed,
): AsyncGenerator<Uint8Array, void, undefined> {
  const start = file.at + fileHeader(file.name, file.size).length;
  const end = start + file.size;
  let check = 0;
  for (let from = start; from < end; from += PIECE) {
    const to = Math.min(end, from + PIECE);
    const piece = await source.read(from, to);
    if (piece.length !== to - from) throw new ArchiveFault('cut_off');
    check = crc32Of(piece, check);
    yield piece;
  }
  const trailer = fileTrailer({ check, size: file.size });
  const found = await source.read(end, end + (isWide(file.size) ? 24 : 16));
  if (check !== file.check || !sameBytes(found, trailer)) {
    throw new ArchiveFault('altered', file.name);
  }
}
