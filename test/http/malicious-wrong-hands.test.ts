import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import type { Fetch } from '../../client/api.js';
import { createDeskSession, type SignedInState } from '../../client/desk/session.js';
import {
  EntryContent,
  DeskCase,
  DirectoryAnswer,
  epochBodyOf,
  isEpochEntry,
  makeEpochEntry,
  newEpochKey,
  openCase,
  openGrant,
  ProtocolError,
  ReaderId,
  recordHashOf,
  reporterKeys,
  sealGrant,
  sealPreviousKey,
  verifyDirectory,
  type Entry,
  type EpochBody,
  type Grant,
  type Member,
  type OpenedCase,
} from '../../crypto/private.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { waiting } from '../support/waiting.js';

/*
 * Keys in wrong hands, with a server that helps whoever has them: it keeps what it should delete, and
 * shows what those keys sign.
 */

let installation: Installation;
let words: string[];
let id: string;
/** What somebody copied of Harald: the keys, and all that the server gave out of the case. */
let stolen: { keys: SignedInState; answer: DeskCase };

beforeEach(async () => {
  installation = await startInstallation();
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
  const [, harald] = installation.handlers;
  const { address, clock } = installation;
  const session = createDeskSession({ address, fetch, now: clock.now, stretch: 'least' });
  await session.account.signIn(harald.name, harald.passphrase);
  const keys = session.signedIn();
  const path = `/api/desk/cases/${id}`;
  const { credential } = keys;
  const answer = await session.api.ask(DeskCase, { method: 'GET', path, credential });
  stolen = { keys, answer };
});
afterEach(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function closeAndTakeOut(): Promise<void> {
  const { administrator, handlers } = installation;
  await administrator.desk.openIncident({
    account: handlers[1].id,
    since: null,
    knownAt: null,
    cause: 'account_used',
  });
  await administrator.desk.remove(handlers[1].id);
}

async function newestDirectory(): Promise<ReturnType<typeof verifyDirectory>> {
  const response = await fetch(`${installation.address}/api/directory`);
  return verifyDirectory(v.parse(DirectoryAnswer, await response.json()).directory);
}

/** Every entry of the case that stands in the database now. */
async function entriesNow(): Promise<Entry[]> {
  const [hanna] = installation.handlers;
  let found: Entry[] = [];
  const watching: Fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (input.endsWith(`/api/desk/cases/${id}`) && init.method === 'GET') {
      found = v.parse(DeskCase, await response.clone().json()).entries;
    }
    return response;
  };
  await (await installation.signIn(hanna, watching)).openCase(id);
  return found;
}

/** The case as the stolen keys open it, with the grants that the server gave out to them. */
async function openStolen(entries: Entry[], grants: readonly Grant[]): Promise<OpenedCase> {
  const { directory, hash } = await newestDirectory();
  const keyOf = stolen.keys.keys.kem;
  return openCase({
    id: reporterKeys(words).caseId,
    reporter: stolen.answer.reporter,
    entries,
    directory,
    directories: new Map([[directory.version, hash]]),
    contents: EntryContent,
    withInternal: true,
    keyFor(place, commitment) {
      const grant = grants.find(
        ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch,
      );
      if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
      return openGrant(grant, place, commitment, keyOf);
    },
  });
}

/** An epoch that the stolen keys sign, with these readers besides the reporter. */
async function forgedEpoch(
  entries: readonly Entry[],
  readers: string[],
  says: Pick<EpochBody, 'recuses'> = {},
): Promise<Entry> {
  const { directory, hash } = await newestDirectory();
  const dialogue = entries.filter(({ header }) => header.compartment === 'dialogue');
  const last = dialogue.at(-1);
  const first = dialogue.find(isEpochEntry);
  const theirs = dialogue.findLast(({ header }) => header.author === 'reporter');
  if (last === undefined || first === undefined || theirs === undefined)
    throw new Error('an empty case');
  const place = { case: last.header.case, compartment: 'dialogue', epoch: 1 } as const;
  const [grant] = stolen.answer.grants;
  if (grant === undefined) throw new Error('no grant');
  const before = openGrant(grant, place, first.header.commitment, stolen.keys.keys.kem);
  const key = newEpochKey({ ...place, epoch: last.header.epoch + 1 });
  const members: Member[] = [
    ...epochBodyOf(first).members.filter((member) => member.id === 'reporter'),
    ...directory.readers.flatMap(({ record }): Member[] =>
      readers.includes(record.id) ? [{ id: record.id, kem: record.kem, sig: record.sig }] : [],
    ),
  ];
  forgedGrants = members.map((member) => sealGrant(key, member));
  return makeEpochEntry(
    key,
    {
      author: v.parse(ReaderId, stolen.keys.account.id),
      secretKey: stolen.keys.keys.sig.secretKey,
      sequence: last.header.sequence + 1,
      previous: recordHashOf(last),
      seen: recordHashOf(theirs),
    },
    {
      members,
      directory: { version: directory.version, hash },
      previousKey: sealPreviousKey(key, before),
      ...says,
    },
  );
}
let forgedGrants: Grant[] = [];

