import type { Knex } from 'knex';
import type {
  AccountId,
  Day,
  DirectoryHash,
  ReaderId,
  SignedDirectory,
  Stamp,
} from '../../crypto/public.js';

/** A row of `directories`: one version, as its administrator signed it. */
export interface DirectoryRow {
  version: number;
  hash: DirectoryHash;
  document: string;
  administrator: AccountId;
  signature: string;
  /** The day on which the server took it, by its own clock: nobody who signs can date it back. */
  day: Day;
}

interface StampRow {
  reader: ReaderId;
  hash: DirectoryHash;
  day: Day;
  signature: string;
}

/** A version as it was sent. */
export function signedOf(row: DirectoryRow): SignedDirectory {
  return { document: row.document, administrator: row.administrator, signature: row.signature };
}

/** Hash of the newest version; undefined before set-up. */
export async function newestHash(db: Knex): Promise<DirectoryHash | undefined> {
  const row = await db<DirectoryRow>('directories').orderBy('version', 'desc').first('hash');
  return row?.hash;
}

/** The newest version; undefined before set-up. */
export async function newestRow(db: Knex): Promise<DirectoryRow | undefined> {
  return db<DirectoryRow>('directories').orderBy('version', 'desc').first();
}

/** One version; undefined where there is none. */
export async function rowOf(db: Knex, version: number): Promise<DirectoryRow | undefined> {
  return db<DirectoryRow>('directories').where({ version }).first();
}

/** Every version above one, oldest first. */
export async function rowsAfter(db: Knex, version: number): Promise<DirectoryRow[]> {
  return db<DirectoryRow>('directories').where('version', '>', version).orderBy('version').select();
}

/** Whether a version has this hash. */
export async function hasVersion(db: Knex, version: number, hash: string): Promise<boolean> {
  const row = await db<DirectoryRow>('directories').where({ version }).first('hash');
  return row?.hash === hash;
}

/** The day on which the newest version was taken; undefined before set-up. */
export async function newestDay(db: Knex): Promise<Day | undefined> {
  const row = await db<DirectoryRow>('directories').orderBy('version', 'desc').first('day');
  return row?.day;
}

/** Stores a version. */
export async function insertDirectory(trx: Knex, row: DirectoryRow): Promise<void> {
  await trx<DirectoryRow>('directories').insert(row);
}

/** The stamps that name a directory. */
export async function stampsOf(db: Knex, hash: DirectoryHash): Promise<Stamp[]> {
  const rows = await db<StampRow>('stamps').where({ hash }).orderBy('reader').select();
  return rows.map(({ reader, day, signature }) => ({ reader, hash, day, signature }));
}

/** Keeps a reader's stamp in the place of the one before. */
export async function keepStamp(trx: Knex, stamp: Stamp): Promise<void> {
  const { reader, hash, day, signature } = stamp;
  await trx<StampRow>('stamps')
    .insert({ reader, hash, day, signature })
    .onConflict('reader')
    .merge();
}

/** Forgets all stamps: none is for the version that comes now. */
export async function deleteStamps(trx: Knex): Promise<void> {
  await trx<StampRow>('stamps').delete();
}

/** Whether a reader has opened a practice report of a channel. */
export async function practiceRead(db: Knex, channel: string): Promise<boolean> {
  const row = await db('cases')
    .join('readings', 'readings.case_id', 'cases.id')
    .where({ 'cases.channel': channel, 'cases.practice': 1, 'cases.purging': 0 })
    .first<{ id: string } | undefined>('cases.id');
  return row !== undefined;
}
