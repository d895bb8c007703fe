import type { Findings, Report } from './findings.js';
import type { Piece } from './models.js';
import { isPageAt, pageHead, pagesOf, readPage, type Page } from './ogg-pages.js';
import { broken, bytesOf, CannotClean, isAt, isEqual, joined, type Reader } from './reader.js';
import { readVorbisComment } from './vorbis-comment.js';

/** Ogg: Opus and Vorbis, as recorders and messengers write them; Theora and Speex, as older ones do. */

interface Codec {
  /** How its first packet begins. */
  first: string;
  /** How the packet of remarks begins, which is the second. */
  remarks: string;
  /** What ends it. */
  end: readonly number[];
  /** How the third begins, which says how sound or pictures are coded; null where there is none. */
  setup: string | null;
}

const codecs: readonly Codec[] = [
  { first: 'OpusHead', remarks: 'OpusTags', end: [], setup: null },
  { first: '\x01vorbis', remarks: '\x03vorbis', end: [1], setup: '\x05vorbis' },
  { first: '\x80theora', remarks: '\x81theora', end: [], setup: '\x82theora' },
  { first: 'Speex   ', remarks: '', end: [], setup: null },
];
/** Describes the other streams of a file, in words too; players do without. */
const SKELETON = 'fishead\0';
/** The most that may stand before sound and pictures. */
const MOST_BEFORE = 16 * 1024 * 1024;
/** Bodies below this are copied, since a range of the file costs more; so much is copied at most. */
const SMALL = 2048;
const MOST_COPIED = 64 * 1024 * 1024;
const MOST_PAGES = 1_000_000;
const BLOCK = 64 * 1024;

interface Stream {
  /** Null for one that is taken out. */
  codec: Codec | null;
  /** Ours, counted in the file's order; a recorder's can come from its clock. */
  serial: number;
  /** The number of its next page, in the file and in ours. */
  expected: number;
  next: number;
  /** Packets before sound and pictures that were read so far; the last may not have ended. */
  before: Uint8Array[];
  size: number;
  isOpen: boolean;
  isLast: boolean;
}

/** How many packets follow the first before sound or pictures do. */
const packetsBefore = ({ setup }: Codec): number => (setup === null ? 1 : 2);

/** Whether some of these packets are still to come. */
const isBegun = ({ codec, before, isOpen }: Stream): boolean =>
  codec !== null && (isOpen || before.length < packetsBefore(codec));

/** Remarks that say nothing. */
function emptyRemarks({ remarks, end }: Codec): Uint8Array {
  return joined(bytesOf(remarks), new Uint8Array(8), Uint8Array.from(end));
}

/** Takes the packets of a page that stands before sound and pictures. */
function takePackets(stream: Stream, page: Page, wanted: number): void {
  if (page.isContinued !== stream.isOpen) throw broken();
  stream.size += page.body.length;
  if (stream.size > MOST_BEFORE) throw new CannotClean('too_large');
  let from = 0;
  let to = 0;
  const take = (isEnd: boolean): void => {
    const part = page.body.slice(from, to);
    const rest = stream.isOpen ? stream.before.pop() : undefined;
    stream.before.push(rest === undefined ? part : joined(rest, part));
    stream.isOpen = !isEnd;
    from = to;
  };
  for (const length of page.parts) {
    to += length;
    if (length < 255) take(true);
  }
  if (to > from) take(false);
  // sound on a page of these: its kinds forbid it
  if (stream.before.length > wanted) throw broken();
}

/** A stream's first page, which its kind is known by; it holds one packet and no more. */
function firstPage(page: Page, serial: number, { removed }: Report): Stream {
  const isSkeleton = isAt(page.body, 0, SKELETON);
  const codec = codecs.find(({ first }) => isAt(page.body, 0, first));
  if (codec === undefined && !isSkeleton) throw new CannotClean('unknown');
  const isOne = page.parts.findIndex((length) => length < 255) === page.parts.length - 1;
  if (page.isContinued || !isOne) throw broken();
  if (isSkeleton) removed.add('technical');
  // Speex may have more packets before its sound, of which nothing is known
  if (codec?.remarks === '' && page.body.subarray(68, 72).some((byte) => byte !== 0))
    throw broken();
  return {
    codec: codec ?? null,
    serial,
    expected: page.sequence + 1,
    next: 1,
    before: [],
    size: 0,
    isOpen: false,
    isLast: page.isLast,
  };
}

