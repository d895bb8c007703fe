import { ApiError } from './http/errors.js';

/**
 * Bytes of a base64url field of a request. One value has one spelling.
 *
 * @throws ApiError `malformed` for any other spelling: padding, or last bits that no encoder writes.
 */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new ApiError('malformed');
  return bytes;
}

/** Base64url without padding, the spelling of every byte string on the wire. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
