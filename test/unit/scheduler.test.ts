import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Day } from '../../crypto/public.js';
import { migrate, openDatabase, type Database } from '../../server/database.js';
import { hourOf, isWorkingDay, momentOf } from '../../server/jobs/calendar.js';
import { createScheduler, type DailyJob, type Scheduler } from '../../server/jobs/scheduler.js';
import type { LogRecord } from '../../server/log.js';
import { createTestClock, temporaryFolder } from '../support/server.js';

const timeZone = 'Europe/Stockholm';
const clock = createTestClock();

let folder: string;
let db: Database;
let ran: string[];
let logged: LogRecord[];

beforeEach(async () => {
  folder = await temporaryFolder();
  db = await openDatabase({ database: path.join(folder, 'test.sqlite') }, () => undefined);
  await migrate(db);
  ran = [];
  logged = [];
});

afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

function make(options: Partial<DailyJob> = {}): Scheduler {
  const run: DailyJob['run'] = () => {
    ran.push(clock.now().toISOString());
    return Promise.resolve({ done: true, counts: { things: 1 } });
  };
  const job = { name: 'job', hour: 3, isDue: () => true, run, ...options };
  return createScheduler({
    db,
    clock: clock.now,
    timeZone,
    jobs: [job],
    log: (record) => logged.push(record),
  });
}

async function ticksAt(scheduler: Scheduler, ...moments: string[]): Promise<void> {
  for (const moment of moments) {
    clock.set(moment);
    await scheduler.tick();
  }
}

describe('a daily job', () => {
  it('runs once a day, at the first look after its hour in the organisation’s time zone', async () => {
    await ticksAt(
      make(),
      '2026-03-02T01:59:00Z',
      '2026-03-02T02:00:00Z',
      '2026-03-02T02:01:00Z',
      '2026-03-02T22:59:00Z',
      '2026-03-02T23:30:00Z',
      '2026-03-03T02:00:30Z',
    );
    expect(ran).toEqual(['2026-03-02T02:00:00.000Z', '2026-03-03T02:00:30.000Z']);
    expect(logged).toEqual(
      Array(2).fill({ event: 'job done', code: 'job', counts: { things: 1 } }),
    );
  });

  it('is not run again by a server that was restarted', async () => {
    await ticksAt(make(), '2026-03-02T02:00:00Z');
    await ticksAt(make(), '2026-03-02T02:10:00Z');
    expect(ran).toHaveLength(1);
  });

  it('is made up for by a server that was off at the hour', async () => {
    await ticksAt(make(), '2026-03-02T16:00:00Z');
    expect(ran).toHaveLength(1);
  });

  it('survives a clock that jumps years ahead and is put right again', async () => {
    await ticksAt(
      make(),
      '2026-03-02T03:00:00Z',
      '2031-03-02T03:00:00Z',
      '2026-03-02T04:00:00Z',
      '2026-03-03T03:00:00Z',
      '2026-03-04T03:00:00Z',
    );
    expect(ran.slice(-2)).toEqual(['2026-03-03T03:00:00.000Z', '2026-03-04T03:00:00.000Z']);
  });

  it('runs on days on which clocks change', async () => {
    await ticksAt(
      make({ hour: 2 }),
      '2026-03-28T01:00:00Z',
      '2026-03-29T00:59:00Z',
      '2026-03-29T01:00:00Z',
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
    );
    expect(ran).toEqual([
      '2026-03-28T01:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
    ]);
  });

  it('rests after a failure and is tried again, logged without its message', async () => {
    let tries = 0;
    const scheduler = make({
      run: () => {
        tries += 1;
        if (tries === 1) throw Object.assign(new Error('secret'), { code: 'EFAIL' });
        return Promise.resolve({ done: tries > 2, counts: {} });
      },
    });
    clock.set('2026-03-02T03:00:00Z');
    for (let minute = 0; minute < 40; minute += 1) await scheduler.tick();
    expect(tries).toBe(3);
    expect(logged.map(({ event }) => event)).toEqual(['job failed', 'job put off', 'job done']);
    expect(JSON.stringify(logged)).toContain('EFAIL');
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  it('is told when the server stops, which waits for it; looks do not overlap', async () => {
    clock.set('2026-03-02T03:00:00Z');
    let heard = false;
    const scheduler = make({
      run: (signal) =>
        new Promise((_, reject) => {
          ran.push('begun');
          signal.addEventListener('abort', () => {
            heard = true;
            reject(new Error('stopped'));
          });
        }),
    });
    const first = scheduler.tick();
    const second = scheduler.tick();
    while (ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await scheduler.stop();
    await Promise.all([first, second]);
    expect(heard).toBe(true);
    expect(ran).toEqual(['begun']);
    expect(logged).toEqual([]);
    expect(await db('jobs').select()).toEqual([]);
  });
});

describe('the calendar', () => {
  it('knows Monday to Friday', () => {
    const days = ['23', '24', '25', '26', '27', '28', '29'].map((day) => `2026-11-${day}` as Day);
    expect(days.map(isWorkingDay)).toEqual([true, true, true, true, true, false, false]);
  });

  it.each([
    ['2026-01-15', 8, 'Europe/Stockholm', '2026-01-15T07:00:00.000Z'],
    ['2026-07-15', 8, 'Europe/Stockholm', '2026-07-15T06:00:00.000Z'],
    ['2026-07-15', 0, 'Europe/Stockholm', '2026-07-14T22:00:00.000Z'],
    ['2026-07-15', 23, 'America/Los_Angeles', '2026-07-16T06:00:00.000Z'],
    ['2026-07-15', 8, 'Asia/Kolkata', '2026-07-15T02:30:00.000Z'],
    ['2026-03-29', 3, 'Europe/Stockholm', '2026-03-29T01:00:00.000Z'],
    ['2026-03-29', 8, 'Europe/Stockholm', '2026-03-29T06:00:00.000Z'],
    ['2026-10-25', 8, 'Europe/Stockholm', '2026-10-25T07:00:00.000Z'],
  ])('finds the moment of %s, %i o’clock in %s', (day, hour, zone, expected) => {
    const moment = momentOf(day as Day, hour, zone);
    expect(moment.toISOString()).toBe(expected);
    expect(hourOf(moment, zone)).toBe(hour);
  });
});
