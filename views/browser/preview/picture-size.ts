/** What a picture says of itself before it is decoded. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Most pixels of a picture that is shown: four bytes each while it is drawn. Photos of phones have
 * twelve to fifty million.
 */
const MOST_PIXELS = 2 ** 26;
/** Most times that a JPEG goes over its pixels; programs write about ten. */
const MOST_SCANS = 100;

/** Names of AVIF's boxes that say sizes: of items, and of a film's pictures. */
const ISPE = 0x69737065;
const AV01 = 0x61763031;

type ReadSize = (view: DataView) => PictureSize;

/** Kinds of picture: the first bytes they are known by, and where they say how large they are. */
const KINDS: readonly {
  readonly type: string;
  readonly at: number;
  readonly mark: readonly number[];
  readonly size: ReadSize;
}[] = [
  {
    type: 'image/png',
    at: 0,
    mark: [0x89, 0x50, 0x4e, 0x47],
    size: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  },
  { type: 'image/jpeg', at: 0, mark: [0xff, 0xd8, 0xff], size: jpegSize },
  { type: 'image/gif', at: 0, mark: [0x47, 0x49, 0x46, 0x38], size: gifSize },
  { type: 'image/webp', at: 8, mark: [0x57, 0x45, 0x42, 0x50], size: webpSize },
  { type: 'image/avif', at: 4, mark: [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69], size: avifSize },
  { type: 'image/bmp', at: 0, mark: [0x42, 0x4d], size: bmpSize },
];

/**
 * Looks at the beginning of a picture, decoding nothing: a few bytes can ask for more memory than the
 * computer has, and would take the desk with them. Vector formats, which can hold scripts, are not
 * among the kinds.
 *
 * @returns its type, and whether it is too large to be shown.
 * @throws Error for anything else, or where it does not say how large it is.
 */
export function lookAtPicture(bytes: ArrayBuffer): { type: string; isTooLarge: boolean } {
  const view = new DataView(bytes);
  const kind = KINDS.find(
    ({ at, mark }) =>
      at + mark.length <= view.byteLength &&
      mark.every((byte, index) => view.getUint8(at + index) === byte),
  );
  if (kind === undefined) throw new Error('no picture');
  // a place beyond its end throws as well
  const { width, height } = kind.size(view);
  const isTooLarge = width * height > MOST_PIXELS || scansOf(kind.type, view) > MOST_SCANS;
  return { type: kind.type, isTooLarge };
}

function jpegSize(view: DataView): PictureSize {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw new Error('no marker');
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isAlone ? 2 : 2 + view.getUint16(at + 2);
  }
}

/** How often a JPEG begins to go over its pixels, at most: also what merely looks like it counts. */
function scansOf(type: string, view: DataView): number {
  if (type !== 'image/jpeg') return 1;
  const bytes = new Uint8Array(view.buffer);
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans += 1;
  }
  return scans;
}

/** The screen, or the first picture on it where that is larger: programs make room for it. */
function gifSize(view: DataView): PictureSize {
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const flags = view.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  while (view.getUint8(at) === 0x21) {
    at += 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
  if (view.getUint8(at) !== 0x2c) throw new Error('no picture');
  const reach = (place: number): number =>
    view.getUint16(at + place, true) + view.getUint16(at + place + 4, true);
  return {
    width: Math.max(screen.width, reach(1)),
    height: Math.max(screen.height, reach(3)),
  };
}

function webpSize(view: DataView): PictureSize {
  const type = textAt(view, 12);
  const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  if (type === 'VP8X') return { width: three(24) + 1, height: three(27) + 1 };
  if (type === 'VP8 ') {
    return {
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  }
  if (type !== 'VP8L') throw new Error('no size');
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The largest that its boxes speak of: the whole, its tiles, its film. */
function avifSize(view: DataView): PictureSize {
  let largest: PictureSize = { width: 0, height: 0 };
  const see = (width: number, height: number): void => {
    if (width * height > largest.width * largest.height) largest = { width, height };
  };
  for (let at = 0; at + 8 <= view.byteLength;) {
    const said = view.getUint32(at);
    const size = said === 1 ? Number(view.getBigUint64(at + 8)) : said || view.byteLength - at;
    if (size < 8) throw new Error('no box');
    const end = Math.min(at + size, view.byteLength);
    const type = textAt(view, at + 4);
    for (let inner = at + 8; ['meta', 'moov'].includes(type) && inner + 16 <= end; inner += 1) {
      const name = view.getUint32(inner);
      if (name === ISPE) see(view.getUint32(inner + 8), view.getUint32(inner + 12));
      if (name === AV01 && type === 'moov') {
        see(view.getUint16(inner + 28), view.getUint16(inner + 30));
      }
    }
    at = end;
  }
  if (largest.width === 0) throw new Error('no size');
  return largest;
}

function bmpSize(view: DataView): PictureSize {
  if (view.getUint32(14, true) === 12) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  }
  // one below zero is drawn from the top
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

function textAt(view: DataView, at: number): string {
  const codes = [0, 1, 2, 3].map((index) => view.getUint8(at + index));
  return String.fromCharCode(...codes);
}
