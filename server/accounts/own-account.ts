import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  tokenHash,
  type ChangeCredentials,
  type KeepShelf,
  type OneTimeCodeStarted,
  type Shelf,
} from '../../crypto/public.js';
import { OPERATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf, textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import type { Throttle } from '../http/limits.js';
import { accountById, kitInUse, updateAccount, type AccountRow } from './accounts-store.js';
import { credentialColumns, hashHolds } from './credentials.js';
import { newOneTimeSecret, shownSecret, type TakeCode } from './one-time-code.js';
import type { ServerKey } from './server-key.js';
import type { DeskSession } from './sessions.js';
import { deleteSession, deleteSessionsOf } from './sessions-store.js';
import { replaceShelf, shelfOf } from './shelves-store.js';

/** What people change about their own account. */
export interface OwnAccountService {
  /**
   * Puts new credentials in place and ends every other session; that of a recovery ends as well.
   *
   * @throws ApiError `sign_in_refused` unless the proof is the present one, `too_many_attempts`,
   * `words_in_use` for the kit of another account, or `malformed`.
   */
  changeCredentials(
    session: DeskSession,
    input: v.InferOutput<typeof ChangeCredentials>,
  ): Promise<void>;
  /** Keeps what the desk sealed for itself. */
  keepMemory(session: DeskSession, memory: string): Promise<void>;
  /** What the desk keeps of drafts and filters, sealed for this person alone. */
  shelf(session: DeskSession): Promise<Shelf>;
  /**
   * Keeps it anew.
   *
   * @throws ApiError `conflict` where another desk of this person kept it since.
   */
  keepShelf(session: DeskSession, shelf: KeepShelf): Promise<void>;
  /** Sets where the daily mail goes, null for none. */
  setMail(session: DeskSession, mail: string | null): Promise<void>;
  /**
   * Makes a secret for one-time codes; it counts once confirmed.
   *
   * @throws ApiError `one_time_code_state` while codes are on.
   */
  startOneTimeCode(session: DeskSession): Promise<v.InferOutput<typeof OneTimeCodeStarted>>;
  /** @throws ApiError `one_time_code_state` unless started, `one_time_code_wrong`, `too_many_attempts`. */
  confirmOneTimeCode(session: DeskSession, code: string): Promise<void>;
  /** @throws ApiError `one_time_code_state` unless on, `one_time_code_wrong`, `too_many_attempts`. */
  stopOneTimeCode(session: DeskSession, code: string): Promise<void>;
  /** Ends this session. */
  signOut(session: DeskSession): Promise<void>;
}

export interface OwnAccountOptions {
  db: Knex;
  audit: Audit;
  serverKey: ServerKey;
  /** Counts wrong proofs. */
  attempts: Throttle;
  takeCode: TakeCode;
}

/** Makes what people change about their own account. */
export function createOwnAccount(options: OwnAccountOptions): OwnAccountService {
  const { db, audit, serverKey, attempts, takeCode } = options;

  /** Changes the account and writes down that it did, together. */
  async function change(
    session: DeskSession,
    action: string,
    work: (trx: Knex, account: AccountRow) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async (trx) => {
      const account = await accountById(trx, session.account.id);
      if (account?.state !== 'active') throw new ApiError('sign_in_needed');
      await work(trx, account);
      const event = { scope: OPERATION_SCOPE, action, actor: account.id };
      await audit.append(trx, { ...event, details: {} });
    });
  }

  return {
    async changeCredentials(session, { proof, credentials }) {
      bytesOf(proof);
      const recovering = session.kind === 'recovery';
      const key = `credentials ${session.account.id}`;
      await change(session, 'credentials_changed', async (trx, account) => {
        attempts.check(key);
        attempts.failed(key);
        const holds = recovering
          ? hashHolds(tokenHash('recovery proof', proof), account.recovery_proof_hash)
          : hashHolds(tokenHash('login proof', proof), account.proof_hash);
        if (!holds) throw new ApiError('sign_in_refused');
        attempts.succeeded(key);
        if (await kitInUse(trx, account.id, credentials.recoveryProofHash)) {
          throw new ApiError('words_in_use');
        }
        await updateAccount(trx, account.id, credentialColumns(serverKey, account.id, credentials));
        await deleteSessionsOf(trx, account.id, recovering ? null : session.tokenHash);
      });
    },

    async keepMemory(session, memory) {
      await updateAccount(db, session.account.id, { memory: bytesOf(memory) });
    },

    async shelf({ account }) {
      const row = await shelfOf(db, account.id);
      return { number: row?.number ?? 0, box: row === undefined ? null : textOf(row.box) };
    },

    async keepShelf(session, { number, box }) {
      const { id } = session.account;
      await db.transaction(async (trx) => {
        // what an account keeps ends with the account
        if ((await accountById(trx, id))?.state !== 'active') throw new ApiError('sign_in_needed');
        const before = (await shelfOf(trx, id))?.number ?? 0;
        if (number !== before + 1) throw new ApiError('conflict');
        await replaceShelf(trx, { account: id, number, box: bytesOf(box) });
      });
    },

    async setMail(session, mail) {
      await change(session, mail === null ? 'mail_removed' : 'mail_set', (trx, { id }) =>
        updateAccount(trx, id, { mail }),
      );
    },

    async startOneTimeCode(session) {
      const { id, name } = session.account;
      const secret = newOneTimeSecret();
      await db.transaction(async (trx) => {
        const account = await accountById(trx, id);
        if (account?.one_time_state === 'on') throw new ApiError('one_time_code_state');
        await updateAccount(trx, id, {
          one_time_secret: serverKey.wrap('one-time secret', id, secret),
          one_time_state: 'pending',
        });
      });
      return shownSecret(secret, name);
    },

    async confirmOneTimeCode(session, code) {
      await change(session, 'one_time_code_on', async (trx, account) => {
        if (account.one_time_state !== 'pending') throw new ApiError('one_time_code_state');
        if ((await takeCode(trx, account, code)) !== 'right')
          throw new ApiError('one_time_code_wrong');
        await updateAccount(trx, account.id, { one_time_state: 'on' });
      });
    },

    async stopOneTimeCode(session, code) {
      await change(session, 'one_time_code_off', async (trx, account) => {
        if (account.one_time_state !== 'on') throw new ApiError('one_time_code_state');
        if ((await takeCode(trx, account, code)) !== 'right')
          throw new ApiError('one_time_code_wrong');
        await updateAccount(trx, account.id, { one_time_state: 'off', one_time_secret: null });
      });
    },

    async signOut(session) {
      await change(session, 'signed_out', (trx) => deleteSession(trx, session.tokenHash));
    },
  };
}
