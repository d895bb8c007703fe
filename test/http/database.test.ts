import { rm, stat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { migrate, openDatabase, type Database } from '../../server/database.js';
import { migrations } from '../../migrations/index.js';
import { temporaryFolder } from '../support/server.js';

const open: Database[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function openTemporary(): Promise<{ db: Database; folder: string; events: string[] }> {
  const parent = await temporaryFolder();
  folders.push(parent);
  const folder = path.join(parent, 'data');
  const events: string[] = [];
  const database = path.join(folder, 'casekey.sqlite');
  const db = await openDatabase({ database }, ({ event }) => events.push(event));
  open.push(db);
  return { db, folder, events };
}

describe('openDatabase', () => {
  it('sets every connection up', async () => {
    const { db } = await openTemporary();
    const value = async (pragma: string) => {
      const [row] = await db.raw<Record<string, unknown>[]>(`PRAGMA ${pragma}`);
      return Object.values(row ?? {})[0];
    };
    expect(await value('journal_mode')).toBe('wal');
    expect(await value('synchronous')).toBe(2);
    expect(await value('secure_delete')).toBe(1);
    expect(await value('foreign_keys')).toBe(1);
    expect(await value('auto_vacuum')).toBe(2);
    expect(await value('page_size')).toBe(4096);
    expect(await value('busy_timeout')).toBe(5000);
  });

  it('makes folder and files readable by their owner alone, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const { db, folder } = await openTemporary();
      await migrate(db);
      const files = await readdir(folder);
      expect(files.sort()).toEqual(['casekey.sqlite', 'casekey.sqlite-shm', 'casekey.sqlite-wal']);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      for (const file of files) {
        expect((await stat(path.join(folder, file))).mode & 0o777, file).toBe(0o600);
      }
    } finally {
      process.umask(umask);
    }
  });

  it('keeps values out of errors and logs', async () => {
    const { db, events } = await openTemporary();
    const error: unknown = await db('none')
      .insert({ name: 'canary-55' })
      .catch((caught: unknown) => caught);
    expect(String(error)).toContain('no such table');
    expect(String(error)).not.toContain('canary-55');
    expect(events.every((event) => event.startsWith('database '))).toBe(true);
  });
});

describe('migrate', () => {
  it('applies every step once', async () => {
    const { db } = await openTemporary();
    await migrate(db);
    await migrate(db);
    const applied = await db<{ name: string }>('knex_migrations').select('name').orderBy('id');
    expect(applied.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
  });

  it('refuses a database of a newer release', async () => {
    const { db } = await openTemporary();
    await migrate(db);
    await db('knex_migrations').insert({ name: '9999-later', batch: 9, migration_time: 0 });
    await expect(migrate(db)).rejects.toThrow('9999-later');
  });
});
