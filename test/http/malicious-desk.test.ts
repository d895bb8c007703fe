import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import {
  AuditAnswer,
  CaseList,
  type CaseListing,
  DeskCase,
  EpochBody,
  fromBase64,
  fromJsonBytes,
  makeEpochEntry,
  newEpochKey,
  recordHashOf,
  reporterKeys,
  sealGrant,
  sealPreviousKey,
  SignedIn,
  signingKeys,
  randomBytes,
  toBase64,
  type Entry,
  type EpochEntry,
  type SealedEntry,
} from '../../crypto/private.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';

let installation: Installation;
let server: LyingServer;
let hanna: InstallationPerson;
let harald: InstallationPerson;
/** A desk that asks through the lying server, and the case that it works on. */
let desk: Desk;
let id: string;
let words: string[];
let honest: DeskCase;
let other: DeskCase;

const ANY_CASE = /^\/api\/desk\/cases\/[^/?]+$/;
const LIST = /^\/api\/desk\/cases\?/;

async function answerFor(caseId: string): Promise<DeskCase> {
  const found: DeskCase[] = [];
  server.lieAbout(DeskCase, ANY_CASE, (answer) => {
    found.push(answer);
    return answer;
  });
  await desk.openCase(caseId);
  server.tellTheTruth();
  const [answer] = found;
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

/** A case with a report, an answer, a message, notes and another answer; this desk never saw it. */
async function makeCase(): Promise<{ words: string[]; id: string }> {
  const { words: key } = await installation.report();
  const caseId = reporterKeys(key).caseId;
  await hanna.desk.reply(caseId, { kind: 'acknowledgement', text: 'We look at it.' }, [], silent);
  await installation.newReporter().send(key, 'One more thing.', [], silent);
  await hanna.desk.note(caseId, 'Ask accounting.', [], silent);
  await hanna.desk.reply(caseId, { kind: 'reply', text: 'Thank you.' }, [], silent);
  return { words: key, id: caseId };
}

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  server = createLyingServer();
  desk = installation.newDesk(server.fetch);
  await desk.signIn(hanna.name, hanna.passphrase);
  ({ id, words } = await makeCase());
  honest = await answerFor(id);
  other = await answerFor((await makeCase()).id);
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** A desk of the same person that remembers nothing of this session. */
async function freshDesk(): Promise<Desk> {
  const fresh = installation.newDesk(server.fetch);
  await fresh.signIn(hanna.name, hanna.passphrase);
  await fresh.directory();
  return fresh;
}

function lieAboutCase(change: Partial<DeskCase> | ((answer: DeskCase) => object)): void {
  server.lieAbout(DeskCase, ANY_CASE, (answer) => ({
    ...answer,
    ...(typeof change === 'function' ? change(answer) : change),
  }));
}

/** Everything that a desk could write in a case, each in vain; what brings new keys may be let in. */
async function expectNothingWritten(code: string, at = desk, evenKeys = true): Promise<void> {
  server.listen();
  const attempts: (() => Promise<unknown>)[] = [
    () => at.reply(id, { kind: 'reply', text: 'Never' }, [], silent),
    () => at.reply(id, { kind: 'closure', outcome: 'spam', text: 'Never' }, [], silent),
    () => at.note(id, 'Never', [], silent),
    () => at.rename(id, 'Never'),
    () => at.decideNothingFurther(id, 'Never', null),
  ];
  if (evenKeys)
    attempts.push(
      () => at.revoke(id, harald.id),
      () => at.renew(id),
    );
  for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code });
  expect(server.writes()).toEqual([]);
}

async function expectFault(code: string, at = desk): Promise<void> {
  server.listen();
  const view = await at.openCase(id);
  expect(view.fault).not.toBeNull();
  expect(view.warnings.map((warning) => warning.code)).toContain(code);
  // neither keys nor a head are kept, and nothing counts as read
  expect(server.writes()).toEqual([]);
  expect(view.writable).not.toBe('yes');
  await expectNothingWritten(view.warnings[0]?.code ?? '', at, view.writable === 'no');
}

function of(entries: readonly Entry[], compartment: 'dialogue' | 'internal'): Entry[] {
  return entries.filter(({ header }) => header.compartment === compartment);
}

function lastOf(entries: readonly Entry[], compartment: 'dialogue' | 'internal'): Entry {
  const last = of(entries, compartment).at(-1);
  if (last === undefined) throw new Error('no entry');
  return last;
}

