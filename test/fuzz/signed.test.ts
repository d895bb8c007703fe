import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ceremonyFields } from '../../crypto/ceremony.js';
import {
  EntryContent,
  fromUtf8,
  isEpochEntry,
  makeEpochEntry,
  newEpochKey,
  openCompartment,
  openGrant,
  openIdentityAnswer,
  openIdentityQuestion,
  pad,
  recordHashOf,
  sealBox,
  sealEntry,
  sealGrant,
  sealPreviousKey,
  sealTo,
  sign,
  toBase64,
  toJsonBytes,
  verifyChain,
  verifyEpochs,
  type AccountId,
  type ChainContext,
  type IdentityEntry,
  type Member,
  type OpenedEntry,
  type SealedEntry,
} from '../../crypto/private.js';
import type { CeremonyTerms, SignedCeremony } from '../../crypto/wire/ceremony.js';
import { IDENTITY_ANSWER_BYTES, IDENTITY_QUESTION_BYTES } from '../../crypto/wire/identity.js';
import { makeCase, resealedBy, type TestCase } from '../support/case.js';
import {
  changedBytes,
  changedDocument,
  changes,
  faultOf,
  fuzz,
  FUZZ_TIMEOUT,
  kept,
  type Change,
} from '../support/fuzz.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../support/organisation.js';

/*
 * Documents that were changed before their own author signed and sealed them: so nothing stops them
 * before whoever reads what stands behind the signature.
 */

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let hugo: TestReader;
let officer: TestReader;
let custodian: TestReader;

beforeAll(async () => {
  organisation = await makeOrganisation({
    parts: ['handler', 'handler', 'handler', 'recovery_officer', 'custodian'],
  });
  const [first, second, third, fourth, fifth] = organisation.readers;
  if (!first || !second || !third || !fourth || !fifth) throw new Error('five');
  [hanna, harald, hugo, officer, custodian] = [first, second, third, fourth, fifth];
});

/** Changes of the structure of a document, and then of its bytes. */
const changed = fc.record({ inside: changes(), outside: changes(2) });
type Changed = { inside: readonly Change[]; outside: readonly Change[] };

function bytesOf(document: unknown, { inside, outside }: Changed): Uint8Array {
  return changedBytes(toJsonBytes(changedDocument(document, inside) ?? null), outside);
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(fromUtf8(bytes)) as Record<string, unknown>;
}

function contextOf(made: TestCase): ChainContext {
  const { directory, hash } = organisation;
  return {
    caseId: made.keys.caseId,
    reporter: made.keys.publicKeys,
    directory,
    directories: new Map([[directory.version, hash]]),
    dialogue: null,
  };
}

describe('a ceremony that two signed as it is', { timeout: FUZZ_TIMEOUT }, () => {
  it('opens an epoch for those whom it names, or the epoch is malformed or wrong', async () => {
    const made = makeCase(organisation, { leftOut: [harald, hugo] });
    const before = made.epoch('dialogue');
    const epoch = newEpochKey({ ...before, epoch: before.epoch + 1 });
    const place = made.place(officer, 'dialogue');
    const body = {
      members: [made.keys, hanna, officer, hugo].map((each): Member =>
        'member' in each ? each.member : { id: 'reporter', ...each.publicKeys },
      ),
      directory: { version: organisation.directory.version, hash: organisation.hash },
      previousKey: sealPreviousKey(epoch, before),
    };
    const honest: CeremonyTerms = {
      v: 1,
      installation: organisation.directory.installation,
      id: 'A'.repeat(22),
      officer: officer.record.id,
      ground: 'lost',
      on: organisation.directory.date,
      to: [hugo.record.id],
      lost: [hanna.record.id],
    };
    const signedBy = ({ record, sig }: TestReader, terms: unknown): SignedCeremony['asked'] => ({
      by: record.id as string as AccountId,
      signature: toBase64(
        sign(sig.secretKey, 'ceremony', ...ceremonyFields(terms as CeremonyTerms)),
      ),
    });
    const first = made.entries.filter(isEpochEntry);
    const input = fc.record({ inside: changes(), around: changes(1) });
    let held = 0;
    await fuzz(input, 400, ({ inside, around }) => {
      const terms = changedDocument(honest, inside) ?? null;
      const signed = { terms, asked: signedBy(harald, terms), agreed: signedBy(hugo, terms) };
      const recovers = changedDocument(signed, around) as SignedCeremony;
      const entry = makeEpochEntry(epoch, place, { ...body, recovers });
      const { fault } = verifyEpochs([...first, entry], contextOf(made));
      expect([null, 'malformed', 'wrong_epoch']).toContain(fault);
      if (fault !== null) return;
      held += 1;
      // whatever else was changed: this installation's, by this paper, to whom it was given
      expect(recovers.terms).toMatchObject({
        installation: honest.installation,
        officer: honest.officer,
        to: expect.arrayContaining(honest.to) as string[],
        lost: expect.arrayContaining(honest.lost) as string[],
      });
    });
    expect(held).toBeGreaterThan(0);
  });
});

