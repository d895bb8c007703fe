import { ProtocolError } from './errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = new Map(Array.from(alphabet, (letter, value) => [letter.charCodeAt(0), value]));

/** UTF-8 bytes of a string. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string that UTF-8 bytes spell. Throws `malformed` where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtocolError('malformed', 'not UTF-8');
  }
}

/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64(bytes: Uint8Array): string {
  const letters: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at;
    const block = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    letters.push(alphabet.charAt(block >> 18), alphabet.charAt((block >> 12) & 63));
    if (rest > 1) letters.push(alphabet.charAt((block >> 6) & 63));
    if (rest > 2) letters.push(alphabet.charAt(block & 63));
  }
  return letters.join('');
}

/**
 * Bytes of a base64url string without padding. Throws `malformed` for any other letter, an
 * impossible length or bits that no encoder writes, so that one value has one spelling.
 */
export function fromBase64(text: string): Uint8Array {
  const rest = text.length % 4;
  if (rest === 1) throw new ProtocolError('malformed', 'not base64url');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = values.get(text.charCodeAt(index));
    if (value === undefined) throw new ProtocolError('malformed', 'not base64url');
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new ProtocolError('malformed', 'not base64url');
  return bytes;
}

/** Whether two byte strings are equal; only for public values, since its time tells where they part. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** What can stand in a framed field: bytes, text (as UTF-8) or a whole number (as 8 bytes). */
export type Field = Uint8Array | string | number;

function fieldBytes(field: Field): Uint8Array {
  if (field instanceof Uint8Array) return field;
  if (typeof field === 'string') return utf8(field);
  if (!Number.isSafeInteger(field) || field < 0) throw new RangeError('a framed number is a count');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(field));
  return bytes;
}

/**
 * A label and fields as one byte string that reads in one way only: each is prefixed with its
 * length in 4 bytes, big-endian.
 */
export function frame(label: string, fields: readonly Field[]): Uint8Array {
  const parts = [utf8(label), ...fields.map(fieldBytes)];
  return concat(
    ...parts.flatMap((part) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      return [length, part];
    }),
  );
}