/** The packets before sound and pictures, once all are there; the remarks say nothing any more. */
function pagesBefore(stream: Stream, codec: Codec, found: Findings): Uint8Array[] {
  const [own = new Uint8Array(0), ...others] = stream.before;
  const isSetUp = others.every((packet) => isAt(packet, 0, codec.setup ?? ''));
  if (!isAt(own, 0, codec.remarks) || !isSetUp) throw broken();
  const empty = emptyRemarks(codec);
  if (!isEqual(own, empty)) readVorbisComment(own.subarray(codec.remarks.length), found);
  const { serial, next: sequence, isLast } = stream;
  const pages = pagesOf([empty, ...others], { serial, sequence, isLast });
  stream.next += pages.length;
  return pages;
}

/** Whether a page begins anywhere from here on. */
async function hasPageAfter(reader: Reader, from: number): Promise<boolean> {
  for (let at = from; at < reader.size; at += BLOCK) {
    const block = (await reader.bytes(at, Math.min(at + BLOCK + 3, reader.size))).slice();
    for (let index = block.indexOf(0x4f); index >= 0; index = block.indexOf(0x4f, index + 1)) {
      if (isAt(block, index, 'OggS')) return true;
    }
  }
  return false;
}

/** What was written so far: small bytes in few pieces. */
function createOutput(): { add(piece: Piece): void; pieces(): Piece[] } {
  const pieces: Piece[] = [];
  let small: Uint8Array[] = [];
  let size = 0;
  let copied = 0;
  const flush = (): void => {
    if (size > 0) pieces.push(joined(...small));
    small = [];
    size = 0;
  };
  return {
    add(piece) {
      if (!(piece instanceof Uint8Array)) {
        flush();
        pieces.push(piece);
        return;
      }
      small.push(piece);
      size += piece.length;
      copied += piece.length;
      if (copied > MOST_COPIED) throw new CannotClean('too_large');
      if (size > BLOCK) flush();
    },
    pieces() {
      flush();
      return pieces;
    },
  };
}

/**
 * Ogg: sound and pictures stay as they are, on the pages they were on. The remarks of every stream
 * become empty, the pages are numbered anew and get their sums anew; streams that describe others go.
 * A page that is missing, damaged or out of order is no page that can be vouched for.
 */
export async function cleanOgg(reader: Reader, report: Report): Promise<Piece[]> {
  const { removed } = report;
  const output = createOutput();
  const streams = new Map<number, Stream>();
  let serials = 0;
  let position = 0;
  for (let count = 0; position < reader.size; count += 1) {
    if (count >= MOST_PAGES) throw new CannotClean('too_large');
    if (!(await isPageAt(reader, position))) {
      const isOver = streams.size > 0 && [...streams.values()].every(({ isLast }) => isLast);
      if (!isOver || (await hasPageAfter(reader, position))) throw broken();
      removed.add('trailing');
      break;
    }
    const page = await readPage(reader, position);
    position = page.end;
    const known = streams.get(page.serial);
    if (page.isFirst) {
      if (known !== undefined && (!known.isLast || isBegun(known))) throw broken();
      const stream = firstPage(page, serials + 1, report);
      streams.set(page.serial, stream);
      if (stream.codec === null) continue;
      serials += 1;
      if (page.serial !== stream.serial) removed.add('ids');
      const first = { ...page, position: 0n, serial: stream.serial, sequence: 0 };
      output.add(joined(pageHead(first), page.body));
      continue;
    }
    if (known === undefined || known.isLast || page.sequence !== known.expected) throw broken();
    known.expected += 1;
    known.isLast = page.isLast;
    const { codec } = known;
    if (codec === null) continue;
    if (isBegun(known)) {
      takePackets(known, page, packetsBefore(codec));
      if (isBegun(known)) continue;
      for (const each of pagesBefore(known, codec, removed)) output.add(each);
      continue;
    }
    const { serial, next: sequence } = known;
    known.next += 1;
    output.add(pageHead({ ...page, serial, sequence }));
    output.add(page.body.length < SMALL ? page.body.slice() : { start: page.start, end: page.end });
  }
  if (serials === 0 || [...streams.values()].some(isBegun)) throw broken();
  return output.pieces();
}
