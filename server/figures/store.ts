import type { Knex } from 'knex';
import type { SealedStatistics } from '../../crypto/public.js';
import { bytesOf } from '../bytes.js';
import type { KeepStatistics } from '../records/facts.js';

/** A statistics record as it is stored. */
export interface StatisticsRow extends Omit<SealedStatistics, 'kem' | 'box'> {
  kem: Uint8Array;
  box: Uint8Array;
}

/** Opened records that a reader keeps, sealed under the reader's own key. */
export interface PackRow {
  number: number;
  version: number;
  box: Uint8Array;
}

/** Ids in one statement: SQLite takes so many parameters at least. */
const IN_ONE_STATEMENT = 500;

/** See {@link KeepStatistics}. */
export const keepStatistics: KeepStatistics = async (trx, records) => {
  if (records.length === 0) return true;
  const stored = await trx('statistics')
    .insert(
      records.map((record) => ({ ...record, kem: bytesOf(record.kem), box: bytesOf(record.box) })),
    )
    .onConflict(['recipient', 'id'])
    .ignore()
    .returning('id');
  return stored.length === records.length;
};

/** Records sealed to a reader after an id, by their random ids. */
export async function statisticsOf(
  db: Knex,
  recipient: string,
  after: string,
  limit: number,
): Promise<StatisticsRow[]> {
  return db('statistics')
    .where('recipient', recipient)
    .andWhere('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .select<StatisticsRow[]>('id', 'channel', 'year', 'recipient', 'kem', 'box');
}

/** Removes records of a reader; answers whether each of them was there. */
export async function removeStatistics(
  trx: Knex,
  recipient: string,
  ids: readonly string[],
): Promise<boolean> {
  let removed = 0;
  for (let start = 0; start < ids.length; start += IN_ONE_STATEMENT) {
    const some = ids.slice(start, start + IN_ONE_STATEMENT);
    removed += await trx('statistics').where({ recipient }).whereIn('id', some).delete();
  }
  return removed === ids.length;
}

/** Which packs a reader keeps, in order. */
export async function packsOf(
  db: Knex,
  reader: string,
): Promise<Pick<PackRow, 'number' | 'version'>[]> {
  return db('packs').where({ reader }).orderBy('number').select('number', 'version');
}

/** One pack; undefined where there is none of that number. */
export async function packOf(
  db: Knex,
  reader: string,
  number: number,
): Promise<PackRow | undefined> {
  return db('packs').where({ reader, number }).first('number', 'version', 'box');
}

/** Stores a pack in the place of the version before it; answers whether that one was there. */
export async function keepPack(
  trx: Knex,
  reader: string,
  { number, version, box }: PackRow,
): Promise<boolean> {
  if (version === 1) {
    const rows = await trx('packs')
      .insert({ reader, number, version, box })
      .onConflict(['reader', 'number'])
      .ignore()
      .returning('number');
    return rows.length === 1;
  }
  const place = { reader, number, version: version - 1 };
  return (await trx('packs').where(place).update({ version, box })) === 1;
}
