import { stat } from 'node:fs/promises';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addDays, dayOf, type Day } from '../../crypto/public.js';
import { createAudit } from '../../server/audit/service.js';
import { leaseOf, LEASE_MINUTES } from '../../server/jobs/lease.js';
import { purge } from '../../server/retention/purge.js';
import { createRules } from '../../server/retention/rules.js';
import { RETENTION_JOB } from '../../server/retention/service.js';
import { countRows } from '../support/api.js';
import { installOrganisation, type TestOrganisation } from '../support/organisation.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase, type FillOptions } from '../support/rows.js';
import { createTestClock } from '../support/server.js';

const today = '2026-03-02' as Day;
const due = { closedDay: '2024-03-02' as Day };

let store: TestStore;
const clock = createTestClock(`${today}T03:00:00Z`);

beforeEach(async () => {
  clock.set(`${today}T03:00:00Z`);
  store = await makeTestStore();
});

afterEach(async () => {
  await store.stop();
});

const fill = (options: FillOptions = {}) => fillCase(store.db, store.organisation, options);
const run = () => store.retention(clock.now).run();

async function caseIds(): Promise<string[]> {
  return store.db('cases').orderBy('id').pluck<string[]>('id');
}

async function contents(scope: string): Promise<unknown[]> {
  const texts = await store
    .db('audit')
    .where({ scope })
    .orderBy('sequence')
    .pluck<(string | null)[]>('content');
  return texts.map((text) => (text === null ? null : (JSON.parse(text) as unknown)));
}

async function operations(): Promise<unknown[]> {
  const all = (await contents('operation')) as { action: string; details: object }[];
  return all.map(({ action, details }) => ({ action, ...details }));
}

async function rowOf(id: string): Promise<Record<string, unknown> | undefined> {
  return store.db('cases').where({ id }).first<Record<string, unknown> | undefined>();
}

