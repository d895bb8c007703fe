import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../server/database.js';
import { temporaryFolder } from '../support/server.js';

describe('two processes at one database', () => {
  let folder: string;
  let first: Database;
  let second: Database;

  beforeEach(async () => {
    folder = await temporaryFolder();
    const config = { database: path.join(folder, 'test.sqlite') };
    first = await openDatabase(config, () => undefined);
    second = await openDatabase(config, () => undefined);
    await first.schema.createTable('counts', (table) => table.integer('count').notNullable());
    await first('counts').insert({ count: 0 });
  });

  afterEach(async () => {
    await Promise.all([first.destroy(), second.destroy()]);
    await rm(folder, { recursive: true });
  });

  it('lose nothing when both read before they write', async () => {
    const add = (db: Database): Promise<void> =>
      db.transaction(async (trx) => {
        const row = await trx<{ count: number }>('counts').first('count');
        await trx('counts').update({ count: (row?.count ?? 0) + 1 });
      });
    const many = async (db: Database): Promise<void> => {
      for (let count = 0; count < 100; count += 1) await add(db);
    };
    await Promise.all([many(first), many(second)]);
    expect(await first('counts').first()).toEqual({ count: 200 });
  });
});
