import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { Members, NO_HANDBOOK } from '../../crypto/private.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';
import { waiting } from '../support/waiting.js';

/*
 * Two administrators, as they and the handlers go through it with their clients: one is let in by two
 * signatures, each signs, neither is the last, and one whose keys were in wrong hands is taken out.
 */

let installation: Installation;
let anna: InstallationPerson;
let boris: InstallationPerson;
let hanna: InstallationPerson;

const contents = { ...NO_HANDBOOK, labels: ['Site north'] };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    const { code, fault } = error as { code?: string; fault?: string };
    return code ?? fault ?? String(error);
  }
}

/** Joins by a link; answers the passphrase. */
async function join(fragment: string, name: string, desk = installation.newDesk()): Promise<Desk> {
  await desk.prepareJoining();
  await desk.finishJoining(fragment, { name, role: {} });
  return desk;
}

beforeAll(async () => {
  installation = await startInstallation();
  anna = installation.administrator;
  [hanna] = installation.handlers;
  await anna.desk.saveHandbook(contents);
  boris = await installation.addAdministrator('boris');
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a second administrator', () => {
  it('is let in by an administrator and a handler, and told of at every desk', async () => {
    const added = { code: 'administrator_added', serial: 2, by: 'Hanna Handler' };
    for (const desk of [anna.desk, hanna.desk]) {
      const lines = (await desk.directoryChanges()).flatMap((change) => change.lines);
      expect(lines).toContainEqual(expect.objectContaining(added));
    }
    const actions = (await boris.desk.audit()).map(({ action }) => action);
    expect(actions).toContain('administrator_admitted');
  });

  it('is listed by the signed directory, whatever names the server gives', async () => {
    const server = createLyingServer();
    server.lieAbout(Members, /^\/api\/desk\/members/, (members) => ({
      ...members,
      accounts: members.accounts.flatMap((each) => {
        if (each.id === anna.id) return [];
        return each.id === boris.id ? [{ ...each, name: 'anna' }] : [each];
      }),
    }));
    const { desk } = hanna;
    const lied = await (await installation.signIn(hanna, server.fetch)).members();
    expect(lied.administrators).toEqual([
      { id: anna.id, serial: 1, name: null },
      { id: boris.id, serial: 2, name: 'anna' },
    ]);
    hanna.desk = desk;
    expect((await hanna.desk.members()).administrators.map(({ serial }) => serial)).toEqual([1, 2]);
  });

  it('reads the handbook of the first, and each saves the next', async () => {
    expect(await boris.desk.handbook()).toMatchObject({ reason: null, contents });
    const other = { ...contents, labels: ['Site south'] };
    await boris.desk.saveHandbook(other);
    // whoever was shown the words of before does not write over the newer ones
    expect(await codeOf(anna.desk.saveHandbook(contents))).toBe('handbook_conflict');
    expect(await anna.desk.handbook()).toMatchObject({ reason: null, contents: other });
    expect(await hanna.desk.handbook()).toMatchObject({ reason: null, contents: other });
  });

  it('lets in a handler, who counts everywhere', async () => {
    const { fragment } = await boris.desk.invite({ shownName: 'Nora New' });
    await join(fragment, 'nora');
    const [pending] = (await boris.desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await boris.desk.admit(waiting(pending));
    const [channel] = (await installation.newReporter().directory()).channels;
    expect(channel?.readers.map(({ name }) => name)).toContain('Nora New');
    expect(await boris.desk.handbook()).toMatchObject({ reason: null });
  });

  it('opens no case, and is not shown to reporters', async () => {
    await installation.report();
    expect(await codeOf(boris.desk.inbox('open'))).toBe('forbidden');
    const seen = JSON.stringify(await installation.newReporter().directory());
    expect(seen).not.toContain('boris');
  });

  it('is invited by no handler, and let in by nobody alone', async () => {
    const invited = hanna.desk.invite({ shownName: 'Eve', part: 'administrator' });
    expect(await codeOf(invited)).toBe('forbidden');
    const { fragment } = await anna.desk.invite({ shownName: 'Eve', part: 'administrator' });
    const eve = await join(fragment, 'eve');
    const [pending] = (await anna.desk.members()).admissions;
    expect(pending).toMatchObject({ part: 'administrator', name: 'Eve', authentic: true });
    expect(await codeOf(anna.desk.admit(waiting(pending)))).toBe('handler_signature_missing');
    expect(await codeOf(eve.signIn('eve', 'no words'))).not.toBe('nothing');
    await hanna.desk.refuse(pending?.id ?? '');
  });

  it('whose keys the server exchanged on the way is not signed for', async () => {
    const { fragment } = await anna.desk.invite({ shownName: 'Eve', part: 'administrator' });
    await join(fragment, 'eve');
    const server = createLyingServer();
    server.lieAbout(Members, /^\/api\/desk\/members/, (members) => ({
      ...members,
      admissions: members.admissions.map((each) => ({
        ...each,
        record: {
          ...each.record,
          sig: each.record.sig.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
        },
      })),
    }));
    const lied = await installation.signIn(anna, server.fetch);
    const [pending] = (await lied.members()).admissions;
    expect(pending?.authentic).toBe(false);
    expect(await codeOf(lied.admit(waiting(pending)))).toBe('invitation_forged');
    await installation.signIn(anna);
    await anna.desk.refuse(pending?.id ?? '');
  });
});

describe('an administrator whose keys may be in wrong hands', () => {
  it('is closed by the other, leaves the directory, and signs nothing any more', async () => {
    const before = await boris.desk.handbook();
    await anna.desk.openIncident({
      account: boris.id,
      since: null,
      knownAt: null,
      cause: 'device_lost',
    });
    const [incident] = await anna.desk.incidents();
    expect(incident).toMatchObject({ part: 'administrator', reads: 'active', lock: 'locked' });
    expect(incident?.letIn).toEqual(['Nora New']);
    expect(await codeOf(boris.desk.members())).toBe('sign_in_needed');
    await anna.desk.remove(boris.id);
    const [after] = await anna.desk.incidents();
    expect(after).toMatchObject({ reads: 'left', lock: 'gone' });
    const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
    expect(lines).toContainEqual({ code: 'administrator_revoked', serial: 2 });
    // what they had signed counts for nothing until the other looks it through and signs it
    expect(await hanna.desk.handbook()).toMatchObject({
      reason: 'signer_left',
      contents: NO_HANDBOOK,
    });
    const left = await anna.desk.handbook();
    expect(left).toMatchObject({ reason: 'signer_left', contents: before.contents });
    await anna.desk.saveHandbook(left.contents);
    expect(await hanna.desk.handbook()).toMatchObject({ reason: null, contents: before.contents });
    const keys = await installation.server.db('handbook_keys').where({ recipient: boris.id });
    expect(keys).toEqual([]);
  });

  it('stays where it is the last one: nobody takes the last out', async () => {
    expect(await codeOf(anna.desk.remove(anna.id))).toBe('wrong_directory');
    const newest = await installation.server
      .db<{ version: number; administrator: string }>('directories')
      .orderBy('version', 'desc')
      .first();
    expect(newest?.administrator).toBe(anna.id);
  });
});
