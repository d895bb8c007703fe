import type { Knex } from 'knex';
import type { Directory } from '../../crypto/public.js';
import { endCeremoniesWith } from '../ceremonies/store.js';
import { deleteJoined, listAccounts, updateAccount } from './accounts-store.js';
import {
  deleteAdmission,
  deleteUnusedInvitationsBy,
  listAdmissions,
  listInvitations,
} from './invitations-store.js';
import { endProposals } from '../records/leavers.js';
import { deleteRostersOf } from '../rosters/store.js';
import { deleteSessionsOf } from './sessions-store.js';

/** What is done at once to an account whose keys may be in wrong hands. */
export interface Locking {
  /**
   * Ends what the account has begun with others: its unused invitations, every admission that came by
   * one of its links or has its signature, with the account that waits for it, every proposal of a
   * channel's readers that it made or signed, and every one to remove a case. Answers how many admissions there were,
   * and of which channels.
   */
  cutTies(trx: Knex, account: string): Promise<{ admissions: number; channels: string[] }>;
  /**
   * Closes an account that can be signed in to: no passphrase, kit or session opens it any more.
   *
   * @returns false where nobody else could go on: the last who administers, or reads and admits.
   */
  lock(trx: Knex, account: string, directory: Directory): Promise<boolean>;
  /** Whether nobody else could do what this person does, were the account closed. */
  isLast(trx: Knex, account: string, directory: Directory): Promise<boolean>;
  /** Opens a closed account again. */
  unlock(trx: Knex, account: string): Promise<void>;
}

/** See {@link Locking}. */
export function createLocking(): Locking {
  async function isLast(trx: Knex, account: string, directory: Directory): Promise<boolean> {
    const open = new Set(
      (await listAccounts(trx)).flatMap(({ id, state }) =>
        state === 'active' && id !== account ? [id as string] : [],
      ),
    );
    const reader = directory.readers.find(({ record }) => (record.id as string) === account);
    // nobody is shut out of the desk by anybody else's going
    if (reader !== undefined && reader.record.part !== 'handler') return false;
    if (reader !== undefined) {
      const { organisation } = reader.record;
      return !directory.readers.some(
        ({ record, state }) =>
          state === 'active' &&
          record.part === 'handler' &&
          record.organisation === organisation &&
          open.has(record.id),
      );
    }
    return !directory.administrators.some(({ id, state }) => state === 'active' && open.has(id));
  }

  return {
    isLast,

    async cutTies(trx, account) {
      await deleteUnusedInvitationsBy(trx, account);
      await endCeremoniesWith(trx, account);
      await endProposals(trx, account);
      const theirs = new Set(
        (await listInvitations(trx)).flatMap((row) => (row.created_by === account ? row.id : [])),
      );
      const admissions = (await listAdmissions(trx)).filter(
        ({ invitation, handler }) =>
          (handler as string | null) === account || (invitation !== null && theirs.has(invitation)),
      );
      for (const row of admissions) {
        await deleteAdmission(trx, row);
        await deleteJoined(trx, row.reader);
      }
      return { admissions: admissions.length, channels: await deleteRostersOf(trx, account) };
    },

    async lock(trx, account, directory) {
      if (await isLast(trx, account, directory)) return false;
      await deleteSessionsOf(trx, account);
      await updateAccount(trx, account, { state: 'locked' });
      return true;
    },

    async unlock(trx, account) {
      await updateAccount(trx, account, { state: 'active' });
    },
  };
}
