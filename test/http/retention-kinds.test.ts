import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDays,
  dayOf,
  type Day,
  type Retention,
  type RetentionClause,
} from '../../crypto/public.js';
import { createPreview } from '../../server/retention/preview.js';
import { createRules } from '../../server/retention/rules.js';
import { installOrganisation, type TestOrganisation } from '../support/organisation.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase, type FillOptions } from '../support/rows.js';
import { createTestClock } from '../support/server.js';

/* Rules of every kind at the nightly job, with a real database and a clock of the test's own. */

const clock = createTestClock('2026-03-02T03:00:00Z');
let store: TestStore;
let newest: TestOrganisation;

beforeAll(async () => {
  store = await makeTestStore();
  newest = store.organisation;
});
afterAll(async () => {
  await store.stop();
});

const today = (): Day => dayOf(clock.now(), 'UTC');
const fill = async (options: FillOptions): Promise<string> =>
  (await fillCase(store.db, store.organisation, options)).id;
const preview = (clauses: RetentionClause[]) =>
  createPreview({ db: store.db, today, readRules: createRules() })({
    channel: store.organisation.channel.id,
    rule: { clauses, wins: null },
  });

async function publish(clauses: RetentionClause[], wins: Retention['wins'] = null): Promise<void> {
  const retention: Retention = {
    clauses,
    wins,
    shorter: [],
    preset: null,
    reason: 'The board decided so.',
  };
  newest = newest.next((directory) => ({
    ...directory,
    channels: directory.channels.map((channel) => ({ ...channel, retention })),
  }));
  await installOrganisation(store.db, newest, today());
}

/** The ids of the cases that are left after the job ran on a day. */
async function leftOn(day: string): Promise<string[]> {
  clock.set(`${day}T03:00:00Z`);
  expect(await store.retention(clock.now).run()).not.toBeNull();
  return store.db('cases').pluck<string[]>('id');
}

describe('a rule', () => {
  it('that counts from receipt never removes an open case, and a closed one four weeks after closure at the earliest', async () => {
    await publish([{ kind: 'at_most', months: 60, anchor: 'receipt' }]);
    const receivedDay = '2020-01-31' as Day;
    const open = await fill({ receivedDay });
    const late = await fill({ receivedDay, closedDay: '2026-05-31' as Day });
    expect(await leftOn('2026-06-27')).toEqual(expect.arrayContaining([open, late]));
    expect(await leftOn('2026-06-28')).toEqual([open]);
    expect(await leftOn('2036-01-01')).toEqual([open]);
    await store.db('access').where({ case_id: open }).delete();
    await store.db('cases').where({ id: open }).update({ closed_day: '2035-01-01' });
    expect(await leftOn('2036-01-02')).toEqual([]);
  });

  it('of necessity removes nothing by itself, and one that took its place 90 days later', async () => {
    clock.set('2026-03-02T03:00:00Z');
    await publish([{ kind: 'necessity', months: 12, anchor: 'closure' }]);
    const id = await fill({ closedDay: '2026-03-02' as Day });
    expect(await leftOn('2040-03-02')).toEqual([id]);
    await publish([{ kind: 'at_most', months: 12, anchor: 'closure' }]);
    expect(await leftOn('2040-05-30')).toEqual([id]);
    expect(await leftOn('2040-05-31')).toEqual([]);
  });

  it('from the end of the year keeps a case through the last day of its time', async () => {
    clock.set('2026-03-02T03:00:00Z');
    await publish([{ kind: 'keep_then_delete', months: 36, anchor: 'year_end' }]);
    const id = await fill({ closedDay: '2041-01-01' as Day });
    const other = await fill({ closedDay: '2040-12-31' as Day });
    expect(await leftOn('2043-12-31')).toEqual(expect.arrayContaining([id, other]));
    expect(await leftOn('2044-01-01')).toEqual([id]);
    expect(await leftOn('2044-12-31')).toEqual([id]);
    expect(await leftOn('2045-01-01')).toEqual([]);
  });

  it('from the last work starts anew with each, not with what is decided about keeping, and stands still under a hold since', async () => {
    await publish([{ kind: 'keep_then_delete', months: 12, anchor: 'last_processing' }]);
    // the rule of before counts beside it
    clock.set('2049-03-02T03:00:00Z');
    const closedDay = '2045-03-02' as Day;
    const worked = { processed_day: '2048-03-10', processed_paused: 15, paused_days: 20 };
    const id = await fill({ closedDay, activeDay: '2049-03-01' as Day });
    await store.db('cases').where({ id }).update(worked);
    expect(await leftOn('2049-03-15')).toEqual([id]);
    expect(await leftOn('2049-03-16')).toEqual([]);
  });

  it('of two times keeps or removes as was decided', async () => {
    const clauses: RetentionClause[] = [
      { kind: 'at_least', months: 60, anchor: 'receipt' },
      { kind: 'at_most', months: 24, anchor: 'closure' },
    ];
    await publish(clauses, 'longer');
    const both = { receivedDay: '2050-01-15' as Day, closedDay: '2050-03-02' as Day };
    const id = await fill(both);
    expect(await leftOn('2055-01-15')).toEqual([id]);
    await publish(clauses, 'shorter');
    expect(await leftOn('2055-01-15')).toEqual([id]);
    expect(await leftOn('2055-01-16')).toEqual([]);
  });
});

describe('what a rule would move', () => {
  it('is told by days, before it is published, of no case that there is, and is what then happens', async () => {
    clock.set('2056-03-02T03:00:00Z');
    await publish([{ kind: 'at_most', months: 24, anchor: 'closure' }]);
    clock.set('2056-07-01T03:00:00Z');
    const soon = '2054-07-15' as Day;
    const twoYears: RetentionClause[] = [{ kind: 'at_most', months: 24, anchor: 'closure' }];
    const others = await preview(twoYears);
    for (const closedDay of [soon, soon, '2056-06-01' as Day]) await fill({ closedDay });
    await fill({ closedDay: '2056-06-20' as Day, practice: true });
    await fill({});
    // it is the same whatever cases there are
    expect([others, await preview(twoYears)]).toEqual([{ moves: [] }, { moves: [] }]);
    const shorter: RetentionClause[] = [{ kind: 'at_most', months: 6, anchor: 'closure' }];
    const in90 = addDays(today(), 90);
    expect((await preview(shorter)).moves.slice(0, 3)).toEqual([
      { closed: '2056-07-01', from: '2058-07-01', to: '2057-01-01' },
      { closed: '2056-04-01', from: '2058-04-01', to: '2056-10-01' },
      { closed: '2056-01-01', from: '2058-01-01', to: in90 },
    ]);
    const { moves } = await preview([{ kind: 'necessity', months: 24, anchor: 'closure' }]);
    expect(moves.map(({ to }) => to)).toEqual(moves.map(() => null));
    await publish(shorter);
    expect(await leftOn('2056-11-30')).toHaveLength(2);
    expect(await leftOn('2056-12-01')).toHaveLength(1);
  });
});
