import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { administratorLink } from '../../server/accounts/appointing.js';
import { newPaperKey, NO_HANDBOOK } from '../../crypto/private.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer, hurry, type LyingServer } from '../support/lying-server.js';
import { waiting } from '../support/waiting.js';

/*
 * No administrator is left who could act: whoever keeps the root's words takes over, with a link that
 * whoever runs the server made. As people go through it with their clients.
 */

let installation: Installation;
let anna: InstallationPerson;
let hanna: InstallationPerson;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    const { code, fault } = error as { code?: string; fault?: string };
    return code ?? fault ?? String(error);
  }
}

/** What stands behind `#` in a new link. */
async function newLink(): Promise<string> {
  const { db, config } = installation.server;
  const link = await administratorLink({ db, clock: installation.clock.now, config });
  expect(link).toContain(`${config.publicAddress}/desk/en/administrator#`);
  return link?.split('#')[1] ?? '';
}

async function versions(): Promise<number> {
  const rows: unknown[] = await installation.server.db('directories').select('version');
  return rows.length;
}

/** Goes through it to the last step; answers what the person has on paper. */
async function prepare(
  desk: Desk,
  fragment: string,
): Promise<{ passphrase: string; words: string[] }> {
  await desk.readAppointment(fragment);
  const { passphrase, words } = await desk.prepareAppointment(installation.rootWords);
  return { passphrase: passphrase.join(' '), words };
}

