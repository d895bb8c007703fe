import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RostersAnswer } from '../../crypto/public.js';
import type { Desk } from '../../client/handler.js';
import type { RosterView } from '../../client/models.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';
import { waiting } from '../support/waiting.js';

let world: Installation;
let oslo: string;
let olav: InstallationPerson;

/** Somebody who is invited to a channel, joins, and is let in by both signatures. */
async function letIn(name: string, channel: string): Promise<InstallationPerson> {
  const [hanna] = world.handlers;
  const { fragment } = await hanna.desk.invite({ shownName: name, channel });
  const desk = world.newDesk();
  const secrets = await desk.prepareJoining();
  await desk.finishJoining(fragment, { name, role: {} });
  const newcomer = (await hanna.desk.members()).admissions.find((each) => each.name === name);
  if (newcomer === undefined) throw new Error('nobody waits');
  expect(newcomer.authentic).toBe(true);
  await hanna.desk.admit(newcomer);
  await world.administrator.desk.admit(newcomer);
  const passphrase = secrets.passphrase.join(' ');
  const { id } = await desk.signIn(name, passphrase);
  return { name, id, passphrase, recoveryWords: secrets.recoveryWords, desk };
}

async function readersOf(channel: string): Promise<string[]> {
  const { channels } = await world.newReporter().directory();
  return (channels.find(({ id }) => id === channel)?.readers ?? []).map(({ id }) => id);
}

/** An administrator proposes, as the signed list is now. */
async function propose(channel: string, readers: readonly string[]): Promise<void> {
  const { desk } = world.administrator;
  await desk.proposeRoster(channel, readers, (await desk.directory()).version);
}

/** What waits for a channel, as somebody is shown it. */
async function waitsAt(by: InstallationPerson): Promise<RosterView> {
  return waiting((await by.desk.rosters())[0]);
}

/** An administrator proposes, a handler signs, the administrator completes. */
async function agree(channel: string, readers: readonly string[], by: InstallationPerson) {
  const { desk } = world.administrator;
  await propose(channel, readers);
  const found = (await by.desk.rosters()).find((each) => each.channel === channel);
  if (found === undefined) throw new Error('nothing is proposed');
  await by.desk.signRoster(found);
  await desk.signRoster(found);
}

beforeAll(async () => {
  world = await startInstallation();
  ({ id: oslo } = await world.administrator.desk.addChannel({
    names: { en: 'Oslo' },
    texts: { en: 'Write to us in Oslo.' },
    about: { en: 'For everybody at the warehouse in Oslo.' },
    languages: ['en', 'nb'],
    country: 'NO',
  }));
});
afterAll(async () => {
  await world.stop();
});

describe('a channel that an administrator added', () => {
  it('has nobody, takes no report and cannot be published', async () => {
    expect(await readersOf(oslo)).toEqual([]);
    await expect(world.report({ channel: oslo })).rejects.toMatchObject({ code: 'nobody_left' });
    await expect(world.administrator.desk.publish(oslo)).rejects.toMatchObject({
      code: 'channel_not_ready',
    });
  });

  it('gets its readers by an administrator and a handler, and by neither alone', async () => {
    const { desk } = world.administrator;
    const [hanna] = world.handlers;
    olav = await letIn('olav', oslo);
    expect(await readersOf(oslo)).toEqual([olav.id]);

    await propose(oslo, [olav.id, hanna.id]);
    const [proposed] = await desk.rosters();
    expect(proposed).toMatchObject({ joining: ['Hanna Handler'], leaving: [], maySign: false });
    if (proposed === undefined) return;
    await expect(desk.signRoster(proposed)).rejects.toMatchObject({
      code: 'handler_signature_missing',
    });
    // the channel has a handler now: one of another channel signs nothing
    await expect(hanna.desk.signRoster(proposed)).rejects.toMatchObject({ code: 'forbidden' });
    await olav.desk.signRoster(proposed);
    expect(await readersOf(oslo)).toEqual([olav.id]);
    await desk.signRoster(proposed);
    expect(await readersOf(oslo)).toEqual([hanna.id, olav.id]);
    expect(await desk.rosters()).toEqual([]);
  });

  it('is told to every desk with who reads it now', async () => {
    const [, second] = world.handlers;
    const lines = (await second.desk.directoryChanges()).flatMap((change) => change.lines);
    expect(lines).toContainEqual({
      code: 'channel_readers',
      channel: { en: 'Oslo' },
      readers: ['Hanna Handler', 'olav'],
      joining: ['Hanna Handler'],
      leaving: [],
    });
  });

  it('can lose a reader the same way, and an older agreement does not bring that one back', async () => {
    const [hanna] = world.handlers;
    await agree(oslo, [olav.id], hanna);
    expect(await readersOf(oslo)).toEqual([olav.id]);
  });
});