function sealedIn(entries: readonly Entry[], compartment: 'dialogue' | 'internal'): SealedEntry {
  const last = lastOf(entries, compartment);
  if (!('nonce' in last)) throw new Error('an epoch entry');
  return last;
}

function bodyOf(entries: readonly Entry[]): EpochBody {
  const epoch = entries.find((entry): entry is EpochEntry => 'body' in entry);
  if (epoch === undefined) throw new Error('no epoch');
  return fromJsonBytes(EpochBody, fromBase64(epoch.body));
}

function without(entries: readonly Entry[], ...missing: Entry[]): Entry[] {
  return entries.filter((entry) => !missing.includes(entry));
}

describe('an honest server', () => {
  it('leaves nothing to warn of', async () => {
    const view = await desk.openCase(id);
    expect(view).toMatchObject({ fault: null, warnings: [] });
    expect(view.entries.map(({ content }) => content.kind)).toEqual([
      'report',
      'acknowledgement',
      'message',
      'reply',
      'note',
    ]);
  });
});

describe('entries that a desk is shown', () => {
  it.each<[string, string, (entries: readonly Entry[]) => Entry[]]>([
    ['missing at the beginning', 'missing_entry', (entries) => entries.slice(1)],
    ['missing in the middle', 'missing_entry', (entries) => entries.toSpliced(2, 1)],
    [
      'missing among the notes',
      'missing_entry',
      (entries) => without(entries, of(entries, 'internal')[0] as Entry),
    ],
    ['all missing', 'missing_entry', () => []],
    ['in another order', 'missing_entry', (entries) => entries.toReversed()],
    ['twice', 'missing_entry', (entries) => [...entries, lastOf(entries, 'dialogue')]],
    ['of another case', 'wrong_case_id', (entries) => entries.with(2, other.entries[2] as Entry)],
    [
      'with another body',
      'wrong_signature',
      (entries) =>
        entries.with(entries.indexOf(lastOf(entries, 'dialogue')), {
          ...sealedIn(entries, 'dialogue'),
          nonce: toBase64(randomBytes(24)),
        }),
    ],
    [
      'with another nonce among the notes',
      'wrong_signature',
      (entries) =>
        entries.with(entries.indexOf(lastOf(entries, 'internal')), {
          ...sealedIn(entries, 'internal'),
          nonce: toBase64(randomBytes(24)),
        }),
    ],
    [
      'moved from the notes to the dialogue',
      'missing_entry',
      (entries) => [
        ...without(entries, lastOf(entries, 'dialogue')),
        {
          ...lastOf(entries, 'internal'),
          header: { ...lastOf(entries, 'internal').header, compartment: 'dialogue' },
        } as Entry,
      ],
    ],
  ])('%s are named', async (_, code, change) => {
    lieAboutCase(({ entries }) => ({ entries: change(entries) }));
    await expectFault(code);
  });

  it('cut off are named by the head that this desk sealed before', async () => {
    const { head } = honest;
    lieAboutCase(({ entries }) => ({
      entries: without(entries, lastOf(entries, 'dialogue')),
      head,
    }));
    await expectFault('truncated_chain', await freshDesk());
  });

  it('cut off among the notes are named by it too', async () => {
    lieAboutCase(({ entries }) => ({ entries: without(entries, lastOf(entries, 'internal')) }));
    await expectFault('truncated_chain', await freshDesk());
    server.tellTheTruth();
    lieAboutCase(({ entries }) => ({ entries: of(entries, 'dialogue') }));
    await expectFault('truncated_chain', await freshDesk());
  });

  it('cut off are named by this session, where the server keeps the head back too', async () => {
    await desk.openCase(id);
    lieAboutCase(({ entries }) => ({
      entries: without(entries, lastOf(entries, 'dialogue')),
      head: null,
    }));
    await expectFault('truncated_chain');
  });

  it('cut off where the notes had seen more are named without any head', async () => {
    lieAboutCase(({ entries }) => ({
      // the note names the reporter's message as its newest head of the dialogue
      entries: [...of(entries, 'dialogue').slice(0, 3), ...of(entries, 'internal')],
      head: null,
    }));
    await expectFault('truncated_chain', await freshDesk());
  });

  it('and all notes hidden are named by the overview that was sealed for them', async () => {
    lieAboutCase(({ entries }) => ({ entries: of(entries, 'dialogue'), head: null }));
    await expectFault('missing_entry', await freshDesk());
  });

  it('under a head of another case are not taken for seen', async () => {
    lieAboutCase({ head: other.head });
    await expectFault('does_not_open');
  });
});

