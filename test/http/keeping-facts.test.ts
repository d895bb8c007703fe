import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys, Retention } from '../../crypto/private.js';
import type { CaseRow } from '../../client/models.js';
import { movedCases } from '../../views/browser/desk/moved-cases.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * By what a handler's desk works out what is to be done about keeping its cases: whether one ever was
 * under investigation, from when its days are counted, and which a shorter rule moves.
 */

let installation: Installation;
let investigated: string;
let other: string;

const progress = { kind: 'progress', detail: '', text: '' } as const;
const closure = { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing found.' } as const;

async function newCase(): Promise<string> {
  return reporterKeys((await installation.report()).words).caseId;
}

beforeAll(async () => {
  installation = await startInstallation();
  investigated = await newCase();
  other = await newCase();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Goes to a day; both handlers sign in anew. */
async function on(day: string): Promise<void> {
  installation.clock.set(`${day}T10:00:00Z`);
  for (const person of installation.handlers) await installation.signIn(person);
}

/** The row of a case in the list of the handler who did not work on it. */
async function listed(id: string, state: 'open' | 'closed'): Promise<CaseRow | undefined> {
  const [, harald] = installation.handlers;
  await harald.desk.directory();
  return (await harald.desk.inbox(state)).rows.find((row) => row.id === id);
}

describe('a case', () => {
  it('that ever was under investigation says so in every list, whatever came after', async () => {
    const [hanna, harald] = installation.handlers;
    await hanna.desk.work(investigated, { ...progress, progress: 'investigation' });
    await hanna.desk.work(investigated, { ...progress, progress: 'waiting' });
    await hanna.desk.work(other, { ...progress, progress: 'assessment' });
    expect(await listed(investigated, 'open')).toMatchObject({
      status: 'waiting',
      investigated: true,
    });
    expect(await listed(other, 'open')).toMatchObject({ investigated: false, counted: null });
    expect(await harald.desk.openCase(investigated)).toMatchObject({ investigated: true });
    expect(await harald.desk.openCase(other)).toMatchObject({ investigated: false });
  });

  it('is counted from its closure and its last work, without the days of a hold', async () => {
    const [hanna, harald] = installation.handlers;
    for (const id of [investigated, other]) await hanna.desk.reply(id, closure, [], silent);
    const counted = {
      received: '2026-03-02',
      closed: '2026-03-02',
      processed: '2026-03-02',
      paused: 0,
      pausedSince: 0,
    };
    expect((await listed(other, 'closed'))?.counted).toEqual(counted);
    await on('2026-04-01');
    await hanna.desk.work(other, {
      kind: 'hold',
      ground: 'court',
      reference: '',
      decidedBy: 'The board',
      scope: 'Everything.',
      review: '2026-09-01',
    });
    expect((await listed(other, 'closed'))?.counted).toBeNull();
    await on('2026-04-05');
    await hanna.desk.work(other, { kind: 'labels', labels: ['north'] });
    await on('2026-04-11');
    await hanna.desk.work(other, { kind: 'release', text: 'Over.' });
    const now = { ...counted, processed: '2026-04-05', paused: 10, pausedSince: 6 };
    expect((await listed(other, 'closed'))?.counted).toEqual(now);
    expect((await harald.desk.openCase(other)).counted).toEqual(now);
    expect((await listed(investigated, 'closed'))?.investigated).toBe(true);
  });
});

describe('a rule that somebody decided on', () => {
  it('names in the signed directory the countries for which it was decided', async () => {
    const desk = await installation.signIn(installation.administrator);
    const retention = {
      clauses: [{ kind: 'at_most' as const, months: 24, anchor: 'closure' as const }],
      wins: null,
      shorter: [],
      preset: null,
      decidedFor: ['SE', 'PT'] as [string, string],
      reason: 'The board.',
    };
    await desk.updateChannel(installation.channel, { retention: v.parse(Retention, retention) });
    const [, harald] = installation.handlers;
    const { channels } = await harald.desk.directory();
    expect(channels.map((channel) => channel.retention)).toEqual([retention]);
  });
});

describe('a shorter rule, in the 90 days before it counts', () => {
  async function moves(): Promise<unknown[]> {
    const [, harald] = installation.handlers;
    await harald.desk.directory();
    const { rows } = await harald.desk.inbox('closed');
    return movedCases(rows, await harald.desk.retention()).map(({ row, from, to }) => ({
      id: row.id,
      from,
      to,
      shown: row.purgeOn,
    }));
  }

  it('moves nothing as long as there is none', async () => {
    expect(await moves()).toEqual([]);
  });

  it('moves the cases that a handler reads, from the day by the rule until now to the one the server shows', async () => {
    const desk = await installation.signIn(installation.administrator);
    await desk.updateChannel(installation.channel, { retentionMonths: 6 });
    expect(await moves()).toEqual([
      { id: investigated, from: '2028-03-02', to: '2026-09-02', shown: '2026-09-02' },
      { id: other, from: '2028-03-12', to: '2026-09-12', shown: '2026-09-12' },
    ]);
  });

  it('moves no case that is held, nor one that two agreed to remove sooner', async () => {
    const [hanna, harald] = installation.handlers;
    await hanna.desk.work(other, {
      kind: 'removal_proposal',
      id: null,
      ground: 'not_needed',
      decidedBy: 'The board',
      archive: '',
      reference: '',
      text: 'Nobody needs it.',
    });
    const opened = await harald.desk.openCase(other);
    const proposal = opened.entries.findLast(({ content }) => content.kind === 'removal_proposal');
    await harald.desk.work(other, { kind: 'removal', of: proposal?.hash ?? '', received: '' });
    expect(await moves()).toMatchObject([{ id: investigated }]);
    await hanna.desk.work(investigated, {
      kind: 'hold',
      ground: 'court',
      reference: '',
      decidedBy: 'The board',
      scope: 'Everything.',
      review: '2026-09-01',
    });
    expect(await moves()).toEqual([]);
  });

  it('moves nothing any more once a longer one took its place', async () => {
    const [hanna] = installation.handlers;
    await hanna.desk.work(investigated, { kind: 'release', text: 'Over.' });
    expect(await moves()).toMatchObject([{ id: investigated }]);
    const desk = await installation.signIn(installation.administrator);
    await desk.updateChannel(installation.channel, { retentionMonths: 24 });
    expect(await moves()).toEqual([]);
  });
});
