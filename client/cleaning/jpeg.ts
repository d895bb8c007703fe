import { orientationExif, readExif } from './exif.js';
import type { Report } from './findings.js';
import { standardProfile } from './icc.js';
import type { FindingCode, Piece } from './models.js';
import { broken, bytesOf, isAt, joined, latin1, viewOf, type Reader } from './reader.js';
import { readXmp } from './xmp.js';

const BLOCK = 128 * 1024;
/** JFIF 1.1 with square pixels, no size on paper and no small copy: the same in every file. */
const JFIF = joined(
  Uint8Array.of(0xff, 0xe0, 0, 16),
  bytesOf('JFIF\0'),
  Uint8Array.of(1, 1, 0, 0, 1, 0, 1, 0, 0),
);
/** Letters of a profile that one segment takes. */
const PROFILE_PART = 65_000;

function segment(marker: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(...parts);
  const length = body.length + 2;
  return joined(Uint8Array.of(0xff, marker, length >> 8, length & 255), body);
}

function isCoding(marker: number): boolean {
  // frames and tables; what stands between them at C8 and F0 to FD is nobody's
  return marker >= 0xc0 && marker <= 0xdf && marker !== 0xc8 && marker !== 0xd8;
}

/** Position of the marker that ends the coded data after a scan's header. */
async function scanEnd(reader: Reader, from: number): Promise<number> {
  for (let at = from; at < reader.size; at += BLOCK) {
    const block = await reader.bytes(at, Math.min(at + BLOCK + 1, reader.size));
    for (let index = block.indexOf(0xff); index >= 0; index = block.indexOf(0xff, index + 1)) {
      const next = block[index + 1];
      if (next === undefined) break;
      const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
      if (!isData) return at + index;
    }
  }
  throw broken();
}

/** Numbers of IPTC's second record, and what they tell. */
const iptc: readonly [FindingCode, readonly number[]][] = [
  ['author', [80, 85, 110, 115, 116]],
  ['place', [26, 90, 92, 95, 101]],
  ['title', [5, 25, 105, 120]],
  ['dates', [55, 60]],
];

function readPhotoshop(body: Uint8Array, { removed }: Report): void {
  const numbers = new Set<number | undefined>();
  for (let at = body.indexOf(0x1c); at >= 0; at = body.indexOf(0x1c, at + 1)) {
    if (body[at + 1] === 2) numbers.add(body[at + 2]);
  }
  for (const [code, own] of iptc) if (own.some((one) => numbers.has(one))) removed.add(code);
  removed.add('editing');
}

/**
 * JPEG: what is needed to draw the picture stays, with the direction in which it stands; all other
 * segments go, and whatever follows the picture (other pictures, films, leftovers).
 */
export async function cleanJpeg(reader: Reader, report: Report): Promise<Piece[]> {
  const { removed } = report;
  const coded: Piece[] = [];
  const profile: Uint8Array[] = [];
  const head: { orientation: number; hasJfif: boolean; adobe: Piece[] } = {
    orientation: 1,
    hasJfif: false,
    adobe: [],
  };
  let hasScan = false;
  let position = 2;

  const application = (marker: number, body: Uint8Array, start: number): void => {
    if (marker === 0xe0 && isAt(body, 0, 'JFIF\0')) {
      head.hasJfif = true;
      if (body.length > 14) removed.add('thumbnail');
    } else if (marker === 0xee && isAt(body, 0, 'Adobe') && body.length >= 12) {
      head.adobe = [{ start, end: start + 16 }];
      if (body.length > 12) removed.add('technical');
    } else if (marker === 0xe1 && isAt(body, 0, 'Exif\0')) {
      head.orientation = readExif(body.subarray(6), removed);
    } else if (marker === 0xe1 && isAt(body, 0, 'http://ns.adobe.com/')) {
      readXmp(latin1(body), removed);
    } else if (marker === 0xe2 && isAt(body, 0, 'ICC_PROFILE\0')) {
      profile.push(body.slice(14));
    } else if (marker === 0xe2 && isAt(body, 0, 'MPF\0')) {
      removed.add('technical');
    } else if (marker === 0xed) readPhotoshop(body, report);
    else if (marker === 0xeb && isAt(body, 0, 'JP')) removed.add('provenance');
    else removed.add(marker === 0xe0 ? 'thumbnail' : 'technical');
  };

  for (;;) {
    const [first, marker = 0] = await reader.bytes(position, position + 2);
    if (first !== 0xff) throw broken();
    if (marker === 0xff) {
      position += 1;
      continue;
    }
    if (marker === 0xd9) break;
    const length = viewOf(await reader.bytes(position + 2, position + 4)).getUint16(0);
    if (length < 2) throw broken();
    const end = position + 2 + length;
    const body = await reader.bytes(position + 4, end);
    if (marker === 0xda) {
      const scan = await scanEnd(reader, end);
      coded.push({ start: position, end: scan });
      hasScan = true;
      position = scan;
      continue;
    }
    if (isCoding(marker)) coded.push({ start: position, end });
    else if (marker >= 0xe0 && marker <= 0xef) application(marker, body, position);
    else if (marker === 0xfe) removed.add('comment', latin1(body));
    else removed.add('technical');
    position = end;
  }
  if (!hasScan) throw broken();
  const end = position + 2;
  if (end < reader.size) {
    const tail = await reader.bytes(end, Math.min(end + 65_536, reader.size));
    const isFilm = latin1(tail).includes('ftyp');
    if (tail.some((byte) => byte !== 0)) removed.add(isFilm ? 'hidden_film' : 'trailing');
  }

  const kept: Piece[] = [Uint8Array.of(0xff, 0xd8)];
  if (head.hasJfif) kept.push(JFIF);
  if (head.orientation !== 1) {
    kept.push(segment(0xe1, bytesOf('Exif\0\0'), orientationExif(head.orientation)));
  }
  if (profile.length > 0) {
    const own = standardProfile(joined(...profile));
    if (!own.isOwn) removed.add('colour_profile');
    if (own.profile !== null && own.profile.length < PROFILE_PART) {
      kept.push(segment(0xe2, bytesOf('ICC_PROFILE\0'), Uint8Array.of(1, 1), own.profile));
    }
  }
  return [...kept, ...head.adobe, ...coded, Uint8Array.of(0xff, 0xd9)];
}
