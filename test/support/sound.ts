import path from 'node:path';
import type { Knex } from 'knex';
import { expect } from 'vitest';
import { openDatabase } from '../../server/database.js';

/** Finds a database whole: no page of it is damaged, and no row names another that is not there. */
export async function expectSound(db: Knex): Promise<void> {
  expect(await db.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await db.raw('pragma foreign_key_check')).toEqual([]);
}

/** The same of the database that a stopped or killed server left in its data folder. */
export async function expectSoundIn(dataFolder: string): Promise<void> {
  const database = path.join(dataFolder, 'casekey.sqlite');
  const db = await openDatabase({ database }, () => undefined);
  try {
    await expectSound(db);
  } finally {
    await db.destroy();
  }
}
