import type { Knex } from 'knex';
import type { CaseId, Compartment, Party, Reading, RecordHash } from '../../crypto/public.js';
import type { AccessRow, CaseRow, EntryRow, GrantRow, OverviewRow } from './rows.js';

/** Rows in one statement: SQLite takes a limited number of values. */
const BATCH = 50;

/** All columns but the filler (docs/decisions/0004). */
const entryColumns = [
  'case_id',
  'compartment',
  'sequence',
  'epoch',
  'author',
  'form',
  'header',
  'nonce',
  'body',
  'body_hash',
  'record_hash',
  'signature',
] as const;
const grantColumns = ['case_id', 'compartment', 'epoch', 'recipient', 'kem', 'box'] as const;

/** Stores a new case. */
export async function insertCaseRow(trx: Knex, row: CaseRow): Promise<void> {
  await trx<CaseRow>('cases').insert(row);
}

/** Stores who may open a case. */
export async function insertAccess(trx: Knex, rows: AccessRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await trx<AccessRow>('access').insert(rows.slice(start, start + BATCH));
  }
}

/** Stores entries. */
export async function insertEntries(trx: Knex, rows: EntryRow[]): Promise<void> {
  if (rows.length > 0) await trx<EntryRow>('entries').insert(rows);
}

/** Stores grants. */
export async function insertGrants(trx: Knex, rows: GrantRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await trx<GrantRow>('grants').insert(rows.slice(start, start + BATCH));
  }
}

/** The newest record's hash of a compartment, null where it is empty. */
export async function newestRecord(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
): Promise<RecordHash | null> {
  const row = await db<EntryRow>('entries')
    .where({ case_id: caseId, compartment })
    .orderBy('sequence', 'desc')
    .first('record_hash');
  return row?.record_hash ?? null;
}

/** The record hash at one place of a compartment. Throws where there is none. */
export async function recordHashAt(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
  sequence: number,
): Promise<RecordHash> {
  const row = await db<EntryRow>('entries')
    .where({ case_id: caseId, compartment, sequence })
    .first('record_hash');
  if (row === undefined) throw new Error('no such entry');
  return row.record_hash;
}

/** The entry that opened an epoch. */
export async function epochEntry(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
  epoch: number,
): Promise<EntryRow | undefined> {
  return db<EntryRow>('entries')
    .where({ case_id: caseId, compartment, epoch, form: 'epoch' })
    .first(...entryColumns);
}

/** The entries that opened the epochs of a compartment, oldest first. */
export async function epochEntries(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
): Promise<EntryRow[]> {
  return db<EntryRow>('entries')
    .where({ case_id: caseId, compartment, form: 'epoch' })
    .orderBy('sequence')
    .select(...entryColumns);
}

/** Those of some record hashes that stand in the case's dialogue, with whose they are and where. */
export async function dialogueRecordsAmong(
  db: Knex,
  caseId: CaseId,
  hashes: readonly RecordHash[],
): Promise<Pick<EntryRow, 'record_hash' | 'author' | 'sequence'>[]> {
  if (hashes.length === 0) return [];
  return db<EntryRow>('entries')
    .where({ case_id: caseId, compartment: 'dialogue' })
    .whereIn('record_hash', hashes)
    .select('record_hash', 'author', 'sequence');
}

/**
 * Where the newest entry of the conversation stands that the reporter wrote, or that closed or
 * reopened the case; 0 for none.
 */
export async function newestDecisive(db: Knex, caseId: CaseId): Promise<number> {
  const row = await db<EntryRow>('entries')
    .where({ case_id: caseId, compartment: 'dialogue' })
    .andWhere((which) => {
      void which
        .where('author', 'reporter')
        .orWhereRaw("json_extract(header, '$.effect') in ('close', 'reopen')");
    })
    .orderBy('sequence', 'desc')
    .first('sequence');
  return row?.sequence ?? 0;
}

/** The header of an author's newest entry in a compartment. */
export async function newestHeaderBy(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
  author: Party,
): Promise<string | undefined> {
  const row = await db<EntryRow>('entries')
    .where({ case_id: caseId, compartment, author })
    .orderBy('sequence', 'desc')
    .first('header');
  return row?.header;
}

