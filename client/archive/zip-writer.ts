import { ClientError } from '../errors.js';
import { crc32Of } from './crc32.js';
import { archiveEnd, fileHeader, fileTrailer, type Placed } from './zip-layout.js';

/** A file to put into an archive; its bytes are asked for when its turn comes. */
export interface ArchiveFile {
  name: string;
  size: number;
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * The bytes of an archive of these files, in their order. Nothing is packed and nothing is held: each
 * piece is handed on as it comes. Throws ClientError `file_changed` where a file has another size than
 * it said, and what reading a file throws.
 */
export async function* zipOf(
  files: AsyncIterable<ArchiveFile> | Iterable<ArchiveFile>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const placed: Placed[] = [];
  let at = 0;
  for await (const { name, size, bytes } of files) {
    const header = fileHeader(name, size);
    yield header;
    let check = 0;
    let written = 0;
    for await (const piece of bytes) {
      check = crc32Of(piece, check);
      written += piece.length;
      if (written > size) break;
      if (piece.length > 0) yield piece;
    }
    if (written !== size) throw new ClientError('file_changed');
    const trailer = fileTrailer({ check, size });
    yield trailer;
    placed.push({ name, check, size, at });
    at += header.length + size + trailer.length;
  }
  yield archiveEnd(placed, at);
}
