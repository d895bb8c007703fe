import type { Knex } from 'knex';
import type { CaseId } from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';

/** A row of `ceremonies`. Times are ISO 8601 in UTC, so that they compare as text. */
export interface CeremonyRow {
  id: string;
  /** The terms as their canonical JSON. */
  terms: string;
  asked_by: string;
  asked_signature: string;
  asked_at: string;
  agreed_by: string | null;
  agreed_signature: string | null;
  agreed_at: string | null;
  /** The last day on which a case was given on by it, null for none. */
  used_day: string | null;
}

/** All that were asked for and not withdrawn, the newest first. */
export async function listCeremonies(db: Knex): Promise<CeremonyRow[]> {
  return db<CeremonyRow>('ceremonies').orderBy('asked_at', 'desc').select();
}

/** One that was asked for. */
export async function ceremonyById(db: Knex, id: string): Promise<CeremonyRow | undefined> {
  return db<CeremonyRow>('ceremonies').where({ id }).first();
}

/** Keeps a new one, and forgets those that came to nothing. */
export async function insertCeremony(trx: Knex, row: CeremonyRow): Promise<void> {
  await trx<CeremonyRow>('ceremonies').whereNull('used_day').delete();
  await trx<CeremonyRow>('ceremonies').insert(row);
}

/** Changes one. */
export async function updateCeremony(
  trx: Knex,
  id: string,
  changes: Partial<CeremonyRow>,
): Promise<void> {
  await trx<CeremonyRow>('ceremonies').where({ id }).update(changes);
}

/** Forgets one. */
export async function deleteCeremony(trx: Knex, id: string): Promise<void> {
  await trx<CeremonyRow>('ceremonies').where({ id }).delete();
}

/** Whether one of some accounts has a session at the desk that has not ended. */
export async function isSomebodySignedIn(
  db: Knex,
  accounts: readonly string[],
  now: string,
): Promise<boolean> {
  const row = await db('sessions')
    .whereIn('account', [...accounts])
    .where('kind', 'desk')
    .where('idle_until', '>', now)
    .where('ends_at', '>', now)
    .first<object | undefined>('account');
  return row !== undefined;
}

/**
 * The cases that a paper opens and none of some handlers, oldest first, or the one of this id.
 *
 * @param holders who keeps a case from being the paper's alone.
 */
export async function casesOfPaperAlone(
  db: Knex,
  officer: string,
  holders: readonly string[],
  id?: CaseId,
): Promise<CaseRow[]> {
  const all = db('cases')
    .join('access as held', 'held.case_id', 'cases.id')
    .where({ 'held.reader': officer, 'cases.purging': 0 })
    .whereNotExists(
      db('access as other')
        .select('other.reader')
        .whereRaw('other.case_id = cases.id')
        .whereIn('other.reader', [...holders]),
    );
  return (id === undefined ? all : all.where('cases.id', id))
    .orderBy(['cases.received_day', 'cases.id'])
    .select<CaseRow[]>('cases.*');
}
