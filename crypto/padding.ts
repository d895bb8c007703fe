import { ProtocolError } from './errors.js';

const KIB = 1024;

/** Smallest and largest padded size of an entry's text, in bytes. */
export const TEXT_MIN_BYTES = 4 * KIB;
export const TEXT_MAX_BYTES = 1024 * KIB;
/** Smallest padded size of an attachment, and where powers of two end and Padmé begins, in bytes. */
export const ATTACHMENT_MIN_BYTES = 64 * KIB;
export const ATTACHMENT_POWER_MAX_BYTES = 16 * 1024 * KIB;

function powerOfTwo(length: number, least: number): number {
  let size = least;
  while (size < length) size *= 2;
  return size;
}

/** The size class of a text of `length` bytes: powers of two from 4 KiB. Throws `too_long` above 1 MiB. */
export function paddedTextSize(length: number): number {
  if (length > TEXT_MAX_BYTES) throw new ProtocolError('too_long');
  return powerOfTwo(length, TEXT_MIN_BYTES);
}

/**
 * The size class of an attachment of `length` bytes: at least 64 KiB, powers of two up to 16 MiB,
 * above that Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs", 2019), which adds at most 12 %.
 */
export function paddedAttachmentSize(length: number): number {
  if (length <= ATTACHMENT_POWER_MAX_BYTES) return powerOfTwo(length, ATTACHMENT_MIN_BYTES);
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

/** Fills bytes with zeros to `size`. Throws `too_long` where they do not fit. */
export function pad(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size) throw new ProtocolError('too_long');
  const padded = new Uint8Array(size);
  padded.set(bytes);
  return padded;
}

/**
 * The bytes before the padding of a text. JSON holds no zero byte, so the first one ends it; every
 * byte after it must be zero too, else `malformed`.
 */
export function unpad(padded: Uint8Array): Uint8Array {
  const found = padded.indexOf(0);
  const end = found === -1 ? padded.length : found;
  if (padded.subarray(end).some((byte) => byte !== 0)) {
    throw new ProtocolError('malformed', 'padding');
  }
  return padded.slice(0, end);
}
