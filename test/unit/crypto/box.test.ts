import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, frame, type Field } from '../../../crypto/bytes.js';
import { BOX_OVERHEAD, openBox, openCipher, sealBox } from '../../../crypto/box.js';
import { derive } from '../../../crypto/derive.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import { openedByTwoKeys } from '../../support/two-keys.js';
import { eachBitFlipped, faultOf } from './faults.js';

beforeAll(ready);

const context: Field[] = ['case', 7, Uint8Array.of(1, 2, 3)];

describe('a box', () => {
  it('opens to what it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (plaintext, purpose) => {
        const key = randomBytes(32);
        const box = sealBox(key, purpose, context, plaintext);
        expect(box).toHaveLength(plaintext.length + BOX_OVERHEAD);
        expect(openBox(key, purpose, context, box)).toEqual(Uint8Array.from(plaintext));
      }),
    );
  });

  it('is another one each time', () => {
    const key = randomBytes(32);
    const boxes = [1, 2, 3].map(() => sealBox(key, 'x', context, new Uint8Array(32)).join());
    expect(new Set(boxes).size).toBe(3);
  });

  it('is refused with any bit flipped', () => {
    const key = randomBytes(32);
    const box = sealBox(key, 'x', context, randomBytes(20));
    const faults = new Set<string>();
    for (const flipped of eachBitFlipped(box)) {
      faults.add(faultOf(() => openBox(key, 'x', context, flipped)));
    }
    expect(faults).toEqual(new Set(['unknown_version', 'wrong_commitment', 'does_not_open']));
  });

  it('is refused cut off anywhere, or longer', () => {
    const key = randomBytes(32);
    const box = sealBox(key, 'x', context, randomBytes(20));
    for (let length = 0; length < box.length; length += 1) {
      const fault = faultOf(() => openBox(key, 'x', context, box.slice(0, length)));
      expect(fault).toBe(length < BOX_OVERHEAD ? 'malformed' : 'does_not_open');
    }
    const longer = concat(box, Uint8Array.of(0));
    expect(faultOf(() => openBox(key, 'x', context, longer))).toBe('does_not_open');
  });

  it('says under which of its three keys it was not made', () => {
    const key = randomBytes(32);
    const box = sealBox(key, 'x', context, randomBytes(20));
    expect(faultOf(() => openBox(randomBytes(32), 'x', context, box))).toBe('wrong_commitment');
    expect(faultOf(() => openBox(key, 'y', context, box))).toBe('wrong_commitment');
    expect(faultOf(() => openBox(key, 'x', ['case', 8], box))).toBe('does_not_open');
    expect(faultOf(() => openBox(key, 'x', [...context, ''], box))).toBe('does_not_open');
  });

  it('that the cipher opens under two keys is opened under one', async () => {
    const keys = [randomBytes(32), randomBytes(32)] as const;
    const nonce = randomBytes(24);
    const [first, second] = keys.map((key) => derive(key, 'encryption of x', nonce));
    if (first === undefined || second === undefined) throw new Error('two keys');
    const data = frame('casekey/1 box x', context);
    const ciphertext = await openedByTwoKeys([first, second], nonce, data, 3);
    const texts = [first, second].map((key) => openCipher(key, nonce, data, ciphertext));
    // the point of the commitment: the cipher itself opens both
    expect(texts[0]).toHaveLength(48);
    expect(texts[0]).not.toEqual(texts[1]);
    for (const [index, key] of keys.entries()) {
      const box = concat(
        Uint8Array.of(1),
        nonce,
        derive(key, 'commitment of x', nonce),
        ciphertext,
      );
      expect(openBox(key, 'x', context, box)).toEqual(texts[index]);
      const other = keys[1 - index] ?? key;
      expect(faultOf(() => openBox(other, 'x', context, box))).toBe('wrong_commitment');
    }
  });
});
