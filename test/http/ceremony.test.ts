import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import type { CeremonyInput } from '../../client/desk/ceremony.js';
import type { PaperResult, PaperView } from '../../client/models.js';
import {
  accountKeys,
  DirectoryAnswer,
  type EpochBody,
  epochBodyOf,
  isEpochEntry,
  type Member,
  PaperEpochs,
  paperSecret,
  reporterKeys,
  toBase64,
  toJsonBytes,
  verifyDirectory,
} from '../../crypto/private.js';
import { ask } from '../support/api.js';
import { resignedBy } from '../support/case.js';
import { silent } from '../support/fixtures.js';
import { altering } from '../support/hostile.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

/*
 * A recovery officer's paper gives cases that nobody can read any more to handlers: asked for and
 * agreed to by two, within a day, and told to everybody who reads the case.
 */

let installation: Installation;
let hugo: InstallationPerson;
let officer: string;
let paperWords: string[];

async function makePaper(shownName: string): Promise<{ id: string; words: string[] }> {
  const { administrator, handlers } = installation;
  const { words } = await administrator.desk.prepareRecoveryOfficer();
  await administrator.desk.proposeRecoveryOfficer({ shownName });
  const [pending] = (await administrator.desk.members()).admissions;
  if (pending === undefined) throw new Error('no officer proposed');
  await handlers[1].desk.admit(pending);
  await administrator.desk.admit(pending);
  return { id: pending.id, words };
}

async function report(leftOut: readonly string[] = []): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ leftOut: [...leftOut] });
  return { words, id: reporterKeys(words).caseId };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    const { code, fault } = error as { code?: string; fault?: string };
    return code ?? fault ?? String(error);
  }
}

function input(change: Partial<CeremonyInput> = {}): CeremonyInput {
  const [hanna, harald] = installation.handlers;
  return { officer, ground: 'lost', to: [hugo.id, harald.id], lost: [hanna.id], ...change };
}

/** What was asked for and agreed to by an administrator and a handler; answers its id. */
async function agreed(change: Partial<CeremonyInput> = {}): Promise<string> {
  const { administrator } = installation;
  await administrator.desk.askCeremony(input(change));
  const { standing } = await hugo.desk.ceremony();
  if (standing === null) throw new Error('nothing stands');
  await hugo.desk.agreeCeremony(standing);
  return standing.id;
}

async function withdrawn(): Promise<void> {
  const { standing } = await hugo.desk.ceremony();
  if (standing !== null) await hugo.desk.withdrawCeremony(standing.id);
}

/** Somebody as the newest directory has them. */
async function memberOf(person: InstallationPerson): Promise<Member> {
  const answer = await ask(installation.server, 'GET', '/api/directory');
  const { directory } = verifyDirectory(v.parse(DirectoryAnswer, answer.json).directory);
  const found = directory.readers.find(({ record }) => record.id === person.id);
  if (found === undefined) throw new Error('no such reader');
  const { id, kem, sig } = found.record;
  return { id, kem, sig };
}

/** Uses the paper once. */
async function use(
  id: string,
  words = paperWords,
  through?: Fetch,
): Promise<{ view: PaperView; result: PaperResult }> {
  const desk = installation.newDesk(through);
  const view = await desk.openPaper(id, words);
  const result = await desk.givePaperCases(silent);
  await desk.closePaper();
  return { view, result };
}