describe('a purge', () => {
  it('removes every row of a case whose day has come, and only of that', async () => {
    const kept = await fill();
    const before = await countRows(store.db);
    const gone = await fill({ ...due, entries: [5000, 70_000], chunks: [1_048_616, 65_576] });
    expect(await run()).toMatchObject({ purged: { cases: 1, practice: 0 }, complete: true });
    expect(await caseIds()).toEqual([kept.id]);
    const { audit, ...after } = await countRows(store.db);
    const { audit: auditBefore = 0, ...rest } = before;
    expect(after).toEqual(rest);
    // three erased entries, and the one that tells of the purge
    expect(audit).toBe(auditBefore + 4);
    expect(await store.db('openings').where('case_id', gone.id)).toEqual([]);
  });

  it.each([
    ['an open case', {}],
    ['a case closed one day too late', { closedDay: '2024-03-03' as Day }],
    ['a case that waits for a decision', { ...due, decisionDay: '2026-03-20' as Day }],
    ['a case whose decision is due today', { ...due, decisionDay: today }],
    ['an open practice case, however old', { practice: true, activeDay: '2020-01-01' as Day }],
    ['a practice case closed 29 days ago', { practice: true, closedDay: addDays(today, -29) }],
  ])('leaves %s alone', async (_, options) => {
    const { id } = await fill(options);
    const before = await rowOf(id);
    expect(await run()).toMatchObject({ purged: { cases: 0, practice: 0 }, escalated: 0 });
    expect(await rowOf(id)).toEqual(before);
    expect(await operations()).toEqual([]);
  });

  it('removes a practice case 30 days after closure and counts it apart', async () => {
    await fill(due);
    await fill(due);
    await fill({ practice: true, closedDay: addDays(today, -30) });
    expect(await run()).toMatchObject({ purged: { cases: 2, practice: 1 } });
    const told = await operations();
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({
      action: 'purge',
      day: today,
      rule: 'months_after_closure',
      length: 24,
      count: 2,
    });
    expect(told).toContainEqual({
      action: 'purge',
      day: today,
      rule: 'practice_days_after_closure',
      length: 30,
      count: 1,
    });
  });

  it('goes by the setting of each channel, and the last one of a channel that was dropped', async () => {
    const { organisation } = store;
    const other = `${'B'.repeat(21)}A`;
    const second = organisation.next((directory) => ({
      ...directory,
      channels: directory.channels.flatMap((channel) => [
        channel,
        { ...channel, id: other as typeof channel.id, retentionMonths: 36 },
      ]),
    }));
    await installOrganisation(store.db, second);
    const dropped = second.next((directory) => ({
      ...directory,
      channels: directory.channels.filter(({ id }) => id !== other),
    }));
    await installOrganisation(store.db, dropped);
    await fill(due);
    const kept = await fill({ closedDay: '2023-03-03' as Day, channel: other });
    await fill({ closedDay: '2023-03-02' as Day, channel: other });
    expect(await run()).toMatchObject({ purged: { cases: 2 } });
    expect(await caseIds()).toEqual([kept.id]);
    expect(await operations()).toContainEqual(
      expect.objectContaining({ rule: 'months_after_closure', length: 36, count: 1 }),
    );
  });

  it('follows the calendar: not on the last day, but on the day itself', async () => {
    await fill({ closedDay: '2024-03-03' as Day });
    expect(await run()).toMatchObject({ purged: { cases: 0 } });
    clock.addDays(1);
    expect(await run()).toMatchObject({ purged: { cases: 1 } });
  });

  it('erases what the audit entries of the case say; the chain still verifies', async () => {
    const { scope } = await fill(due);
    await run();
    const rows = await store.db('audit').where({ scope }).select('content', 'salt');
    expect(rows).toEqual(Array(3).fill({ content: null, salt: null }));
    const verdict = await createAudit({ clock: clock.now }).verifyAll(store.db);
    expect(verdict).toMatchObject({ broken: [], scopes: 2 });
  });

  it('keeps the statistics', async () => {
    const sealed = { kem: Buffer.alloc(1120, 1), box: Buffer.alloc(328, 2) };
    const record = { id: 'x', recipient: 'y', channel: 'z', year: 2024, ...sealed };
    await store.db('statistics').insert(record);
    await fill(due);
    await run();
    expect(await store.db('statistics').first()).toEqual(record);
  });

  it('removes many cases in batches, each told once', async () => {
    for (let count = 0; count < 120; count += 1) await fill(due);
    expect(await run()).toMatchObject({ purged: { cases: 120 } });
    const told = (await operations()) as { count: number }[];
    expect(told.length).toBeLessThan(10);
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(120);
    expect(await run()).toMatchObject({ purged: { cases: 0, practice: 0 } });
    expect(await operations()).toEqual(told);
  });

  it('shrinks the file and empties the journal', async () => {
    await fill({ ...due, chunks: Array<number>(8).fill(1_048_616) });
    await store.db.raw('pragma wal_checkpoint(truncate)');
    const pages = async (): Promise<number> => {
      const [row] = await store.db.raw<{ page_count: number }[]>('pragma page_count');
      return row?.page_count ?? 0;
    };
    const before = await pages();
    expect(await run()).toMatchObject({ complete: true });
    expect(await pages()).toBeLessThan(before - 2000);
    // nothing but the lease that was given back afterwards
    expect((await stat(`${store.config.database}-wal`)).size).toBeLessThan(10_000);
  });

  it('waits with the journal until another process has read, and blocks nobody', async () => {
    const reader = await store.connect();
    await fill(due);
    try {
      const endReading = await beginReading(reader);
      const running = run();
      await vi.waitFor(async () => {
        expect(await operations()).toHaveLength(1);
      });
      for (let count = 0; count < 5; count += 1) await fill();
      await endReading();
      expect(await running).toMatchObject({ complete: true });
    } finally {
      await reader.destroy();
    }
  });

  it('stops between two batches when told to, and the next run goes on', async () => {
    for (let count = 0; count < 40; count += 1) await fill(due);
    const stop = new AbortController();
    const running = store.retention(clock.now).run(stop.signal);
    setTimeout(() => {
      stop.abort(new Error('stopped'));
    }, 30);
    await expect(running).rejects.toThrow('stopped');
    const left = await caseIds();
    expect(left.length).toBeGreaterThan(0);
    await run();
    expect(await caseIds()).toEqual([]);
    const told = (await operations()) as { count: number }[];
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  it('counts what is due by channel without changing anything', async () => {
    await fill(due);
    await fill({ practice: true, closedDay: addDays(today, -31) });
    await fill({ closedDay: '2025-01-01' as Day });
    const before = await countRows(store.db);
    expect(await store.retention(clock.now).plan()).toEqual([
      {
        channel: store.organisation.channel.id,
        names: store.organisation.channel.names,
        cases: 1,
        practice: 1,
      },
    ]);
    expect(await countRows(store.db)).toEqual(before);
  });
});

describe('a term that was changed', () => {
  /** The next version with this term, taken by the server on the day that its clock shows. */
  const set = async (months: number, date?: string): Promise<void> => {
    newest = newest.next((directory) => ({
      ...directory,
      ...(date === undefined ? {} : { date: date as Day }),
      channels: directory.channels.map((channel) => ({ ...channel, retentionMonths: months })),
    }));
    await installOrganisation(store.db, newest, dayOf(clock.now(), 'UTC'));
  };
  const purged = async (): Promise<number> => {
    const retention = store.retention(clock.now);
    const planned = (await retention.plan()).reduce((sum, { cases }) => sum + cases, 0);
    expect(await retention.run()).toMatchObject({ purged: { cases: planned } });
    return planned;
  };
  let newest: TestOrganisation;
  beforeEach(() => {
    newest = store.organisation;
  });

  it('counts 90 days after the server took it, if it is shorter', async () => {
    await fill({ closedDay: '2024-12-24' as Day });
    await fill({ closedDay: '2025-03-02' as Day });
    await fill(due);
    await set(12);
    expect(await purged()).toBe(1);
    clock.addDays(89);
    expect(await purged()).toBe(0);
    clock.addDays(1);
    expect(await purged()).toBe(2);
    expect(await operations()).toContainEqual(
      expect.objectContaining({ rule: 'months_after_closure', length: 12, count: 2 }),
    );
  });

  it('holds at once if it is longer', async () => {
    await fill(due);
    await set(25);
    expect(await purged()).toBe(0);
    clock.set('2026-04-01T03:00:00Z');
    expect(await purged()).toBe(0);
    clock.addDays(1);
    expect(await purged()).toBe(1);
  });

  it('holds at once while a purge is at work already', async () => {
    for (let count = 0; count < 12; count += 1) await fill(due);
    const readRules = createRules();
    const rules = await readRules(store.db, today);
    const audit = createAudit({ clock: clock.now });
    let batches = 0;
    const counts = await purge({ db: store.db, audit, today, rules, readRules }, async (work) => {
      batches += 1;
      if (batches === 2) await set(25);
      return store.db.transaction(work);
    });
    // what was begun by then is ended
    expect(counts).toEqual({ cases: 4, practice: 0 });
    expect(await caseIds()).toHaveLength(8);
  });

  it('that is made longer again before it counted changes nothing', async () => {
    await fill({ closedDay: '2024-12-24' as Day });
    await set(12);
    clock.addDays(50);
    await set(24);
    clock.addDays(40);
    expect(await purged()).toBe(0);
    await set(12);
    clock.addDays(89);
    expect(await purged()).toBe(0);
    clock.addDays(1);
    expect(await purged()).toBe(1);
  });

  it('counts from that day on, whatever day its document names', async () => {
    await fill({ closedDay: '2024-12-24' as Day });
    await set(12, '2025-01-01');
    clock.addDays(89);
    expect(await purged()).toBe(0);
    clock.addDays(1);
    expect(await purged()).toBe(1);
  });

  it('leaves practice cases as they are', async () => {
    await set(12);
    await fill({ practice: true, closedDay: addDays(today, -30) });
    expect(await run()).toMatchObject({ purged: { practice: 1 } });
  });
});

/** Keeps a read transaction open in another connection; answers how to end it. */
async function beginReading(db: Knex): Promise<() => Promise<void>> {
  // begun without the right to write, as a backup reads
  await db.raw('begin deferred');
  await db('cases').first();
  return async () => {
    await db.raw('rollback');
  };
}

describe('a case about which nobody decided', () => {
  it('is reopened and escalated the day after the last day for it', async () => {
    const found = await fill({ ...due, decisionDay: addDays(today, -1) });
    expect(await run()).toMatchObject({ escalated: 1, purged: { cases: 0 } });
    expect(await rowOf(found.id)).toMatchObject({
      closed_day: null,
      decision_due_day: null,
      escalated: 1,
      active_day: today,
      purging: 0,
    });
    const states = await store.db('access').where('case_id', found.id).select('state');
    expect(states).toEqual([{ state: 'open' }, { state: 'open' }]);
    expect((await contents(found.scope)).at(-1)).toMatchObject({
      action: 'escalated',
      actor: null,
    });
    expect(await operations()).toEqual([]);
  });
});

describe('one runner at a time', () => {
  it('leaves the purge to whoever holds the lease, also in another process', async () => {
    const other = await store.connect();
    try {
      await fill(due);
      const lease = await leaseOf(other, clock.now, RETENTION_JOB);
      expect(await run()).toBeNull();
      expect(await caseIds()).toHaveLength(1);
      await lease?.release();
      expect(await run()).toMatchObject({ purged: { cases: 1 } });
    } finally {
      await other.destroy();
    }
  });

  it('takes over from a runner that died, once its lease has run out', async () => {
    await fill(due);
    await leaseOf(store.db, clock.now, RETENTION_JOB);
    clock.set(new Date(clock.now().getTime() + LEASE_MINUTES * 60_000 - 1));
    expect(await run()).toBeNull();
    clock.set(new Date(clock.now().getTime() + 1));
    expect(await run()).toMatchObject({ purged: { cases: 1 } });
  });

  it('takes over from a runner whose clock was years ahead', async () => {
    clock.addDays(2000);
    await leaseOf(store.db, clock.now, RETENTION_JOB);
    clock.set(`${today}T03:00:00Z`);
    expect(await run()).not.toBeNull();
  });

  it('keeps a runner that slept from writing beside the next one', async () => {
    const first = await leaseOf(store.db, clock.now, RETENTION_JOB);
    clock.set(new Date(clock.now().getTime() + LEASE_MINUTES * 60_000));
    const second = await leaseOf(store.db, clock.now, RETENTION_JOB);
    await expect(first?.renew(store.db)).rejects.toMatchObject({ code: 'lease_lost' });
    await first?.release();
    await expect(second?.renew(store.db)).resolves.toBeUndefined();
  });

  it('lets exactly one of many runners purge each case', async () => {
    for (let count = 0; count < 30; count += 1) await fill(due);
    const others = await Promise.all([store.connect(), store.connect()]);
    try {
      const { composeRetention } = await import('../../server/tasks.js');
      const results = await Promise.all(
        [store.db, ...others].map((db) =>
          composeRetention({ config: store.config, db, clock: clock.now }).run(),
        ),
      );
      expect(results.filter((result) => result !== null)).toHaveLength(1);
      const told = (await operations()) as { count: number }[];
      expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(30);
    } finally {
      await Promise.all(others.map((db) => db.destroy()));
    }
  });
});
