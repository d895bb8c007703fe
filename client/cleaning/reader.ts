import { ClientError } from '../errors.js';
import type { FileSource } from '../models.js';
import type { Obstacle } from './models.js';

/** Read at once, so that many small looks cost one read. */
const WINDOW = 256 * 1024;
/** The most that is ever held of a file in one piece. */
const MOST = 64 * 1024 * 1024;

/** Thrown where a file cannot be cleaned; nothing of it was changed. */
export class CannotClean extends Error {
  override readonly name = 'CannotClean';
  readonly obstacle: Obstacle;

  constructor(obstacle: Obstacle) {
    super(obstacle);
    this.obstacle = obstacle;
  }
}

/** The file does not say what its kind must say. */
export function broken(): CannotClean {
  return new CannotClean('broken');
}

/** Looks into a file, a window at a time. */
export interface Reader {
  readonly size: number;
  /**
   * Bytes `start` to `end`; not to be written to.
   *
   * @throws CannotClean where the file ends before, or that is more than is held at once;
   * ClientError `cancelled` after an abort, `file_unreadable` where the file cannot be read.
   */
  bytes(start: number, end: number): Promise<Uint8Array>;
}

/** Opens a file for looking. */
export function createReader(
  source: Pick<FileSource, 'size' | 'read'>,
  signal?: AbortSignal,
): Reader {
  let held: Uint8Array = new Uint8Array(0);
  let from = 0;

  const read = async (start: number, end: number): Promise<Uint8Array> => {
    if (signal?.aborted === true) throw new ClientError('cancelled');
    let bytes: Uint8Array;
    try {
      bytes = await source.read(start, end);
    } catch {
      throw new ClientError('file_unreadable');
    }
    if (bytes.length !== end - start) throw new ClientError('file_unreadable');
    return bytes;
  };

  return {
    size: source.size,
    async bytes(start, end) {
      if (!(start >= 0 && start <= end && end <= source.size)) throw broken();
      if (end - start > MOST) throw new CannotClean('too_large');
      if (end - start > WINDOW) return read(start, end);
      if (start < from || end > from + held.length) {
        held = await read(start, Math.min(start + WINDOW, source.size));
        from = start;
      }
      return held.subarray(start - from, end - from);
    },
  };
}

/** A view for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as letters, one each. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Letters as bytes, one each; only for letters below U+0100. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** One after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether text stands at a place, one byte a letter. */
export function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether both are the same bytes. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
