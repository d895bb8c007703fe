import { blank, boxesIn, childOf, holds, type Box } from './boxes.js';
import { readExif } from './exif.js';
import type { Report } from './findings.js';
import { standardProfile } from './icc.js';
import { broken, bytesOf, joined, latin1, viewOf, type Reader } from './reader.js';
import type { Range } from './movie.js';
import { readXmp } from './xmp.js';

/** The pictures of HEIC and AVIF: items, and where each lies. */

/** Properties that describe, date and measure: texts, times, and the place of the camera. */
const telling = ['udes', 'altt', 'uuid', 'crtt', 'mdft', 'cmin', 'cmex'];
const MOST_ITEMS = 10_000;
const LOOK = 1024 * 1024;

/** A picture file in memory, and what of the file it needs besides. */
export interface Items {
  kept: Range[];
  /** What takes the place of other ranges. */
  replaced: { start: number; bytes: Uint8Array }[];
}

/** Exif that says nothing, in as many bytes; where there are too few, zeros. */
function emptyExif(length: number): Uint8Array {
  const empty = joined(new Uint8Array(4), bytesOf('MM\0*\0\0\0\x08'), new Uint8Array(6));
  const bytes = new Uint8Array(length);
  if (length >= empty.length) bytes.set(empty);
  return bytes;
}

/** Types of the items, by their numbers. */
function itemTypes(bytes: Uint8Array, box: Box): Map<number, string> {
  const view = viewOf(bytes);
  const types = new Map<number, string>();
  const first = box.body + (bytes[box.body] === 0 ? 6 : 8);
  for (const entry of boxesIn(bytes, first, box.end)) {
    const version = bytes[entry.body] ?? 0;
    if (entry.type !== 'infe' || version < 2) continue;
    const wide = version > 2;
    const number = wide ? view.getUint32(entry.body + 4) : view.getUint16(entry.body + 4);
    const at = entry.body + (wide ? 10 : 8);
    types.set(number, latin1(bytes.subarray(at, at + 4)));
  }
  return types;
}

interface Place extends Range {
  number: number;
  /** In the box of data beside the list, instead of the file. */
  isInside: boolean;
}

function itemPlaces(bytes: Uint8Array, box: Box): Place[] {
  const view = viewOf(bytes);
  const version = bytes[box.body] ?? 0;
  let at = box.body + 4;
  const number = (size: number): number => {
    if (![0, 2, 4, 8].includes(size) || at + size > box.end) throw broken();
    const value =
      size === 0
        ? 0
        : size === 2
          ? view.getUint16(at)
          : size === 4
            ? view.getUint32(at)
            : view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
    at += size;
    return value;
  };
  const sizes = number(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const count = number(version < 2 ? 2 : 4);
  if (count > MOST_ITEMS) throw broken();
  const places: Place[] = [];
  for (let index = 0; index < count; index += 1) {
    const item = number(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : number(2) & 15;
    number(2);
    const base = number(baseSize);
    const extents = number(2);
    for (let extent = 0; extent < extents; extent += 1) {
      number(indexSize);
      const start = base + number(offsetSize);
      const length = number(lengthSize);
      // an item made of others lies where they lie
      if (method > 1) continue;
      if (length === 0) throw broken();
      places.push({ number: item, isInside: method === 1, start, end: start + length });
    }
  }
  return places;
}

function cleanProfiles(bytes: Uint8Array, box: Box, { removed }: Report): void {
  const list = childOf(bytes, box, 'ipco');
  if (list === undefined) return;
  for (const part of boxesIn(bytes, list.body, list.end)) {
    if (telling.includes(part.type)) {
      removed.add(part.type === 'udes' || part.type === 'altt' ? 'title' : 'technical');
      blank(bytes, part);
    }
    if (part.type !== 'colr' || holds(bytes, part, 0, 'nclx')) continue;
    const room = bytes.subarray(part.body + 4, part.end);
    const size = room.length < 4 ? 0 : viewOf(room).getUint32(0);
    const own = standardProfile(room.slice(0, size));
    if (!own.isOwn) removed.add('colour_profile');
    if (own.profile === null || own.profile.length > room.length) blank(bytes, part);
    else {
      room.fill(0);
      room.set(own.profile);
    }
  }
}

/** Cleans the list of items in memory, without moving anything. */
export async function cleanItems(
  reader: Reader,
  bytes: Uint8Array,
  root: Box,
  report: Report,
): Promise<Items> {
  const { removed } = report;
  const content: Box = { ...root, body: root.body + 4 };
  const part = (type: string): Box | undefined => childOf(bytes, content, type);
  const [info, location, properties, inside] = ['iinf', 'iloc', 'iprp', 'idat'].map(part);
  if (info === undefined || location === undefined) throw broken();
  const types = itemTypes(bytes, info);
  const items: Items = { kept: [], replaced: [] };
  for (const place of itemPlaces(bytes, location)) {
    const type = types.get(place.number) ?? '';
    const isTelling = ['Exif', 'mime', 'uri '].includes(type);
    if (!isTelling) {
      if (!place.isInside) items.kept.push(place);
      continue;
    }
    const offset = place.isInside ? (inside?.body ?? Infinity) : 0;
    const [start, end] = [place.start + offset, place.end + offset];
    if (place.isInside && end > (inside?.end ?? 0)) throw broken();
    if (end > reader.size || end - start > 16 * LOOK) throw broken();
    const body = place.isInside ? bytes.slice(start, end) : await reader.bytes(start, end);
    const empty = type === 'Exif' ? emptyExif(end - start) : new Uint8Array(end - start).fill(32);
    if (body.some((byte, at) => byte !== empty[at])) {
      if (type === 'Exif') {
        const from = 4 + (body.length < 4 ? 0 : viewOf(body).getUint32(0));
        readExif(body.slice(from), removed);
      } else readXmp(latin1(body.subarray(0, LOOK)), removed);
    }
    if (place.isInside) bytes.set(empty, start);
    else items.replaced.push({ start, bytes: empty });
  }
  if (properties !== undefined) cleanProfiles(bytes, properties, report);
  const usual = 'hdlr pitm iinf iloc iprp iref idat dinf grpl ipro'.split(' ');
  for (const box of boxesIn(bytes, content.body, content.end)) {
    if (!usual.includes(box.type)) blank(bytes, box);
  }
  return items;
}
