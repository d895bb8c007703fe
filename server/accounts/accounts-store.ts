import type { Knex } from 'knex';
import type { AccountId, AccountPart, Day } from '../../crypto/public.js';

/**
 * `joined` waits for admission; `locked` is shut since its keys may be in wrong hands; `removed` keeps
 * only what the log and the list refer to.
 */
export type AccountState = 'joined' | 'active' | 'locked' | 'removed';

/** A row of `accounts`. Vaults and one-time secrets are wrapped by the server's key. */
export interface AccountRow {
  id: AccountId;
  name: string;
  part: AccountPart;
  state: AccountState;
  proof_hash: string;
  vault: Uint8Array;
  recovery_proof_hash: string;
  recovery_vault: Uint8Array;
  one_time_secret: Uint8Array | null;
  one_time_state: 'off' | 'pending' | 'on';
  /** The newest step of which a code was accepted; codes up to it are used up. */
  one_time_step: number;
  memory: Uint8Array | null;
  mail: string | null;
  created_day: Day;
}

/** What is looked at before a proof is found right: the same small columns for every name. */
export type AccountProofs = Pick<AccountRow, 'id' | 'state' | 'proof_hash' | 'recovery_proof_hash'>;

/** The proofs of the account that has a name now. */
export async function proofsOfName(db: Knex, name: string): Promise<AccountProofs | undefined> {
  return db<AccountRow>('accounts')
    .where({ name })
    .whereNot('state', 'removed')
    .first('id', 'state', 'proof_hash', 'recovery_proof_hash');
}

/** Whether another account than this one has the recovery kit with this hash. */
export async function kitInUse(db: Knex, id: string, recoveryProofHash: string): Promise<boolean> {
  const row = await db<AccountRow>('accounts')
    .where({ recovery_proof_hash: recoveryProofHash })
    .whereNot('id', id)
    .first('id');
  return row !== undefined;
}

/** An account that is not removed. */
export async function accountById(db: Knex, id: string): Promise<AccountRow | undefined> {
  return db<AccountRow>('accounts').where('id', id).whereNot('state', 'removed').first();
}

/** Any account that is not removed; undefined before set-up. */
export async function anyAccount(db: Knex): Promise<AccountRow | undefined> {
  return db<AccountRow>('accounts').whereNot('state', 'removed').first();
}

/** Whether an id was ever given to an account. */
export async function accountIdTaken(db: Knex, id: string): Promise<boolean> {
  const row = await db('accounts').where({ id }).first<{ id: string } | undefined>('id');
  return row !== undefined;
}

/** Ids of the accounts that can be signed in to. */
export async function openAccounts(db: Knex): Promise<ReadonlySet<string>> {
  const rows = await db<AccountRow>('accounts').where({ state: 'active' }).select('id');
  return new Set(rows.map(({ id }) => id));
}

/** All accounts by name, without anything secret. */
export async function listAccounts(
  db: Knex,
): Promise<Pick<AccountRow, 'id' | 'name' | 'part' | 'state'>[]> {
  return db<AccountRow>('accounts').orderBy(['name', 'id']).select('id', 'name', 'part', 'state');
}

/** Stores a new account. */
export async function insertAccount(trx: Knex, row: AccountRow): Promise<void> {
  await trx<AccountRow>('accounts').insert(row);
}

/** Changes columns of an account. */
export async function updateAccount(
  trx: Knex,
  id: string,
  changes: Partial<AccountRow>,
): Promise<void> {
  await trx<AccountRow>('accounts').where('id', id).update(changes);
}

/** Uses up the codes of all steps up to this one. Answers whether this one was still unused. */
export async function useStep(trx: Knex, id: string, step: number): Promise<boolean> {
  const changed = await trx<AccountRow>('accounts')
    .where('id', id)
    .where('one_time_step', '<', step)
    .update({ one_time_step: step });
  return changed === 1;
}

/** Removes an account that was never admitted. */
export async function deleteJoined(trx: Knex, id: string): Promise<void> {
  await trx<AccountRow>('accounts').where('id', id).where('state', 'joined').delete();
}