beforeAll(async () => {
  installation = await startInstallation();
  hugo = await installation.addHandler('hugo', 'Hugo Handler');
  ({ id: officer, words: paperWords } = await makePaper('Paper in the safe'));
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a recovery officer’s paper', () => {
  it('gives what nobody reads any more to those named, but never to whom the reporter left out', async () => {
    const [hanna, harald] = installation.handlers;
    const open = await report([harald.id, hugo.id]);
    const worked = await report([harald.id]);
    // hugo is taken off what was worked on, so that hanna alone reads it
    await hanna.desk.openCase(worked.id);
    await hanna.desk.note(worked.id, 'Ask the warehouse.', [], silent);
    await hanna.desk.rename(worked.id, 'Night shift');
    await hanna.desk.revoke(worked.id, hugo.id);
    const without = await report([harald.id, hugo.id, officer]);
    const shared = await report();
    expect(await codeOf(hugo.desk.openCase(worked.id))).toBe('case_not_found');
    await hanna.desk.signOut();

    const { view, result } = await use(await agreed());
    expect(view).toMatchObject({
      officer: 'Paper in the safe',
      ground: 'lost',
      asked: { name: null },
      agreed: { name: 'Hugo Handler' },
      cases: 2,
    });
    // nobody whom its reporter did not leave out is named for the first one
    expect(result).toEqual({ given: 1, kept: ['nobody_may'] });
    for (const { id } of [open, without]) {
      expect(await codeOf(hugo.desk.openCase(id))).toBe('case_not_found');
      expect(await codeOf(harald.desk.openCase(id))).toBe('case_not_found');
    }
    expect(await codeOf(harald.desk.openCase(worked.id))).toBe('case_not_found');
    const seen = await hugo.desk.openCase(worked.id);
    expect(seen).toMatchObject({ warnings: [], writable: 'yes', title: 'Night shift' });
    expect(seen.entries.map(({ content }) => content.kind)).toEqual(['report', 'note']);
    const given = {
      on: '2026-03-02',
      ground: 'lost',
      officer: 'Paper in the safe',
      asked: null,
      agreed: 'Hugo Handler',
      to: ['Hugo Handler'],
    };
    expect(seen.access.findLast(({ compartment }) => compartment === 'dialogue')).toMatchObject({
      recovered: given,
    });
    const own = await installation.newReporter().open(worked.words);
    expect(own.warnings).toEqual([]);
    expect(own.access.at(-1)).toMatchObject({ recovered: given });
    await hugo.desk.note(worked.id, 'Go on.', [], silent);
    // what others still read was not touched
    expect((await hugo.desk.openCase(shared.id)).access).toHaveLength(1);
    await withdrawn();
    await installation.signIn(hanna);
    expect((await hanna.desk.openCase(worked.id)).readers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Hanna Handler', 'Hugo Handler', 'Paper in the safe']),
    );
  });
});

