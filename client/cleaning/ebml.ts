import type { Piece } from './models.js';
import { broken, joined, viewOf, type Reader } from './reader.js';

/** EBML (RFC 8794), of which WebM and Matroska are made: a number, a length, and what it holds. */
export interface Element {
  id: number;
  start: number;
  body: number;
  /** Null where the length is not known: it ends where one of a higher level begins. */
  end: number | null;
}

/** Empty room; what is known to hold nothing. */
export const VOID = 0xec;

/**
 * The element at a place before `limit`.
 *
 * @throws CannotClean where there is none, or it ends after `limit`.
 */
export async function elementAt(reader: Reader, start: number, limit: number): Promise<Element> {
  const head = await reader.bytes(start, Math.min(start + 12, limit));
  const [first = 0] = head;
  const idLength = Math.clz32(first) - 23;
  if (idLength > 4 || idLength >= head.length) throw broken();
  let id = 0;
  for (const byte of head.subarray(0, idLength)) id = id * 256 + byte;
  const sizeLength = Math.clz32(head[idLength] ?? 0) - 23;
  if (sizeLength > 8 || idLength + sizeLength > head.length) throw broken();
  let size = (head[idLength] ?? 0) & (0xff >> sizeLength);
  let isKnown = size !== 0xff >> sizeLength;
  for (const byte of head.subarray(idLength + 1, idLength + sizeLength)) {
    size = size * 256 + byte;
    isKnown ||= byte !== 0xff;
  }
  const body = start + idLength + sizeLength;
  if (isKnown && body + size > limit) throw broken();
  return { id, start, body, end: isKnown ? body + size : null };
}

/** An element whose end is known. */
export type Whole = Element & { end: number };

/** All elements between two places, each of a known length. */
export async function elementsIn(reader: Reader, from: number, to: number): Promise<Whole[]> {
  const all: Whole[] = [];
  for (let at = from; at < to;) {
    const element = await elementAt(reader, at, to);
    if (element.end === null || all.length >= 100_000) throw broken();
    all.push({ ...element, end: element.end });
    at = element.end;
  }
  return all;
}

/** Empty room of so many bytes, two at least. */
export function voidOf(length: number): Piece[] {
  if (length < 2) throw broken();
  if (length < 10)
    return [joined(Uint8Array.of(VOID, 0x80 + length - 2), new Uint8Array(length - 2))];
  const head = new Uint8Array(9);
  viewOf(head).setBigUint64(1, BigInt(length - 9));
  head[0] = VOID;
  head[1] = 1;
  return [head, { zeros: length - 9 }];
}
