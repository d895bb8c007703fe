import { orientationExif, readExif } from './exif.js';
import type { Report } from './findings.js';
import { standardProfile } from './icc.js';
import type { Piece } from './models.js';
import { sizeOf } from './pieces.js';
import { broken, bytesOf, isAt, joined, latin1, viewOf, type Reader } from './reader.js';
import { readXmp } from './xmp.js';

/** WebP and WAV: chunks with a name of four letters and a length, in one large chunk. */

interface Chunk {
  name: string;
  /** Of what it holds. */
  start: number;
  end: number;
}

const MOST_CHUNKS = 100_000;
/** What is looked at of a chunk that goes. */
const LOOK = 64 * 1024;

async function chunksIn(reader: Reader, from: number, to: number): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  let position = from;
  while (position + 8 <= to) {
    const head = await reader.bytes(position, position + 8);
    const start = position + 8;
    const end = start + viewOf(head).getUint32(4, true);
    if (end > to || chunks.length >= MOST_CHUNKS) throw broken();
    chunks.push({ name: latin1(head.subarray(0, 4)), start, end });
    position = end + (end % 2);
  }
  return chunks;
}

async function look(reader: Reader, { start, end }: Chunk): Promise<Uint8Array> {
  return (await reader.bytes(start, Math.min(end, start + LOOK))).slice();
}

function length(size: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, size, true);
  return bytes;
}

/** A chunk of our making, with the byte that makes it even. */
function chunk(name: string, ...body: readonly Piece[]): Piece[] {
  const size = sizeOf(body);
  return [joined(bytesOf(name), length(size)), ...body, new Uint8Array(size % 2)];
}

const kept = ({ name, start, end }: Chunk): Piece[] => chunk(name, { start, end });

function whole(form: string, body: readonly Piece[]): Piece[] {
  const size = sizeOf(body) + 4;
  return [joined(bytesOf('RIFF'), length(size), bytesOf(form)), ...body];
}

/** All chunks of the file; what follows them is a trace. */
async function allChunks(reader: Reader, { removed }: Report): Promise<Chunk[]> {
  const size = viewOf(await reader.bytes(4, 8)).getUint32(0, true);
  // sound that was never finished has no length, or one too large
  const end = Math.min(reader.size, 8 + size);
  if (end < reader.size - 1) removed.add('trailing');
  return chunksIn(reader, 12, end);
}

const frameParts = ['ALPH', 'VP8 ', 'VP8L'];

/** One picture of an animation: sixteen bytes about it, then its own chunks. */
async function frame(reader: Reader, { name, start, end }: Chunk): Promise<Piece[]> {
  if (end - start < 16) throw broken();
  const parts = await chunksIn(reader, start + 16, end);
  const body = parts.filter((part) => frameParts.includes(part.name)).flatMap(kept);
  return chunk(name, { start, end: start + 16 }, ...body);
}

/** WebP: pictures, animations and transparency stay, with the direction; the rest goes. */
export async function cleanWebp(reader: Reader, report: Report): Promise<Piece[]> {
  const { removed } = report;
  const chunks = await allChunks(reader, report);
  const body: Piece[] = [];
  let extended: Uint8Array | null = null;
  let profile: Uint8Array | null = null;
  let orientation = 1;
  for (const each of chunks) {
    if (each.name === 'VP8X') {
      extended = (await reader.bytes(each.start, each.start + 10)).slice();
    } else if (frameParts.includes(each.name) || each.name === 'ANIM') body.push(...kept(each));
    else if (each.name === 'ANMF') body.push(...(await frame(reader, each)));
    else if (each.name === 'EXIF') {
      const bytes = await look(reader, each);
      orientation = readExif(isAt(bytes, 0, 'Exif\0\0') ? bytes.subarray(6) : bytes, removed);
    } else if (each.name === 'XMP ') readXmp(latin1(await look(reader, each)), removed);
    else if (each.name === 'ICCP') {
      const own = standardProfile((await reader.bytes(each.start, each.end)).slice());
      if (!own.isOwn) removed.add('colour_profile');
      ({ profile } = own);
    } else removed.add('technical', each.name);
  }
  if (body.length === 0) throw broken();
  if (extended === null) return whole('WEBP', body);
  const hasExif = orientation !== 1;
  // flags: profile, transparency, Exif, XMP, animation
  const flags = (extended[0] ?? 0) & 0x12;
  extended[0] = flags | (profile === null ? 0 : 0x20) | (hasExif ? 0x08 : 0);
  return whole('WEBP', [
    ...chunk('VP8X', extended),
    ...(profile === null ? [] : chunk('ICCP', profile)),
    ...body,
    ...(hasExif ? chunk('EXIF', orientationExif(orientation)) : []),
  ]);
}

/** WAV: how it sounds and the sound itself stay; texts, cues, recorders' notes go. */
export async function cleanWav(reader: Reader, report: Report): Promise<Piece[]> {
  const { removed } = report;
  const body: Piece[] = [];
  for (const each of await allChunks(reader, report)) {
    if (['fmt ', 'data', 'fact'].includes(each.name)) {
      body.push(...kept(each));
      continue;
    }
    const text = latin1(await look(reader, each));
    if (each.name === 'LIST' && text.startsWith('INFO')) {
      if (text.includes('IART')) removed.add('author');
      if (/INAM|ICMT|ISBJ/u.test(text)) removed.add('title');
      if (text.includes('ICRD')) removed.add('dates');
      if (/ISFT|ITCH/u.test(text)) removed.add('software');
    } else if (each.name === 'bext') {
      removed.add('dates');
      removed.add('device');
    } else if (/[^\0\s]/u.test(text)) removed.add('technical', each.name);
  }
  return whole('WAVE', body);
}
