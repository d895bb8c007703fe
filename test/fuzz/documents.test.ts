import fc from 'fast-check';
import type * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AuditContent,
  AuditHeadsFile,
  checkReceipt,
  directoryHash,
  Absence,
  addDays,
  Directory,
  EntryContent,
  EntryHeader,
  EpochBody,
  GuestTerms,
  Handbook,
  HandbookContents,
  fromBase64,
  fromJsonBytes,
  fromUtf8,
  fromWords,
  Head,
  IdentityAnswer,
  IdentityEntry,
  IdentityQuestion,
  KeptReceipt,
  openReceipt,
  Overview,
  parseWords,
  ProtocolError,
  Questionnaire,
  readReceipt,
  ready,
  recordHashOf,
  removalDay,
  Retention,
  reviewDay,
  Roster,
  ruleOfChannel,
  SHORTEST_DAYS,
  SignedCeremony,
  signingKeys,
  Statistics,
  toBase64,
  toJsonBytes,
  toWords,
  utf8,
  type Day,
} from '../../crypto/private.js';
import { ShelfContents } from '../../client/desk/shelf-contents.js';
import { makeCase } from '../support/case.js';
import { makeOrganisation } from '../support/organisation.js';
import { givingReceipts, makeReceipt } from '../support/receipt.js';
import { createWork } from '../../server/work/service.js';
import { ApiError } from '../../server/http/errors.js';
import {
  changedBytes,
  changedDocument,
  changes,
  fuzz,
  FUZZ_TIMEOUT,
  kept,
  type Change,
  type Kept,
} from '../support/fuzz.js';

/** What ends a call: its value, or null for one of the errors that are said of it. */
function valueOf<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // the message is the code and words of our own: nothing that was read comes back in it
    expect(error.message).toMatch(
      /^[a-z_]+(: (not (UTF-8|base64url|(canonical )?JSON)|[a-z ]{1,40}))?$/,
    );
    return null;
  }
}

interface Changed {
  readonly from: Kept;
  readonly inside: readonly Change[];
  readonly outside: readonly Change[];
}

function changedOnes(kind: string, more: readonly Kept[] = []): fc.Arbitrary<Changed> {
  const from = fc.constantFrom(...kept(kind), ...more);
  return fc.record({ from, inside: changes(), outside: changes(2) });
}

/** What is kept as text is no document, or one that only its spelling makes an attack. */
function bytesOf({ from, inside, outside }: Changed): Uint8Array {
  if (!from.name.endsWith('.json')) return changedBytes(from.bytes, [...inside, ...outside]);
  const changed = changedDocument(JSON.parse(fromUtf8(from.bytes)), inside);
  return changedBytes(toJsonBytes(changed ?? null), outside);
}

const shown = (input: Changed): string =>
  `${input.from.name} as ${Buffer.from(bytesOf(input)).toString('base64url').slice(0, 2000)}`;

