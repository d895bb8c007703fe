import type { Knex } from 'knex';
import type { AccountId } from '../../crypto/public.js';

/** A row of `shelves`: what somebody's desk keeps for itself, always of one size. */
export interface ShelfRow {
  account: AccountId;
  /** Counts up with each time it is kept. */
  number: number;
  box: Uint8Array;
}

/** What an account's desk keeps; undefined before the first time. */
export async function shelfOf(db: Knex, account: AccountId): Promise<ShelfRow | undefined> {
  return db<ShelfRow>('shelves').where({ account }).first();
}

/** Keeps it in the place of the one before. */
export async function replaceShelf(trx: Knex, row: ShelfRow): Promise<void> {
  await trx<ShelfRow>('shelves').insert(row).onConflict('account').merge();
}

/** Forgets what somebody's desk kept. */
export async function deleteShelf(db: Knex, account: string): Promise<void> {
  await db<ShelfRow>('shelves').where('account', account).delete();
}
