import type { Findings } from './findings.js';
import type { FindingCode } from './models.js';
import { broken, bytesOf, isAt, latin1, viewOf, type Reader } from './reader.js';

/** Boxes of the ISO base media format, which films, their sound and HEIC are made of. */

/** One box: where its header, its content and the next box begin. */
export interface Box {
  type: string;
  start: number;
  body: number;
  end: number;
}

const MOST_BOXES = 100_000;

function boxAt(head: Uint8Array, at: number, start: number, to: number): Box {
  const view = viewOf(head);
  if (at + 8 > head.length) throw broken();
  const short = view.getUint32(at);
  const type = latin1(head.subarray(at + 4, at + 8));
  let size = short;
  let body = start + 8;
  if (short === 1) {
    if (at + 16 > head.length) throw broken();
    size = view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
    body = start + 16;
  } else if (short === 0) size = to - start;
  const end = start + size;
  if (end < body || end > to) throw broken();
  return { type, start, body, end };
}

/** The boxes of a file. Throws CannotClean where they do not fill it. */
export async function fileBoxes(reader: Reader): Promise<Box[]> {
  const boxes: Box[] = [];
  let position = 0;
  while (position < reader.size) {
    const head = await reader.bytes(position, Math.min(position + 16, reader.size));
    const box = boxAt(head, 0, position, reader.size);
    boxes.push(box);
    if (boxes.length > MOST_BOXES) throw broken();
    position = box.end;
  }
  return boxes;
}

/** The boxes between two places of bytes in memory; up to three bytes after them do not count. */
export function boxesIn(bytes: Uint8Array, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  let position = from;
  while (position + 8 <= to) {
    // QuickTime ends some lists with a zero
    if (viewOf(bytes).getUint32(position) === 0) break;
    const box = boxAt(bytes.subarray(0, to), position, position, to);
    boxes.push(box);
    if (boxes.length > MOST_BOXES) throw broken();
    position = box.end;
  }
  return boxes;
}

/** The first box of a kind inside another; undefined where there is none. */
export function childOf(bytes: Uint8Array, box: Box, type: string): Box | undefined {
  return boxesIn(bytes, box.body, box.end).find((each) => each.type === type);
}

/** Makes free space of a box in memory: nothing else moves. */
export function blank(bytes: Uint8Array, box: Box): void {
  bytes.set(bytesOf('free'), box.start + 4);
  bytes.fill(0, box.body, box.end);
}

const signs: readonly [FindingCode, RegExp][] = [
  ['place', /\xa9xyz|location|loci|GPS/u],
  ['device', /\xa9mak|\xa9mod|\.make|\.model|manu|modl|GoPro/u],
  ['author', /\xa9ART|\xa9aut|aART|auth|\.author|\xa9wrt|perf|cprt/u],
  ['dates', /\xa9day|creationdate|\xa9cday/u],
  ['software', /\xa9too|\xa9enc|\.software|\xa9swr/u],
  ['title', /\xa9nam|\xa9alb|\xa9des|titl|\.title|\.description/u],
  ['comment', /\xa9cmt|\.comment/u],
  ['ids', /apID|content\.identifier|cnID/u],
  ['thumbnail', /covr|thmb/u],
  ['editing', /xmpmeta|xpacket/u],
];

/** Notes what a box that goes tells; free space says nothing. */
export function readBox(type: string, body: Uint8Array, found: Findings): void {
  if (body.every((byte) => byte === 0)) return;
  const text = type + latin1(body.subarray(0, 262_144));
  let isTelling = false;
  for (const [code, pattern] of signs) {
    if (!pattern.test(text)) continue;
    found.add(code);
    isTelling = true;
  }
  if (!isTelling) found.add('technical');
}

/** Whether text stands where a box's content begins. */
export function holds(bytes: Uint8Array, box: Box, offset: number, text: string): boolean {
  return isAt(bytes, box.body + offset, text);
}
