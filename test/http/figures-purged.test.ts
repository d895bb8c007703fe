import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Figures } from '../../client/figures/count.js';
import { reporterKeys } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

// What the yearly figures say of cases that are not there any more.

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** What each handler counts. */
async function counted(): Promise<Figures[]> {
  const both: Figures[] = [];
  for (const { desk } of installation.handlers) {
    const { figures, unreadable } = await desk.figures(null, silent);
    expect(unreadable).toBe(0);
    both.push(figures);
  }
  return both;
}

it('stays as it was counted once they are purged, also for whoever signs in anew', async () => {
  const { clock, handlers, server } = installation;
  const [{ desk: hanna }] = handlers;
  const ids: string[] = [];
  for (const outcome of ['substantiated', 'minor'] as const) {
    const id = reporterKeys((await installation.report()).words).caseId;
    await hanna.work(id, { kind: 'money', currency: 'EUR', damage: 7_000, recovered: 500 });
    await hanna.reply(id, { kind: 'closure', outcome, text: 'Closed.' }, [], silent);
    ids.push(id);
  }
  const before = await counted();
  for (const figures of before) {
    expect(figures).toMatchObject({
      open: 0,
      years: [{ received: 2, closed: 2, closedByOutcome: { substantiated: 1, minor: 1 } }],
    });
  }
  // by now each record lies in its reader's pack alone
  expect(await server.db('statistics').select('id')).toEqual([]);

  const { purgeOn } = await hanna.openCase(ids[0] ?? '');
  clock.set(`${purgeOn ?? ''}T10:00:00Z`);
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  expect((await retention.run())?.purged.cases).toBe(ids.length);
  expect(await server.db('cases').whereIn('id', ids).select('id')).toEqual([]);
  for (const person of handlers) await installation.signIn(person);
  expect(await counted()).toEqual(before);
});