/** Shows a handler's desk the case with one more entry, until somebody writes. */
function showing(entry: Entry): Fetch {
  return async (input, init) => {
    if (input.endsWith('/opened')) return new Response(null, { status: 204 });
    const response = await fetch(input, init);
    if (!input.endsWith(`/api/desk/cases/${id}`) || init.method !== 'GET') return response;
    const answer = v.parse(DeskCase, await response.json());
    const [hanna] = installation.handlers;
    const grants = forgedGrants.filter(({ recipient }) => recipient === hanna.id);
    return new Response(
      JSON.stringify({
        ...answer,
        entries: [
          ...answer.entries.filter(({ header }) => header.compartment === 'dialogue'),
          entry,
        ],
        grants: [...answer.grants, ...grants],
      }),
    );
  };
}

describe('a server that helps whoever has the keys', () => {
  it('and keeps giving out their old grants, opens nothing that is written after the renewal', async () => {
    const [hanna] = installation.handlers;
    await closeAndTakeOut();
    await hanna.desk.renewAll(silent);
    await hanna.desk.reply(id, { kind: 'reply', text: 'Only for you.' }, [], silent);
    const opened = await openStolen(await entriesNow(), stolen.answer.grants);
    expect(opened.dialogue.entries.map(({ content }) => content.kind)).toEqual([
      'report',
      'unreadable',
    ]);
    const view = await installation.newReporter().open(words);
    expect(view.entries.at(-1)?.content).toMatchObject({ text: 'Only for you.' });
  });

  it('and shows an epoch in which they keep themselves, shows somebody who left', async () => {
    const [hanna, harald] = installation.handlers;
    await closeAndTakeOut();
    const before = await entriesNow();
    const kept = await forgedEpoch(before, [hanna.id, harald.id]);
    const desk = await installation.signIn(hanna, showing(kept));
    // the chain holds, but among its newest members is one who left
    expect(await desk.findLeavers(silent)).toMatchObject({ names: ['Harald Handler'] });
    const view = await desk.openCase(id);
    expect(view.departed.map(({ name }) => name)).toEqual(['Harald Handler']);
    expect(view.warnings).toEqual([]);
  });

  it('and shows an epoch that they sign without themselves, shows one that nobody takes', async () => {
    const [hanna] = installation.handlers;
    await closeAndTakeOut();
    const silently = await forgedEpoch(await entriesNow(), [hanna.id]);
    const view = await (await installation.signIn(hanna, showing(silently))).openCase(id);
    expect([view.fault, view.writable]).toEqual(['wrong_epoch', 'no']);
  });

  it('and shows one by which they declare a conflict, shows who has the newest keys', async () => {
    const [hanna, harald] = installation.handlers;
    await closeAndTakeOut();
    const declared = await forgedEpoch(await entriesNow(), [hanna.id], { recuses: true });
    const desk = await installation.signIn(hanna, showing(declared));
    // the practice case, and this one
    expect(await desk.findLeavers(silent)).toEqual({
      cases: 2,
      names: ['Harald Handler'],
      failed: [],
    });
    const { cases } = await desk.exposedCases(harald.id, null, silent);
    expect(cases.find((each) => each.id === id)).toMatchObject({ still: true });
  });

  it('cannot bring them back into a case that was renewed', async () => {
    const [hanna, harald] = installation.handlers;
    await closeAndTakeOut();
    await hanna.desk.renewAll(silent);
    const again = await forgedEpoch(await entriesNow(), [hanna.id, harald.id]);
    const desk = await installation.signIn(hanna, showing(again));
    const view = await desk.openCase(id);
    expect(view.fault).toBe('not_a_member');
    expect(view.writable).toBe('no');
  });

  it('is asked in vain by the keys themselves: no session, no entry, no admission', async () => {
    const { credential } = stolen.keys;
    await closeAndTakeOut();
    const entry = await forgedEpoch(stolen.answer.entries, [stolen.keys.account.id]);
    const ask = (path: string, json: unknown): Promise<Response> =>
      fetch(`${installation.address}${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Desk ${credential?.token ?? ''}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(json),
      });
    const rest = { grants: forgedGrants, overview: null, attachments: [], statistics: [] };
    const answers = [
      await ask(`/api/desk/cases/${id}/entries`, { entries: [entry], ...rest }),
      await ask('/api/desk/invitations', {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });
});

describe('two handlers who renew at once', () => {
  it('leave one renewal in each case, and nothing is lost', async () => {
    const { administrator, handlers } = installation;
    const [hanna] = handlers;
    const { fragment } = await hanna.desk.invite({ shownName: 'Tove' });
    const desk = installation.newDesk();
    const { passphrase } = await desk.prepareJoining();
    await desk.finishJoining(fragment, { name: 'tove', role: {} });
    const [pending] = (await hanna.desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await administrator.desk.admit(waiting(pending));
    await desk.signIn('tove', passphrase.join(' '));
    await hanna.desk.grant(id, pending?.id ?? '');
    const { words: more } = await installation.report();
    await closeAndTakeOut();
    await Promise.all([hanna.desk.findLeavers(silent), desk.findLeavers(silent)]);
    const results = await Promise.all([hanna.desk.renewAll(silent), desk.renewAll(silent)]);
    expect(results.flatMap(({ failed }) => failed)).toEqual([]);
    // two cases of both, and the practice case of Hanna's
    expect(results.reduce((sum, { changed }) => sum + changed, 0)).toBe(3);
    for (const key of [words, more]) {
      const view = await installation.newReporter().open(key);
      expect(view.warnings).toEqual([]);
      const names = view.access.at(-1)?.readers.map(({ name }) => name);
      expect(names).toEqual(['Hanna Handler', 'Tove']);
    }
    expect(await desk.findLeavers(silent)).toBeNull();
  });
});
