import { elementAt, elementsIn, VOID, voidOf, type Whole } from './ebml.js';
import type { Findings, Report } from './findings.js';
import type { FindingCode, Piece } from './models.js';
import { broken, CannotClean, isAt, latin1, viewOf, type Reader } from './reader.js';
import { codeOfRemark, readVorbisComment } from './vorbis-comment.js';

/** WebM and Matroska: what is needed to play stays where it is, the rest becomes empty room. */

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const CLUSTER = 0x1f43b675;
const GROUP = 0xa0;
const TAGS = 0x1254c367;
const APPS = [0x4d80, 0x5741];
const UID = 0x73c5;

/** Parts of the whole, which also end a cluster whose length is not known. */
const levels = new Set([
  0x114d9b74,
  INFO,
  TRACKS,
  0x1c53bb6b,
  CLUSTER,
  TAGS,
  0x1941a469,
  0x1043a770,
]);
/** What stays as it is, by what it stands in. */
const kept = {
  segment: new Set([0x114d9b74, 0x1c53bb6b]),
  info: new Set([0x2ad7b1, 0x4489]),
  tracks: new Set<number>(),
  track: new Set([
    0xd7, 0x83, 0xb9, 0x88, 0x55aa, 0x9c, 0x6de7, 0x6df8, 0x23e383, 0x234e7a, 0x55ee, 0x22b59c,
    0x22b59d, 0x86, 0x63a2, 0x56aa, 0x56bb, 0xe0, 0xe1, 0xe2, 0x6d80, 0x41e4,
  ]),
  cluster: new Set([0xe7, 0xa7, 0xab, 0xa3]),
  group: new Set([0xa1, 0x9b, 0xfb, 0x75a1, 0x75a2, 0xa4, 0xfa]),
} as const;
/** What goes is of these sorts; all else is technical. */
const sorts: ReadonlyMap<number, FindingCode> = new Map<number, FindingCode>([
  [0x7ba9, 'title'],
  [0x4461, 'dates'],
  [0x73a4, 'ids'],
  [0x7384, 'paths'],
  [0x536e, 'title'],
  [0x258688, 'software'],
  [0x1941a469, 'attachments'],
  [0x1043a770, 'title'],
]);
/** Those of them that are a text. */
const texts = [0x7ba9, 0x7384, 0x536e, 0x258688];
/** Sums go without a word: they are wrong as soon as anything else went. */
const SUM = 0xbf;
/** How sound and pictures are coded, in ways that leave no room for remarks. */
const plainCodecs =
  /^(?:V_VP[89]|V_AV1|V_MPEG4\/ISO\/AVC|V_MPEGH\/ISO\/HEVC|A_OPUS|A_AAC|A_MPEG\/L3|A_AC3|A_PCM|S_TEXT)/u;
const LOOK = 64 * 1024;
const MOST_PATCHES = 500_000;

interface Patch {
  start: number;
  end: number;
  pieces: Piece[];
}

/** Says what a list of remarks tells. */
async function readTags(reader: Reader, tags: Whole, found: Findings): Promise<void> {
  let name = '';
  const inside = async (from: number, to: number): Promise<void> => {
    for (const each of await elementsIn(reader, from, to)) {
      if (each.id === 0x7373 || each.id === 0x67c8) await inside(each.body, each.end);
      const text = async (): Promise<string> =>
        new TextDecoder().decode(
          await reader.bytes(each.body, Math.min(each.end, each.body + 400)),
        );
      if (each.id === 0x45a3) name = await text();
      if (each.id === 0x4487) found.add(codeOfRemark(name), await text());
    }
  };
  await inside(tags.body, tags.end);
}

/** The remarks in what Vorbis needs before its sound, as long as before and saying nothing. */
function cleanVorbis(body: Uint8Array, found: Findings): Uint8Array {
  const lengths: number[] = [];
  let at = 1;
  for (let index = 0; index < 2; index += 1) {
    let length = 0;
    let byte = 255;
    while (byte === 255) {
      byte = body[at] ?? 0;
      length += byte;
      at += 1;
    }
    lengths.push(length);
  }
  const [first = 0, size = 0] = lengths;
  const start = at + first;
  if (body[0] !== 2 || size < 16 || !isAt(body, start, '\x03vorbis')) throw broken();
  const own = body.slice();
  own.fill(0, start + 7, start + size);
  viewOf(own).setUint32(start + 7, size - 16, true);
  own[start + size - 1] = 1;
  if (own.some((byte, index) => byte !== body[index])) {
    readVorbisComment(body.subarray(start + 7, start + size), found);
  }
  return own;
}

