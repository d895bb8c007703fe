import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../crypto/bytes.js';
import { openCipher } from '../../../crypto/box.js';
import { TEXT_LIMIT, type EntryContent } from '../../../crypto/content.js';
import { entryKey, openEntry, sealEntry } from '../../../crypto/entry.js';
import { newEpochKey, type EpochKey } from '../../../crypto/epoch.js';
import type { CaseId, RecordHash } from '../../../crypto/ids.js';
import {
  entryIsSignedBy,
  headerBytes,
  recordHashOf,
  signedRecordHash,
} from '../../../crypto/record.js';
import { signingKeys, type SigningKeys } from '../../../crypto/signature.js';
import { randomBytes, ready, sodium } from '../../../crypto/sodium.js';
import type { EntryHeader, SealedEntry } from '../../../crypto/wire/entry.js';
import { message } from '../../support/case.js';
import { openedByTwoKeys } from '../../support/two-keys.js';
import { eachBitFlipped, faultOf } from './faults.js';

let epoch: EpochKey;
let sig: SigningKeys;

const random = (): string => toBase64(randomBytes(32));
const seal = (content: EntryContent): SealedEntry =>
  sealEntry(
    epoch,
    {
      author: 'reporter',
      secretKey: sig.secretKey,
      sequence: 3,
      previous: random() as RecordHash,
      seen: random() as RecordHash,
    },
    content,
  );

/** One other value for each field of a header. */
function headerChanges(header: EntryHeader): Partial<EntryHeader>[] {
  return [
    { case: random() as CaseId },
    { compartment: 'internal' },
    { sequence: header.sequence + 1 },
    { epoch: header.epoch + 1 },
    { author: 'AAAAAAAAAAAAAAAAAAAAAA' as never },
    { previous: random() as RecordHash },
    { previous: null },
    { seen: random() as RecordHash },
    { seen: null },
    { commitment: random() },
    { form: 'epoch' },
    { version: 2 as never },
  ];
}

beforeAll(async () => {
  await ready();
  epoch = newEpochKey({ case: random() as CaseId, compartment: 'dialogue', epoch: 1 });
  sig = signingKeys(randomBytes(32));
});

