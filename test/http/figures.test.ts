import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys, type Outcome } from '../../crypto/private.js';
import type { Fetch } from '../../client/api.js';
import type { Figures } from '../../client/figures/count.js';
import { countsAsOpen } from '../../client/figures/open.js';
import { composeRetention } from '../../server/tasks.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// The yearly figures: what remains of closed cases for each of their readers.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function newCase(leftOut: string[] = []): Promise<string> {
  return reporterKeys((await installation.report({ leftOut })).words).caseId;
}

const close = (id: string, outcome: Outcome = 'substantiated'): Promise<unknown> =>
  hanna.desk.reply(id, { kind: 'closure', outcome, text: 'Closed.' }, [], silent);

async function figuresOf(person: InstallationPerson): Promise<Figures> {
  const { figures, unreadable } = await person.desk.figures(null, silent);
  expect(unreadable).toBe(0);
  return figures;
}

/** Closed cases by outcome, over all years. */
async function outcomes(person: InstallationPerson): Promise<Record<string, number>> {
  const { years } = await figuresOf(person);
  return Object.assign({}, ...years.map(({ closedByOutcome }) => closedByOutcome)) as Record<
    string,
    number
  >;
}

const rowsOf = async ({ id }: InstallationPerson): Promise<number> =>
  (await installation.server.db('statistics').where('recipient', id).select('id')).length;

/** The header of a new session, as its own requests carry it. */
async function sessionOf(person: InstallationPerson): Promise<string> {
  let header = '';
  const listening: Fetch = (input, init) => {
    header = new Headers(init.headers).get('Authorization') ?? header;
    return fetch(input, init);
  };
  const desk = await installation.signIn(person, listening);
  await desk.inbox('open');
  return header;
}

describe('the figures', () => {
  it('count open and closed cases, money included, and read each record one by one only once', async () => {
    const [closed, open] = [await newCase(), await newCase()];
    await hanna.desk.work(closed, {
      kind: 'money',
      currency: 'EUR',
      damage: 120_000,
      recovered: null,
    });
    await close(closed);
    for (const time of ['first', 'second']) {
      expect(await figuresOf(harald), time).toMatchObject({
        open: 1,
        openByAge: { week: 1 },
        years: [
          {
            year: 2026,
            received: 2,
            receivedByChannel: { [installation.channel]: 2 },
            closed: 1,
            closedByOutcome: { substantiated: 1 },
            money: [{ currency: 'EUR', cases: 1, damage: 120_000, recovered: 0 }],
          },
        ],
      });
      expect(await rowsOf(harald)).toBe(0);
    }
    expect(await rowsOf(hanna)).toBe(1);
    await close(open, 'minor');
    expect(await outcomes(harald)).toEqual({ substantiated: 1, minor: 1 });
    expect(await outcomes(hanna)).toEqual({ substantiated: 1, minor: 1 });
  });

  it('count an answer as acknowledgement, and as feedback the closing of a case that had none', async () => {
    const times = async () => {
      const [year] = (await figuresOf(hanna)).years;
      return [year?.acknowledgement.done ?? 0, year?.feedback.done ?? 0];
    };
    const [acknowledged = 0, fed = 0] = await times();
    const id = await newCase();
    const { acknowledgedOn, feedbackOn } = await hanna.desk.reply(
      ...([id, { kind: 'reply', text: 'Which ones?' }, [], silent] as const),
    );
    expect([acknowledgedOn !== null, feedbackOn]).toEqual([true, null]);
    await close(id);
    expect(await times()).toEqual([acknowledged + 1, fed + 1]);
  });

  it('count a case that was reopened as open, and once when it is closed again', async () => {
    const before = await outcomes(harald);
    const id = await newCase();
    await close(id, 'withdrawn');
    expect(await outcomes(harald)).toEqual({ ...before, withdrawn: 1 });
    await hanna.desk.reply(id, { kind: 'reopening', text: 'More came.' }, [], silent);
    expect(await outcomes(harald)).toEqual(before);
    expect((await figuresOf(harald)).open).toBe(1);
    await close(id, 'partly_substantiated');
    for (const person of [harald, hanna]) {
      expect(await outcomes(person)).toEqual({ ...before, partly_substantiated: 1 });
    }
  });

  it('count a case once that a colleague closed since the list was loaded, each time', async () => {
    const id = await newCase();
    const { rows } = await harald.desk.inbox('open');
    const listed = rows
      .filter(countsAsOpen)
      .map(({ channel, category, receivedOn }) => ({ channel, category, receivedOn }));
    await close(id);
    const asked = await harald.desk.figures(listed, silent);
    expect(asked.figures.open).toBe(listed.length - 1);
    expect(await harald.desk.figures(listed, silent)).toEqual(asked);
    expect(await harald.desk.figures(null, silent)).toEqual(asked);
  });

  it('count nothing for somebody whom the reporter left out, in no row either', async () => {
    const before = await figuresOf(harald);
    await close(await newCase([harald.id]));
    expect(await rowsOf(harald)).toBe(0);
    expect(await figuresOf(harald)).toEqual(before);
    expect((await figuresOf(hanna)).years[0]?.closed).toBe((before.years[0]?.closed ?? 0) + 1);
  });

  it('lose nothing where two browsers of one person count at once', async () => {
    const before = (await figuresOf(harald)).years[0]?.closed ?? 0;
    await Promise.all([1, 2, 3].map(async () => close(await newCase())));
    const other = await installation.signIn(harald);
    const both = await Promise.all([
      harald.desk.figures(null, silent),
      other.figures(null, silent),
    ]);
    for (const { figures } of both) expect(figures.years[0]?.closed).toBe(before + 3);
    expect((await figuresOf(harald)).years[0]?.closed).toBe(before + 3);
    expect(await rowsOf(harald)).toBe(0);
  });

  it('tell how many records nobody can open, and count the others', async () => {
    const before = await figuresOf(harald);
    await close(await newCase());
    const { db } = installation.server;
    await db('statistics')
      .where('recipient', harald.id)
      .update({ box: Buffer.alloc(585, 7) });
    expect(await harald.desk.figures(null, silent)).toEqual({ figures: before, unreadable: 1 });
    expect(await rowsOf(harald)).toBe(1);
    await db('statistics').where('recipient', harald.id).delete();
  });

  it('fail loudly where the server hands out a pack that is another', async () => {
    const { db } = installation.server;
    const pack = await db('packs').where('reader', hanna.id).first<object>('box');
    await db('packs').where('reader', harald.id).update(pack);
    await expect(harald.desk.figures(null, silent)).rejects.toMatchObject({
      fault: 'wrong_commitment',
    });
  });
});

