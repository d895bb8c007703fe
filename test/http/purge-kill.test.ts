import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Day } from '../../crypto/public.js';
import { createAudit } from '../../server/audit/service.js';
import { LEASE_MINUTES } from '../../server/jobs/lease.js';
import { searchRaw } from '../support/forensic.js';
import { buildChild, startChild } from '../support/killed-child.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase, fillEntry, SMALLEST_ENTRY, type FilledCase } from '../support/rows.js';
import { createTestClock } from '../support/server.js';
import { expectSound } from '../support/sound.js';

const KILLS = 32;
const due = '2024-03-01' as Day;

let store: TestStore;
const clock = createTestClock('2026-03-02T03:00:00Z');

beforeAll(async () => {
  await buildChild('purge-child');
  store = await makeTestStore();
});

afterAll(async () => {
  await store.stop();
});

/** Runs a purge in a process; kills it some milliseconds after it began, if told to. */
async function purgeElsewhere(killAfter: number | null): Promise<string> {
  // whoever was killed before holds the lease still
  clock.set(new Date(clock.now().getTime() + LEASE_MINUTES * 60_000));
  const running = startChild('purge-child', clock.now().toISOString(), store);
  let output = '';
  running.stdout.on('data', (text: string) => {
    const began = output === '' && killAfter !== null;
    output += text;
    if (began) setTimeout(() => running.kill('SIGKILL'), killAfter);
  });
  await once(running, 'close');
  return output.split('\n')[1] ?? '';
}

function fill(closedDay: Day | null): Promise<FilledCase> {
  const chunks = Array.from({ length: randomInt(4) === 0 ? randomInt(1, 6) : 0 }, () =>
    randomInt(65_576, 400_000),
  );
  const entries = [randomInt(3000, 9000), SMALLEST_ENTRY, SMALLEST_ENTRY];
  return fillCase(store.db, store.organisation, { closedDay, entries, chunks });
}

it('killed at any moment, a purge loses nothing, forgets nothing and counts right', async () => {
  const open: FilledCase[] = [];
  const gone: FilledCase[] = [];
  for (let count = 0; count < 20; count += 1) open.push(await fill(null));

  // a reporter who writes all the time; what is in `written` was confirmed
  const written: { id: string; sequence: number; body: Buffer }[] = [];
  const stop = new AbortController();
  const writing = (async () => {
    for (let sequence = 4; !stop.signal.aborted; sequence += 1) {
      for (const { id } of open) {
        const body = randomBytes(SMALLEST_ENTRY);
        await fillEntry(store.db, id, sequence, randomBytes(24), body);
        written.push({ id, sequence, body });
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
  })();

  let kills = 0;
  let finished = 0;
  let halfDone = 0;
  while (kills < KILLS) {
    const left = await store.db('cases').whereNotNull('closed_day').pluck<string[]>('id');
    for (let count = left.length; count < 40; count += 1) gone.push(await fill(due));
    const result = await purgeElsewhere(randomInt(400));
    if (result === '') kills += 1;
    else finished += 1;
    if ((await store.db('cases').where('purging', 1).first<unknown>()) !== undefined) halfDone += 1;
  }
  stop.abort();
  await writing;
  expect(JSON.parse(await purgeElsewhere(null))).toMatchObject({ complete: true });
  // kills that hit nothing would prove nothing
  expect(finished).toBeLessThan(KILLS);
  expect(halfDone).toBeGreaterThan(KILLS / 8);

  const ids = open.map(({ id }) => id).sort();
  for (const table of ['entries', 'grants', 'own_keys', 'heads', 'overviews', 'access']) {
    const found = await store.db(table).distinct().pluck<string[]>('case_id');
    expect(found.sort(), table).toEqual(ids);
  }
  expect(await store.db('cases').orderBy('id').pluck('id')).toEqual(ids);
  const files = await store.db('attachments').pluck<string[]>('case_id');
  expect(files.every((id) => ids.some((known) => known === id))).toBe(true);
  for (const { id, sequence, body } of written) {
    const row = await store
      .db('entries')
      .where({ case_id: id, compartment: 'dialogue', sequence })
      .first<{ body: Buffer } | undefined>('body');
    expect(row?.body.equals(body)).toBe(true);
  }
  const present = searchRaw(
    store.config.database,
    open.flatMap(({ sealed }) => sealed),
  );
  expect(present.windowsFound(1)).toBeGreaterThan(0.98 * present.windows);

  const told = await store.db('audit').where('scope', 'operation').pluck<string[]>('content');
  const counted = told.map(
    (text) => (JSON.parse(text) as { details: { count: number } }).details.count,
  );
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(gone.length);

  const erased = searchRaw(
    store.config.database,
    gone.flatMap(({ sealed }) => sealed),
  );
  expect(erased.windowsFound(1)).toBe(0);
  await expectSound(store.db);
  const verdict = await createAudit({ clock: clock.now }).verifyAll(store.db);
  expect(verdict.broken).toEqual([]);
}, 120_000);