describe('keys that a desk is given', () => {
  it('of an epoch that the server made and sealed to everyone are not used', async () => {
    const { members, directory } = bodyOf(honest.entries);
    const last = lastOf(honest.entries, 'dialogue');
    const epoch = newEpochKey({ case: honest.case.id, compartment: 'dialogue', epoch: 2 });
    const before = newEpochKey({ case: honest.case.id, compartment: 'dialogue', epoch: 1 });
    const forged = makeEpochEntry(
      epoch,
      {
        author: harald.id as never,
        secretKey: signingKeys(randomBytes(32)).secretKey,
        sequence: last.header.sequence + 1,
        previous: recordHashOf(last),
        seen: last.header.seen,
      },
      { members, directory, previousKey: sealPreviousKey(epoch, before) },
    );
    const own = members.find((member) => member.id === hanna.id);
    if (own === undefined) throw new Error('a member');
    lieAboutCase(({ entries, grants }) => ({
      entries: [...entries, forged],
      grants: [...grants, sealGrant(epoch, own)],
    }));
    await expectFault('wrong_signature');
  });

  it('of a whole case that the server made up are not those of this case', async () => {
    // The reporter's keys make the case id: with keys of its own, the server has another case.
    lieAboutCase(() => ({ ...other, case: honest.case }));
    await expectFault('wrong_case_id');
    server.tellTheTruth();
    lieAboutCase({ reporter: other.reporter });
    await expectFault('wrong_case_id');
  });

  it('of another make than the epoch commits to are refused, as grant and as kept key', async () => {
    const { members } = bodyOf(honest.entries);
    const own = members.find((member) => member.id === hanna.id);
    if (own === undefined) throw new Error('a member');
    const forged = newEpochKey({ case: honest.case.id, compartment: 'dialogue', epoch: 1 });
    lieAboutCase({ keys: [], grants: [sealGrant(forged, own)] });
    await expectFault('wrong_commitment');
    server.tellTheTruth();
    lieAboutCase({ keys: other.keys, grants: [] });
    await expectFault('does_not_open');
    server.tellTheTruth();
    lieAboutCase({ keys: [], grants: other.grants });
    await expectFault('wrong_commitment');
    server.tellTheTruth();
    lieAboutCase({ keys: [], grants: [] });
    await expectFault('missing_entry');
  });

  it('that were kept and swapped are replaced by those of the grant', async () => {
    lieAboutCase({ keys: other.keys });
    server.listen();
    expect(await desk.openCase(id)).toMatchObject({ fault: null, warnings: [] });
    expect(server.writes()).toEqual([`PUT /api/desk/cases/${id}/opened`]);
  });
});

describe('what the server says of a case', () => {
  it('that it is closed is checked', async () => {
    const facts = { closedOn: '2026-03-02', purgeOn: '2028-03-02' };
    lieAboutCase((answer) => ({ case: { ...answer.case, ...facts } }));
    await expectFault('wrong_facts');
  });

  it.each<[string, Partial<DeskCase['case']>]>([
    ['practice', { practice: true }],
    ['of another channel', { channel: 'AAAAAAAAAAAAAAAAAAAAAA' as never }],
  ])('that it is %s is told, and stops nothing: its reporter may have lied', async (_, facts) => {
    lieAboutCase((answer) => ({ case: { ...answer.case, ...facts } }));
    expect(await desk.openCase(id)).toMatchObject({
      warnings: [{ code: 'wrong_facts' }],
      writable: 'yes',
    });
  });

  it('under another id is named', async () => {
    lieAboutCase((answer) => ({ case: { ...answer.case, id: other.case.id } }));
    await expectFault('wrong_case_id');
  });

  it('in the list is shown as wrong where it does not open', async () => {
    const rowOf = async (): Promise<unknown> =>
      (await desk.inbox('open')).rows.find((row) => row.id === id)?.fault;
    expect(await rowOf()).toBeNull();
    const lie = (change: (row: CaseListing) => object): void => {
      server.tellTheTruth();
      server.lieAbout(CaseList, LIST, (list) => ({
        ...list,
        cases: list.cases.map((row) => (row.case.id === id ? { ...row, ...change(row) } : row)),
      }));
    };
    lie(() => ({ overview: other.overview }));
    expect(await rowOf()).toBe('wrong_commitment');
    lie((row) => ({ overview: { ...row.overview, compartment: 'dialogue' } }));
    expect(await rowOf()).toBe('wrong_epoch');
    lie((row) => ({ overview: { ...row.overview, epoch: 9 } }));
    expect(await rowOf()).toBe('wrong_epoch');
    lie((row) => ({ head: other.head, key: row.key }));
    expect(await rowOf()).toBe('does_not_open');
    lie(() => ({ commitment: toBase64(randomBytes(32)) }));
    expect(await rowOf()).toBe('does_not_open');
  });

  it('in an overview of another case is named when the case is opened', async () => {
    lieAboutCase({ overview: other.overview });
    const view = await desk.openCase(id);
    expect(view.warnings).toEqual([{ code: 'wrong_commitment' }]);
    // its title alone is lost: until the next entry brings another, the report's first words stand for it
    expect(view).toMatchObject({
      writable: 'yes',
      title: 'The invoices of March were paid twice.',
      category: 'fraud',
    });
  });

  it('in an overview counts only for the title: the rest comes from the entries', async () => {
    const view = await desk.openCase(id);
    expect(view).toMatchObject({ category: 'fraud', acknowledgedOn: '2026-03-02', outcome: null });
  });
});