describe('a paper opens nothing', () => {
  it('unless two agreed, of whom one is a handler, and neither is said to be unable', async () => {
    const [hanna, harald] = installation.handlers;
    const { administrator } = installation;
    const second = await installation.addAdministrator('berta');
    await hanna.desk.signOut();
    await administrator.desk.askCeremony(input());
    const { standing } = await administrator.desk.ceremony();
    if (standing === null) throw new Error('nothing stands');
    expect(standing).toMatchObject({ mayAgree: false, agreed: null, lost: [{ id: hanna.id }] });
    expect(await codeOf(use(standing.id))).toBe('ceremony_not_found');
    expect(await codeOf(administrator.desk.agreeCeremony(standing))).toBe('forbidden');
    expect(await codeOf(second.desk.agreeCeremony(standing))).toBe('forbidden');
    // the server has other terms than were shown
    const other = { ...standing, terms: `${standing.terms.slice(0, -4)}AAAA` };
    expect(await codeOf(harald.desk.agreeCeremony(other))).toBe('ceremony_not_found');
    expect(await codeOf(administrator.desk.askCeremony(input()))).toBe('conflict');
    await harald.desk.agreeCeremony(standing);
    expect(await codeOf(hugo.desk.agreeCeremony(standing))).toBe('conflict');
    const { words: foreign } = await administrator.desk.prepareRecoveryOfficer();
    expect(await codeOf(use(standing.id, foreign))).toBe('ceremony_not_found');
    expect((await use(standing.id)).view.agreed).toEqual({
      id: harald.id,
      name: 'Harald Handler',
    });
    await withdrawn();
    expect(await codeOf(use(standing.id))).toBe('ceremony_not_found');
    for (const change of [
      { to: [hanna.id] },
      { to: [installation.administrator.id] },
      { officer: hugo.id },
      { lost: [hugo.id], to: [harald.id] },
    ]) {
      // who is signed in is not unable
      expect(await codeOf(harald.desk.askCeremony(input(change)))).toBe('wrong_record');
    }
    await installation.signIn(hanna);
  });

  it('once somebody said to be unable signs in, and when a day is over', async () => {
    const [hanna] = installation.handlers;
    await hanna.desk.signOut();
    const ended = await agreed();
    await installation.signIn(hanna);
    await hanna.desk.signOut();
    expect(await codeOf(use(ended))).toBe('ceremony_not_found');
    expect((await hugo.desk.ceremony()).standing).toBeNull();
    const id = await agreed();
    await use(id);
    installation.clock.set(new Date(installation.clock.now().getTime() + 24 * 3_600_000));
    expect(await codeOf(use(id))).toBe('ceremony_not_found');
    for (const person of [...installation.handlers, hugo, installation.administrator]) {
      await installation.signIn(person);
    }
  });

  it('in a case that somebody still reads, whatever the server lists', async () => {
    const [hanna] = installation.handlers;
    const { id } = await report();
    await hanna.desk.revoke(id, hugo.id);
    const access = installation.server.db('access');
    const held = access.clone().where({ case_id: id }).whereNot({ reader: officer });
    const rows = await held.clone().select<object[]>();
    await held.clone().delete();
    await hanna.desk.signOut();
    const sent: string[] = [];
    const listen: Fetch = (address, init) => {
      if (init.method === 'POST') sent.push(address);
      return fetch(address, init);
    };
    const { result } = await use(await agreed(), paperWords, listen);
    expect(result.given).toBe(0);
    expect(result.kept).toContain('wrong_facts');
    expect(sent.some((address) => address.endsWith(id))).toBe(true);
    expect(sent.filter((address) => address.endsWith('/epochs'))).toEqual([]);
    await access.clone().insert(rows);
    await withdrawn();
    await installation.signIn(hanna);
  });

  it('where its holder gives the case to others than those named, or to whom its reporter left out', async () => {
    const [hanna, harald] = installation.handlers;
    const { id, words } = await report([harald.id]);
    await hanna.desk.revoke(id, hugo.id);
    await hanna.desk.signOut();
    const ceremony = await agreed({ to: [hugo.id] });
    const paper = accountKeys(paperSecret(paperWords, 'recovery officer seed'));
    const other = await memberOf(harald);
    const changing = (change: (body: EpochBody) => EpochBody): Fetch =>
      altering('POST', /epochs$/, PaperEpochs, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry)
            ? resignedBy(
                paper.sig.secretKey,
                { ...entry, body: toBase64(toJsonBytes(change(epochBodyOf(entry)))) },
                {},
              )
            : entry,
        ),
      }));
    const changes: [(body: EpochBody) => EpochBody, string][] = [
      [(body) => ({ ...body, members: [...body.members, other] }), 'not_a_member'],
      [
        (body) => ({ ...body, members: body.members.filter((each) => each.id !== hugo.id) }),
        'not_a_member',
      ],
      [
        ({ members, directory, previousKey }) => ({ members, directory, previousKey }),
        'wrong_epoch',
      ],
    ];
    for (const [change, code] of changes) {
      const { result } = await use(ceremony, paperWords, changing(change));
      expect(result.given).toBe(0);
      expect(result.kept).toContain(code);
    }
    await use(ceremony);
    expect((await installation.newReporter().open(words)).warnings).toEqual([]);
    await withdrawn();
    await installation.signIn(hanna);
  });

  it('that keys had a part in which are in wrong hands', async () => {
    const { administrator, handlers } = installation;
    await handlers[0].desk.signOut();
    const id = await agreed();
    const what = { since: null, knownAt: null, cause: 'device_lost' } as const;
    await administrator.desk.openIncident({ account: hugo.id, ...what });
    expect(await codeOf(use(id))).toBe('ceremony_not_found');
    expect((await administrator.desk.ceremony()).standing).toBeNull();
    const [incident] = await administrator.desk.incidents();
    if (incident === undefined) throw new Error('no incident');
    await administrator.desk.unlockAccount(incident.id);
    for (const person of [handlers[0], hugo]) await installation.signIn(person);
  });
});

describe('a paper that was used', () => {
  it('stays while it alone opens some case, and is named by the one that takes its place', async () => {
    const { administrator, handlers } = installation;
    const [hanna, harald] = handlers;
    const { id } = await report([harald.id, hugo.id]);
    const nora = await installation.addHandler('nora', 'Nora New');
    const cause = 'device_lost';
    await administrator.desk.openIncident({ account: hanna.id, since: null, knownAt: null, cause });
    await administrator.desk.remove(hanna.id);
    expect(await codeOf(administrator.desk.remove(officer))).toBe('last_holder');
    await use(await agreed({ ground: 'wrong_hands', to: [nora.id], lost: [] }));
    expect((await nora.desk.openCase(id)).warnings).toEqual([]);
    await administrator.desk.remove(officer);

    const { words } = await administrator.desk.prepareRecoveryOfficer();
    await administrator.desk.proposeRecoveryOfficer({ shownName: 'New paper' });
    const [pending] = (await administrator.desk.members()).admissions;
    expect(words).toHaveLength(24);
    expect(pending).toMatchObject({ name: 'New paper', replaces: 'Paper in the safe' });
  });
});
