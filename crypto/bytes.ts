import { ProtocolError } from './errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const letters = encoder.encode(alphabet);
/** Values of letters by their code; every other code has bits that no value has. */
const NO_VALUE = 0xff;
const values = new Uint8Array(128).fill(NO_VALUE);
letters.forEach((letter, value) => {
  values[letter] = value;
});

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
  // bytes of the text first, since joining single letters takes many times as long
  const text = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const block =
      ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    for (let shift = 18; shift >= 0 && at < text.length; shift -= 6) {
      text[at] = letters[(block >> shift) & 63] ?? 0;
      at += 1;
    }
  }
  return decoder.decode(text);
}

function valueAt(text: string, index: number): number {
  return values[text.charCodeAt(index)] ?? NO_VALUE;
}

/**
 * Bytes of a base64url string without padding. Throws `malformed` for any other letter, an
 * impossible length or bits that no encoder writes, so that one value has one spelling.
 */
export function fromBase64(text: string): Uint8Array {
  const rest = text.length % 4;
  const whole = text.length - rest;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let seen = 0;
  let at = 0;
  for (let from = 0; from < whole; from += 4) {
    const a = valueAt(text, from);
    const b = valueAt(text, from + 1);
    const c = valueAt(text, from + 2);
    const d = valueAt(text, from + 3);
    seen |= a | b | c | d;
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = (b << 4) | (c >> 2);
    bytes[at + 2] = (c << 6) | d;
    at += 3;
  }
  if (rest > 1) {
    const a = valueAt(text, whole);
    const b = valueAt(text, whole + 1);
    const c = rest === 3 ? valueAt(text, whole + 2) : 0;
    const unused = rest === 3 ? c & 3 : b & 15;
    seen |= a | b | c | (unused === 0 ? 0 : NO_VALUE);
    bytes[at] = (a << 2) | (b >> 4);
    if (rest === 3) bytes[at + 1] = (b << 4) | (c >> 2);
  }
  if (rest === 1 || seen > 63) throw new ProtocolError('malformed', 'not base64url');
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
