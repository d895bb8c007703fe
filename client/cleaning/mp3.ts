import type { Report } from './findings.js';
import type { FindingCode, Piece } from './models.js';
import { merged } from './pieces.js';
import { broken, bytesOf, isAt, latin1, viewOf, type Reader } from './reader.js';

const rates = [44_100, 48_000, 32_000];
/** Kilobits of layer III, for version 1 and for versions 2 and 2.5. */
const bits1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bits2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** Nobody puts more than this between two frames. */
const GAP = 1024 * 1024;
const BLOCK = 64 * 1024;

const frames: readonly [FindingCode, RegExp][] = [
  ['author', /TPE[1-4]|TP1|TCOM|TEXT|TCOP|TOWN|TPUB/u],
  ['title', /TIT[1-3]|TT2|TALB|TCON|USLT/u],
  ['comment', /COMM|COM\0/u],
  ['dates', /TDRC|TYER|TDAT|TIME|TDEN|TDTG|TDRL/u],
  ['software', /TSSE|TENC/u],
  ['thumbnail', /APIC|PIC\0/u],
  ['ids', /UFID|PRIV|MCDI/u],
];

/** How long the frame of sound is that begins with these four bytes; 0 where none does. */
function frameLength(head: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0] = head.subarray(at, at + 3);
  // layer III alone
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return 0;
  const version = (second >> 3) & 3;
  const rate = rates[(third >> 2) & 3];
  const kilobits = (version === 3 ? bits1 : bits2)[third >> 4];
  if (version === 1 || rate === undefined || kilobits === undefined || kilobits === 0) return 0;
  const divisor = version === 3 ? 1 : version === 2 ? 2 : 4;
  const samples = version === 3 ? 144_000 : 72_000;
  return Math.floor((samples * kilobits) / (rate / divisor)) + ((third >> 1) & 1);
}

/** The end of a tag that begins here; null where none does. */
async function tagEnd(reader: Reader, at: number, report: Report): Promise<number | null> {
  const { removed } = report;
  const head = (await reader.bytes(at, Math.min(at + 32, reader.size))).slice();
  if (isAt(head, 0, 'ID3') && head.length >= 10) {
    const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((head[index] ?? 0) & 127), 0);
    const end = Math.min(reader.size, at + 10 + size + ((head[5] ?? 0) & 0x10 ? 10 : 0));
    const text = latin1(await reader.bytes(at, Math.min(end, at + 200_000)));
    for (const [code, pattern] of frames) if (pattern.test(text)) removed.add(code);
    removed.add('technical', 'ID3');
    return end;
  }
  if (isAt(head, 0, 'TAG')) {
    removed.add('title');
    return Math.min(reader.size, at + (isAt(head, 3, '+') ? 227 : 128));
  }
  if (isAt(head, 0, 'APETAGEX') && head.length >= 32) {
    removed.add('title');
    const hasItemsAfter = (viewOf(head).getUint32(20, true) & 0x20000000) !== 0;
    const size = viewOf(head).getUint32(12, true);
    return hasItemsAfter ? Math.min(reader.size, at + 32 + size) : at + 32;
  }
  return null;
}

/** Where sound goes on after something that is none: two frames, one after the other, or the end. */
async function nextFrame(reader: Reader, from: number): Promise<number> {
  for (let at = from; at < Math.min(reader.size, from + GAP); at += BLOCK) {
    const block = (await reader.bytes(at, Math.min(at + BLOCK + 4, reader.size))).slice();
    for (let index = block.indexOf(0xff); index >= 0; index = block.indexOf(0xff, index + 1)) {
      if (index >= BLOCK) break;
      const length = frameLength(block, index);
      const next = at + index + length;
      if (length === 0 || next + 4 > reader.size) continue;
      if (frameLength(await reader.bytes(next, next + 4), 0) > 0) return at + index;
    }
  }
  return reader.size;
}

/** The first frame often tells the encoder beside counts that players use: its name becomes zeros. */
async function firstFrame(reader: Reader, start: number, end: number): Promise<Piece[]> {
  const body = (await reader.bytes(start, end)).slice();
  const text = latin1(body);
  if (!/Xing|Info/u.test(text.slice(0, 64))) return [{ start, end }];
  const name = /(?:LAME|Lavf|Lavc|GOGO|L3\.9)[\x20-\x7e]{0,5}/u.exec(text);
  if (name !== null) body.set(bytesOf('\0'.repeat(name[0].length)), name.index);
  return [body];
}

/** MP3: the frames of sound stay, in their order; tags of all sorts and whatever stands between go. */
export async function cleanMp3(reader: Reader, report: Report): Promise<Piece[]> {
  const kept: Piece[] = [];
  let position = 0;
  let count = 0;
  // where the last frame was cut off, its length reaches into the tag behind it
  const tag = Math.max(0, reader.size - 128);
  const soundEnd = isAt(await reader.bytes(tag, reader.size), 0, 'TAG') ? tag : reader.size;
  while (position < reader.size) {
    const head = await reader.bytes(position, Math.min(position + 4, reader.size));
    const length = frameLength(head, 0);
    if (length > 0) {
      const end = Math.min(position + length, position < soundEnd ? soundEnd : reader.size);
      if (count === 0) kept.push(...(await firstFrame(reader, position, end)));
      else kept.push({ start: position, end });
      count += 1;
      if (kept.length > 1000) kept.splice(0, kept.length, ...merged(kept));
      position = end;
      continue;
    }
    const end = await tagEnd(reader, position, report);
    if (end !== null) {
      position = end;
      continue;
    }
    const block = await reader.bytes(position, Math.min(position + 128, reader.size));
    if (block.some((byte) => byte !== 0)) report.removed.add('trailing');
    position = await nextFrame(reader, position + 1);
  }
  if (count < 2) throw broken();
  return kept;
}