describe('what stands of an identity in the case', { timeout: FUZZ_TIMEOUT }, () => {
  let made: TestCase;
  let block: SealedEntry;
  let opening: SealedEntry;

  beforeAll(() => {
    made = makeCase(organisation);
    const self: Member = { id: 'reporter', ...made.keys.publicKeys };
    const last = made.entries.at(-1);
    const seen = last === undefined ? null : recordHashOf(last);
    made.rotate('reporter', 'identity', [custodian], {
      body: { members: [self, custodian.member] },
      place: { seen },
    });
    made.grants.push(sealGrant(made.epoch('identity'), self));
    const [said, opened] = ['block.json', 'opening.json'].map((name) => {
      const found = kept('identities').find((each) => each.name === name);
      return parsed(found?.bytes ?? new Uint8Array()) as unknown as IdentityEntry;
    });
    if (said === undefined || opened === undefined) throw new Error('both are kept');
    const epoch = made.epoch('identity');
    block = sealEntry(epoch, { ...made.place('reporter', 'identity'), seen }, said);
    made.entries.push(block);
    opening = sealEntry(epoch, { ...made.place(custodian, 'identity'), seen: null }, opened);
    made.entries.push(opening);
  });

  /** Both entries as a custodian reads them, who sees nothing of the conversation. */
  function readByCustodian(entries: TestCase['entries']): OpenedEntry[] {
    const own = entries.filter(({ header }) => header.compartment === 'identity');
    const chain = verifyChain('identity', own, contextOf(made));
    expect(chain.fault).toBeNull();
    const grant = made.grants.find(({ recipient }) => recipient === custodian.record.id);
    if (grant === undefined) throw new Error('the custodian was given the key');
    return openCompartment(chain, {
      id: made.keys.caseId,
      keyFor: (place, commitment) => openGrant(grant, place, commitment, custodian.kem),
      contents: EntryContent,
    }).entries;
  }

  it.each([
    ['the reporter', 'block.json', 1],
    ['a custodian', 'opening.json', 2],
  ] as const)(
    'that %s sealed and signed as anything at all, is read as that or not at all',
    async (_, name, at) => {
      const found = kept('identities').find((each) => each.name === name);
      const document = parsed(found?.bytes ?? new Uint8Array());
      const epoch = made.epoch('identity');
      const { secretKey } = (at === 1 ? made.keys : custodian).sig;
      await fuzz(changed, 300, (list) => {
        const bytes = bytesOf(document, list);
        const entry = resealedBy(secretKey, at === 1 ? block : opening, epoch, bytes);
        // an opening that comes after names the record before it
        const entries = [...made.entries.slice(0, at === 1 ? -2 : -1), entry];
        const opened = made.open('reporter', { entries, withIdentity: true });
        expect(opened.faults).toEqual([]);
        for (const read of [opened.identity?.entries ?? [], readByCustodian(entries)]) {
          const content = read.at(-1)?.content;
          if (content?.kind !== 'unreadable') expect(content).toEqual(parsed(bytes));
          else expect(['malformed', 'unknown_author']).toContain(content.fault);
        }
      });
    },
  );
});

describe('a question to a custodian, and the answer', { timeout: FUZZ_TIMEOUT }, () => {
  const key = new Uint8Array(32).fill(7);
  const faults = [null, 'malformed', 'unknown_author', 'wrong_signature'];
  /** Case and request that both are about. */
  const place = (): { case: never; request: string } => ({
    case: organisation.hash as never,
    request: 'A'.repeat(22),
  });

  const question = {
    size: IDENTITY_QUESTION_BYTES,
    author: () => hanna,
    seal: (padded: Uint8Array) =>
      sealTo(custodian.record.kem, 'identity question', [place().case, place().request], padded),
    purpose: 'identity question',
  } as const;
  const answer = {
    size: IDENTITY_ANSWER_BYTES,
    author: () => custodian,
    seal: (padded: Uint8Array) =>
      toBase64(sealBox(key, 'identity answer', [place().case, place().request], padded)),
    purpose: 'identity answer',
  } as const;

  /** Opens what was sealed as whoever gets it does. */
  function open(sealed: ReturnType<(typeof question | typeof answer)['seal']>): unknown {
    const keyOf = (author: string): string | null => {
      const named = organisation.readers.find(({ record }) => record.id === author);
      return named?.record.sig ?? null;
    };
    return typeof sealed === 'string'
      ? openIdentityAnswer(place(), toBase64(key), sealed, keyOf)
      : openIdentityQuestion(place(), custodian.kem, sealed, keyOf);
  }

  it.each([
    ['question', 'name.json', question],
    ['answer that gives', 'given.json', answer],
    ['answer that refuses', 'refused.json', answer],
  ] as const)('are read as they were signed, or not at all: %s', async (_, name, kind) => {
    const kinds = [...kept('identity-questions'), ...kept('identity-answers')];
    const found = kinds.find((each) => each.name === name);
    const { record, sig } = kind.author();
    const document = { ...parsed(found?.bytes ?? new Uint8Array()), by: record.id };
    let held = 0;
    const input = fc.record({ list: changed, around: changes(1) });
    await fuzz(input, 250, async ({ list, around }) => {
      const text = new TextDecoder().decode(bytesOf(document, list));
      const fields = [place().case, place().request, text];
      const signature = toBase64(sign(sig.secretKey, kind.purpose, ...fields));
      const wrapped = toJsonBytes(changedDocument({ document: text, signature }, around) ?? null);
      // more than is ever sealed
      if (wrapped.length > kind.size) return;
      const sealed = kind.seal(pad(wrapped, kind.size));
      const fault = await faultOf(() => {
        expect(open(sealed)).toEqual(JSON.parse(text));
        held += 1;
      });
      expect(faults).toContain(fault);
    });
    expect(held).toBeGreaterThan(0);
  });
});
