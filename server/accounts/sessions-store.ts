import type { Knex } from 'knex';
import type { AccountId, AccountPart } from '../../crypto/public.js';

/** A `recovery` session can do nothing but change the credentials. */
export type SessionKind = 'desk' | 'recovery';

/** A row of `sessions`. Times are ISO 8601 in UTC, so that they compare as text. */
export interface SessionRow {
  token_hash: string;
  account: AccountId;
  kind: SessionKind;
  idle_until: string;
  ends_at: string;
}

/** A session with what every request asks of its account. */
export type SessionOfAccount = SessionRow & { name: string; part: AccountPart };

/** Stores a session. */
export async function insertSession(trx: Knex, row: SessionRow): Promise<void> {
  await trx<SessionRow>('sessions').insert(row);
}

/** The session of a token with its active account, whether it has ended or not. */
export async function sessionByToken(
  db: Knex,
  tokenHash: string,
): Promise<SessionOfAccount | undefined> {
  return db('sessions')
    .join('accounts', 'accounts.id', 'sessions.account')
    .where({ 'sessions.token_hash': tokenHash, 'accounts.state': 'active' })
    .first<SessionOfAccount | undefined>('sessions.*', 'accounts.name', 'accounts.part');
}

/** Puts off the end of an idle session. */
export async function prolongSession(
  db: Knex,
  tokenHash: string,
  idleUntil: string,
): Promise<void> {
  await db<SessionRow>('sessions').where('token_hash', tokenHash).update({ idle_until: idleUntil });
}

/** Ends one session. */
export async function deleteSession(trx: Knex, tokenHash: string): Promise<void> {
  await trx<SessionRow>('sessions').where('token_hash', tokenHash).delete();
}

/** Ends the sessions of an account, but for one that may be kept. */
export async function deleteSessionsOf(
  trx: Knex,
  account: string,
  kept: string | null = null,
): Promise<void> {
  const sessions = trx<SessionRow>('sessions').where('account', account);
  await (kept === null ? sessions : sessions.whereNot('token_hash', kept)).delete();
}

/** Ends the sessions of one kind of an account, but for so many that were used last. */
export async function deleteLongestIdle(
  trx: Knex,
  { account, kind, kept }: Pick<SessionRow, 'account' | 'kind'> & { readonly kept: number },
): Promise<void> {
  const own = { account, kind };
  const last = trx<SessionRow>('sessions')
    .where(own)
    .orderBy([
      { column: 'idle_until', order: 'desc' },
      { column: 'ends_at', order: 'desc' },
    ])
    .limit(kept)
    .select('token_hash');
  await trx<SessionRow>('sessions').where(own).whereNotIn('token_hash', last).delete();
}

/** Forgets the sessions that have ended by themselves. */
export async function deleteEndedSessions(trx: Knex, now: string): Promise<void> {
  await trx<SessionRow>('sessions')
    .where('idle_until', '<=', now)
    .orWhere('ends_at', '<=', now)
    .delete();
}
