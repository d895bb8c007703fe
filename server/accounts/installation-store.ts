import type { Knex } from 'knex';
import type { Day, InstallationId } from '../../crypto/public.js';

/** The one row of `installation`. */
export interface InstallationRow {
  id: InstallationId;
  /** Hash of the secret of the one-time link that counts now; null for none. */
  link_hash: string | null;
  /** Until when, ISO 8601 in UTC; null for the link to set up, which counts until it is used. */
  link_until: string | null;
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

/** Puts another one-time link in the place of the one before; null for none. */
export async function keepLink(
  trx: Knex,
  link: { hash: string; until: string | null } | null,
): Promise<void> {
  await trx<InstallationRow>('installation').update({
    link_hash: link?.hash ?? null,
    link_until: link?.until ?? null,
  });
}
