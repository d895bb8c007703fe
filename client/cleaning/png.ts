import { readExif, orientationExif } from './exif.js';
import type { Report } from './findings.js';
import { standardProfile } from './icc.js';
import { deflate, inflate } from './inflate.js';
import type { FindingCode, Piece } from './models.js';
import { broken, bytesOf, joined, latin1, viewOf, type Reader } from './reader.js';
import { readXmp } from './xmp.js';

/** Chunks that decide how the picture looks, animations and high ranges of light included. */
const needed = new Set(
  'IHDR PLTE IDAT IEND tRNS bKGD sBIT hIST gAMA sRGB cICP mDCV cLLI acTL fcTL fdAT'.split(' '),
);
/** Chunks that are small and say nothing, and are not needed either. */
const idle = new Set(['pHYs', 'sTER', 'sPLT', 'oFFs', 'sCAL', 'vpAg', 'orNT']);
const PROFILE_BYTES = 4 * 1024 * 1024;
/** What is looked at of one text. */
const TEXT_BYTES = 256 * 1024;

const keywords: readonly [FindingCode, RegExp][] = [
  ['author', /^(?:author|artist|copyright)/iu],
  ['dates', /^(?:creation time|date:)/iu],
  ['software', /^(?:software|source|generator)/iu],
  ['title', /^(?:title|description|subject|headline)/iu],
  ['comment', /^(?:comment|parameters|prompt|workflow|disclaimer|warning)/iu],
];

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The check sum of PNG and ZIP. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined(bytesOf(type), data);
  const whole = new Uint8Array(body.length + 8);
  viewOf(whole).setUint32(0, data.length);
  whole.set(body, 4);
  viewOf(whole).setUint32(body.length + 4, crc32(body));
  return whole;
}

function readText(type: string, data: Uint8Array, { removed }: Report): void {
  const text = latin1(data);
  const [keyword = ''] = text.split('\0', 1);
  if (/xmp|adobe/iu.test(keyword)) {
    readXmp(text, removed);
    return;
  }
  if (/^raw profile type (?:exif|app1)/iu.test(keyword)) {
    removed.add('technical', keyword);
    return;
  }
  const value = type === 'tEXt' ? text.slice(keyword.length + 1) : '';
  const code = keywords.find(([, pattern]) => pattern.test(keyword))?.[0] ?? 'technical';
  removed.add(code, value === '' ? keyword : value);
}

/** The colour profile of an iCCP chunk as our own chunk; empty where none is needed or it is damaged. */
async function cleanProfile(data: Uint8Array, { removed }: Report): Promise<Uint8Array> {
  const name = data.indexOf(0);
  const packed = data.subarray(name + 2);
  const profile = await inflate(packed, 'deflate', PROFILE_BYTES).catch(() => new Uint8Array(0));
  const own = standardProfile(profile);
  if (!own.isOwn) removed.add('colour_profile');
  if (own.profile === null) return new Uint8Array(0);
  return chunk('iCCP', joined(bytesOf('ICC\0\0'), await deflate(own.profile, 'deflate')));
}

/**
 * PNG, animated ones included: the chunks that are needed to draw the picture stay; texts, times,
 * Exif, unknown chunks and whatever follows the picture go.
 */
export async function cleanPng(reader: Reader, report: Report): Promise<Piece[]> {
  const { removed } = report;
  const kept: Piece[] = [{ start: 0, end: 8 }];
  let orientation = 1;
  let type = '';
  let position = 8;
  while (type !== 'IEND') {
    const head = await reader.bytes(position, position + 8);
    const length = viewOf(head).getUint32(0);
    type = latin1(head.subarray(4));
    const start = position;
    const end = start + 12 + length;
    if (end > reader.size || !/^[A-Za-z]{4}$/u.test(type)) throw broken();
    if (position === 8 && type !== 'IHDR') throw broken();
    position = end;
    if (needed.has(type)) {
      kept.push({ start, end });
      continue;
    }
    // an unknown chunk that a decoder must understand
    if (/^[A-Z]/u.test(type)) throw broken();
    if (idle.has(type)) continue;
    const most = Math.min(length, type === 'iCCP' ? PROFILE_BYTES : TEXT_BYTES);
    const data = await reader.bytes(start + 8, start + 8 + most);
    if (type === 'iCCP') kept.push(await cleanProfile(data.slice(), report));
    else if (type === 'eXIf') orientation = readExif(data, removed);
    else if (['tEXt', 'iTXt', 'zTXt'].includes(type)) readText(type, data, report);
    else if (type === 'tIME') removed.add('dates');
    else if (type === 'caBX') removed.add('provenance');
    else if (type !== 'cHRM') removed.add('technical', type);
  }
  if (position < reader.size) removed.add('trailing');
  if (orientation !== 1) kept.splice(2, 0, chunk('eXIf', orientationExif(orientation)));
  return kept;
}
