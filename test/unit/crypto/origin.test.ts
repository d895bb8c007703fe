import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  caseIdOf,
  epochBodyOf,
  fromBase64,
  makeEpochEntry,
  newCaseKey,
  newEpochKey,
  newId,
  openOrigin,
  randomBytes,
  ReaderId,
  ready,
  receiptDay,
  reporterKeys,
  sealOrigin,
  signingKeys,
  toBase64,
  type Day,
  type Directory,
  type EpochKey,
  type Recording,
} from '../../../crypto/private.js';
import { faultOf } from './faults.js';

await ready();
const keys = signingKeys(randomBytes(32));
const by = newId(ReaderId);
const directory = {
  readers: [{ record: { id: by, part: 'handler', sig: toBase64(keys.publicKey) } }],
} as unknown as Directory;
const recording: Recording = {
  by,
  way: 'phone',
  receivedOn: '2026-02-20' as Day,
  key: 'handed_over',
};
const handler = { recording, secretKey: keys.secretKey };
let epoch: EpochKey;

beforeAll(() => {
  const reporter = reporterKeys(newCaseKey());
  const id = caseIdOf(reporter.publicKeys);
  epoch = newEpochKey({ case: id, compartment: 'dialogue', epoch: 1 });
});

describe('who made a case', () => {
  it('is sealed at one size, and opens as it was said', () => {
    const [own, made] = [sealOrigin(epoch, null), sealOrigin(epoch, handler)];
    expect(fromBase64(own)).toHaveLength(fromBase64(made).length);
    expect(openOrigin(epoch, own, directory)).toEqual({ made: 'reporter' });
    expect(openOrigin(epoch, made, directory)).toEqual({
      made: 'handler',
      ...recording,
      proven: true,
    });
  });

  it('names nobody who did not sign it, and never passes for a reporter then', () => {
    const stranger = { recording, secretKey: signingKeys(randomBytes(32)).secretKey };
    const forged = openOrigin(epoch, sealOrigin(epoch, stranger), directory);
    expect(forged).toMatchObject({ made: 'handler', proven: false });
    const unknown = { ...handler, recording: { ...recording, by: newId(ReaderId) } };
    expect(openOrigin(epoch, sealOrigin(epoch, unknown), directory)).toMatchObject({
      proven: false,
    });
  });

  it('belongs to one case: copied into another, or altered, it says nothing', () => {
    const sealed = sealOrigin(epoch, handler);
    const elsewhere = { ...epoch, case: caseIdOf(reporterKeys(newCaseKey()).publicKeys) };
    expect(openOrigin(elsewhere, sealed, directory)).toEqual({ made: 'unknown' });
    const bytes = fromBase64(sealed);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    expect(openOrigin(epoch, toBase64(bytes), directory)).toEqual({ made: 'unknown' });
    expect(openOrigin({ ...epoch, key: randomBytes(32) }, sealed, directory)).toEqual({
      made: 'unknown',
    });
  });

  it('stands in the first epoch of the conversation and in no other', () => {
    const body = {
      members: [],
      directory: { version: 1, hash: toBase64(randomBytes(32)) },
      previousKey: null,
      origin: sealOrigin(epoch, null),
    };
    const place = {
      author: v.parse(ReaderId, by),
      secretKey: keys.secretKey,
      sequence: 1,
      previous: null,
      seen: null,
    };
    const named = {
      ...body,
      members: [{ id: by, kem: toBase64(randomBytes(1216)), sig: toBase64(keys.publicKey) }],
    } as unknown as Parameters<typeof makeEpochEntry>[2];
    const of = (change: Partial<EpochKey>) =>
      faultOf(() => epochBodyOf(makeEpochEntry({ ...epoch, ...change }, place, named)));
    expect(of({ epoch: 2 })).toBe('wrong_epoch');
    expect(of({ compartment: 'internal' })).toBe('wrong_epoch');
    expect(epochBodyOf(makeEpochEntry(epoch, place, named)).origin).toBe(body.origin);
  });

  it('moves the day of receipt back where a handler signed it, and never forward', () => {
    const made = { made: 'handler', ...recording, proven: true } as const;
    expect(receiptDay(made, '2026-03-02' as Day)).toBe('2026-02-20');
    expect(receiptDay(made, '2026-02-01' as Day)).toBe('2026-02-01');
    expect(receiptDay({ ...made, proven: false }, '2026-03-02' as Day)).toBe('2026-03-02');
    expect(receiptDay({ made: 'reporter' }, '2026-03-02' as Day)).toBe('2026-03-02');
  });
});
