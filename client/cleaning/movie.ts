import { blank, boxesIn, childOf, holds, readBox, type Box } from './boxes.js';
import type { Report } from './findings.js';
import { broken, CannotClean, latin1, viewOf } from './reader.js';

/** A range of the file. */
export interface Range {
  start: number;
  end: number;
}

/** What films need to be played; all other boxes go. */
const needed: Readonly<Record<string, string>> = {
  moov: 'mvhd trak mvex',
  trak: 'tkhd edts tref mdia tapt',
  edts: 'elst',
  tapt: 'clef prof enof',
  mdia: 'mdhd hdlr minf elng',
  minf: 'vmhd smhd nmhd gmhd hdlr dinf stbl',
  dinf: 'dref',
  stbl: 'stsd stts ctts stsc stsz stz2 stco co64 stss cslg sdtp sbgp sgpd subs stps padb stsh',
  mvex: 'mehd trex trep',
  moof: 'mfhd traf',
  traf: 'tfhd tfdt trun sbgp sgpd subs sdtp saiz saio senc',
};
/** Tracks of pictures, sound, and transparency. */
const tracks = ['vide', 'soun', 'auxv'];
const MOST_RANGES = 2_000_000;

/** Films in memory, and what of the file they need besides. */
export interface Movie {
  /** Where their samples lie. */
  samples: Range[];
  /** Whether samples lie where only fragments tell. */
  isFragmented: boolean;
  /** Numbers of tracks that were taken out. */
  gone: Set<number>;
}

function trackNumber(bytes: Uint8Array, track: Box): number {
  const head = childOf(bytes, track, 'tkhd');
  if (head === undefined) throw broken();
  return viewOf(bytes).getUint32(head.body + (bytes[head.body] === 1 ? 20 : 12));
}

function zeroTimes(bytes: Uint8Array, { body }: Box, { removed }: Report): void {
  const end = body + (bytes[body] === 1 ? 20 : 12);
  if (bytes.subarray(body + 4, end).some((byte) => byte !== 0)) removed.add('dates');
  bytes.fill(0, body + 4, end);
}

/** Describes how samples are coded; encoders write their names between. */
function cleanEntries(bytes: Uint8Array, table: Box, isPicture: boolean, report: Report): void {
  for (const entry of boxesIn(bytes, table.body + 8, table.end)) {
    if (['encv', 'enca', 'drms', 'drmi'].includes(entry.type)) throw new CannotClean('encrypted');
    if (entry.end - entry.body < (isPicture ? 78 : 20)) throw broken();
    bytes.fill(0, entry.body + 12, entry.body + 16);
    if (!isPicture) continue;
    const name = bytes.subarray(entry.body + 42, entry.body + 74);
    const text = latin1(name.subarray(1)).replaceAll('\0', '');
    if (text !== '') report.removed.add('software', text);
    name.fill(0);
    for (const part of boxesIn(bytes, entry.body + 78, entry.end)) {
      const isProfile = part.type === 'colr' && !holds(bytes, part, 0, 'ncl');
      if (isProfile || ['uuid', 'udta', 'meta'].includes(part.type)) blank(bytes, part);
    }
  }
}

function checkReferences(bytes: Uint8Array, table: Box): void {
  for (const entry of boxesIn(bytes, table.body + 8, table.end)) {
    // samples in another file
    if (((bytes[entry.body + 3] ?? 0) & 1) === 0) throw broken();
    bytes.fill(0, entry.body + 4, entry.end);
  }
}

function numbers(bytes: Uint8Array, box: Box, from: number, count: number, size: number): void {
  if (from + count * size > box.end - box.body || bytes.length < box.end) throw broken();
}

/** Where the samples of a track lie, chunk by chunk. */
function samplesOf(bytes: Uint8Array, table: Box): Range[] {
  const view = viewOf(bytes);
  const part = (type: string): Box | undefined => childOf(bytes, table, type);
  const sizes = part('stsz');
  const runs = part('stsc');
  const offsets = part('stco') ?? part('co64');
  const small = part('stz2');
  if ((sizes ?? small) === undefined || runs === undefined || offsets === undefined) throw broken();
  const width = offsets.type === 'stco' ? 4 : 8;
  const chunkCount = view.getUint32(offsets.body + 4);
  const runCount = view.getUint32(runs.body + 4);
  numbers(bytes, offsets, 8, chunkCount, width);
  numbers(bytes, runs, 8, runCount, 12);

  let sizeOf: (sample: number) => number;
  if (sizes !== undefined) {
    const same = view.getUint32(sizes.body + 4);
    const count = view.getUint32(sizes.body + 8);
    if (same === 0) numbers(bytes, sizes, 12, count, 4);
    sizeOf = (sample) => {
      if (sample >= count) throw broken();
      return same === 0 ? view.getUint32(sizes.body + 12 + sample * 4) : same;
    };
  } else throw broken();

  const ranges: Range[] = [];
  let sample = 0;
  let run = 0;
  for (let chunk = 0; chunk < chunkCount; chunk += 1) {
    while (run + 1 < runCount && view.getUint32(runs.body + 8 + (run + 1) * 12) <= chunk + 1) {
      run += 1;
    }
    const inChunk = runCount === 0 ? 0 : view.getUint32(runs.body + 8 + run * 12 + 4);
    const at = offsets.body + 8 + chunk * width;
    const start =
      width === 4 ? view.getUint32(at) : view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
    let length = 0;
    for (let index = 0; index < inChunk; index += 1) length += sizeOf(sample + index);
    sample += inChunk;
    const last = ranges.at(-1);
    if (last?.end === start) last.end += length;
    else ranges.push({ start, end: start + length });
    if (ranges.length > MOST_RANGES) throw new CannotClean('too_large');
  }
  return ranges;
}

