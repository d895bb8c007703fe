import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';

/** Tables that nothing a reporter does ever writes to. */
const deskTables = [
  'absences',
  'ceremonies',
  'absence_keys',
  'handbooks',
  'handbook_keys',
  'installation',
  'directories',
  'stamps',
  'accounts',
  'shelves',
  'sessions',
  'rosters',
  'invitations',
  'admissions',
  'incidents',
  'statistics',
  'packs',
  'audit',
  'audit_heads',
  'jobs',
  'knex_migrations',
  'knex_migrations_lock',
];

/** Columns by which rows can be told apart in time or order, and why each is allowed. */
const wholeNumbers: Record<string, string> = {
  'cases.practice': 'flag',
  'cases.escalated': 'flag',
  'cases.purging': 'flag',
  'cases.held': 'flag',
  'cases.restricted': 'flag',
  'cases.part_restricted': 'flag',
  'cases.paused_days': 'days since closure',
  'cases.processed_paused': 'days since closure',
  'cases.dialogue_sequence': 'counts within the case',
  'cases.dialogue_epoch': 'counts within the case',
  'cases.internal_sequence': 'counts within the case',
  'cases.internal_epoch': 'counts within the case',
  'cases.identity_sequence': 'counts within the case',
  'cases.identity_epoch': 'counts within the case',
  'cases.reporter_sequence': 'counts within the case',
  'entries.sequence': 'counts within the case',
  'entries.epoch': 'counts within the case',
  'grants.epoch': 'counts within the case',
  'own_keys.epoch': 'counts within the case',
  'overviews.epoch': 'counts within the case',
  'readings.sequence': 'counts within the case',
  'attachments.size': 'size class',
  'attachments.chunks': 'size class',
  'chunks.id': 'random',
  'chunks.position': 'counts within the attachment',
};

interface Table {
  name: string;
  wr: number;
}

interface Column {
  name: string;
  type: string;
}

describe('tables that reporters touch', () => {
  let server: TestServer;
  let tables: Table[];

  beforeAll(async () => {
    server = await startTestServer();
    const all = await server.db.raw<Table[]>('pragma table_list');
    tables = all.filter(({ name }) => !name.startsWith('sqlite_') && !deskTables.includes(name));
  });
  afterAll(async () => {
    await server.stop();
  });

  async function columnsOf(table: string): Promise<Column[]> {
    return server.db.raw<Column[]>(`pragma table_info(${table})`);
  }

  it('are those that this test knows', () => {
    expect(tables.map(({ name }) => name).sort()).toEqual([
      'access',
      'attachments',
      'cases',
      'chunks',
      'entries',
      'grants',
      'heads',
      'identity_questions',
      'identity_requests',
      'openings',
      'overviews',
      'own_keys',
      'readings',
    ]);
  });

  it('have no row number that grows: no rowid, but for chunks whose id is random', () => {
    expect(tables.filter(({ wr }) => wr === 0).map(({ name }) => name)).toEqual(['chunks']);
  });

  it('have no whole number that could count or date rows across cases', async () => {
    const found: string[] = [];
    for (const { name } of tables) {
      for (const column of await columnsOf(name)) {
        if (/int|real|numeric|date|time/i.test(column.type)) found.push(`${name}.${column.name}`);
      }
    }
    expect(found.sort()).toEqual(Object.keys(wholeNumbers).sort());
  });

  it('name no moment, only days', async () => {
    for (const { name } of tables) {
      for (const column of await columnsOf(name)) {
        expect(`${name}.${column.name}`).not.toMatch(/_at$|time|moment|until|stamp/);
      }
    }
  });
});