/** Walks through the whole and gathers what takes the place of what goes. */
function createWalk(reader: Reader, { removed, left }: Report) {
  const patches: Patch[] = [];
  const patch = (start: number, end: number, pieces: Piece[]): void => {
    if (patches.length >= MOST_PATCHES) throw new CannotClean('too_large');
    patches.push({ start, end, pieces });
  };

  const drop = async (element: Whole): Promise<void> => {
    const { id, start, body, end } = element;
    const begins = await reader.bytes(body, Math.min(end, body + LOOK));
    if (id === VOID) {
      if (begins.some((byte) => byte !== 0)) removed.add('trailing');
    } else if (id === TAGS) await readTags(reader, element, removed);
    else if (id !== SUM) {
      const code = sorts.get(id) ?? 'technical';
      removed.add(
        code,
        texts.includes(id) ? new TextDecoder().decode(begins.subarray(0, 400)) : '',
      );
    }
    patch(start, end, voidOf(end - start));
  };

  const info = async (element: Whole): Promise<void> => {
    for (const each of await elementsIn(reader, element.body, element.end)) {
      if (APPS.includes(each.id)) {
        // a film must name a program, be it of no letters
        const text = latin1(await reader.bytes(each.body, each.end)).replaceAll('\0', '');
        if (text !== '') removed.add('software', text);
        patch(each.body, each.end, [{ zeros: each.end - each.body }]);
      } else if (!kept.info.has(each.id)) await drop(each);
    }
  };

  const track = async (element: Whole, number: number): Promise<void> => {
    const parts = await elementsIn(reader, element.body, element.end);
    const bodyOf = async (id: number): Promise<Uint8Array> => {
      const found = parts.find((each) => each.id === id);
      return found === undefined
        ? new Uint8Array()
        : (await reader.bytes(found.body, found.end)).slice();
    };
    const codec = latin1(await bodyOf(0x86)).replaceAll('\0', '');
    if (((await bodyOf(0x83)).at(-1) ?? 0) > 3) left.add('timed');
    for (const each of parts) {
      if (each.id === UID) {
        const own = new Uint8Array(each.end - each.body);
        own.set([number], own.length - 1);
        const before = await reader.bytes(each.body, each.end);
        if (own.some((byte, at) => byte !== before[at])) removed.add('ids');
        patch(each.body, each.end, [own]);
      } else if (each.id === 0x6d80) {
        const encodings = await elementsIn(reader, each.body, each.end);
        for (const one of encodings) {
          if (one.id !== 0x6240) continue;
          const inside = await elementsIn(reader, one.body, one.end);
          if (inside.some(({ id }) => id === 0x5035)) throw new CannotClean('encrypted');
        }
      } else if (each.id === 0x63a2 && codec === 'A_VORBIS') {
        patch(each.body, each.end, [cleanVorbis(await bodyOf(each.id), removed)]);
      } else if (each.id === 0x63a2 && !plainCodecs.test(codec)) left.add('technical', codec);
      else if (!kept.track.has(each.id)) await drop(each);
    }
  };

  const tracks = async (element: Whole): Promise<void> => {
    let count = 0;
    for (const each of await elementsIn(reader, element.body, element.end)) {
      if (each.id !== TRACK) {
        await drop(each);
        continue;
      }
      count += 1;
      if (count > 100) throw broken();
      await track(each, count);
    }
  };

  /** Goes through a cluster; answers where it ends. */
  const cluster = async (from: number, end: number | null, limit: number): Promise<number> => {
    let at = from;
    while (at < (end ?? limit)) {
      const each = await elementAt(reader, at, end ?? limit);
      if (end === null && levels.has(each.id)) return at;
      if (each.end === null) throw broken();
      const whole = { ...each, end: each.end };
      if (each.id === GROUP) {
        for (const part of await elementsIn(reader, each.body, whole.end)) {
          if (!kept.group.has(part.id)) await drop(part);
        }
      } else if (!kept.cluster.has(each.id)) await drop(whole);
      at = whole.end;
    }
    return at;
  };

  const segment = async (from: number, limit: number): Promise<void> => {
    let at = from;
    while (at < limit) {
      const each = await elementAt(reader, at, limit);
      if (each.id === CLUSTER) {
        at = await cluster(each.body, each.end, limit);
        continue;
      }
      if (each.end === null) throw broken();
      const whole = { ...each, end: each.end };
      if (each.id === INFO) await info(whole);
      else if (each.id === TRACKS) await tracks(whole);
      else if (!kept.segment.has(each.id)) await drop(whole);
      at = whole.end;
    }
  };

  return { segment, drop, patches };
}

/** See the top of this file. */
export async function cleanWebm(reader: Reader, report: Report): Promise<Piece[]> {
  const walk = createWalk(reader, report);
  const head = await elementAt(reader, 0, reader.size);
  if (head.id !== EBML || head.end === null) throw broken();
  for (const each of await elementsIn(reader, head.body, head.end)) {
    // how it is to be read, in numbers and one word
    if ((each.id < 0x4282 || each.id > 0x42f7) && each.id !== SUM) throw broken();
  }
  let at = head.end;
  let end = reader.size;
  let isFound = false;
  while (!isFound) {
    const each = await elementAt(reader, at, reader.size);
    if (each.id === SEGMENT) {
      end = each.end ?? reader.size;
      await walk.segment(each.body, end);
      isFound = true;
    } else {
      if (each.id !== VOID || each.end === null) throw broken();
      await walk.drop({ ...each, end: each.end });
      at = each.end;
    }
  }
  if (end < reader.size) report.removed.add('trailing');
  const pieces: Piece[] = [];
  let position = 0;
  for (const { start, end: to, pieces: own } of walk.patches) {
    pieces.push({ start: position, end: start });
    for (const piece of own) pieces.push(piece);
    position = to;
  }
  pieces.push({ start: position, end });
  return pieces;
}
