import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * A closed case is held, restricted, and let go again. Nothing removes it meanwhile, the time that is
 * left stands still, and everybody is told so.
 */

let installation: Installation;
let words: string[];
let id: string;

const hold = {
  kind: 'hold',
  ground: 'court',
  reference: 'T 1-26',
  decidedBy: 'The board',
  scope: 'Everything about the invoices.',
  review: '2026-09-01',
} as const;
const restriction = {
  kind: 'restriction',
  id: null,
  ground: 'accuracy',
  text: 'A witness contests it.',
  review: '2026-09-01',
} as const;

const correction = {
  kind: 'correction',
  id: null,
  of: { compartment: 'dialogue', sequence: 2 },
  part: null,
  ground: 'inaccurate',
  text: 'It was two guards.',
} as const;

beforeAll(async () => {
  installation = await startInstallation();
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
  const [hanna] = installation.handlers;
  const closure = { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing found.' } as const;
  await hanna.desk.reply(id, closure, [], silent);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Goes to a day; both handlers sign in anew. */
async function on(day: string): Promise<void> {
  installation.clock.set(`${day}T10:00:00Z`);
  for (const person of installation.handlers) {
    const desk = await installation.signIn(person);
    await desk.inbox('closed');
  }
}

/** The day of removal as list, opened case and reporter see it. */
async function shown(): Promise<Set<string | null | undefined>> {
  const [, harald] = installation.handlers;
  const row = (await harald.desk.inbox('closed')).rows.find((each) => each.id === id);
  const opened = await harald.desk.openCase(id);
  expect(opened.warnings).toEqual([]);
  return new Set([
    row?.purgeOn,
    opened.purgeOn,
    (await installation.newReporter().open(words)).purgeOn,
  ]);
}

async function purged(): Promise<number | undefined> {
  const { server, clock } = installation;
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  const planned = (await retention.plan()).reduce((sum, { cases }) => sum + cases, 0);
  const result = await retention.run();
  expect(result?.purged.cases).toBe(planned);
  return planned;
}

describe('a held case', () => {
  it('has no day of removal, and every handler sees ground, reference, who decided, scope and review', async () => {
    expect(await shown()).toEqual(new Set(['2028-03-02']));
    await on('2026-04-01');
    const [hanna, harald] = installation.handlers;
    await hanna.desk.work(id, hold);
    expect(await shown()).toEqual(new Set([null]));
    expect((await harald.desk.openCase(id)).keeping).toMatchObject({
      hold,
      restriction: null,
    });
  });

  it('is not removed when its time would be over, and not while only one of hold and restriction was lifted', async () => {
    await on('2029-04-01');
    expect(await purged()).toBe(0);
    const [hanna, harald] = installation.handlers;
    await harald.desk.work(id, restriction);
    await expect(hanna.desk.rename(id, 'Another title')).rejects.toMatchObject({
      code: 'case_restricted',
    });
    await expect(hanna.desk.work(id, correction)).rejects.toMatchObject({
      code: 'case_restricted',
    });
    await hanna.desk.note(id, 'What is new can still be written down.', [], silent);
    await hanna.desk.work(id, { kind: 'release', text: 'The court has decided.' });
    expect(await shown()).toEqual(new Set([null]));
    await on('2029-04-11');
    expect(await purged()).toBe(0);
  });

  it('goes once both are lifted and the rest of its time has passed', async () => {
    const [hanna] = installation.handlers;
    await hanna.desk.work(id, { kind: 'unrestriction', text: 'The witness was told.' });
    const { entries } = await hanna.desk.work(id, correction);
    expect(entries.at(-1)?.content).toMatchObject({ kind: 'correction', text: correction.text });
    // 2028-03-02 and the 1106 days between 2026-04-01 and 2029-04-11
    expect(await shown()).toEqual(new Set(['2031-03-13']));
    await on('2031-03-12');
    expect(await purged()).toBe(0);
    await on('2031-03-13');
    expect(await purged()).toBe(1);
  });
});

describe('the log', () => {
  it('learns that there was a hold, and no word of it', async () => {
    const { db } = installation.server;
    const actions = await db('audit').pluck<(string | null)[]>('content');
    expect(actions.join(' ')).not.toContain('invoices');
  });
});
