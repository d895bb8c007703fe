import { dayOf, type Day } from '../../crypto/private.js';
import { migrate, openDatabase, type Database } from '../../server/database.js';
import { installOrganisation, makeOrganisation } from '../support/organisation.js';
import { databaseFile } from './process.js';

/** Opens a database of a folder with the settings of the server, schema up to date. */
export async function openBenchDatabase(folder: string): Promise<Database> {
  const db = await openDatabase({ database: databaseFile(folder) }, () => undefined);
  await migrate(db);
  return db;
}

/** Puts a published organisation with three readers into a folder where no server has started yet. */
export async function prepareFolder(folder: string): Promise<void> {
  const db = await openBenchDatabase(folder);
  try {
    const day: Day = dayOf(new Date());
    const parts = ['handler', 'handler', 'handler'] as const;
    await installOrganisation(db, await makeOrganisation({ day, parts }));
  } finally {
    await db.destroy();
  }
}
