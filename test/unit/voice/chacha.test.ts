import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chachaBlock, createKeyStream } from '../../../client/voice/chacha.js';

const hex = (words: Uint32Array): string =>
  [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

/** The words that Node.js makes from a key: blocks 0 to 7 under a nonce of zeros. */
function batch(key: Uint8Array): Uint32Array {
  const bytes = createCipheriv('chacha20', key, new Uint8Array(16)).update(new Uint8Array(512));
  return Uint32Array.from({ length: 128 }, (_, at) => bytes.readUInt32LE(at * 4));
}

describe('chachaBlock', () => {
  it('gives the block of RFC 8439, 2.3.2', () => {
    const state = Uint32Array.from([
      0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0x03020100, 0x07060504, 0x0b0a0908,
      0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c, 1, 0x09000000, 0x4a000000, 0,
    ]);
    const rest = new Uint32Array(16);
    chachaBlock(state, rest);
    expect(hex(state)).toBe(
      'e4e7f110 15593bd1 1fdd0f50 c47120a3 c7f4d1c7 0368c033 9aaa2204 4e6cd4c3 ' +
        '466482d2 09aa9f07 05d7c214 a2028bd9 d19c12b5 b94e16de e883d0cb 4e3c50a2',
    );
    expect(rest.every((word) => word === 0)).toBe(true);
  });
});

describe('a key stream', () => {
  it('is ChaCha20, under a key that its own first words replace each time', () => {
    const key = new Uint8Array(randomBytes(32));
    const first = batch(key);
    const next = new Uint8Array(first.slice(0, 8).buffer);
    const expected = [...first.subarray(8), ...batch(next).subarray(8)];
    const stream = createKeyStream(key);
    expect(key.every((byte) => byte === 0)).toBe(true);
    expect(Array.from(expected, () => stream.next())).toEqual(expected);
  });

  it('gives nothing more once it was wiped', () => {
    const stream = createKeyStream(new Uint8Array(randomBytes(32)));
    stream.next();
    stream.wipe();
    expect([stream.next(), stream.next()]).toEqual([0, 0]);
  });
});
