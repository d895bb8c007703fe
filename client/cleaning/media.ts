import { boxesIn, fileBoxes, holds, readBox, type Box } from './boxes.js';
import type { Report } from './findings.js';
import { cleanItems, type Items } from './items.js';
import type { Piece } from './models.js';
import { cleanFragment, cleanMovie, type Movie, type Range } from './movie.js';
import { broken, bytesOf, joined, type Reader } from './reader.js';

/** Boxes of a file that stay as they are. */
const kept = ['ftyp', 'styp', 'sidx', 'mfra', 'ssix', 'pdin'];
const LOOK = 64 * 1024;
const MOST_GAPS = 200;

/** A box of the same length that holds nothing; its header stays as long as it was. */
async function freed(reader: Reader, box: Box): Promise<Piece[]> {
  const head = await reader.bytes(box.start, box.body);
  return [joined(head.slice(0, 4), bytesOf('free'), head.slice(8)), { zeros: box.end - box.body }];
}

/** What of a box of data is needed, in order; the rest becomes zeros. */
async function cleanData(
  reader: Reader,
  box: Box,
  wanted: readonly Range[],
  replaced: Items['replaced'],
  { removed }: Report,
): Promise<Piece[]> {
  const parts: { start: number; end: number; bytes: Uint8Array | null }[] = [
    ...wanted.map(({ start, end }) => ({ start, end, bytes: null })),
    ...replaced.map(({ start, bytes }) => ({ start, end: start + bytes.length, bytes })),
  ].sort((a, b) => a.start - b.start || a.end - b.end);
  const pieces: Piece[] = [{ start: box.start, end: box.body }];
  let position = box.body;
  let gaps = 0;
  const gap = async (to: number): Promise<void> => {
    if (to <= position) return;
    gaps += 1;
    if (gaps <= MOST_GAPS) {
      const start = await reader.bytes(position, Math.min(to, position + LOOK));
      if (start.some((byte) => byte !== 0)) removed.add('trailing');
    }
    pieces.push({ zeros: to - position });
    position = to;
  };
  for (const part of parts) {
    if (part.end <= box.body || part.start >= box.end) continue;
    if (part.bytes !== null) {
      // two things in one place: nobody builds that
      if (part.start < position || part.end > box.end) throw broken();
      await gap(part.start);
      pieces.push(part.bytes);
      position = part.end;
      continue;
    }
    await gap(Math.min(Math.max(part.start, position), box.end));
    const end = Math.min(part.end, box.end);
    if (end <= position) continue;
    pieces.push({ start: position, end });
    position = end;
  }
  await gap(box.end);
  return pieces;
}

/**
 * Films, their sound, and HEIC: what is needed to play or draw stays where it is; everything else
 * becomes empty space of the same length, so that nothing moves and nothing large is held.
 */
export async function cleanMedia(reader: Reader, report: Report): Promise<Piece[]> {
  const boxes = await fileBoxes(reader);
  const known = new Map<Box, Uint8Array>();
  let movie: Movie | null = null;
  const items: Items = { kept: [], replaced: [] };

  for (const box of boxes) {
    if (box.type !== 'moov' && box.type !== 'meta') continue;
    const bytes = (await reader.bytes(box.start, box.end)).slice();
    const [root] = boxesIn(bytes, 0, bytes.length);
    if (root === undefined) throw broken();
    if (box.type === 'moov') {
      if (movie !== null) throw broken();
      movie = cleanMovie(bytes, root, report);
      known.set(box, bytes);
      continue;
    }
    const handler = boxesIn(bytes, root.body + 4, root.end).find(({ type }) => type === 'hdlr');
    if (handler === undefined || !holds(bytes, handler, 8, 'pict')) continue;
    const found = await cleanItems(reader, bytes, root, report);
    items.kept.push(...found.kept);
    items.replaced.push(...found.replaced);
    known.set(box, bytes);
  }
  if (known.size === 0) throw broken();

  const pieces: Piece[] = [];
  const isWhole =
    movie?.isFragmented === true ||
    movie?.samples.some(({ end }) => end === Infinity) === true ||
    boxes.some(({ type }) => type === 'moof');
  // where not everything tells where it lies, what belonged to other tracks lies there still
  if (isWhole && (movie?.gone.size ?? 0) > 0) report.left.add('timed');
  const wanted = isWhole ? [{ start: 0, end: Infinity }] : [...(movie?.samples ?? [])];
  for (const range of items.kept) wanted.push(range);
  for (const box of boxes) {
    const own = known.get(box);
    if (own !== undefined) pieces.push(own);
    else if (kept.includes(box.type)) pieces.push({ start: box.start, end: box.end });
    else if (box.type === 'moof' && movie !== null) {
      const bytes = (await reader.bytes(box.start, box.end)).slice();
      const [root] = boxesIn(bytes, 0, bytes.length);
      if (root === undefined) throw broken();
      cleanFragment(bytes, root, movie, report);
      pieces.push(bytes);
    } else if (box.type === 'mdat') {
      const data = await cleanData(reader, box, wanted, items.replaced, report);
      for (const piece of data) pieces.push(piece);
    } else {
      const body = await reader.bytes(box.body, Math.min(box.end, box.body + 4 * LOOK));
      readBox(box.type, body, report.removed);
      for (const piece of await freed(reader, box)) pieces.push(piece);
    }
  }
  return pieces;
}
