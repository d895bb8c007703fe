import type { Findings } from './findings.js';
import type { FindingCode } from './models.js';
import { isAt, isEqual, latin1, viewOf } from './reader.js';

const tags: Readonly<Record<number, FindingCode>> = {
  0x010e: 'title',
  0x010f: 'device',
  0x0110: 'device',
  0x0131: 'software',
  0x0132: 'dates',
  0x013b: 'author',
  0x013c: 'device',
  0x02bc: 'editing',
  0x8298: 'author',
  0x83bb: 'title',
  0x9003: 'dates',
  0x9004: 'dates',
  0x9286: 'comment',
  0x9c9b: 'title',
  0x9c9c: 'comment',
  0x9c9d: 'author',
  0x9c9e: 'title',
  0x9c9f: 'title',
  0xa420: 'ids',
  0xa430: 'author',
  0xa431: 'serial',
  0xa433: 'device',
  0xa434: 'device',
  0xa435: 'serial',
  0xc62f: 'serial',
};

const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const ORIENTATION = 0x0112;
/** More directories or entries than these are nobody's. */
const MOST_ENTRIES = 2000;

/**
 * What a block of Exif (as TIFF, from its byte order on) tells. It is taken out whole whatever it
 * says, so what is damaged is simply called technical.
 *
 * @returns how the picture must be turned to stand upright: 1 to 8, 1 for not at all.
 */
export function readExif(bytes: Uint8Array, found: Findings): number {
  const isLittle = isAt(bytes, 0, 'II');
  const view = viewOf(bytes);
  let orientation = 1;
  let entriesLeft = MOST_ENTRIES;
  let isTelling = false;
  const add = (code: FindingCode, value?: string): void => {
    found.add(code, value);
    isTelling = true;
  };
  const hasFound = (): boolean => isTelling;
  const short = (at: number): number => view.getUint16(at, isLittle);
  const long = (at: number): number => view.getUint32(at, isLittle);

  const directory = (at: number, depth: number): void => {
    const count = short(at);
    for (let index = 0; index < count && entriesLeft > 0; index += 1) {
      entriesLeft -= 1;
      const entry = at + 2 + index * 12;
      const tag = short(entry);
      if (tag === ORIENTATION) orientation = short(entry + 8);
      if (tag === GPS_IFD) add('place');
      if (tag === EXIF_IFD && depth === 0) directory(long(entry + 8), 1);
      const code = tags[tag];
      if (code === undefined) continue;
      const isText = short(entry + 2) === 2;
      const size = Math.min(long(entry + 4), 200);
      const from = size <= 4 ? entry + 8 : long(entry + 8);
      const text = isText ? latin1(bytes.subarray(from, from + size)).replace(/\0.*$/su, '') : '';
      if (!isText || text.trim() !== '') add(code, text);
    }
    // the second directory of the first level describes a small copy of the picture
    if (depth === 0 && long(at + 2 + count * 12) !== 0) add('thumbnail');
  };

  try {
    if (!isLittle && !isAt(bytes, 0, 'MM')) throw new RangeError();
    directory(long(4), 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  const isOwn = isEqual(bytes, orientationExif(orientation));
  if (!isOwn && !hasFound()) found.add('technical');
  return orientation;
}

/** A block of Exif (as TIFF) that says how to turn the picture, and nothing else. */
export function orientationExif(orientation: number): Uint8Array {
  return Uint8Array.of(
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
    ...[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  );
}