/** Sound of QuickTime with samples of fixed rate counts frames, not bytes: it is kept whole. */
function isCounted(bytes: Uint8Array, table: Box): boolean {
  const entries = childOf(bytes, table, 'stsd');
  const [entry] = entries === undefined ? [] : boxesIn(bytes, entries.body + 8, entries.end);
  if (entry === undefined) throw broken();
  return !['mp4a', 'ac-3', 'ec-3', 'alac', 'Opus', 'fLaC', '.mp3', 'samr', 'sawb'].includes(
    entry.type,
  );
}

/** Cleans a film's description in memory, without moving anything. */
export function cleanMovie(bytes: Uint8Array, root: Box, report: Report): Movie {
  const movie: Movie = { samples: [], isFragmented: false, gone: new Set() };

  const goes = (box: Box): void => {
    readBox(box.type, bytes.subarray(box.body, box.end), report.removed);
    blank(bytes, box);
  };

  const inside = (parent: Box, kind: string): void => {
    const list = needed[parent.type]?.split(' ') ?? [];
    for (const box of boxesIn(bytes, parent.body, parent.end)) {
      if (!list.includes(box.type)) goes(box);
      else if (box.type === 'trak') track(box);
      else if (['mvhd', 'tkhd', 'mdhd'].includes(box.type)) zeroTimes(bytes, box, report);
      else if (box.type === 'hdlr') bytes.fill(0, box.body + 12, box.end);
      else if (box.type === 'stsd') cleanEntries(bytes, box, kind !== 'soun', report);
      else if (box.type === 'dref') checkReferences(bytes, box);
      else if (box.type === 'tref') {
        for (const one of boxesIn(bytes, box.body, box.end)) {
          if (!['auxl', 'vdep'].includes(one.type)) blank(bytes, one);
        }
      } else if (needed[box.type] !== undefined) inside(box, kind);
      if (box.type === 'mvex') movie.isFragmented = true;
    }
  };

  const track = (box: Box): void => {
    const media = childOf(bytes, box, 'mdia');
    const handler = media === undefined ? undefined : childOf(bytes, media, 'hdlr');
    if (media === undefined || handler === undefined) throw broken();
    const kind = latin1(bytes.subarray(handler.body + 8, handler.body + 12));
    if (!tracks.includes(kind)) {
      report.removed.add('timed');
      movie.gone.add(trackNumber(bytes, box));
      blank(bytes, box);
      return;
    }
    const info = childOf(bytes, media, 'minf');
    const table = info === undefined ? undefined : childOf(bytes, info, 'stbl');
    if (table === undefined) throw broken();
    inside(box, kind);
    if (kind === 'soun' && isCounted(bytes, table)) {
      movie.samples.push({ start: 0, end: Infinity });
    } else for (const range of samplesOf(bytes, table)) movie.samples.push(range);
  };

  inside(root, '');
  return movie;
}

/** Cleans one fragment's description in memory. */
export function cleanFragment(bytes: Uint8Array, root: Box, movie: Movie, report: Report): void {
  for (const box of boxesIn(bytes, root.body, root.end)) {
    if (box.type === 'mfhd') continue;
    const head = box.type === 'traf' ? childOf(bytes, box, 'tfhd') : undefined;
    const isGone = head !== undefined && movie.gone.has(viewOf(bytes).getUint32(head.body + 4));
    if (head === undefined || isGone) {
      readBox(box.type, bytes.subarray(box.body, box.end), report.removed);
      blank(bytes, box);
      continue;
    }
    for (const part of boxesIn(bytes, box.body, box.end)) {
      if (!needed['traf']?.split(' ').includes(part.type)) blank(bytes, part);
    }
  }
}
