import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkReceipt,
  checkSuccession,
  fromBase64,
  fromUtf8,
  newCaseKey,
  openReceipt,
  ProtocolError,
  randomBytes,
  readReceipt,
  receiptCommitment,
  recordHashOf,
  reporterKeys,
  signingKeys,
  toBase64,
  toJsonBytes,
  utf8,
  verifyDirectory,
  type Day,
  type Directory,
  type KeptReceipt,
  type RecordHash,
  type SigningKeys,
} from '../../../crypto/private.js';
import { makeCase, type TestCase } from '../../support/case.js';
import { makeOrganisation, type TestOrganisation } from '../../support/organisation.js';
import { givingReceipts, makeReceipt } from '../../support/receipt.js';
import { faultOf } from './faults.js';

let key: SigningKeys;
let organisation: TestOrganisation;
let made: TestCase;
let record: RecordHash;
let file: Uint8Array;
let receipt: KeptReceipt;

beforeAll(async () => {
  const plain = await makeOrganisation();
  key = signingKeys(randomBytes(32));
  organisation = givingReceipts(plain, key);
  made = makeCase(organisation);
  const [, report] = made.entries;
  if (report === undefined) throw new Error('a case begins with a report');
  record = recordHashOf(report);
  file = makeReceipt(organisation, made.keys, record, key);
  receipt = readReceipt(file);
});

/** What is wrong with it, null where nothing is. */
function faultIn(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.fault;
    throw error;
  }
}

const other = (bytes: number): string => toBase64(randomBytes(bytes));

describe('a receipt', () => {
  it('holds by the directory, and opens to the report for its case key', () => {
    expect(checkReceipt(receipt, organisation.directory)).toEqual({
      verdict: 'holds',
      formerKey: false,
    });
    expect(openReceipt(receipt, made.keys)).toBe(record);
  });

  it('names neither case, record, look-up token nor anything of them', () => {
    const text = fromUtf8(file);
    const { caseId, lookupToken, receiptSalt, publicKeys } = made.keys;
    for (const secret of [caseId, lookupToken, receiptSalt, record, ...Object.values(publicKeys)]) {
      expect(text).not.toContain(secret);
    }
    expect(Object.keys(receipt)).toEqual([
      'format',
      'installation',
      'day',
      'practice',
      'commitment',
      'signature',
      'opening',
    ]);
  });

  it('cannot be matched with a record by whoever has no case key', () => {
    for (const salt of ['A'.repeat(43), made.keys.caseId, record, other(32)]) {
      expect(receiptCommitment(made.keys.caseId, record, salt)).not.toBe(receipt.commitment);
    }
  });

  it('holds in none of its signed parts once changed', () => {
    const changes: Partial<KeptReceipt>[] = [
      { day: '2026-03-01' as Day },
      { practice: true },
      { commitment: other(32) },
      { signature: other(64) },
    ];
    for (const change of changes) {
      expect(checkReceipt({ ...receipt, ...change }, organisation.directory)).toEqual({
        verdict: 'unsigned',
      });
    }
    const elsewhere = { ...receipt, installation: other(16) as KeptReceipt['installation'] };
    expect(checkReceipt(elsewhere, organisation.directory).verdict).toBe('elsewhere');
  });

  it('holds by no key but those of the directory', () => {
    const thief = signingKeys(randomBytes(32));
    const forged = readReceipt(makeReceipt(organisation, made.keys, record, thief));
    expect(checkReceipt(forged, organisation.directory).verdict).toBe('unsigned');
  });

  it('opens for no other case key, and not where its opening is another’s', () => {
    const stranger = reporterKeys(newCaseKey());
    expect(faultOf(() => openReceipt(receipt, stranger))).toBe('wrong_commitment');
    const elsewhere = { ...receipt, day: '2026-03-01' as Day };
    expect(faultOf(() => openReceipt(elsewhere, made.keys))).toBe('does_not_open');
    const lied = makeReceipt(organisation, made.keys, other(32) as RecordHash, key, {
      commitment: receipt.commitment,
    });
    expect(faultOf(() => openReceipt(readReceipt(lied), made.keys))).toBe('wrong_commitment');
  });

  it('has one spelling but for the end of its line', () => {
    expect(readReceipt(file.subarray(0, -1))).toEqual(receipt);
    const spellings = [
      `${JSON.stringify(receipt, null, 1)}\n`,
      ` ${JSON.stringify(receipt)}`,
      `${JSON.stringify(receipt)}\n\n`,
      `${JSON.stringify(receipt)}\r\n`,
      JSON.stringify({ ...receipt, case: made.keys.caseId }),
      JSON.stringify({ ...receipt, format: 'casekey receipt 2' }),
      JSON.stringify({ ...receipt, opening: other(104) }),
      '',
      '\n',
    ];
    for (const spelling of spellings) {
      expect(
        faultOf(() => readReceipt(utf8(spelling))),
        spelling,
      ).toBe('malformed');
    }
  });
});

