import type { Knex } from 'knex';
import type { AccountId, IncidentCause } from '../../crypto/public.js';

/** A row of `incidents`. Decisions are JSON; nothing in it was typed freely but a reference number. */
export interface IncidentRow {
  id: string;
  account: AccountId;
  since_day: string | null;
  cause: IncidentCause;
  known_at: string;
  opened_at: string;
  opened_by: AccountId;
  authority: string | null;
  authority_by: AccountId | null;
  authority_at: string | null;
  subjects: string | null;
  subjects_by: AccountId | null;
  subjects_at: string | null;
}

/** Stores an incident. */
export async function insertIncident(trx: Knex, row: IncidentRow): Promise<void> {
  await trx<IncidentRow>('incidents').insert(row);
}

/** An incident by its id. */
export async function incidentById(db: Knex, id: string): Promise<IncidentRow | undefined> {
  return db<IncidentRow>('incidents').where({ id }).first();
}

/** All incidents, the newest first. */
export async function listIncidents(db: Knex): Promise<IncidentRow[]> {
  return db<IncidentRow>('incidents')
    .orderBy([{ column: 'opened_at', order: 'desc' }, { column: 'id' }])
    .select();
}

/** Changes columns of an incident. */
export async function updateIncident(
  trx: Knex,
  id: string,
  changes: Partial<IncidentRow>,
): Promise<void> {
  await trx<IncidentRow>('incidents').where({ id }).update(changes);
}
