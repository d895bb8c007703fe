import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../crypto/bytes.js';
import {
  epochCommitment,
  newEpochKey,
  openGrant,
  openOwnKey,
  openPreviousKey,
  sealGrant,
  sealOwnKey,
  sealPreviousKey,
  type EpochKey,
  type EpochPlace,
} from '../../../crypto/epoch.js';
import { newId, ReaderId, type CaseId } from '../../../crypto/ids.js';
import { kemKeys, type KemKeys } from '../../../crypto/kem.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import type { Grant } from '../../../crypto/wire/entry.js';
import { eachBitFlipped, faultOf } from './faults.js';

let place: EpochPlace;
let epoch: EpochKey;
let keys: KemKeys;
let grant: Grant;
const reader = 'AAAAAAAAAAAAAAAAAAAAAA' as ReaderId;

const elsewhere = (): EpochPlace[] => [
  { ...place, case: toBase64(randomBytes(32)) as CaseId },
  { ...place, compartment: 'internal' },
  { ...place, epoch: 2 },
];

beforeAll(async () => {
  await ready();
  place = { case: toBase64(randomBytes(32)) as CaseId, compartment: 'dialogue', epoch: 1 };
  epoch = newEpochKey(place);
  keys = kemKeys(randomBytes(32));
  grant = sealGrant(epoch, { id: reader, kem: toBase64(keys.publicKey) });
});

describe('commitments', () => {
  it('are of one key in one place', () => {
    expect(epochCommitment(epoch.key, place)).toBe(epoch.commitment);
    for (const other of elsewhere()) {
      expect(epochCommitment(epoch.key, other)).not.toBe(epoch.commitment);
    }
    expect(epochCommitment(randomBytes(32), place)).not.toBe(epoch.commitment);
  });
});

describe('a grant', () => {
  it('opens for its recipient', () => {
    expect(openGrant(grant, place, epoch.commitment, keys)).toEqual(epoch);
  });

  it('opens for nobody else, in no other place, under no other commitment', () => {
    const open = (
      at: EpochPlace = place,
      commitment = epoch.commitment,
      by: KemKeys = keys,
    ): unknown => faultOf(() => openGrant(grant, at, commitment, by));
    expect(open(place, epoch.commitment, kemKeys(randomBytes(32)))).toBe('wrong_commitment');
    for (const other of elsewhere()) expect(open(other)).toBe('wrong_commitment');
    expect(open(place, toBase64(randomBytes(32)))).toBe('wrong_commitment');
    // the wrapping key depends on the recipient's public key besides the shared secret
    const other = kemKeys(randomBytes(32)).publicKey;
    expect(open(place, epoch.commitment, { ...keys, publicKey: other })).toBe('wrong_commitment');
  });

  it('of a key other than the one committed to is refused', () => {
    // whoever makes an epoch of their own can seal it to everyone: the commitment is not theirs
    const forged = { ...newEpochKey(place), commitment: epoch.commitment };
    const sealed = sealGrant(forged, { id: reader, kem: toBase64(keys.publicKey) });
    expect(faultOf(() => openGrant(sealed, place, epoch.commitment, keys))).toBe(
      'wrong_commitment',
    );
  });

  it('is refused with any bit flipped', () => {
    for (const flipped of eachBitFlipped(fromBase64(grant.box))) {
      const other = { ...grant, box: toBase64(flipped) };
      faultOf(() => openGrant(other, place, epoch.commitment, keys));
    }
    const kem = fromBase64(grant.kem);
    fc.assert(
      fc.property(fc.nat(kem.length * 8 - 1), (bit) => {
        const flipped = kem.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const other = { ...grant, kem: toBase64(flipped) };
        expect(faultOf(() => openGrant(other, place, epoch.commitment, keys))).toBe(
          'wrong_commitment',
        );
      }),
      { numRuns: 60 },
    );
  });

  it('whose box is another grant’s is refused', () => {
    const other = sealGrant(epoch, { id: reader, kem: toBase64(keys.publicKey) });
    const mixed = { ...grant, box: other.box };
    expect(faultOf(() => openGrant(mixed, place, epoch.commitment, keys))).toBe('wrong_commitment');
  });
});

describe('a kept key', () => {
  it('opens for its handler, in its place, under its commitment', () => {
    const own = randomBytes(32);
    const kept = sealOwnKey(epoch, own, reader);
    expect(openOwnKey(kept, place, epoch.commitment, own, reader)).toEqual(epoch);
    const refuse = (...change: Parameters<typeof openOwnKey>): unknown =>
      faultOf(() => openOwnKey(...change));
    expect(refuse(kept, place, epoch.commitment, randomBytes(32), reader)).toBe('wrong_commitment');
    expect(refuse(kept, place, epoch.commitment, own, newId(ReaderId))).toBe('does_not_open');
    expect(refuse(kept, place, toBase64(randomBytes(32)), own, reader)).toBe('does_not_open');
    for (const other of elsewhere()) {
      expect(refuse(kept, other, epoch.commitment, own, reader)).toBe('does_not_open');
    }
    for (const flipped of eachBitFlipped(fromBase64(kept.box))) {
      refuse({ ...kept, box: toBase64(flipped) }, place, epoch.commitment, own, reader);
    }
  });
});

describe('the way back', () => {
  it('leads to the epoch before, and to no other key', () => {
    const next = newEpochKey({ ...place, epoch: 2 });
    const box = sealPreviousKey(next, epoch);
    expect(openPreviousKey(next, box, epoch.commitment)).toEqual(epoch);
    expect(faultOf(() => openPreviousKey(next, box, next.commitment))).toBe('wrong_commitment');
    const third = { ...next, epoch: 3 };
    expect(faultOf(() => openPreviousKey(third, box, epoch.commitment))).toBe('does_not_open');
    const another = newEpochKey({ ...place, epoch: 2 });
    expect(faultOf(() => openPreviousKey(another, box, epoch.commitment))).toBe('wrong_commitment');
    const forged = sealPreviousKey(next, newEpochKey(place));
    expect(faultOf(() => openPreviousKey(next, forged, epoch.commitment))).toBe('wrong_commitment');
  });
});
