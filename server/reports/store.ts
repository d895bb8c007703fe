import type { Knex } from 'knex';
import type { CaseId } from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';

/** A case by the hash of its look-up token: one look-up in an index, whether it is there or not. */
export async function caseByToken(db: Knex, hash: string): Promise<CaseRow | undefined> {
  return db<CaseRow>('cases').where('token_hash', hash).first();
}

/** Cases that a new one would collide with. */
export async function casesInTheWay(
  db: Knex,
  id: CaseId,
  hash: string,
): Promise<Pick<CaseRow, 'id' | 'creation_hash' | 'received_day' | 'purging'>[]> {
  return db<CaseRow>('cases')
    .where('id', id)
    .orWhere('token_hash', hash)
    .select('id', 'creation_hash', 'received_day', 'purging');
}
