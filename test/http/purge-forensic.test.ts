import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Day } from '../../crypto/public.js';
import { createAudit } from '../../server/audit/service.js';
import { searchRaw } from '../support/forensic.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase, fillEntry, SMALLEST_ENTRY, type FilledCase } from '../support/rows.js';
import { createTestClock } from '../support/server.js';

const clock = createTestClock('2026-03-02T03:00:00Z');
const due = '2024-03-01' as Day;
/** Sealed sizes: epoch documents of any length, texts of the size classes. */
const entrySizes = [SMALLEST_ENTRY, SMALLEST_ENTRY, 8 * 1024 + 16, 32 * 1024 + 16];

let store: TestStore;

beforeAll(async () => {
  store = await makeTestStore();
  // nothing is cut off here; writing to the disk at once would only take longer
  await store.db.raw('pragma synchronous = off');
});

afterAll(async () => {
  await store.stop();
});

function pick<T>(items: readonly T[]): T {
  const item = items[randomInt(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function fill(closedDay: Day | null): Promise<FilledCase> {
  const texts = Array.from({ length: randomInt(3) }, () => pick(entrySizes));
  const chunks = Array.from({ length: randomInt(8) === 0 ? randomInt(1, 4) : 0 }, () =>
    randomInt(65_576, 200_000),
  );
  return fillCase(store.db, store.organisation, {
    closedDay,
    entries: [randomInt(3000, 9000), pick(entrySizes), ...texts],
    chunks,
  });
}

/** Writes on in a case as reporters and handlers do: entries grow, small records are replaced. */
async function work(found: FilledCase): Promise<void> {
  const seal = (bytes: number): Buffer => {
    const made = randomBytes(bytes);
    found.sealed.push(made);
    return made;
  };
  const { db } = store;
  const { max } = (await db('entries')
    .where('case_id', found.id)
    .max<{ max: number }>('sequence as max')
    .first()) ?? { max: 0 };
  await fillEntry(db, found.id, max + 1, seal(24), seal(pick(entrySizes)));
  const reader = pick(store.organisation.readers).record.id;
  const own = { case_id: found.id, reader };
  await db('overviews')
    .where('case_id', found.id)
    .update({ box: seal(584) });
  await db('heads')
    .where(own)
    .update({ box: seal(328) });
  await db('own_keys')
    .insert({ ...own, compartment: 'internal', epoch: randomInt(1, 4), box: seal(104) })
    .onConflict(['case_id', 'reader', 'compartment', 'epoch'])
    .merge();
  const note = randomBytes(randomInt(10, 60)).toString('base64url');
  found.sealed.push(Buffer.from(note));
  await createAudit({ clock: clock.now }).append(db, {
    scope: found.scope,
    action: 'entry_added',
    actor: null,
    details: { note },
  });
}

describe('after a purge', () => {
  it('nothing of what was sealed in a case stands in the database file or its journal', async () => {
    const open: FilledCase[] = [];
    const gone: FilledCase[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (let count = 0; count < 110; count += 1) open.push(await fill(null));
      for (let count = 0; count < 90; count += 1) await work(pick(open));
      const closing = open.splice(0).filter((found) => {
        if (randomInt(3) > 0) {
          open.push(found);
          return false;
        }
        return true;
      });
      for (const { id } of closing) {
        await store.db('cases').where({ id }).update({ closed_day: due });
      }
      gone.push(...closing);
      // others write while the purge runs
      const finished = new AbortController();
      const run = store
        .retention(clock.now)
        .run()
        .finally(() => {
          finished.abort();
        });
      while (!finished.signal.aborted) await work(pick(open));
      expect(await run).toMatchObject({ purged: { cases: closing.length }, complete: true });
    }
    // what the last writers wrote beside the purge stands in the journal: one more night
    expect(await store.retention(clock.now).run()).toMatchObject({ complete: true });

    const { database } = store.config;
    const erased = searchRaw(
      database,
      gone.flatMap(({ sealed }) => sealed),
    );
    expect(erased.windows).toBeGreaterThan(100_000);
    expect(erased.windowsFound(1)).toBe(0);

    // the search finds what is there, and what is there stands in one place alone: SQLite left no
    // copies about that a later purge could not reach
    const live = searchRaw(
      database,
      open.flatMap(({ sealed }) => sealed),
    );
    expect(live.windowsFound(1)).toBeGreaterThan(0.9 * live.windows);
    expect(live.windowsFound(2)).toBe(0);
  }, 120_000);
});
