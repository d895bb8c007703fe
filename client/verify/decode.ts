import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

const fromBrotli = promisify(brotliDecompress);
const fromGzip = promisify(gunzip);

/** The bytes that a body holds, or why they cannot be had. */
export type Decoded = Uint8Array | 'not_decodable' | 'too_long';

/**
 * Undoes an encoding, never beyond `most` bytes: a small body can hold gigabytes.
 *
 * @param encoding as the Content-Encoding header says it.
 */
export async function decode(body: Uint8Array, encoding: string, most: number): Promise<Decoded> {
  if (encoding === '' || encoding === 'identity') return body.length > most ? 'too_long' : body;
  try {
    if (encoding === 'br') return await fromBrotli(body, { maxOutputLength: most });
    if (encoding === 'gzip') return await fromGzip(body, { maxOutputLength: most });
    return 'not_decodable';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'too_long' : 'not_decodable';
  }
}