/** The document with the fields of each object in the order of their names. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, sorted(each)]);
}

beforeAll(async () => {
  await ready();
});

describe('a document of any kind that was changed in any way', { timeout: FUZZ_TIMEOUT }, () => {
  it.each([
    ['contents', EntryContent],
    ['directories', Directory],
    ['epoch-bodies', EpochBody],
    ['overviews', Overview],
    ['statistics', Statistics],
    ['heads', Head],
    ['audit', AuditContent],
    ['audit-heads', AuditHeadsFile],
    ['receipts', KeptReceipt],
    ['handbooks', Handbook],
    ['handbook-contents', HandbookContents],
    ['absences', Absence],
    ['rosters', Roster],
    ['retentions', Retention],
    ['questionnaires', Questionnaire],
    ['headers', EntryHeader],
    ['guest-terms', GuestTerms],
    ['identities', IdentityEntry],
    ['identity-questions', IdentityQuestion],
    ['identity-answers', IdentityAnswer],
    ['ceremonies', SignedCeremony],
    ['shelves', ShelfContents],
  ])('is read as what its bytes spell or is malformed: %s', async (kind, schema) => {
    for (const { name, bytes } of kept(kind)) {
      const value: unknown = fromJsonBytes(schema as v.GenericSchema, bytes);
      expect([name, toJsonBytes(value)]).toEqual([name, bytes]);
    }
    await fuzz(
      changedOnes(kind, kept('attacks')),
      800,
      (input) => {
        const bytes = bytesOf(input);
        const value = valueOf(() => fromJsonBytes(schema as v.GenericSchema, bytes));
        if (value === null) return;
        // nothing was added, dropped or read another way; fields may stand in another order
        expect(sorted(value)).toEqual(sorted(JSON.parse(fromUtf8(bytes))));
        const again = toJsonBytes(value);
        expect(again.length).toBe(bytes.length);
        expect(fromJsonBytes(schema as v.GenericSchema, again)).toEqual(value);
      },
      shown,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that is a rule of keeping names a day to come, or none', async () => {
    const facts = {
      received: '2026-03-02' as Day,
      closed: '2026-05-31' as Day,
      processed: '2026-06-02' as Day,
      paused: 4,
      pausedSince: 2,
    };
    await fuzz(changedOnes('retentions'), 800, (input) => {
      const retention = valueOf(() => fromJsonBytes(Retention, bytesOf(input)));
      if (retention === null) return;
      const rule = ruleOfChannel({ retention, retentionMonths: 24 });
      const day = removalDay(rule, facts);
      if (day !== null) expect(day >= addDays(facts.closed, SHORTEST_DAYS)).toBe(true);
      else expect(reviewDay(rule, facts)).not.toBeNull();
    });
  });

  it('has another hash wherever its bytes are others', async () => {
    const hashes = new Map<string, string>();
    await fuzz(changedOnes('directories'), 500, (input) => {
      const bytes = bytesOf(input);
      const text = toBase64(bytes);
      const hash = directoryHash(bytes);
      expect(hashes.get(hash) ?? text).toBe(text);
      hashes.set(hash, text);
    });
  });
});

describe('a receipt', { timeout: FUZZ_TIMEOUT }, () => {
  it('that was changed in any way holds only as it was signed, and opens as its report alone', async () => {
    const key = signingKeys(new Uint8Array(32).fill(7));
    const organisation = givingReceipts(await makeOrganisation(), key);
    const { keys, entries } = makeCase(organisation);
    const [, report] = entries;
    if (report === undefined) throw new Error('a case begins with a report');
    const record = recordHashOf(report);
    const file = makeReceipt(organisation, keys, record, key);
    const { opening, ...signed } = readReceipt(file);
    expect(opening).not.toBe('');
    const own: Kept = { name: 'signed.json', bytes: file.subarray(0, -1) };
    await fuzz(
      changedOnes('receipts', [own, own, own, ...kept('attacks')]),
      2000,
      (input) => {
        const receipt = valueOf(() => readReceipt(bytesOf(input)));
        if (receipt === null) return;
        const { verdict } = checkReceipt(receipt, organisation.directory);
        if (verdict === 'holds') expect(receipt).toMatchObject(signed);
        const opened = valueOf(() => openReceipt(receipt, keys));
        if (opened !== null)
          expect([opened, receipt.commitment]).toEqual([record, signed.commitment]);
      },
      shown,
    );
  });
});

describe('base64url', { timeout: FUZZ_TIMEOUT }, () => {
  it('has one spelling for any bytes', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.base64String({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => toBase64(bytes)),
    );
    await fuzz(fc.record({ text, list: changes(2) }), 5000, ({ text: plain, list }) => {
      const changed = new TextDecoder().decode(changedBytes(utf8(plain), list));
      const bytes = valueOf(() => fromBase64(changed));
      if (bytes !== null) expect(toBase64(bytes)).toBe(changed);
    });
  });
});

describe('words that somebody typed', { timeout: FUZZ_TIMEOUT }, () => {
  it('are a key or told what is wrong with them, however many and long', async () => {
    const typed = fc.record({
      from: fc.constantFrom(...kept('case-keys')),
      list: changes(6),
      more: fc.string({ unit: 'binary', maxLength: 20 }),
      count: fc.constantFrom(12 as const, 24 as const),
    });
    await fuzz(
      typed,
      50,
      ({ from, list, more, count }) => {
        const text = new TextDecoder().decode(changedBytes(from.bytes, list)) + more;
        const parsed = parseWords(text, count);
        if ('faults' in parsed) {
          expect(parsed.faults.length).toBeGreaterThan(0);
          expect(parsed.faults.length).toBeLessThanOrEqual(count + 1);
          for (const fault of parsed.faults) {
            if (fault.code === 'unknown_word') {
              expect(fault.suggestions.length).toBeLessThanOrEqual(4);
            }
          }
          return;
        }
        expect(parsed.words).toHaveLength(count);
        const bytes = fromWords(parsed.words);
        expect(toWords(bytes)).toEqual(parsed.words);
        expect(parseWords(parsed.words.join(' '), count)).toEqual(parsed);
      },
      ({ from, list, more }) => JSON.stringify([from.name, list, more]),
    );
  });
});

describe('a proof of work that nobody did', { timeout: FUZZ_TIMEOUT }, () => {
  it('counts never, and is refused with the one code', async () => {
    const work = createWork({
      clock: () => new Date('2026-03-02T10:00:00Z'),
      calm: { report: 0.1, upload: 1 },
      firstSteps: 2,
    });
    const real = await work.challenge('report');
    const solution = { counter: 1, derivedKey: '0'.repeat(64) };
    const own: Kept = {
      name: 'of-a-real-challenge.json',
      bytes: toJsonBytes({ challenge: real, solution }),
    };
    const plain = fc.boolean();
    await fuzz(
      fc.tuple(changedOnes('work-proofs', [own, ...kept('attacks')]), plain),
      400,
      async ([input, unspelled]) => {
        const bytes = bytesOf(input);
        const text = unspelled ? Buffer.from(bytes).toString('latin1') : toBase64(bytes);
        const [result] = await Promise.allSettled([work.spend('report', 1, text)]);
        const reason: unknown = result.status === 'rejected' ? result.reason : null;
        expect(reason).toBeInstanceOf(ApiError);
        expect((reason as ApiError).code).toBe('work_needed');
      },
      ([input]) => shown(input),
    );
  });
});