describe('a pack', () => {
  it('is refused whole where it follows another version or names a record that is not there', async () => {
    await close(await newCase());
    const { db } = installation.server;
    const kept = (): Promise<{ version: number }[]> =>
      db('packs').where('reader', hanna.id).select();
    const [before, waiting] = [await kept(), await rowsOf(hanna)];
    const version = before[0]?.version ?? 0;
    const [record] = await db('statistics')
      .where('recipient', hanna.id)
      .select<{ id: string }[]>('id');
    const token = await sessionOf(hanna);
    const put = (after: number, records: (string | undefined)[]): Promise<Response> =>
      fetch(`${installation.address}/api/desk/figures/packs/1`, {
        method: 'PUT',
        headers: { Authorization: token, 'Content-Type': 'application/json' },
        body: JSON.stringify({ after, box: 'AAAA', records }),
      });
    for (const answer of [
      await put(0, [record?.id]),
      await put(version + 1, [record?.id]),
      await put(version, [record?.id, 'A'.repeat(22)]),
    ]) {
      expect(answer.status).toBe(409);
      expect(await answer.json()).toEqual({ error: { code: 'figures_changed' } });
    }
    expect(await kept()).toEqual(before);
    expect(await rowsOf(hanna)).toBe(waiting);
  });
});

describe('an auditor', () => {
  it('has a record of each case closed from then on that did not leave the auditor out, and no case', async () => {
    const rita = await installation.add('auditor', 'rita', 'Rita Auditor');
    const guest = await installation.add('guest', 'lara', 'Lara Guest');
    await installation.signIn(hanna);
    const told = await newCase();
    const terms = { until: '2027-01-01', write: true, save: true };
    await hanna.desk.grantGuest(told, guest.id, terms);
    await close(told, 'partly_substantiated');
    await close(await newCase([rita.id]), 'unsubstantiated');
    expect(await rowsOf(rita)).toBe(1);
    expect(await rowsOf(guest)).toBe(0);
    expect(await outcomes(rita)).toEqual({ partly_substantiated: 1 });
    // opened once, it lies in a pack
    expect(await rowsOf(rita)).toBe(0);
    expect(await figuresOf(rita)).toMatchObject({ open: 0 });
    const verdict = await rita.desk.verifyAudit(silent);
    expect(verdict.findings).toEqual([]);
    expect(verdict.checked).toBeGreaterThan(5);
    await expect(rita.desk.inbox('open')).rejects.toMatchObject({ code: 'forbidden' });
    // whoever leaves keeps nothing here
    await installation.signIn(installation.administrator);
    await installation.administrator.desk.remove(rita.id);
    const packs: unknown[] = await installation.server.db('packs').where('reader', rita.id);
    expect(packs).toEqual([]);
  });
});

describe('a case that the clock opened again', () => {
  it('counts once, by its record until somebody closes it anew', async () => {
    const { clock, server } = installation;
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    await close(id, 'insufficient_information');
    const before = await figuresOf(hanna);
    await installation.newReporter().send(words, 'There is more.', [], silent);
    clock.addDays(32);
    for (const person of installation.handlers) await installation.signIn(person);
    const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
    expect(await retention.run()).toMatchObject({ escalated: 1 });
    expect((await hanna.desk.openCase(id)).state).toBe('open');
    const counted = async (): Promise<unknown> => {
      const { open, years } = await figuresOf(hanna);
      return [open, years.map(({ received, closed }) => [received, closed])];
    };
    const once = [before.open, before.years.map(({ received, closed }) => [received, closed])];
    expect(await counted()).toEqual(once);
    await close(id, 'partly_substantiated');
    expect(await counted()).toEqual(once);
  });
});
