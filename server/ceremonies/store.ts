import type { Knex } from 'knex';
import type { CaseId, CeremonyTerms } from '../../crypto/public.js';
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

/** Ends one: what was done by it stays known, else nothing of it is kept. */
export async function endCeremony(
  trx: Knex,
  { id, used_day: used }: Pick<CeremonyRow, 'id' | 'used_day'>,
): Promise<void> {
  if (used === null) await trx<CeremonyRow>('ceremonies').where({ id }).delete();
  else await updateCeremony(trx, id, { agreed_at: new Date(0).toISOString() });
}

/**
 * Ends those in which somebody is the officer, signed, or would be given cases: after an incident or
 * a removal nothing goes on that these keys have a part in.
 */
export async function endCeremoniesWith(trx: Knex, account: string): Promise<void> {
  for (const row of await listCeremonies(trx)) {
    const { officer, to } = JSON.parse(row.terms) as CeremonyTerms;
    const involved: string[] = [officer, row.asked_by, ...to];
    if (involved.includes(account) || row.agreed_by === account) await endCeremony(trx, row);
  }
}

/** Ends those that say of somebody who signs in now that they cannot read any more. */
export async function endCeremoniesWithout(trx: Knex, account: string): Promise<void> {
  for (const row of await listCeremonies(trx)) {
    const { lost } = JSON.parse(row.terms) as CeremonyTerms;
    if ((lost as readonly string[]).includes(account)) await endCeremony(trx, row);
  }
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
