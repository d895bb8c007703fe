import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys, type RetentionRule } from '../../crypto/private.js';
import type { RemovalWait } from '../../client/models.js';
import { createLog } from '../../server/log.js';
import { composeRetention, composeScheduler } from '../../server/tasks.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * An administrator shortens the time that closed cases are kept. Everybody sees the new day of
 * removal at once, no case goes in less than 90 days, and the job keeps to what was shown.
 */

let installation: Installation;
let words: string[];
let id: string;

beforeAll(async () => {
  installation = await startInstallation();
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
  const [hanna] = installation.handlers;
  const closure = { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing found.' } as const;
  await hanna.desk.reply(id, closure, [], silent);
  // a year and a month later
  installation.clock.set('2027-04-05T10:00:00Z');
  await installation.signIn(hanna);
  await installation.signIn(installation.administrator);
  await hanna.desk.directory();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** The day of removal as a handler's list, the opened case and the reporter see it. */
async function shown(): Promise<Set<string | null | undefined>> {
  const [hanna] = installation.handlers;
  const desk = await installation.signIn(hanna);
  await desk.directory();
  const row = (await desk.inbox('closed')).rows.find((each) => each.id === id);
  const opened = await desk.openCase(id);
  const reporter = await installation.newReporter().open(words);
  return new Set([row?.purgeOn, opened.purgeOn, reporter.purgeOn]);
}

async function purged(): Promise<number | undefined> {
  const { server, clock } = installation;
  const { config, db } = server;
  const result = await composeRetention({ config, db, clock: clock.now }).run();
  return result?.purged.cases;
}

function atMost(months: number): RetentionRule {
  return { clauses: [{ kind: 'at_most', months, anchor: 'closure' }], wins: null };
}

async function setMonths(retentionMonths: number): Promise<void> {
  const { administrator, channel } = installation;
  const desk = await installation.signIn(administrator);
  await desk.updateChannel(channel, { retentionMonths });
}

describe('a shorter term', () => {
  it('is shown at once with the day 90 days ahead on which it removes a case', async () => {
    expect(await shown()).toEqual(new Set(['2028-03-02']));
    await setMonths(12);
    expect(await shown()).toEqual(new Set(['2027-07-04']));
    const [hanna] = installation.handlers;
    expect(await hanna.desk.retention()).toEqual([
      {
        channel: installation.channel,
        terms: [
          { rules: [atMost(24), atMost(12)], from: null },
          { rules: [atMost(12)], from: '2027-07-04' },
        ],
        shorterFrom: '2027-07-04',
      },
    ]);
    const changes = await hanna.desk.directoryChanges();
    expect(changes.at(-1)?.lines).toEqual([
      {
        code: 'channel_months',
        channel: { en: 'Reports', sv: 'Rapporter' },
        before: 24,
        after: 12,
      },
    ]);
    const log = await installation.administrator.desk.audit();
    expect(log.find(({ action }) => action === 'channel_changed')?.details).toMatchObject({
      fields: 'retentionMonths',
      monthsBefore: 24,
      months: 12,
    });
  });

  it('is taken back by a longer one at once', async () => {
    await setMonths(36);
    expect(await shown()).toEqual(new Set(['2029-03-02']));
    await setMonths(12);
    expect(await shown()).toEqual(new Set(['2027-07-04']));
  });

  it('removes nothing on day 89, and on day 90 what was shown', async () => {
    installation.clock.set('2027-07-03T10:00:00Z');
    expect(await purged()).toBe(0);
    expect(await shown()).toEqual(new Set(['2027-07-04']));
    installation.clock.set('2027-07-04T10:00:00Z');
    expect(await purged()).toBe(1);
    await expect(installation.newReporter().open(words)).rejects.toMatchObject({
      code: 'case_not_found',
    });
  });
});

describe('a server whose clock jumped', () => {
  it('tells administrators at the desk until when removing waits, and no more once that is over', async () => {
    const { server, clock, administrator } = installation;
    const { config, db } = server;
    const tickOn = async (day: string): Promise<RemovalWait | null> => {
      clock.set(`${day}T10:00:00Z`);
      const log = createLog(clock.now, () => undefined);
      await composeScheduler({ config, db, clock: clock.now, log }).tick();
      return (await installation.signIn(administrator)).removalWait();
    };
    const now = clock.now().toISOString().slice(0, 10);
    expect(await tickOn(now)).toBeNull();
    expect(await tickOn('2037-01-01')).toEqual({ today: '2037-01-01', until: '2037-01-08' });
    expect(await tickOn('2037-01-02')).toEqual({ today: '2037-01-02', until: '2037-01-08' });
    expect(await tickOn(now)).toBeNull();
  });
});
