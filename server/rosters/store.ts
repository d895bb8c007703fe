import type { Knex } from 'knex';
import type { ReaderId } from '../../crypto/public.js';

/** A row of `rosters`: who is to read a channel from now on, as long as it is not in force. */
export interface RosterRow {
  channel: string;
  /** The terms as their canonical JSON. */
  terms: string;
  handler: ReaderId | null;
  handler_signature: string | null;
}

/** All that are proposed. */
export async function listRosters(db: Knex): Promise<RosterRow[]> {
  return db<RosterRow>('rosters').orderBy('channel').select();
}

/** What is proposed for a channel. */
export async function rosterOf(db: Knex, channel: string): Promise<RosterRow | undefined> {
  return db<RosterRow>('rosters').where({ channel }).first();
}

/** Keeps a proposal in the place of the one before. */
export async function keepRoster(trx: Knex, row: RosterRow): Promise<void> {
  await trx<RosterRow>('rosters').insert(row).onConflict('channel').merge();
}

/** Ends a channel's proposal. */
export async function deleteRoster(trx: Knex, channel: string): Promise<void> {
  await trx<RosterRow>('rosters').where({ channel }).delete();
}