/** What an author has written into a case: all bodies in bytes, entries, and epochs among them. */
export async function writtenBy(
  db: Knex,
  caseId: CaseId,
  author: Party,
): Promise<{ bytes: number; entries: number; epochs: number }> {
  const [row] = await db<EntryRow>('entries')
    .where({ case_id: caseId, author })
    .select<{ bytes: number | null; entries: number; epochs: number | null }[]>(
      db.raw('sum(length(body)) as bytes'),
      db.raw('count(*) as entries'),
      db.raw("sum(case when form = 'epoch' then 1 else 0 end) as epochs"),
    );
  return {
    bytes: row?.bytes ?? 0,
    entries: row?.entries ?? 0,
    epochs: row?.epochs ?? 0,
  };
}

/** Bytes of all bodies of some compartments. */
export async function bodyBytes(
  db: Knex,
  caseId: CaseId,
  compartments: readonly Compartment[],
): Promise<number> {
  const [row] = await db<EntryRow>('entries')
    .where({ case_id: caseId })
    .whereIn('compartment', compartments)
    .select<{ bytes: number | null }[]>(db.raw('sum(length(body)) as bytes'));
  return row?.bytes ?? 0;
}

/** Entries of some compartments, each in the order of its chain. */
export async function entriesIn(
  db: Knex,
  caseId: CaseId,
  compartments: readonly Compartment[],
): Promise<EntryRow[]> {
  return db<EntryRow>('entries')
    .where({ case_id: caseId })
    .whereIn('compartment', compartments)
    .orderBy(['compartment', 'sequence'])
    .select(...entryColumns);
}

/** The entries at some places of a compartment. */
export async function entriesAt(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
  sequences: readonly number[],
): Promise<EntryRow[]> {
  return db<EntryRow>('entries')
    .where({ case_id: caseId, compartment })
    .whereIn('sequence', sequences)
    .select(...entryColumns);
}

/** Headers and hashes of all records of a compartment, oldest first. */
export async function recordsIn(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
): Promise<Pick<EntryRow, 'sequence' | 'record_hash' | 'header'>[]> {
  return db<EntryRow>('entries')
    .where({ case_id: caseId, compartment })
    .orderBy('sequence')
    .select('sequence', 'record_hash', 'header');
}

/** Whether a case has a record of this hash. */
export async function hasRecord(db: Knex, caseId: string, hash: string): Promise<boolean> {
  const row = await db<EntryRow>('entries')
    .where({ case_id: caseId as CaseId, record_hash: hash as RecordHash })
    .first('sequence');
  return row !== undefined;
}

/** Leaves of an entry's body nothing but its hash. */
export async function eraseBody(
  trx: Knex,
  { case_id, compartment, sequence }: Pick<EntryRow, 'case_id' | 'compartment' | 'sequence'>,
  hash: string,
): Promise<void> {
  await trx<EntryRow>('entries')
    .where({ case_id, compartment, sequence })
    .update({ nonce: null, body: null, body_hash: hash });
}

/** A recipient's grants in a case. */
export async function grantsFor(db: Knex, caseId: CaseId, recipient: Party): Promise<GrantRow[]> {
  return db<GrantRow>('grants')
    .where({ case_id: caseId, recipient })
    .orderBy(['compartment', 'epoch'])
    .select(...grantColumns);
}

/** Changes columns of a case. */
export async function updateCaseRow(
  trx: Knex,
  caseId: CaseId,
  changes: Partial<CaseRow>,
): Promise<void> {
  await trx<CaseRow>('cases').where({ id: caseId }).update(changes);
}

/** Puts these rows in the place of all that said who may open the case. */
export async function replaceAccess(trx: Knex, caseId: CaseId, rows: AccessRow[]): Promise<void> {
  await trx<AccessRow>('access').where({ case_id: caseId }).delete();
  await insertAccess(trx, rows);
}

/** Moves the case to its place in everybody's list. */
export async function moveAccess(
  trx: Knex,
  caseId: CaseId,
  place: Pick<AccessRow, 'state' | 'active_day'>,
): Promise<void> {
  await trx<AccessRow>('access').where({ case_id: caseId }).update(place);
}

/** Stores a case's overview. */
export async function upsertOverview(trx: Knex, row: OverviewRow): Promise<void> {
  await trx<OverviewRow>('overviews').insert(row).onConflict('case_id').merge();
}

/** On which days readers first opened the entries of a case. */
export async function readingsOf(db: Knex, caseId: CaseId): Promise<Reading[]> {
  return db<Reading & { case_id: CaseId }>('readings')
    .where({ case_id: caseId })
    .orderBy('sequence')
    .select('sequence', 'day');
}