beforeEach(async () => {
  installation = await startInstallation();
  anna = installation.administrator;
  [hanna] = installation.handlers;
});
afterEach(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('an administrator by the root', () => {
  it('takes the place of all others, is told at every desk, and can do what they could', async () => {
    const boris = await installation.addAdministrator('boris');
    await anna.desk.saveHandbook({ ...NO_HANDBOOK, labels: ['Site north'] });
    await anna.desk.invite({ shownName: 'Never came' });
    const desk = installation.newDesk();
    const reporter = installation.newReporter();
    const { version } = await reporter.directory();
    const fragment = await newLink();
    const found = await desk.readAppointment(fragment);
    expect(found).toMatchObject({
      organisation: { en: 'Example' },
      fingerprint: installation.fingerprint,
      administrators: [
        { serial: 1, name: 'anna' },
        { serial: 2, name: 'boris' },
      ],
      readers: ['Hanna Handler', 'Harald Handler'],
    });
    const made = await prepare(desk, fragment);
    // the name of somebody who goes is free
    await desk.finishAppointment('Anna');

    const { id } = await desk.signIn('anna', made.passphrase);
    for (const gone of [anna, boris]) {
      expect(await codeOf(gone.desk.members())).toBe('sign_in_needed');
      expect(await codeOf(gone.desk.signIn(gone.name, gone.passphrase))).toBe('sign_in_refused');
    }
    const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
    expect(lines).toContainEqual({
      code: 'administrator_added',
      serial: 3,
      words: made.words,
      by: null,
    });
    for (const serial of [1, 2]) {
      expect(lines).toContainEqual({ code: 'administrator_revoked', serial });
    }
    const log = await hanna.desk.audit();
    const told = log.filter(({ action }) =>
      /^administrator_(link_made|by_root|revoked)$/.test(action),
    );
    expect(told.map(({ action, actor }) => [action, actor]).sort()).toEqual([
      ['administrator_by_root', id],
      ['administrator_link_made', null],
      ['administrator_revoked', id],
      ['administrator_revoked', id],
    ]);

    // who reports with a page that was open before is shown the next version, and the same readers
    const after = await reporter.directory();
    expect(after.version).toBe(version + 1);
    expect(after.people.map(({ name }) => name)).toEqual(found.readers);

    // nobody's access to cases changed
    await installation.report();
    expect(await codeOf(desk.inbox('open'))).toBe('forbidden');
    expect((await hanna.desk.inbox('open')).rows).toHaveLength(2);
    expect((await desk.members()).invitations).toEqual([]);
    expect(await hanna.desk.handbook()).toMatchObject({ reason: 'signer_left' });
    const before = await desk.handbook();
    await desk.saveHandbook({ ...before.contents, labels: ['Site south'] });
    expect(await hanna.desk.handbook()).toMatchObject({
      reason: null,
      contents: { labels: ['Site south'] },
    });
    const { fragment: invited } = await desk.invite({ shownName: 'Nora New' });
    const nora = installation.newDesk();
    await nora.prepareJoining();
    await nora.finishJoining(invited, { name: 'nora', role: {} });
    const [pending] = (await desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await desk.admit(waiting(pending));
    const [channel] = (await installation.newReporter().directory()).channels;
    expect(channel?.readers.map(({ name }) => name)).toContain('Nora New');
    // the one there is now stays
    expect(await codeOf(desk.remove(id))).toBe('wrong_directory');
  });

  it('takes over what somebody left who waits to be let in, and no number twice', async () => {
    const { fragment: invited } = await anna.desk.invite({
      shownName: 'Eve',
      part: 'administrator',
    });
    const eve = installation.newDesk();
    await eve.prepareJoining();
    await eve.finishJoining(invited, { name: 'eve', role: {} });
    const desk = installation.newDesk();
    const { passphrase } = await prepare(desk, await newLink());
    await desk.finishAppointment('clara');
    await desk.signIn('clara', passphrase);
    const [pending] = (await desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await desk.admit(waiting(pending));
    const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
    const added = lines.filter(({ code }) => code === 'administrator_added');
    expect(added).toMatchObject([
      { serial: 3, by: null },
      { serial: 2, by: 'Hanna Handler' },
    ]);
  });

  it('takes out one whose account was closed for keys in wrong hands, too', async () => {
    const boris = await installation.addAdministrator('boris');
    await anna.desk.openIncident({
      account: boris.id,
      since: null,
      knownAt: null,
      cause: 'device_lost',
    });
    const desk = installation.newDesk();
    const { passphrase } = await prepare(desk, await newLink());
    await desk.finishAppointment('clara');
    await desk.signIn('clara', passphrase);
    const [incident] = await desk.incidents();
    expect(incident).toMatchObject({ reads: 'left', lock: 'gone' });
  });
});

describe('the words of another root', () => {
  it('are told from this one, and nothing is sent', async () => {
    const server = createLyingServer();
    const desk = installation.newDesk(server.fetch);
    await desk.readAppointment(await newLink());
    server.listen();
    expect(await codeOf(desk.prepareAppointment(newPaperKey()))).toBe('root_refused');
    expect(await codeOf(desk.finishAppointment('clara'))).toBe('not_prepared');
    expect(server.sent).toEqual([]);
    // the right ones go on where the wrong ones ended
    const { passphrase } = await desk.prepareAppointment(installation.rootWords);
    await desk.finishAppointment('clara');
    await desk.signIn('clara', passphrase.join(' '));
  });
});

describe('the link', () => {
  it('is kept as a hash, and void where it is wrong, used, replaced or a day old', async () => {
    const refused = 'administrator_link_refused';
    const read = (fragment: string): Promise<string> =>
      codeOf(installation.newDesk().readAppointment(fragment));
    expect(await read('A'.repeat(43))).toBe(refused);
    expect(await read('A'.repeat(42))).toBe(refused);
    const old = await newLink();
    const rows: unknown = await installation.server.db('installation').select();
    expect(JSON.stringify(rows)).not.toContain(old);
    const fragment = await newLink();
    expect(await read(old)).toBe(refused);
    expect(await read(fragment)).toBe('nothing');

    const [late, slow] = [installation.newDesk(), installation.newDesk()];
    await prepare(late, fragment);
    const { now } = installation.clock;
    installation.clock.set(new Date(now().getTime() + 24 * 60 * 60_000));
    expect(await codeOf(late.finishAppointment('clara'))).toBe(refused);
    expect(await read(fragment)).toBe(refused);

    const newest = await newLink();
    installation.clock.set(new Date(now().getTime() + 24 * 60 * 60_000 - 1));
    await prepare(late, newest);
    await prepare(slow, newest);
    await late.finishAppointment('clara');
    const count = await versions();
    expect(await codeOf(slow.finishAppointment('dora'))).toBe(refused);
    expect(await read(newest)).toBe(refused);
    expect(await versions()).toBe(count);
    const [row] = await installation.server.db<{ link_hash: unknown }>('installation').select();
    expect(row?.link_hash).toBeNull();
  });

  it('of the set-up makes no administrator, and this one sets nothing up', async () => {
    const fragment = await newLink();
    const wizard = installation.newDesk();
    await wizard.prepareSetUp();
    const input = {
      organisation: { names: { en: 'Other' }, country: 'SE' },
      languages: ['en'],
      channelNames: { en: 'Reports' },
      texts: { en: 'Write.' },
      administrator: { name: 'x' },
      handler: { name: 'y', shownName: 'Y', role: {} },
    };
    expect(await codeOf(wizard.finishSetUp(fragment, input))).toBe('already_set_up');
  });
});

describe('where a version came in between, or an answer is lost', () => {
  it('nothing is done that was not shown', async () => {
    const desk = installation.newDesk();
    const fragment = await newLink();
    await prepare(desk, fragment);
    await installation.addAdministrator('boris');
    expect(await codeOf(desk.finishAppointment('clara'))).toBe('directory_conflict');
    expect((await anna.desk.members()).accounts.map(({ name }) => name)).not.toContain('clara');
    // the link still counts, for what is shown anew
    const { administrators } = await desk.readAppointment(fragment);
    expect(administrators).toHaveLength(2);
    const { passphrase } = await desk.prepareAppointment(installation.rootWords);
    await desk.finishAppointment('clara');
    await desk.signIn('clara', passphrase.join(' '));
  });

  it('it is repeated until it is known, and done once', async () => {
    hurry();
    const server: LyingServer = createLyingServer();
    const desk = installation.newDesk(server.fetch);
    const { passphrase } = await prepare(desk, await newLink());
    const count = await versions();
    server.loseAnswer('POST', /^\/api\/desk\/administrator$/);
    await desk.finishAppointment('clara');
    expect(await versions()).toBe(count + 1);
    await desk.signIn('clara', passphrase);
  });

  it('a name that somebody has is refused, and another one taken', async () => {
    const desk = installation.newDesk();
    const { passphrase } = await prepare(desk, await newLink());
    const count = await versions();
    expect(await codeOf(desk.finishAppointment('hanna'))).toBe('name_taken');
    expect(await versions()).toBe(count);
    expect((await anna.desk.members()).accounts).toHaveLength(3);
    await desk.finishAppointment('clara');
    await desk.signIn('clara', passphrase);
  });
});
