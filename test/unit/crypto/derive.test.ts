import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64, type Field } from '../../../crypto/bytes.js';
import { derive, hash, HASH_BYTES } from '../../../crypto/derive.js';
import { decapsulate, encapsulate, kemKeys } from '../../../crypto/kem.js';
import { openSealedTo, sealTo } from '../../../crypto/sealed-to.js';
import { sign, signingKeys, verify, type SigningPurpose } from '../../../crypto/signature.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import { tokenHash, type TokenPurpose } from '../../../crypto/tokens.js';
import { eachBitFlipped, faultOf } from './faults.js';

beforeAll(ready);

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const field: fc.Arbitrary<Field> = fc.oneof(fc.uint8Array(), fc.string(), fc.nat());

describe('derived keys and hashes', () => {
  it('depend on secret, purpose and every field', () => {
    fc.assert(
      fc.property(
        secret,
        fc.string(),
        fc.array(field, { maxLength: 3 }),
        (key, purpose, fields) => {
          const out = toBase64(derive(key, purpose, ...fields));
          expect(derive(key, purpose, ...fields)).toHaveLength(HASH_BYTES);
          expect(toBase64(derive(key, purpose, ...fields))).toBe(out);
          expect(toBase64(derive(key, `${purpose}.`, ...fields))).not.toBe(out);
          expect(toBase64(derive(key, purpose, ...fields, ''))).not.toBe(out);
          expect(toBase64(hash(purpose, ...fields))).not.toBe(out);
          const other = key.slice();
          other[0] = (other[0] ?? 0) ^ 1;
          expect(toBase64(derive(other, purpose, ...fields))).not.toBe(out);
        },
      ),
    );
  });

  it('tell tokens of each purpose apart', () => {
    const purposes: TokenPurpose[] = [
      'lookup',
      'upload',
      'session',
      'invitation',
      'set-up',
      'login proof',
      'recovery proof',
    ];
    const token = toBase64(randomBytes(32));
    expect(new Set(purposes.map((purpose) => tokenHash(purpose, token))).size).toBe(7);
  });
});

describe('signatures', () => {
  const purposes: SigningPurpose[] = [
    'entry',
    'directory',
    'delegation',
    'admission',
    'stamp',
    'invitation',
  ];

  it('count for their own purpose only', () => {
    const keys = signingKeys(randomBytes(32));
    for (const made of purposes) {
      const signature = sign(keys.secretKey, made, 'x', 1);
      for (const asked of purposes) {
        expect(verify(keys.publicKey, signature, asked, 'x', 1)).toBe(made === asked);
      }
    }
  });

  it('count for the same fields only', () => {
    const keys = signingKeys(randomBytes(32));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 3 }), fc.array(field, { maxLength: 3 }), (a, b) => {
        const signature = sign(keys.secretKey, 'entry', ...a);
        expect(verify(keys.publicKey, signature, 'entry', ...a)).toBe(true);
        const same = toBase64(hash('x', ...a)) === toBase64(hash('x', ...b));
        expect(verify(keys.publicKey, signature, 'entry', ...b)).toBe(same);
      }),
      { numRuns: 50 },
    );
  });

  it('break with any bit of them', () => {
    const keys = signingKeys(randomBytes(32));
    const signature = sign(keys.secretKey, 'entry', 'x');
    for (const flipped of eachBitFlipped(signature)) {
      expect(verify(keys.publicKey, flipped, 'entry', 'x')).toBe(false);
    }
  });

  it('never throw for a wrong length', () => {
    const keys = signingKeys(randomBytes(32));
    for (const length of [0, 31, 63, 65]) {
      expect(verify(keys.publicKey, new Uint8Array(length), 'entry')).toBe(false);
      expect(verify(new Uint8Array(length), new Uint8Array(64), 'entry')).toBe(false);
    }
  });
});

describe('what is sealed to a person', () => {
  it('opens for that person, that purpose and that context', () => {
    const keys = kemKeys(randomBytes(32));
    const publicKey = toBase64(keys.publicKey);
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (plaintext, context) => {
        const sealed = sealTo(publicKey, 'statistics', [context], plaintext);
        expect(openSealedTo(keys, 'statistics', [context], sealed)).toEqual(
          Uint8Array.from(plaintext),
        );
        const another = kemKeys(randomBytes(32));
        expect(faultOf(() => openSealedTo(another, 'statistics', [context], sealed))).toBe(
          'wrong_commitment',
        );
        expect(faultOf(() => openSealedTo(keys, 'other', [context], sealed))).toBe(
          'wrong_commitment',
        );
        expect(faultOf(() => openSealedTo(keys, 'statistics', [`${context}.`], sealed))).toBe(
          'does_not_open',
        );
      }),
      { numRuns: 20 },
    );
  });

  it('gives both sides one secret, and nobody else', () => {
    const keys = kemKeys(randomBytes(32));
    const { ciphertext, sharedSecret } = encapsulate(keys.publicKey);
    expect(decapsulate(ciphertext, keys.secretKey)).toEqual(sharedSecret);
    const flipped = ciphertext.slice();
    flipped[7] = (flipped[7] ?? 0) ^ 1;
    expect(decapsulate(flipped, keys.secretKey)).not.toEqual(sharedSecret);
    expect(encapsulate(keys.publicKey).sharedSecret).not.toEqual(sharedSecret);
  });
});
