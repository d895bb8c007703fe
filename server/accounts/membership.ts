import type { Knex } from 'knex';
import type { Reader } from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import { accountById, updateAccount } from './accounts-store.js';
import {
  admissionOf,
  deleteAdmission,
  deleteUnusedInvitationsBy,
  dropSignaturesBy,
} from './invitations-store.js';
import { deleteSessionsOf } from './sessions-store.js';

/** What a new version of the directory does to accounts. */
export interface Membership {
  /**
   * Lets a reader of the new version in: the very record that waits for admission, under the
   * handler's signature that was left here. A handler's account becomes active.
   *
   * @throws ApiError `admission_missing`.
   */
  admit(trx: Knex, reader: Reader): Promise<void>;
  /** Ends an account that left: its sessions, its secrets and what it invited. */
  remove(trx: Knex, account: string): Promise<void>;
}

/** Makes the part of accounts that follows the directory. */
export function createMembership(): Membership {
  return {
    async admit(trx, { record, admission }) {
      const waiting = await admissionOf(trx, record.id);
      const signedHere =
        admission.by === 'two' &&
        waiting?.record === JSON.stringify(record) &&
        waiting.handler === admission.handler &&
        waiting.handler_signature === admission.handlerSignature;
      if (!signedHere) throw new ApiError('admission_missing');
      if (record.part !== 'recovery_officer') {
        const account = await accountById(trx, record.id);
        if (account?.state !== 'joined') throw new ApiError('admission_missing');
        await updateAccount(trx, record.id, { state: 'active' });
      }
      await deleteAdmission(trx, waiting);
    },

    async remove(trx, account) {
      await deleteSessionsOf(trx, account);
      await deleteUnusedInvitationsBy(trx, account);
      await dropSignaturesBy(trx, account);
      await updateAccount(trx, account, {
        state: 'removed',
        proof_hash: '',
        vault: Buffer.alloc(0),
        recovery_proof_hash: '',
        recovery_vault: Buffer.alloc(0),
        one_time_secret: null,
        one_time_state: 'off',
        memory: null,
        mail: null,
      });
    },
  };
}