describe('a case of one channel', () => {
  it('is in no list, figure or log of who reads another one alone', async () => {
    const [hanna, second] = world.handlers;
    await agree(oslo, [olav.id, second.id], olav);
    const { words } = await world.report({ channel: oslo });
    const [row] = (await olav.desk.inbox('open')).rows;
    expect(row?.channel).toBe(oslo);
    if (row === undefined) return;
    const opened = await olav.desk.openCase(row.id);
    expect((await hanna.desk.inbox('open')).rows.map(({ id }) => id)).not.toContain(row.id);
    await expect(hanna.desk.openCase(row.id)).rejects.toMatchObject({ code: 'case_not_found' });
    const log = JSON.stringify(await hanna.desk.audit());
    expect(log).not.toContain(row.id);
    expect(opened.readers.map(({ id }) => id).sort()).toEqual([olav.id, second.id].sort());
    expect(opened.grantable).toEqual([]);
    const own = await world.newReporter().open(words);
    expect(own.channel?.country).toBe('NO');
  });

  it('goes on after the channel was closed to new reports, and the channel can be opened again', async () => {
    const { desk } = world.administrator;
    const { words } = await world.report({ channel: oslo });
    await desk.publish(oslo);
    const closed = await desk.closeChannel(oslo, true);
    expect(closed.channels.find(({ id }) => id === oslo)).toMatchObject({
      closed: true,
      published: false,
    });
    await expect(world.report({ channel: oslo })).rejects.toMatchObject({ code: 'channel_closed' });
    const reporter = world.newReporter();
    expect((await reporter.open(words)).state).toBe('open');
    await expect(desk.publish(oslo)).rejects.toMatchObject({ code: 'wrong_directory' });
    await desk.closeChannel(oslo, false);
    await desk.publish(oslo);
    await world.report({ channel: oslo });
  });
});

describe('what may be proposed', () => {
  it('is signed as it was shown, and not where other people stand in it than a moment ago', async () => {
    const { desk } = world.administrator;
    const [hanna] = world.handlers;
    await propose(oslo, [olav.id]);
    const shown = await waitsAt(olav);
    await propose(oslo, [olav.id, hanna.id]);
    await expect(olav.desk.signRoster(shown)).rejects.toMatchObject({ code: 'proposal_changed' });
    await olav.desk.signRoster(await waitsAt(olav));
    await expect(desk.signRoster(shown)).rejects.toMatchObject({ code: 'proposal_changed' });
    await desk.refuseRoster(oslo);
  });

  it('is of the newest version alone, and says so once another came', async () => {
    const { desk } = world.administrator;
    const { version } = await desk.directory();
    await propose(oslo, [olav.id]);
    await olav.desk.signRoster(await waitsAt(olav));
    await desk.updateChannel(oslo, { about: { en: 'Another sentence.' } });
    const late = await waitsAt(world.administrator);
    expect(late).toMatchObject({ outdated: true, handlerSigned: true });
    await expect(desk.signRoster(late)).rejects.toMatchObject({ code: 'roster_outdated' });
    // chosen from a list in which somebody who came since does not stand
    await expect(desk.proposeRoster(oslo, [olav.id], version)).rejects.toMatchObject({
      code: 'directory_conflict',
    });
    await desk.refuseRoster(oslo);
  });

  it('is dropped by administrators, and a handler takes back but the own word', async () => {
    const [hanna, second] = world.handlers;
    await propose(oslo, [olav.id, hanna.id, second.id]);
    for (const handler of [olav, hanna]) {
      await expect(handler.desk.refuseRoster(oslo)).rejects.toMatchObject({ code: 'forbidden' });
    }
    await olav.desk.signRoster(await waitsAt(olav));
    expect(await waitsAt(olav)).toMatchObject({ handlerSigned: true, mine: true });
    await expect(second.desk.takeBackRoster(oslo)).rejects.toMatchObject({
      code: 'admission_not_found',
    });
    await olav.desk.takeBackRoster(oslo);
    expect(await waitsAt(olav)).toMatchObject({ handlerSigned: false, mine: false });
  });

  it('leaves a channel that takes reports a handler', async () => {
    await expect(propose(oslo, [])).rejects.toMatchObject({ code: 'channel_not_ready' });
  });
});

describe('a signed list of readers that does not count any more', () => {
  const server = createLyingServer();
  let lied: Desk;
  beforeAll(async () => {
    const { name, passphrase } = world.administrator;
    lied = world.newDesk(server.fetch);
    await lied.signIn(name, passphrase);
  });

  /** Signed by this handler, and from then on shown to the administrator whatever becomes of it. */
  async function signedBy(handler: InstallationPerson): Promise<RosterView> {
    server.tellTheTruth();
    await propose(oslo, [olav.id]);
    await handler.desk.signRoster(await waitsAt(handler));
    let kept: RostersAnswer | null = null;
    server.lieAbout(RostersAnswer, /^\/api\/desk\/rosters$/, (answer) => (kept ??= answer));
    return waiting((await lied.rosters())[0]);
  }

  it('is not put in force once it was taken back or dropped', async () => {
    for (const end of [
      () => olav.desk.takeBackRoster(oslo),
      () => world.administrator.desk.refuseRoster(oslo),
    ]) {
      const shown = await signedBy(olav);
      await end();
      await expect(lied.signRoster(shown)).rejects.toMatchObject({ code: 'admission_missing' });
    }
  });

  it('goes with its signer, whose keys may be in wrong hands', async () => {
    const [, second] = world.handlers;
    const shown = await signedBy(second);
    const { desk } = world.administrator;
    const cause = 'device_lost';
    await desk.openIncident({ account: second.id, since: null, knownAt: null, cause });
    expect(await desk.rosters()).toEqual([]);
    await expect(lied.signRoster(shown)).rejects.toMatchObject({ code: 'wrong_directory' });
  });
});