describe('a sealed entry', () => {
  it('opens to what was written, and is its author’s', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const entry = seal(message(text));
        expect(openEntry(epoch, entry)).toEqual(message(text));
        expect(entryIsSignedBy(entry, toBase64(sig.publicKey))).toBe(true);
        expect(signedRecordHash(entry, toBase64(sig.publicKey))).toBe(recordHashOf(entry));
      }),
    );
  });

  it('shows only the size class of its text', () => {
    const sizes = ['', 'x', 'x'.repeat(3900)].map((text) => seal(message(text)).ciphertext.length);
    expect(new Set(sizes).size).toBe(1);
    expect(fromBase64(seal(message('x')).ciphertext)).toHaveLength(4096 + 16);
    expect(fromBase64(seal(message('x'.repeat(4096))).ciphertext)).toHaveLength(8192 + 16);
  });

  it('with any field of the header changed is another record, unsigned, and does not open', () => {
    const entry = seal(message('x'));
    const key = toBase64(sig.publicKey);
    for (const change of headerChanges(entry.header)) {
      const other = { ...entry, header: { ...entry.header, ...change } } as SealedEntry;
      expect(toBase64(headerBytes(other.header))).not.toBe(toBase64(headerBytes(entry.header)));
      expect(recordHashOf(other)).not.toBe(recordHashOf(entry));
      expect(entryIsSignedBy(other, key)).toBe(false);
      expect(signedRecordHash(other, key)).toBeNull();
      faultOf(() => openEntry(epoch, other));
      // also under the key that the changed header would give
      faultOf(() => openEntry({ ...epoch, ...other.header, key: epoch.key }, other));
    }
  });

  it('is refused with any bit of nonce, ciphertext or signature flipped', () => {
    const entry = seal(message('x'));
    const key = toBase64(sig.publicKey);
    for (const flipped of eachBitFlipped(fromBase64(entry.nonce))) {
      const other = { ...entry, nonce: toBase64(flipped) };
      expect(faultOf(() => openEntry(epoch, other))).toBe('does_not_open');
      expect(entryIsSignedBy(other, key)).toBe(false);
    }
    for (const flipped of eachBitFlipped(fromBase64(entry.signature))) {
      expect(entryIsSignedBy({ ...entry, signature: toBase64(flipped) }, key)).toBe(false);
    }
    const ciphertext = fromBase64(entry.ciphertext);
    fc.assert(
      fc.property(fc.nat(ciphertext.length * 8 - 1), (bit) => {
        const flipped = ciphertext.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const other = { ...entry, ciphertext: toBase64(flipped) };
        expect(faultOf(() => openEntry(epoch, other))).toBe('does_not_open');
        expect(entryIsSignedBy(other, key)).toBe(false);
        expect(recordHashOf(other)).not.toBe(recordHashOf(entry));
      }),
    );
  });

  it('opens under its own epoch only, and says which is wrong', () => {
    const entry = seal(message('x'));
    const open = (change: Partial<EpochKey>): unknown =>
      faultOf(() => openEntry({ ...epoch, ...change }, entry));
    expect(open({ epoch: 2 })).toBe('wrong_epoch');
    expect(open({ compartment: 'internal' })).toBe('wrong_epoch');
    expect(open({ case: random() as CaseId })).toBe('wrong_case_id');
    expect(open({ commitment: random() })).toBe('wrong_commitment');
    expect(open({ key: randomBytes(32) })).toBe('does_not_open');
  });

  it('has a key of its own, so that one can be shown alone', () => {
    const [one, other] = [seal(message('x')), seal(message('x'))];
    const key = entryKey(epoch.key, one.header);
    expect(key).not.toEqual(entryKey(epoch.key, other.header));
    const opened = openCipher(
      key,
      fromBase64(one.nonce),
      headerBytes(one.header),
      fromBase64(one.ciphertext),
    );
    expect(Buffer.from(opened).toString().startsWith('{"kind":"message"')).toBe(true);
  });

  it('that the cipher opens under two epoch keys belongs to one commitment', async () => {
    const other = newEpochKey(epoch);
    const { header } = seal(message('x'));
    // Each epoch's entry key depends on the header, and so on the commitment that it names: the
    // forger fixes one header, and can find a ciphertext for the two keys it gives.
    const nonce = randomBytes(24);
    const data = headerBytes(header);
    const keys = [entryKey(epoch.key, header), entryKey(other.key, header)] as const;
    const ciphertext = await openedByTwoKeys(keys, nonce, data, 256);
    const texts = keys.map((key) => openCipher(key, nonce, data, ciphertext));
    expect(texts[0]).toHaveLength(4096);
    expect(texts[0]).not.toEqual(texts[1]);
    const entry: SealedEntry = {
      header: { ...header, form: 'sealed' },
      nonce: toBase64(nonce),
      ciphertext: toBase64(ciphertext),
      signature: toBase64(new Uint8Array(64)),
    };
    // Whoever holds the other key is told before anything is decrypted.
    expect(faultOf(() => openEntry(other, entry))).toBe('wrong_commitment');
    expect(faultOf(() => openEntry({ ...other, commitment: header.commitment }, entry))).toBe(
      'malformed',
    );
  });

  it('is not sealed where nobody could read it again', () => {
    const report = message('x');
    expect(faultOf(() => seal({ ...report, kind: 'note' } as never))).toBe('malformed');
    expect(faultOf(() => seal({ ...report, more: 1 } as never))).toBe('malformed');
    expect(
      faultOf(() => seal({ kind: 'reply', at: '2026-03-02T10:00:00.000Z', text: '', files: [] })),
    ).toBe('malformed');
    expect(faultOf(() => seal(message('x'.repeat(TEXT_LIMIT + 1))))).toBe('too_long');
    // the longest text of letters fits, also where each takes six bytes of JSON
    expect(() => seal(message('\u0001'.repeat(TEXT_LIMIT)))).not.toThrow();
    // a field that is not there is not the same as one that holds nothing
    const open = { ...report, files: undefined };
    expect(faultOf(() => seal(open as never))).toBe('malformed');
  });

  it('is refused with other padding', () => {
    const entry = seal(message('x'));
    const key = entryKey(epoch.key, entry.header);
    const data = headerBytes(entry.header);
    const nonce = fromBase64(entry.nonce);
    const plain = openCipher(key, nonce, data, fromBase64(entry.ciphertext));
    plain[4095] = 1;
    const resealed = sealWith(key, nonce, data, plain);
    const other = { ...entry, ciphertext: toBase64(resealed) };
    expect(faultOf(() => openEntry(epoch, other))).toBe('malformed');
    const space = plain.slice();
    space[4095] = 0;
    space[space.indexOf(0)] = 0x20;
    const spaced = { ...entry, ciphertext: toBase64(sealWith(key, nonce, data, space)) };
    expect(faultOf(() => openEntry(epoch, spaced))).toBe('malformed');
  });
});

function sealWith(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, data, null, nonce, key);
}
