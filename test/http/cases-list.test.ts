import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { addDays, CaseList, type Day } from '../../crypto/private.js';
import type { Answer } from '../support/api.js';
import {
  admitHandler,
  askAs,
  setUpDesk,
  signIn,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import { fillCase, type FillOptions, type FilledCase } from '../support/rows.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

const clock = createTestClock();
const firstDay = '2026-01-01' as Day;

let server: TestServer;
let desk: TestDesk;
let olle: TestPerson;

beforeAll(async () => {
  server = await startTestServer({ clock: clock.now });
  await server.db.raw('pragma synchronous = off');
  desk = await setUpDesk(server);
  olle = await admitHandler(desk, 'olle');
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

beforeEach(async () => {
  await server.db.transaction(async (trx) => {
    for (const table of ['access', 'grants', 'own_keys', 'heads', 'openings', 'readings']) {
      await trx(table).delete();
    }
    for (const table of ['entries', 'overviews', 'cases']) await trx(table).delete();
  });
  await signIn(desk, desk.handler);
});

const fill = (
  options: FillOptions = {},
  readers: readonly TestPerson[] = [desk.handler],
): Promise<FilledCase> =>
  fillCase(
    server.db,
    {
      organisation: { id: desk.channel.organisation },
      channel: desk.channel,
      readers: readers.map((record) => ({ record })),
    },
    options,
  );

async function page(
  query = '',
  person: TestPerson = desk.handler,
): Promise<{ answer: Answer; ids: string[]; next: string | null }> {
  const answer = await askAs(desk, person, 'GET', `/api/desk/cases${query}`);
  const { cases, next } = v.parse(CaseList, answer.json);
  return { answer, ids: cases.map((listing) => listing.case.id), next };
}

async function pages(state: string): Promise<{ ids: string[]; sizes: number[]; rows: number[] }> {
  const all = { ids: [] as string[], sizes: [] as number[], rows: [] as number[] };
  let next: string | null = null;
  do {
    const after: string = next === null ? '' : `&after=${encodeURIComponent(next)}`;
    const found = await page(`?state=${state}${after}`);
    all.ids.push(...found.ids);
    all.sizes.push(found.answer.bytes.length);
    all.rows.push(found.ids.length);
    next = found.next;
  } while (next !== null);
  return all;
}

/** The order of the list: newest activity first, and a fixed one within a day. */
function inOrder(cases: readonly { id: string; day: string }[]): string[] {
  return cases
    .toSorted((a, b) => (`${a.day} ${a.id}` < `${b.day} ${b.id}` ? 1 : -1))
    .map(({ id }) => id);
}

describe('the list of cases', () => {
  it('shows every case once, newest activity first, 50 on a page', async () => {
    const filled: { id: string; day: string }[] = [];
    for (let count = 0; count < 120; count += 1) {
      const day = addDays(firstDay, count % 7);
      filled.push({ id: (await fill({ activeDay: day })).id, day });
    }
    const closed = await fill({ closedDay: addDays(firstDay, 3) });
    const { ids, rows } = await pages('open');
    expect(ids).toEqual(inOrder(filled));
    expect(rows).toEqual([50, 50, 20]);
    expect((await pages('closed')).ids).toEqual([closed.id]);
  });

  it('is open cases unless asked otherwise, and empty where there are none', async () => {
    const { id } = await fill();
    expect((await page()).ids).toEqual([id]);
    expect(await page('?state=closed')).toMatchObject({ ids: [], next: null });
    await signIn(desk, olle);
    expect(await page('', olle)).toMatchObject({ ids: [], next: null });
  });

  it('tells which cases some reader has opened, whoever it was', async () => {
    const [read, unread] = [await fill({}, [desk.handler, olle]), await fill()];
    await server.db('readings').where({ case_id: unread.id }).delete();
    const { answer } = await page();
    const { cases } = v.parse(CaseList, answer.json);
    const opened = new Map(cases.map((each) => [each.case.id, each.opened]));
    expect([opened.get(read.id), opened.get(unread.id)]).toEqual([true, false]);
  });

  it('ends where the last page is full', async () => {
    for (let count = 0; count < 50; count += 1) await fill();
    expect((await page()).next).toBeNull();
    await fill();
    expect((await page()).next).not.toBeNull();
  });

  it('has at most 100 KB on a page, with fewer rows where none was opened before', async () => {
    for (let count = 0; count < 80; count += 1) await fill({ opened: false });
    const fresh = await pages('open');
    expect(fresh.ids).toHaveLength(80);
    expect(Math.max(...fresh.sizes)).toBeLessThanOrEqual(100_000);
    expect(fresh.rows[0]).toBeGreaterThan(25);
    for (let count = 0; count < 80; count += 1) await fill({ activeDay: '2026-04-01' as Day });
    const opened = await page();
    expect(opened.ids).toHaveLength(50);
    expect(opened.answer.bytes.length).toBeLessThanOrEqual(100_000);
  });

  it('goes on from a place although the case there has moved', async () => {
    const filled: FilledCase[] = [];
    for (let count = 0; count < 60; count += 1) {
      filled.push(await fill({ activeDay: addDays(firstDay, count) }));
    }
    const first = await page();
    const moved = first.ids.at(-1) ?? '';
    await server.db('access').where('case_id', moved).update({ active_day: '2027-01-01' });
    const second = await page(`?after=${encodeURIComponent(first.next ?? '')}`);
    expect(second.ids).toEqual(
      filled
        .slice(0, 10)
        .reverse()
        .map(({ id }) => id),
    );
  });

  it.each([
    '?state=all',
    '?state=open&state=closed',
    '?after=x',
    '?after=2026-01-01',
    `?after=2026-01-01.${'A'.repeat(42)}`,
    `?after=2026-01-01.${'A'.repeat(43)}.`,
    '?after=a&after=b',
  ])('refuses %s', async (query) => {
    const answer = await askAs(desk, desk.handler, 'GET', `/api/desk/cases${query}`);
    expect([answer.status, answer.code]).toEqual([400, 'malformed']);
  });

  it('finds its rows by indexes alone, so that it costs the same however many there are', async () => {
    for (let count = 0; count < 60; count += 1) {
      const opened = count % 2 === 0;
      await fill({ activeDay: addDays(firstDay, count % 9), opened }, [desk.handler, olle]);
    }
    const { next } = await page();
    const asked: { sql: string; bindings: unknown[] }[] = [];
    const listen = (query: { sql: string; bindings: unknown[] }): void => {
      if (query.sql.startsWith('select')) asked.push(query);
    };
    server.db.on('query', listen);
    await page();
    await page(`?after=${encodeURIComponent(next ?? '')}`);
    await page('?state=closed');
    server.db.removeListener('query', listen);

    const tables = new Set<string>();
    for (const { sql, bindings } of asked) {
      const steps = await server.db.raw<{ detail: string }[]>(`explain query plan ${sql}`, [
        ...bindings,
      ] as string[]);
      const plan = steps.map(({ detail }) => detail).join('; ');
      expect(plan, sql).not.toMatch(/\bSCAN (?!\d+-ROW VALUES)|TEMP B-TREE/);
      tables.add(/from `(\w+)`/.exec(sql)?.[1] ?? '');
    }
    expect([...tables]).toEqual(
      expect.arrayContaining(['access', 'cases', 'overviews', 'own_keys', 'heads', 'grants']),
    );
  });

  it('asks the database equally often for few rows and for many', async () => {
    const count = async (): Promise<number> => {
      let queries = 0;
      const listen = (): void => {
        queries += 1;
      };
      server.db.on('query', listen);
      await page();
      server.db.removeListener('query', listen);
      return queries;
    };
    await fill();
    const few = await count();
    for (let filled = 0; filled < 60; filled += 1) await fill();
    expect(await count()).toBe(few);
  });
});
