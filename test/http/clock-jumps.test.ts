import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../crypto/public.js';
import { createLog } from '../../server/log.js';
import { composeScheduler } from '../../server/tasks.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase } from '../support/rows.js';
import { createTestClock } from '../support/server.js';

const start = '2026-03-02' as Day;
const clock = createTestClock();
let store: TestStore;
let logged: string[];

beforeEach(async () => {
  store = await makeTestStore();
  logged = [];
  clock.set(`${start}T05:00:00Z`);
});
afterEach(async () => {
  await store.stop();
});

/** Runs what is due at five in the morning of a day. */
async function runOn(day: Day): Promise<void> {
  clock.set(`${day}T05:00:00Z`);
  const { config, db } = store;
  const log = createLog(clock.now, (line) => logged.push(line));
  await composeScheduler({ config, db, clock: clock.now, log }).tick();
}

const cases = async (): Promise<number> => (await store.db('cases').select('id')).length;
const fill = (closedDay: Day) => fillCase(store.db, store.organisation, { closedDay });

describe('a clock that jumps ahead', () => {
  it('removes nothing for seven days, says why, and nothing at all once it is put right', async () => {
    await runOn(start);
    await fill(addDays(start, -10));
    const wrong = addDays(start, 3_650);
    await runOn(wrong);
    expect(await cases()).toBe(1);
    expect(logged.join('')).toContain('purge waits');
    await runOn(addDays(wrong, 6));
    expect(await cases()).toBe(1);
    await runOn(addDays(start, 7));
    await runOn(addDays(start, 8));
    expect(await cases()).toBe(1);
  });

  it('or a server that was off for long removes what is due after seven days', async () => {
    await runOn(start);
    await fill(addDays(start, -700));
    await runOn(addDays(start, 60));
    for (let day = 61; day < 67; day += 1) await runOn(addDays(start, day));
    expect(await cases()).toBe(1);
    await runOn(addDays(start, 67));
    expect(await cases()).toBe(0);
  });

  it('by a month or less removes what is due', async () => {
    await runOn(start);
    await fill(addDays(start, -701));
    await runOn(addDays(start, 31));
    expect(await cases()).toBe(0);
  });
});

describe('a clock that jumps back', () => {
  it('removes nothing early, and goes on from there', async () => {
    await runOn(start);
    await fill(addDays(start, -729));
    await runOn(addDays(start, -400));
    expect(await cases()).toBe(1);
    await runOn(addDays(start, -399));
    expect(await cases()).toBe(1);
    clock.set(`${start}T05:00:00Z`);
    for (let day = 1; day <= 9; day += 1) await runOn(addDays(start, day));
    expect(await cases()).toBe(0);
  });
});
