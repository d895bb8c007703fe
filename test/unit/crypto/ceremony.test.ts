import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ceremonyFields } from '../../../crypto/ceremony.js';
import { toBase64 } from '../../../crypto/bytes.js';
import { verifyEpochs } from '../../../crypto/chain.js';
import type { AccountId } from '../../../crypto/ids.js';
import { isEpochEntry } from '../../../crypto/record.js';
import { sign } from '../../../crypto/signature.js';
import type { CeremonyTerms, SignedCeremony } from '../../../crypto/wire/ceremony.js';
import type { Day } from '../../../crypto/ids.js';
import { makeCase, type TestCase } from '../../support/case.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let hugo: TestReader;
let officer: TestReader;
let made: TestCase;

beforeAll(async () => {
  organisation = await makeOrganisation({
    parts: ['handler', 'handler', 'handler', 'recovery_officer'],
  });
  const [first, second, third, fourth] = organisation.readers;
  if (!first || !second || !third || !fourth) throw new Error('four');
  [hanna, harald, hugo, officer] = [first, second, third, fourth];
});
beforeEach(() => {
  made = makeCase(organisation, { leftOut: [harald, hugo] });
});

function terms(change: Partial<CeremonyTerms> = {}): CeremonyTerms {
  return {
    v: 1,
    installation: organisation.directory.installation,
    id: 'A'.repeat(22),
    officer: officer.record.id,
    ground: 'lost',
    on: '2026-03-02' as Day,
    to: [hugo.record.id],
    lost: [hanna.record.id],
    ...change,
  };
}

function signedBy(
  said: CeremonyTerms,
  asked: TestReader = harald,
  agreed: TestReader = hugo,
): SignedCeremony {
  const by = (reader: TestReader): SignedCeremony['asked'] => ({
    by: reader.record.id as string as AccountId,
    signature: toBase64(sign(reader.sig.secretKey, 'ceremony', ...ceremonyFields(said))),
  });
  return { terms: said, asked: by(asked), agreed: by(agreed) };
}

/** What a client finds wrong with the conversation's epochs. */
function fault(): string | null {
  const { directory, hash } = organisation;
  return verifyEpochs(made.entries.filter(isEpochEntry), {
    caseId: made.keys.caseId,
    reporter: made.keys.publicKeys,
    directory,
    directories: new Map([[directory.version, hash]]),
  }).fault;
}

function giveOn(recovers: SignedCeremony | null, members: readonly TestReader[]): void {
  made.rotate(officer, 'dialogue', members, recovers === null ? {} : { body: { recovers } });
}

describe('an epoch that a recovery officer’s paper opens', () => {
  it('holds as two signed it', () => {
    giveOn(signedBy(terms()), [hanna, officer, hugo]);
    expect(fault()).toBeNull();
  });

  it('does not hold without what two signed, by other terms or by other signatures', () => {
    const good = signedBy(terms());
    const cases: [SignedCeremony | null, TestReader[]][] = [
      [null, [hanna, officer, hugo]],
      // somebody reads the case
      [signedBy(terms({ lost: [] })), [hanna, officer, hugo]],
      // given to nobody, or to somebody who was not named
      [good, [hanna, officer]],
      [good, [hanna, officer, harald]],
      [signedBy(terms({ officer: hanna.record.id })), [hanna, officer, hugo]],
      [signedBy(terms(), hugo, hugo), [hanna, officer, hugo]],
      // whoever is said to be unable signs nothing
      [signedBy(terms(), hanna, hugo), [hanna, officer, hugo]],
      [signedBy(terms(), officer, hugo), [hanna, officer, hugo]],
      [{ ...good, terms: terms({ ground: 'left' }) }, [hanna, officer, hugo]],
      [{ ...good, agreed: { ...good.asked, by: good.agreed.by } }, [hanna, officer, hugo]],
    ];
    for (const [recovers, members] of cases) {
      made = makeCase(organisation, { leftOut: [harald, hugo] });
      giveOn(recovers, members);
      expect(fault()).toBe('wrong_epoch');
    }
  });

  it('is signed by the paper and by nobody else', () => {
    made.rotate(hanna, 'dialogue', [hanna, officer, hugo], {
      body: { recovers: signedBy(terms()) },
    });
    expect(fault()).toBe('wrong_epoch');
  });
});
