import { cleanFile } from '../../../client/cleaning/clean.js';
import type { Piece } from '../../../client/cleaning/models.js';
import type { CleaningApi } from '../reporter/cleaning.js';
import { serve } from '../rpc.js';

/** The worker that cleans files: it holds no key, and is thrown away with a file it is at. */

/** Zeros to make longer runs of; a blob of blobs holds them once. */
const ZEROS = 1024 * 1024;
const zeros = new Blob([new Uint8Array(ZEROS)]);

function zeroParts(count: number): Blob[] {
  const parts = new Array<Blob>(Math.floor(count / ZEROS)).fill(zeros);
  return [...parts, zeros.slice(0, count % ZEROS)];
}

/** A blob keeps ranges of the file as ranges: the browser reads them when they are sent. */
function blobOf(file: Blob, pieces: readonly Piece[]): Blob {
  const parts = pieces.flatMap((piece): BlobPart | BlobPart[] => {
    if (piece instanceof Uint8Array) return piece as BlobPart;
    return 'zeros' in piece ? zeroParts(piece.zeros) : file.slice(piece.start, piece.end);
  });
  return new Blob(parts);
}

const api: CleaningApi = {
  async clean(file, signal) {
    const source = {
      size: file.size,
      read: async (start: number, end: number) =>
        new Uint8Array(await file.slice(start, end).arrayBuffer()),
    };
    const { pieces, ...rest } = await cleanFile(source, signal);
    return { ...rest, blob: pieces === null ? null : blobOf(file, pieces) };
  },
};

serve(self, api);
