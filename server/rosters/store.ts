import type { Knex } from 'knex';
import type { AccountId, ReaderId } from '../../crypto/public.js';

/** A row of `rosters`: who is to read a channel from now on, as long as it is not in force. */
export interface RosterRow {
  channel: string;
  /** The terms as their canonical JSON. */
  terms: string;
  proposed_by: AccountId;
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

/** Ends what an account proposed or agreed to; answers of which channels. */
export async function deleteRostersOf(trx: Knex, account: string): Promise<string[]> {
  const theirs = (await listRosters(trx)).filter(({ proposed_by, handler }) =>
    [proposed_by as string, handler as string | null].includes(account),
  );
  for (const { channel } of theirs) await deleteRoster(trx, channel);
  return theirs.map(({ channel }) => channel);
}

/** Ends a channel's proposal. */
export async function deleteRoster(trx: Knex, channel: string): Promise<void> {
  await trx<RosterRow>('rosters').where({ channel }).delete();
}
