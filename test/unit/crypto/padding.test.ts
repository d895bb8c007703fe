import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../crypto/bytes.js';
import {
  ATTACHMENT_MIN_BYTES,
  ATTACHMENT_POWER_MAX_BYTES,
  pad,
  paddedAttachmentSize,
  paddedTextSize,
  TEXT_MAX_BYTES,
  TEXT_MIN_BYTES,
  unpad,
} from '../../../crypto/padding.js';
import { chunkCount, CHUNK_BYTES, sealedChunkBytes } from '../../../crypto/wire/attachments.js';
import { faultOf } from './faults.js';

const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size));

describe('size classes of text', () => {
  it('are the powers of two from 4 KiB to 1 MiB', () => {
    expect([0, 1, 4096].map(paddedTextSize)).toEqual([4096, 4096, 4096]);
    expect([4097, 8192, 8193].map(paddedTextSize)).toEqual([8192, 8192, 16_384]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: TEXT_MAX_BYTES }), (length) => {
        const size = paddedTextSize(length);
        expect(size).toBeGreaterThanOrEqual(length);
        expect(isPowerOfTwo(size)).toBe(true);
        expect(size === TEXT_MIN_BYTES || size < 2 * length).toBe(true);
        expect(paddedTextSize(size)).toBe(size);
      }),
    );
  });

  it('end at 1 MiB', () => {
    expect(paddedTextSize(TEXT_MAX_BYTES)).toBe(TEXT_MAX_BYTES);
    expect(faultOf(() => paddedTextSize(TEXT_MAX_BYTES + 1))).toBe('too_long');
  });
});

describe('size classes of attachments', () => {
  it('are powers of two up to 16 MiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ATTACHMENT_POWER_MAX_BYTES }), (length) => {
        const size = paddedAttachmentSize(length);
        expect(size).toBeGreaterThanOrEqual(Math.max(length, ATTACHMENT_MIN_BYTES));
        expect(isPowerOfTwo(size)).toBe(true);
        expect(size === ATTACHMENT_MIN_BYTES || size < 2 * length).toBe(true);
      }),
    );
  });

  it('are Padmé above, as its paper bounds it', () => {
    // As in the paper's algorithm 1, in whole numbers.
    const padme = (length: bigint): bigint => {
      const exponent = BigInt(length.toString(2).length - 1);
      const kept = BigInt(exponent.toString(2).length);
      const mask = (1n << (exponent - kept)) - 1n;
      return (length + mask) & ~mask;
    };
    const lengths = fc.oneof(
      fc.integer({ min: ATTACHMENT_POWER_MAX_BYTES + 1, max: 2 ** 42 }),
      // around powers of two, where logarithms round
      fc
        .tuple(fc.integer({ min: 25, max: 42 }), fc.integer({ min: -3, max: 3 }))
        .map(([exponent, off]) => 2 ** exponent + off),
    );
    fc.assert(
      fc.property(lengths, (length) => {
        const size = paddedAttachmentSize(length);
        expect(BigInt(size)).toBe(padme(BigInt(length)));
        expect(size).toBeGreaterThanOrEqual(length);
        // The mask has as many bits fewer than the length as the exponent has bits: below 1 / exponent.
        expect((size - length) / length).toBeLessThan(1 / Math.floor(Math.log2(length)));
        expect(paddedAttachmentSize(size)).toBe(size);
      }),
      { numRuns: 2000 },
    );
  });

  it('never shrink when a file grows', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(2 ** 20), (length, more) => {
        expect(paddedAttachmentSize(length + more)).toBeGreaterThanOrEqual(
          paddedAttachmentSize(length),
        );
      }),
    );
  });

  it('are the sum of their chunks', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 28), (length) => {
        const size = paddedAttachmentSize(length);
        const count = chunkCount(size);
        const sizes = Array.from({ length: count }, (_, index) => sealedChunkBytes(size, index));
        expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(size + 40 * count);
        expect(sizes.every((each) => each > 40 && each <= CHUNK_BYTES + 40)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('padding', () => {
  it('comes off again', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(100), (text, more) => {
        const bytes = utf8(text);
        expect(unpad(pad(bytes, bytes.length + more))).toEqual(bytes);
      }),
    );
  });

  it('is refused where any byte of it is not zero', () => {
    const padded = pad(utf8('{}'), 64);
    for (let at = 3; at < 64; at += 1) {
      const other = padded.slice();
      other[at] = 1;
      expect(faultOf(() => unpad(other))).toBe('malformed');
    }
  });

  it('is refused where the text does not fit', () => {
    expect(faultOf(() => pad(new Uint8Array(65), 64))).toBe('too_long');
  });
});