describe('the audit log', () => {
  it('is refused with entries of another chain, and where it does not go on', async () => {
    const audit = /^\/api\/desk\/audit\?/;
    server.lieAbout(AuditAnswer, audit, ({ entries }) => ({
      entries: entries.map((entry) => ({ ...entry, scope: 'another' })),
    }));
    await expect(desk.audit()).rejects.toMatchObject({ code: 'unexpected_answer' });
    server.tellTheTruth();
    const first: unknown[] = [];
    server.lieAbout(AuditAnswer, audit, (answer) => {
      first.push(answer);
      return first[0];
    });
    await expect(desk.verifyAudit()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('says where it is broken', async () => {
    expect(await desk.verifyAudit()).toMatchObject({ findings: [] });
    server.lieAbout(AuditAnswer, /^\/api\/desk\/audit\?scope=organisation/, ({ entries, own }) => ({
      own,
      entries: entries.map((entry) =>
        entry.sequence === 1 ? { ...entry, content: '{"at":"2026-01-01T00:00:00.000Z"}' } : entry,
      ),
    }));
    expect(await desk.verifyAudit()).toMatchObject({
      findings: [{ code: 'broken', chain: 'organisation', caseId: null, sequence: 1 }],
    });
  });
});

describe('signing in', () => {
  it('with a vault that was swapped says so, and asks for no other passphrase', async () => {
    const session = /^\/api\/desk\/sessions$/;
    server.lieTo('POST', SignedIn, session, (answer) => ({
      ...answer,
      vault: toBase64(randomBytes(fromBase64(answer.vault).length).fill(1, 0, 1)),
    }));
    const fresh = installation.newDesk(server.fetch);
    await expect(fresh.signIn(hanna.name, hanna.passphrase)).rejects.toMatchObject({
      fault: 'wrong_commitment',
    });
    server.tellTheTruth();
    server.lieTo('POST', SignedIn, session, (answer) => ({
      ...answer,
      account: { ...answer.account, id: harald.id as never },
    }));
    await expect(fresh.signIn(hanna.name, hanna.passphrase)).rejects.toMatchObject({
      fault: 'does_not_open',
    });
    await expect(fresh.inbox('open')).rejects.toMatchObject({ code: 'sign_in_needed' });
  });
});

describe('a reporter together with the server', () => {
  beforeEach(() => {
    expect(words).toHaveLength(12);
  });

  it('cannot show one entry as two texts to two handlers', async () => {
    // One ciphertext can be made to open under two keys; the epoch commits to one of them.
    const { words: key } = await installation.report();
    const caseId = reporterKeys(key).caseId;
    const answer = await answerFor(caseId);
    const { members } = bodyOf(answer.entries);
    const second = newEpochKey({ case: answer.case.id, compartment: 'dialogue', epoch: 1 });
    const own = members.find((member) => member.id === hanna.id);
    if (own === undefined) throw new Error('a member');
    const twin = sealGrant(
      { ...second, commitment: answer.entries[0]?.header.commitment ?? '' },
      own,
    );
    const fresh = await freshDesk();
    lieAboutCase({ keys: [], grants: [twin], head: null });
    const view = await fresh.openCase(caseId);
    expect(view.warnings).toContainEqual({ code: 'wrong_commitment' });
    expect(view.writable).toBe('after_new_keys');
    expect(view.entries.map(({ content }) => content)).toEqual([
      { kind: 'unreadable', fault: 'wrong_commitment', effect: null },
    ]);
  });
});
