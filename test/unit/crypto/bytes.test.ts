import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  concat,
  frame,
  fromBase64,
  fromUtf8,
  sameBytes,
  toBase64,
  utf8,
  type Field,
} from '../../../crypto/bytes.js';
import { bytesBetween, bytesSchema, Day, ReaderId } from '../../../crypto/ids.js';
import { faultOf } from './faults.js';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('base64url', () => {
  it('is what the platform writes, and comes back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toBase64(value);
        expect(text).toBe(Buffer.from(value).toString('base64url'));
        expect(fromBase64(text)).toEqual(Uint8Array.from(value));
      }),
    );
  });

  it('has one spelling for each value', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        let value: Uint8Array;
        try {
          value = fromBase64(text);
        } catch {
          expect(Buffer.from(text, 'base64url').toString('base64url')).not.toBe(text);
          return;
        }
        expect(toBase64(value)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['A', 'AB', 'AAB', 'AA==', 'A+A', 'A/A', 'AAA\n', ' AAA', 'AAé', 'AA\u0141A', 'AAAAA'])(
    'refuses %j',
    (text) => {
      expect(faultOf(() => fromBase64(text))).toBe('malformed');
    },
  );

  it('is held to one spelling by the schemas too', () => {
    for (const length of [16, 17, 18, 32, 64, 1216]) {
      const exact = bytesSchema(length);
      const range = bytesBetween(length - 1, length + 1);
      fc.assert(
        fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (value) => {
          const text = toBase64(value);
          expect(v.is(exact, text)).toBe(true);
          expect(v.is(range, text)).toBe(true);
          expect(v.is(exact, `${text}A`)).toBe(false);
          expect(v.is(exact, text.slice(1))).toBe(false);
        }),
        { numRuns: 20 },
      );
    }
    expect(v.is(ReaderId, 'AAAAAAAAAAAAAAAAAAAAAA')).toBe(true);
    expect(v.is(ReaderId, 'AAAAAAAAAAAAAAAAAAAAAB')).toBe(false);
    expect(v.is(bytesBetween(1, 100), 'AAB')).toBe(false);
    expect(v.is(bytesBetween(1, 100), 'AAAAA')).toBe(false);
    expect(v.is(bytesBetween(1, 100), 'AA=A')).toBe(false);
  });
});

describe('text as bytes', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(utf8('\ufeffx'))).toBe('\ufeffx');
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an unfinished letter', [0xe2, 0x82]],
    ['more than Unicode has', [0xf5, 0x80, 0x80, 0x80]],
  ])('refuses %s', (_, value) => {
    expect(faultOf(() => fromUtf8(Uint8Array.from(value)))).toBe('malformed');
  });
});

describe('frames', () => {
  const field: fc.Arbitrary<Field> = fc.oneof(
    bytes,
    fc.string({ maxLength: 20 }),
    fc.nat(),
    fc.constantFrom<Field>('', new Uint8Array(0), 0, Number.MAX_SAFE_INTEGER),
  );
  const plain = (value: Field): Uint8Array => {
    if (typeof value === 'number') {
      const eight = Buffer.alloc(8);
      eight.writeBigUInt64BE(BigInt(value));
      return eight;
    }
    return typeof value === 'string' ? utf8(value) : value;
  };

  it('are the lengths and the bytes, one after the other', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(field), (label, fields) => {
        const expected = [utf8(label), ...fields.map(plain)].flatMap((part) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(part.length);
          return [length, part];
        });
        expect(Buffer.from(frame(label, fields))).toEqual(Buffer.concat(expected));
      }),
    );
  });

  it('read in one way only: other fields, other bytes', () => {
    const some = fc.tuple(fc.string({ maxLength: 3 }), fc.array(field, { maxLength: 4 }));
    fc.assert(
      fc.property(some, some, ([label, fields], [otherLabel, others]) => {
        const equal =
          label === otherLabel &&
          fields.length === others.length &&
          fields.every((one, index) => {
            const other = others[index];
            return other !== undefined && sameBytes(plain(one), plain(other));
          });
        expect(sameBytes(frame(label, fields), frame(otherLabel, others))).toBe(equal);
      }),
      { numRuns: 500 },
    );
    expect(sameBytes(frame('ab', ['c']), frame('a', ['bc']))).toBe(false);
    expect(sameBytes(frame('a', ['', 'b']), frame('a', ['b', '']))).toBe(false);
    expect(sameBytes(frame('a', []), frame('a', ['']))).toBe(false);
  });

  it.each([-1, 0.5, NaN, Infinity, 2 ** 53])('hold no %d', (number) => {
    expect(() => frame('x', [number])).toThrow(RangeError);
  });
});

describe('small things', () => {
  it('joins', () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        expect(Buffer.from(concat(...parts))).toEqual(Buffer.concat(parts));
      }),
    );
  });

  it('compares', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(sameBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(sameBytes(a, a.slice())).toBe(true);
      }),
    );
  });

  it('knows which days there are', () => {
    for (const day of ['2024-02-29', '2026-12-31', '0001-01-01', '2000-02-29']) {
      expect(v.is(Day, day)).toBe(true);
    }
    for (const day of ['2026-02-29', '2026-02-31', '1900-02-29', '2026-13-01', '2026-1-1', '']) {
      expect(v.is(Day, day)).toBe(false);
    }
  });
});
