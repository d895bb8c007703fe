import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { reportInput, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * Keys in wrong hands, as the people at the desk go through it with their clients: the account is
 * closed, its keys leave the directory, and each handler renews the keys of the own cases.
 */

let installation: Installation;

beforeEach(async () => {
  installation = await startInstallation();
});
afterEach(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function report(leftOut: readonly string[] = []): Promise<string[]> {
  return (await installation.report({ leftOut: [...leftOut] })).words;
}

const idOf = (words: readonly string[]): string => reporterKeys(words).caseId;

/** Who can read a case, as its reporter sees it. */
async function readersOf(words: readonly string[]): Promise<string[]> {
  const view = await installation.newReporter().open(words);
  expect(view.warnings).toEqual([]);
  const newest = view.access.findLast(({ compartment }) => compartment === 'dialogue');
  return newest?.readers.map(({ name }) => name) ?? [];
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Harald's keys, as the administrator starts it and takes them out of the directory. */
async function closeHarald(): Promise<void> {
  const { administrator, handlers } = installation;
  await administrator.desk.openIncident({
    account: handlers[1].id,
    since: null,
    knownAt: null,
    cause: 'device_lost',
  });
  await administrator.desk.remove(handlers[1].id);
}

describe('a handler whose keys may be in wrong hands', () => {
  it('is out at once, and out of every case after one renewal of the other', async () => {
    const [hanna, harald] = installation.handlers;
    const open = await report();
    const closed = await report();
    const alone = await report([harald.id]);
    await hanna.desk.reply(
      idOf(closed),
      { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing was found.' },
      [],
      silent,
    );
    expect(await hanna.desk.findLeavers(silent)).toBeNull();
    await closeHarald();
    expect(await codeOf(harald.desk.inbox('open'))).toBe('sign_in_needed');
    const name = harald.name;
    expect(await codeOf(installation.newDesk().signIn(name, harald.passphrase))).toBe(
      'sign_in_refused',
    );
    const seen: number[] = [];
    // the practice report counts as well
    expect(await hanna.desk.findLeavers(({ done }) => seen.push(done))).toEqual({
      cases: 3,
      names: ['Harald Handler'],
      failed: [],
    });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await hanna.desk.renewAll(silent)).toEqual({ changed: 3, failed: [] });
    expect(await readersOf(open)).toEqual(['Hanna Handler']);
    expect(await readersOf(closed)).toEqual(['Hanna Handler']);
    expect(await readersOf(alone)).toEqual(['Hanna Handler']);
    const view = await hanna.desk.openCase(idOf(closed));
    expect(view).toMatchObject({ state: 'closed', warnings: [], departed: [] });
    expect((await hanna.desk.openCase(idOf(alone))).access.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('made the newest keys of cases in which they declared a conflict: those are renewed, too', async () => {
    const [hanna, harald] = installation.handlers;
    const words = await report();
    const id = idOf(words);
    await hanna.desk.reply(id, { kind: 'reply', text: 'We look at it.' }, [], silent);
    await harald.desk.recuse(id);
    // nobody opens the case meanwhile
    await closeHarald();
    const still = async (): Promise<boolean | undefined> => {
      const { cases } = await hanna.desk.exposedCases(harald.id, null, silent);
      return cases.find((each) => each.id === id)?.still;
    };
    const tell = () => hanna.desk.tellReporters(harald.id, [id], { en: 'It is closed.' }, silent);
    expect(await still()).toBe(true);
    expect((await tell()).failed).toMatchObject([{ id, code: 'keys_not_renewed' }]);
    // the practice report counts as well
    expect(await hanna.desk.findLeavers(silent)).toEqual({
      cases: 2,
      names: ['Harald Handler'],
      failed: [],
    });
    expect(await hanna.desk.renewAll(silent)).toEqual({ changed: 2, failed: [] });
    expect(await still()).toBe(false);
    expect(await tell()).toEqual({ changed: 1, failed: [] });
    expect(await readersOf(words)).toEqual(['Hanna Handler']);
  });

  it('leaves cases that nobody outside reads to be told elsewhere, and writes nothing there', async () => {
    const [hanna, harald] = installation.handlers;
    const open = idOf(await report());
    const words = await hanna.desk.newCallerKey();
    const shown = installation.handlers.map((each) => each.id);
    const how = { way: 'letter', receivedOn: '2026-03-01', key: 'not_kept', shown } as const;
    const letter = { ...reportInput(installation.channel, words), ...how };
    const { id } = await hanna.desk.record(letter, [], silent);
    const about = await hanna.desk.recordDataRequest(
      {
        ...{ words: await hanna.desk.newCallerKey(), channel: installation.channel, shown },
        ...{ right: 'access', name: 'Mona Berg', identified: 'We know her.', language: 'en' },
        ...{ receivedOn: '2026-03-01', text: 'A letter.', leftOut: [] },
      },
      silent,
    );
    await closeHarald();
    expect((await hanna.desk.renewAll(silent)).failed).toEqual([]);
    const { cases } = await hanna.desk.exposedCases(harald.id, null, silent);
    const outside = new Map(cases.map((each) => [each.id, each.outside]));
    expect([id, about.id, open].map((each) => outside.get(each))).toEqual([true, true, false]);
    const notice = { en: 'It is closed.' };
    const told = await hanna.desk.tellReporters(harald.id, [id, about.id, open], notice, silent);
    expect(told.changed).toBe(1);
    expect(told.failed).toMatchObject([
      { id, code: 'key_not_kept' },
      { id: about.id, code: 'key_not_kept' },
    ]);
    for (const each of [id, about.id]) {
      const { entries } = await hanna.desk.openCase(each);
      expect(entries.filter(({ content }) => content.kind === 'reply')).toEqual([]);
    }
  });

  it('marks nothing as read in the cases that are renewed', async () => {
    const [hanna] = installation.handlers;
    const words = await report();
    await closeHarald();
    await hanna.desk.findLeavers(silent);
    await hanna.desk.renewAll(silent);
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find(({ id }) => id === idOf(words))?.unread).toBe(true);
    const view = await installation.newReporter().open(words);
    expect(view.entries.map(({ readOn }) => readOn)).toEqual([null]);
  });

  it('is looked for once: afterwards, and at later sign-ins, there is nothing to renew', async () => {
    const [hanna] = installation.handlers;
    await report();
    await closeHarald();
    await hanna.desk.renewAll(silent);
    expect(await hanna.desk.findLeavers(silent)).toBeNull();
    const again = await installation.signIn(hanna);
    expect(await again.findLeavers(silent)).toBeNull();
  });

  it('is told to a handler by the directory, whatever the server says of incidents', async () => {
    const [hanna] = installation.handlers;
    await report();
    await closeHarald();
    const silentServer = await installation.signIn(hanna, async (input, init) =>
      input.endsWith('/api/desk/incidents')
        ? new Response(JSON.stringify({ incidents: [] }))
        : fetch(input, init),
    );
    expect(await silentServer.incidents()).toEqual([]);
    expect((await silentServer.directoryChanges()).at(-1)?.lines).toEqual([
      { code: 'reader_left', name: 'Harald Handler' },
    ]);
    expect(await silentServer.findLeavers(silent)).toMatchObject({ cases: 2 });
  });

  it('is kept out of all cases that open, where the server hands out one that does not', async () => {
    const [hanna] = installation.handlers;
    const broken = idOf(await report());
    await report();
    await closeHarald();
    const breaking = await installation.signIn(hanna, async (input, init) =>
      input.endsWith(`/api/desk/cases/${broken}`) ? new Response('{}') : fetch(input, init),
    );
    const failed = [{ id: broken, code: 'unexpected_answer' }];
    expect(await breaking.findLeavers(silent)).toMatchObject({ cases: 2, failed });
    const exposed = await breaking.exposedCases(installation.handlers[1].id, null, silent);
    expect(exposed).toMatchObject({ cases: [{}, {}], failed });
    expect(await breaking.renewAll(silent)).toEqual({ changed: 2, failed });
    // it is looked for again until that one is done too
    const again = await installation.signIn(hanna);
    expect(await again.findLeavers(silent)).toMatchObject({ cases: 1, failed: [] });
  });

  it('is renewed in part where somebody stops it, and to the end afterwards', async () => {
    const [hanna] = installation.handlers;
    for (let count = 0; count < 3; count += 1) await report();
    await closeHarald();
    await hanna.desk.findLeavers(silent);
    const controller = new AbortController();
    const stopped = hanna.desk.renewAll(({ done }) => {
      if (done === 2) controller.abort();
    }, controller.signal);
    await expect(stopped).rejects.toThrow();
    expect(await hanna.desk.renewAll(silent)).toEqual({ changed: 2, failed: [] });
    const again = await installation.signIn(hanna);
    expect(await again.findLeavers(silent)).toBeNull();
  });
});
