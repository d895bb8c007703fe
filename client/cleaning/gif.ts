import type { Report } from './findings.js';
import type { Piece } from './models.js';
import { broken, isAt, latin1, type Reader } from './reader.js';
import { readXmp } from './xmp.js';

const MOST_BLOCKS = 200_000;

/** Past a chain of blocks, each with its length before it and an empty one at the end. */
async function pastBlocks(reader: Reader, from: number): Promise<number> {
  let position = from;
  for (let count = 0; count < MOST_BLOCKS; count += 1) {
    const [length = 0] = await reader.bytes(position, position + 1);
    position += 1 + length;
    if (length === 0) return position;
  }
  throw broken();
}

function tableSize(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** GIF: pictures, their times and how often they repeat stay; remarks, XMP and leftovers go. */
export async function cleanGif(reader: Reader, { removed }: Report): Promise<Piece[]> {
  const head = await reader.bytes(0, 13);
  let position = 13 + tableSize(head[10] ?? 0);
  const kept: Piece[] = [{ start: 0, end: position }];
  await reader.bytes(0, position);
  for (let count = 0; count < MOST_BLOCKS; count += 1) {
    const [kind, label = 0] = await reader.bytes(position, Math.min(position + 2, reader.size));
    if (kind === 0x3b) {
      if (position + 1 < reader.size) removed.add('trailing');
      return [...kept, Uint8Array.of(0x3b)];
    }
    const start = position;
    if (kind === 0x2c) {
      const [flags = 0] = await reader.bytes(start + 9, start + 10);
      position = await pastBlocks(reader, start + 10 + tableSize(flags) + 1);
      kept.push({ start, end: position });
      continue;
    }
    if (kind !== 0x21) throw broken();
    position = await pastBlocks(reader, start + 2);
    const body = (await reader.bytes(start, Math.min(position, start + 65_536))).slice();
    const isLoop = isAt(body, 3, 'NETSCAPE2.0') || isAt(body, 3, 'ANIMEXTS1.0');
    if (label === 0xf9 || label === 0x01 || (label === 0xff && isLoop)) {
      kept.push({ start, end: position });
    } else if (label === 0xfe) removed.add('comment', latin1(body.subarray(3)));
    else if (isAt(body, 3, 'XMP Data')) readXmp(latin1(body), removed);
    else removed.add('technical');
  }
  throw broken();
}
