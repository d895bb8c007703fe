import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import type { Desk } from '../../client/handler.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { waiting } from '../support/waiting.js';

/*
 * Somebody whose keys were in wrong hands comes back under new ones: the same person for whoever left
 * that person out, and given back what the old keys had, in new epochs.
 */

let installation: Installation;
/** Reports by what happens to them. */
let words: Record<'had' | 'closed' | 'leftOut' | 'taken' | 'alone', string[]>;
/** Harald under the new keys. */
let back: { id: string; desk: Desk };
const notice = { en: 'Your case may have been read.', sv: 'Ditt ärende kan ha lästs.' };

const idOf = (name: keyof typeof words): string => reporterKeys(words[name]).caseId;

async function readersOf(name: keyof typeof words): Promise<string[]> {
  const view = await installation.newReporter().open(words[name]);
  expect(view.warnings).toEqual([]);
  const newest = view.access.findLast(({ compartment }) => compartment === 'dialogue');
  return newest?.readers.map((reader) => reader.id) ?? [];
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Joins by a link, as the new person does, and answers the desk and what to sign in with. */
async function joinBy(fragment: string, name: string): Promise<{ desk: Desk; passphrase: string }> {
  const desk = installation.newDesk();
  const { passphrase } = await desk.prepareJoining();
  await desk.finishJoining(fragment, { name, role: {} });
  return { desk, passphrase: passphrase.join(' ') };
}

beforeAll(async () => {
  installation = await startInstallation();
  const { administrator, handlers } = installation;
  const [hanna, harald] = handlers;
  const report = async (change: object = {}): Promise<string[]> =>
    (await installation.report(change)).words;
  words = {
    had: await report({ language: 'sv' }),
    closed: await report(),
    leftOut: await report({ leftOut: [harald.id] }),
    taken: await report(),
    alone: await report({ leftOut: [hanna.id] }),
  };
  await hanna.desk.revoke(idOf('taken'), harald.id);
  await hanna.desk.note(idOf('had'), 'Ask finance.', [], silent);
  await hanna.desk.reply(
    idOf('closed'),
    { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing was found.' },
    [],
    silent,
  );
  await administrator.desk.openIncident({
    account: harald.id,
    since: null,
    knownAt: null,
    cause: 'device_infected',
  });
  await administrator.desk.remove(harald.id);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('what the keys opened', () => {
  it('is told of the cases that the one who asks can open, and of no other', async () => {
    const [hanna, harald] = installation.handlers;
    const { cases: found } = await hanna.desk.exposedCases(harald.id, null, silent);
    const told = found
      .filter(({ practice }) => !practice)
      .map(({ id, entries, still, state, language }) => [id, entries, still, state, language]);
    expect(told.sort()).toEqual(
      [
        [idOf('had'), 2, true, 'open', 'sv'],
        [idOf('closed'), 3, true, 'closed', 'en'],
        [idOf('taken'), 1, false, 'open', 'en'],
      ].sort(),
    );
    expect(found.filter(({ practice }) => practice)).toHaveLength(1);
  });

  it('is nothing to an administrator, who opens no case', async () => {
    const { administrator, handlers } = installation;
    const asked = administrator.desk.exposedCases(handlers[1].id, null, silent);
    expect(await codeOf(asked)).toBe('forbidden');
  });
});

describe('somebody who comes back under new keys', () => {
  it('is invited in the old place, and admitted as the same person', async () => {
    const { administrator, handlers } = installation;
    const [hanna, harald] = handlers;
    expect((await hanna.desk.members()).former).toEqual([
      { id: harald.id, name: 'Harald Handler', part: 'handler' },
    ]);
    const { fragment } = await hanna.desk.invite({
      shownName: 'Harald Handler',
      replaces: harald.id,
    });
    const { desk, passphrase } = await joinBy(fragment, 'harald');
    const [pending] = (await hanna.desk.members()).admissions;
    expect(pending).toMatchObject({
      authentic: true,
      replaces: 'Harald Handler',
      namesake: false,
    });
    await hanna.desk.admit(waiting(pending));
    await administrator.desk.admit(waiting(pending));
    const { id } = await desk.signIn('harald', passphrase);
    back = { id, desk };
    expect(id).not.toBe(harald.id);
    expect((await hanna.desk.members()).former).toEqual([]);
    expect(await hanna.desk.successorOf(harald.id)).toEqual({ id, name: 'Harald Handler' });
    expect((await hanna.desk.directoryChanges()).at(-1)?.lines).toMatchObject([
      { code: 'reader_added', replaces: 'Harald Handler' },
    ]);
  });

  it('reads nothing at first', async () => {
    expect((await back.desk.inbox('open')).rows).toEqual([]);
  });

  it('is not let into a case whose reporter left out the old keys', async () => {
    const [hanna] = installation.handlers;
    const view = await hanna.desk.openCase(idOf('leftOut'));
    expect(view.grantable).toEqual([]);
    expect(await codeOf(hanna.desk.grant(idOf('leftOut'), back.id))).toBe('not_grantable');
  });

  it('is given back what the old keys had when they were renewed, in one go', async () => {
    const [hanna] = installation.handlers;
    // one was renewed before, the other is in the same step
    await hanna.desk.renew(idOf('closed'));
    const { returned } = await hanna.desk.members();
    expect(returned.map(({ id }) => id)).toEqual([back.id]);
    // with the practice case
    expect(await hanna.desk.giveBack(back.id, silent)).toEqual({ changed: 3, failed: [] });
    expect(await readersOf('had')).toEqual([hanna.id, back.id]);
    expect(await readersOf('closed')).toEqual([hanna.id, back.id]);
    expect(await readersOf('taken')).toEqual([hanna.id]);
    expect(await readersOf('leftOut')).toEqual([hanna.id]);
    const alone = await installation.newReporter().open(words.alone);
    expect(alone.warnings).toEqual([{ code: 'nobody_reads' }]);
    const view = await back.desk.openCase(idOf('had'));
    expect(view.entries.map(({ content }) => content.kind).sort()).toEqual(['note', 'report']);
    expect(view.warnings).toEqual([]);
    expect(await hanna.desk.giveBack(back.id, silent)).toEqual({ changed: 0, failed: [] });
    expect(await hanna.desk.findLeavers(silent)).toMatchObject({ cases: 0 });
  });

  it('is left out of new reports by whoever leaves out the old keys', async () => {
    const [hanna, harald] = installation.handlers;
    const { words: fresh } = await installation.report({ leftOut: [harald.id] });
    const view = await installation.newReporter().open(fresh);
    expect(view.access.at(-1)?.readers.map(({ id }) => id)).toEqual([hanna.id]);
    expect(await codeOf(hanna.desk.grant(reporterKeys(fresh).caseId, back.id))).toBe(
      'not_grantable',
    );
    const readers = (await installation.newReporter().directory()).channels[0]?.readers;
    expect(readers?.find(({ id }) => id === back.id)?.formerly).toEqual([harald.id]);
  });

  it('comes back in that place once', async () => {
    const [hanna, harald] = installation.handlers;
    const again = hanna.desk.invite({ shownName: 'Harald Handler', replaces: harald.id });
    expect(await codeOf(again)).toBe('wrong_record');
    const still = hanna.desk.invite({ shownName: 'Hanna', replaces: hanna.id });
    expect(await codeOf(still)).toBe('wrong_record');
  });
});

describe('an invitation into the place of somebody', () => {
  it('whose place the server drops or moves is forged', async () => {
    const { administrator, handlers } = installation;
    const [hanna] = handlers;
    const nobody = { replaces: null };
    for (const told of [nobody, { replaces: back.id }]) {
      await administrator.desk.openIncident({
        account: back.id,
        since: null,
        knownAt: null,
        cause: 'other',
      });
      if ((await hanna.desk.members()).former.length === 0) {
        await administrator.desk.remove(back.id);
      }
      const meant = told.replaces === null ? back.id : undefined;
      const { fragment } = await hanna.desk.invite({
        shownName: 'Harald Handler',
        ...(meant === undefined ? {} : { replaces: meant }),
      });
      // the server tells the one who joins, and itself, another place
      await installation.server.db('invitations').whereNull('used_by').update(told);
      await joinBy(fragment, `harald ${String(told.replaces)}`);
      const pending = (await hanna.desk.members()).admissions.at(-1);
      expect(pending).toMatchObject({ authentic: false, namesake: told.replaces === null });
      expect(await codeOf(hanna.desk.admit(waiting(pending)))).toBe('invitation_forged');
      await hanna.desk.refuse(pending?.id ?? '');
    }
  });
});

describe('telling reporters', () => {
  it('of new keys waits until a case has them', async () => {
    const [hanna] = installation.handlers;
    const id = idOf('had');
    const asked = hanna.desk.tellReporters(back.id, [id], notice, silent);
    expect(await asked).toEqual({ changed: 0, failed: [{ id, code: 'keys_not_renewed' }] });
  });

  it('writes the text once into each open case, in its language, whoever begins', async () => {
    const [hanna] = installation.handlers;
    const ids = [idOf('had'), idOf('taken')];
    const tell = (): Promise<unknown> =>
      hanna.desk.tellReporters(installation.handlers[1].id, ids, notice, silent);
    expect(await tell()).toEqual({ changed: 2, failed: [] });
    expect(await tell()).toEqual({ changed: 0, failed: [] });
    const said = async (name: keyof typeof words): Promise<string[]> =>
      (await installation.newReporter().open(words[name])).entries.flatMap(({ content }) =>
        content.kind === 'reply' ? content.text : [],
      );
    expect(await said('had')).toEqual([notice.sv]);
    expect(await said('taken')).toEqual([notice.en]);
  });

  it('names the cases into which nothing can be written', async () => {
    const [hanna] = installation.handlers;
    const id = idOf('closed');
    const asked = hanna.desk.tellReporters(installation.handlers[1].id, [id], notice, silent);
    expect(await asked).toEqual({
      changed: 0,
      failed: [{ id, code: 'case_closed' }],
    });
  });
});