describe('a replaced key', () => {
  it('goes on verifying what it signed, and nothing dated after its last day', () => {
    const ended = '2026-03-10' as Day;
    const next = givingReceipts(organisation, signingKeys(randomBytes(32)), ended);
    expect(checkReceipt(receipt, next.directory)).toEqual({ verdict: 'holds', formerKey: true });
    const on = (day: string): unknown => {
      const bytes = makeReceipt(organisation, made.keys, record, key, { day: day as Day });
      return checkReceipt(readReceipt(bytes), next.directory).verdict;
    };
    // who signed the directory may live a day behind
    expect(on('2026-03-11')).toBe('holds');
    expect(on('2026-03-12')).toBe('after_key');
  });
});

describe('a directory', () => {
  const faultWith = (change: Partial<Directory>): unknown =>
    faultIn(() =>
      verifyDirectory(organisation.next((before) => ({ ...before, ...change })).signed),
    );
  const sig = (): string => toBase64(signingKeys(randomBytes(32)).publicKey);
  const until = '2026-03-02' as Day;

  it('has a key in use where a channel gives receipts, one, at the end, and none twice', () => {
    const [inUse] = organisation.directory.receiptKeys;
    if (inUse === undefined) throw new Error('a key');
    expect(faultWith({})).toBeNull();
    expect(faultWith({ receiptKeys: [] })).toBe('wrong_directory');
    expect(faultWith({ receiptKeys: [{ ...inUse, until }] })).toBe('wrong_directory');
    const fresh = { sig: sig(), until: null };
    expect(faultWith({ receiptKeys: [inUse, fresh] })).toBe('wrong_directory');
    expect(faultWith({ receiptKeys: [{ ...inUse, until }, fresh] })).toBeNull();
    expect(faultWith({ receiptKeys: [{ ...inUse, until }, inUse] })).toBe('wrong_directory');
  });

  it('keeps every key of the version before, and lets one that ended not count again', () => {
    const second = givingReceipts(organisation, signingKeys(randomBytes(32)));
    const [ended, inUse] = second.directory.receiptKeys;
    if (ended === undefined || inUse === undefined) throw new Error('two keys');
    const faultAfter = (receiptKeys: Directory['receiptKeys']): unknown => {
      const next = second.next((before) => ({
        ...before,
        channels: before.channels.map((channel) => ({ ...channel, receipts: false })),
        receiptKeys,
      }));
      return faultIn(() => {
        checkSuccession(second, next);
      });
    };
    expect(faultAfter([ended, inUse])).toBeNull();
    expect(faultAfter([ended, { ...inUse, until }])).toBeNull();
    expect(faultAfter([ended])).toBe('wrong_directory');
    expect(faultAfter([inUse])).toBe('wrong_directory');
    expect(faultAfter([inUse, ended])).toBe('wrong_directory');
    expect(faultAfter([{ ...ended, until: null }, inUse])).toBe('wrong_directory');
    expect(faultAfter([{ ...ended, until: '2026-03-03' as Day }, inUse])).toBe('wrong_directory');
    expect(faultAfter([{ ...ended, sig: sig() }, inUse])).toBe('wrong_directory');
  });
});

it('reads nothing of a key that is no key', () => {
  const document = fromBase64(organisation.signed.document);
  const text = fromUtf8(document).replace(/"receiptKeys":\[.*\]/, '"receiptKeys":[{"sig":1}]');
  const signed = { ...organisation.signed, document: toBase64(utf8(text)) };
  expect(faultOf(() => verifyDirectory(signed))).toBe('malformed');
  expect(toJsonBytes(organisation.directory)).toEqual(document);
});
