import { broken, bytesOf, isAt, joined, viewOf, type Reader } from './reader.js';

/** Pages of Ogg (RFC 3533): each belongs to one stream, and holds packets or parts of them. */

const CAPTURE = 'OggS';
const HEAD = 27;
/** Most parts a page has, and most bytes one has. */
const PARTS = 255;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
/** What a page says that no packet ends in. */
const NONE = 0xffff_ffff_ffff_ffffn;

/** One page, as a file has it. */
export interface Page {
  /** Whether it goes on with a packet of the page before. */
  isContinued: boolean;
  isFirst: boolean;
  isLast: boolean;
  /** Where in time it ends, in the measure of its stream. */
  position: bigint;
  serial: number;
  sequence: number;
  /** How long each part is; one of less than 255 bytes ends its packet. */
  parts: Uint8Array;
  body: Uint8Array;
  /** Where its body lies in the file, and so where it ends. */
  start: number;
  end: number;
}

const sums = Uint32Array.from({ length: 256 }, (_, index) => {
  let sum = index << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});

function added(bytes: Uint8Array, before: number): number {
  let sum = before;
  for (const byte of bytes) sum = (sum << 8) ^ (sums[(sum >>> 24) ^ byte] ?? 0);
  return sum;
}

/** The sum of a page; where the page has its own, zeros must stand. */
function sumOf(head: Uint8Array, body: Uint8Array): number {
  return added(body, added(head, 0)) >>> 0;
}

/** Whether a page begins at a place. */
export async function isPageAt(reader: Reader, at: number): Promise<boolean> {
  return isAt(await reader.bytes(at, Math.min(at + 4, reader.size)), 0, CAPTURE);
}

/**
 * The page that begins at a place.
 *
 * @throws CannotClean where none does, or its sum is wrong.
 */
export async function readPage(reader: Reader, at: number): Promise<Page> {
  const count = (await reader.bytes(at, at + HEAD))[HEAD - 1] ?? 0;
  const head = (await reader.bytes(at, at + HEAD + count)).slice();
  if (!isAt(head, 0, CAPTURE) || head[4] !== 0) throw broken();
  const view = viewOf(head);
  const sum = view.getUint32(22, true);
  view.setUint32(22, 0);
  const parts = head.subarray(HEAD);
  const start = at + head.length;
  const end = start + parts.reduce((all, length) => all + length, 0);
  const body = await reader.bytes(start, end);
  if (sumOf(head, body) !== sum) throw broken();
  const flags = head[5] ?? 0;
  return {
    isContinued: (flags & CONTINUED) !== 0,
    isFirst: (flags & FIRST) !== 0,
    isLast: (flags & LAST) !== 0,
    position: view.getBigUint64(6, true),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    parts,
    body,
    start,
    end,
  };
}

/** What stands before a page's body. */
export function pageHead(page: Omit<Page, 'start' | 'end'>): Uint8Array {
  const head = joined(bytesOf(CAPTURE), new Uint8Array(HEAD - 4), page.parts);
  const view = viewOf(head);
  head[5] =
    (page.isContinued ? CONTINUED : 0) | (page.isFirst ? FIRST : 0) | (page.isLast ? LAST : 0);
  view.setBigUint64(6, page.position, true);
  view.setUint32(14, page.serial, true);
  view.setUint32(18, page.sequence, true);
  head[HEAD - 1] = page.parts.length;
  view.setUint32(22, sumOf(head, page.body), true);
  return head;
}

/** Packets on as few pages as they need: those that stand before a stream's sound and pictures. */
export function pagesOf(
  packets: readonly Uint8Array[],
  { serial, sequence, isLast }: Pick<Page, 'serial' | 'sequence' | 'isLast'>,
): Uint8Array[] {
  const parts = packets.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / PARTS)).fill(PARTS),
    length % PARTS,
  ]);
  const whole = joined(...packets);
  const pages: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at < parts.length; at += PARTS) {
    const own = Uint8Array.from(parts.slice(at, at + PARTS));
    const body = whole.subarray(from, from + own.reduce((all, length) => all + length, 0));
    from += body.length;
    const head = pageHead({
      isContinued: at > 0 && parts[at - 1] === PARTS,
      isFirst: false,
      isLast: isLast && at + PARTS >= parts.length,
      position: own.every((length) => length === PARTS) ? NONE : 0n,
      serial,
      sequence: sequence + pages.length,
      parts: own,
      body,
    });
    pages.push(joined(head, body));
  }
  return pages;
}
