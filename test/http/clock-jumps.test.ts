import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, type Day } from '../../crypto/public.js';
import { createLog } from '../../server/log.js';
import { composeRetention, composeScheduler } from '../../server/tasks.js';
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

  it('by a week or less removes what is due', async () => {
    await runOn(start);
    await fill(addDays(start, -725));
    await runOn(addDays(start, 7));
    expect(await cases()).toBe(0);
  });

  it('or a server that was off for weeks, leaves an agreed removal the days that nobody could use', async () => {
    await runOn(start);
    const { id } = await fill(addDays(start, -10));
    const agreed = { removal_by: 'a', removal_day: addDays(start, 30) };
    await store.db('cases').where({ id }).update(agreed);
    const back = addDays(start, 31);
    const other = await fill(addDays(start, -10));
    const late = { removal_by: 'a', removal_day: addDays(back, 30) };
    await store.db('cases').where({ id: other.id }).update(late);
    for (const day of [0, 7, 14, 21, 28]) await runOn(addDays(back, day));
    expect(await cases()).toBe(2);
    await runOn(addDays(back, 29));
    expect(await store.db('cases').pluck('id')).toEqual([other.id]);
    await runOn(addDays(back, 30));
    expect(await cases()).toBe(0);
  });

  it('waits for no week where whoever runs the server says that the day is right', async () => {
    await runOn(start);
    await fill(addDays(start, -700));
    const back = addDays(start, 60);
    await runOn(back);
    expect(await cases()).toBe(1);
    const { config, db } = store;
    // what `npm run purge` does
    await composeRetention({ config, db, clock: clock.now }).run();
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
