import { CannotClean } from './reader.js';

type Format = 'deflate' | 'deflate-raw';

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      // what unpacks to more than anybody wrote is not unpacked to its end
      await reader.cancel().catch(() => undefined);
      throw new CannotClean('too_large');
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Unpacks with the platform's own means, up to so many bytes.
 *
 * @throws CannotClean `too_large` beyond them; TypeError for damaged bytes.
 */
export function inflate(bytes: Uint8Array, format: Format, most: number): Promise<Uint8Array> {
  return through(bytes, new DecompressionStream(format), most);
}

/** Packs. */
export function deflate(bytes: Uint8Array, format: Format): Promise<Uint8Array> {
  return through(bytes, new CompressionStream(format), Infinity);
}
