import { utf8 } from '../../crypto/private.js';

/**
 * The parts of a ZIP archive as ours are written: nothing packed, no dates, names in UTF-8, sizes
 * after the bytes. There is one way to write a file of an archive, so that whoever reads one can
 * write it again and compare.
 */

/** What a directory of an archive says of one file. */
export interface Placed {
  name: string;
  /** CRC-32 of the bytes. */
  check: number;
  size: number;
  /** Where its header begins. */
  at: number;
}

/** From here on sizes and places are written in 8 bytes (ZIP64). */
export const WIDE_FROM = 0xffffffff;
/** More files than this need the wide end of the directory. */
const MOST_FILES = 0xffff;
/** Names in UTF-8, and sizes after the bytes. */
const FLAGS = 0x0808;
/** 1 January 1980, the first day that an archive can name: whoever looks learns nothing of it. */
const DATE = 0x0021;

type Number = readonly [bytes: 2 | 4 | 8, value: number];

function numbers(...all: readonly Number[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of all) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of parts) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** Whether a file of so many bytes needs wide numbers. */
export function isWide(size: number): boolean {
  return size >= WIDE_FROM;
}

/** What stands before the bytes of a file. */
export function fileHeader(name: string, size: number): Uint8Array {
  const title = utf8(name);
  const wide = isWide(size);
  const extra = wide ? numbers([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array(0);
  const absent = wide ? WIDE_FROM : 0;
  const head = numbers(
    [4, 0x04034b50],
    [2, wide ? 45 : 20],
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, 0],
    [4, absent],
    [4, absent],
    [2, title.length],
    [2, extra.length],
  );
  return joined([head, title, extra]);
}

/** What stands after the bytes of a file. */
export function fileTrailer({ check, size }: Pick<Placed, 'check' | 'size'>): Uint8Array {
  const bytes = isWide(size) ? 8 : 4;
  return numbers([4, 0x08074b50], [4, check], [bytes, size], [bytes, size]);
}

/** How many bytes a file takes up with what stands around it. */
export function spaceOf(name: string, size: number): number {
  return fileHeader(name, size).length + size + (isWide(size) ? 24 : 16);
}

function directoryLine({ name, check, size, at }: Placed): Uint8Array {
  const title = utf8(name);
  const wideSize = isWide(size);
  const widePlace = at >= WIDE_FROM;
  const wide: Number[] = [];
  if (wideSize) wide.push([8, size], [8, size]);
  if (widePlace) wide.push([8, at]);
  const extra =
    wide.length === 0 ? new Uint8Array(0) : numbers([2, 1], [2, wide.length * 8], ...wide);
  const version = wide.length === 0 ? 20 : 45;
  const shown = wideSize ? WIDE_FROM : size;
  const head = numbers(
    [4, 0x02014b50],
    [2, version],
    [2, version],
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, check],
    [4, shown],
    [4, shown],
    [2, title.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, widePlace ? WIDE_FROM : at],
  );
  return joined([head, title, extra]);
}

/**
 * The directory at the end of an archive and what closes it.
 *
 * @param start where it begins.
 */
export function archiveEnd(files: readonly Placed[], start: number): Uint8Array {
  const lines = joined(files.map(directoryLine));
  const count = files.length;
  const wide = start >= WIDE_FROM || lines.length >= WIDE_FROM || count >= MOST_FILES;
  const closing: Uint8Array[] = [];
  if (wide) {
    closing.push(
      numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0]),
      numbers([8, count], [8, count], [8, lines.length], [8, start]),
      numbers([4, 0x07064b50], [4, 0], [8, start + lines.length], [4, 1]),
    );
  }
  const most = (value: number, limit: number): number => (wide ? limit : value);
  closing.push(
    numbers([4, 0x06054b50], [2, 0], [2, 0], [2, most(count, MOST_FILES)]),
    numbers([2, most(count, MOST_FILES)], [4, most(lines.length, WIDE_FROM)]),
    numbers([4, most(start, WIDE_FROM)], [2, 0]),
  );
  return joined([lines, ...closing]);
}
