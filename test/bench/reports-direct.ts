import type {
  AccessRow,
  CaseRow,
  EntryRow,
  GrantRow,
  OverviewRow,
} from '../../server/records/rows.js';
import {
  insertAccess,
  insertCaseRow,
  insertEntries,
  insertGrants,
  upsertOverview,
} from '../../server/records/store.js';
import { openBenchDatabase } from './database.js';
import { serveTasks } from './process.js';

/** Where the rows of reports are read, and where they are written again. */
export interface DirectTask {
  from: string;
  to: string;
}

interface Rows {
  row: CaseRow;
  entries: EntryRow[];
  grants: GrantRow[];
  overview: OverviewRow;
  access: AccessRow[];
}

async function rowsOf(folder: string): Promise<Rows[]> {
  const db = await openBenchDatabase(folder);
  try {
    const cases = await db<CaseRow>('cases').select();
    const found: Rows[] = [];
    for (const row of cases) {
      const where = { case_id: row.id };
      const overview = await db<OverviewRow>('overviews').where(where).first();
      if (overview === undefined) throw new Error('a case without an overview');
      found.push({
        row,
        overview,
        entries: await db<EntryRow>('entries').where(where).select(),
        grants: await db<GrantRow>('grants').where(where).select(),
        access: await db<AccessRow>('access').where(where).select(),
      });
    }
    return found;
  } finally {
    await db.destroy();
  }
}

// Writes the rows that the server wrote, by the same statements and settings, with nothing before them.
serveTasks(async ({ from, to }: DirectTask): Promise<{ seconds: number; count: number }> => {
  const all = await rowsOf(from);
  const db = await openBenchDatabase(to);
  try {
    const started = performance.now();
    for (const { row, entries, grants, overview, access } of all) {
      await db.transaction(async (trx) => {
        await insertCaseRow(trx, row);
        await insertEntries(trx, entries);
        await insertGrants(trx, grants);
        await upsertOverview(trx, overview);
        await insertAccess(trx, access);
      });
    }
    return { seconds: (performance.now() - started) / 1000, count: all.length };
  } finally {
    await db.destroy();
  }
});
