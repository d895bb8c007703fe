import type { FileSource } from '../models.js';
import type { Piece } from './models.js';

/** How many bytes a piece has. */
export function pieceSize(piece: Piece): number {
  if (piece instanceof Uint8Array) return piece.length;
  return 'zeros' in piece ? piece.zeros : piece.end - piece.start;
}

/** How many bytes pieces have together. */
export function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + pieceSize(piece), 0);
}

/** The same bytes in as few pieces: neighbours become one, empty ones go. */
export function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    if (pieceSize(piece) === 0) continue;
    const last = result.at(-1);
    if (last === undefined || last instanceof Uint8Array || piece instanceof Uint8Array) {
      result.push(piece);
    } else if ('zeros' in last && 'zeros' in piece) {
      result[result.length - 1] = { zeros: last.zeros + piece.zeros };
    } else if ('end' in last && 'start' in piece && last.end === piece.start) {
      result[result.length - 1] = { start: last.start, end: piece.end };
    } else result.push(piece);
  }
  return result;
}

/** Reads a part of a composed file into memory, for nested files and for tests. */
type Read = (start: number, end: number) => Promise<Uint8Array>;

/** A composed file as something to read from: nothing of the original is held. */
export function readComposed(read: Read, pieces: readonly Piece[]): Read {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += pieceSize(piece);
  }
  const indexAt = (position: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return async (start, end) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
    let index = indexAt(start);
    let filled = 0;
    while (filled < bytes.length) {
      const piece = pieces[index];
      if (piece === undefined) break;
      const offset = start + filled - (starts[index] ?? 0);
      const length = Math.min(pieceSize(piece) - offset, bytes.length - filled);
      if (piece instanceof Uint8Array) {
        bytes.set(piece.subarray(offset, offset + length), filled);
      } else if ('start' in piece) {
        const part = await read(piece.start + offset, piece.start + offset + length);
        if (part.length !== length) return bytes.subarray(0, filled);
        bytes.set(part, filled);
      }
      filled += length;
      index += 1;
    }
    return bytes;
  };
}

/**
 * A cleaned file to send: pieces of the original, read when they are wanted. `lastModified` tells it
 * from the original in lists of uploads and goes nowhere.
 */
export function composedFile(source: FileSource, pieces: readonly Piece[]): FileSource {
  return {
    name: source.name,
    type: source.type,
    size: sizeOf(pieces),
    lastModified: source.lastModified + 1,
    read: readComposed((start, end) => source.read(start, end), pieces),
  };
}
