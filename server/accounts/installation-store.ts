import type { Knex } from 'knex';
import type { Day, InstallationId } from '../../crypto/public.js';

/** The one row of `installation`. */
export interface InstallationRow {
  id: InstallationId;
  /** Hash of the set-up link's secret; null once set up. */
  setup_hash: string | null;
  created_day: Day;
}

/** The installation's row; undefined before the first start has made it. */
export async function readInstallation(db: Knex): Promise<InstallationRow | undefined> {
  return db<InstallationRow>('installation').first();
}

/** Stores the installation's row. */
export async function insertInstallation(trx: Knex, row: InstallationRow): Promise<void> {
  await trx<InstallationRow>('installation').insert(row);
}

/** Puts another set-up secret in the place of the one before; null for none. */
export async function keepSetUpHash(trx: Knex, setUpHash: string | null): Promise<void> {
  await trx<InstallationRow>('installation').update({ setup_hash: setUpHash });
}
