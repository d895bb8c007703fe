import type { Knex } from 'knex';
import type { Administrator, Admission, Reader } from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import { endCeremoniesWith } from '../ceremonies/store.js';
import { accountById, updateAccount } from './accounts-store.js';
import {
  admissionOf,
  deleteAdmission,
  deleteUnusedInvitationsBy,
  dropSignaturesBy,
  type AdmissionRow,
} from './invitations-store.js';
import { personOf } from './members.js';
import { deleteRostersOf } from '../rosters/store.js';
import { deleteSessionsOf } from './sessions-store.js';
import { deleteShelf } from './shelves-store.js';

/** What a new version of the directory does to accounts. */
export interface Membership {
  /**
   * Lets a reader of the new version in: the very record that waits for admission, under the
   * handler's signature that was left here. A handler's account becomes active.
   *
   * @throws ApiError `admission_missing`.
   */
  admit(trx: Knex, reader: Reader): Promise<void>;
  /** Lets an administrator in, likewise. @throws ApiError `admission_missing`. */
  appoint(trx: Knex, administrator: Administrator): Promise<void>;
  /** Whether an account is shut since its keys may be in wrong hands. */
  isLocked(trx: Knex, account: string): Promise<boolean>;
  /** Ends an account that left: its sessions, its secrets, what it invited and what it proposed. */
  remove(trx: Knex, account: string): Promise<void>;
}

/** Who waits under an id, with the handler's signature that was left here. Throws `admission_missing`. */
async function waitingFor(trx: Knex, id: string, admission: Admission): Promise<AdmissionRow> {
  const waiting = await admissionOf(trx, id);
  const signedHere =
    admission.by === 'two' &&
    waiting?.handler === admission.handler &&
    waiting.handler_signature === admission.handlerSignature;
  if (!signedHere) throw new ApiError('admission_missing');
  return waiting;
}

async function activate(trx: Knex, id: string): Promise<void> {
  const account = await accountById(trx, id);
  if (account?.state !== 'joined') throw new ApiError('admission_missing');
  await updateAccount(trx, id, { state: 'active' });
}

/** Makes the part of accounts that follows the directory. */
export function createMembership(): Membership {
  return {
    async admit(trx, { record, admission }) {
      const waiting = await waitingFor(trx, record.id, admission);
      if (waiting.record !== JSON.stringify(record)) throw new ApiError('admission_missing');
      if (record.part !== 'recovery_officer') await activate(trx, record.id);
      await deleteAdmission(trx, waiting);
    },

    async appoint(trx, { id, organisation, serial, kem, sig, delegation }) {
      const waiting = await waitingFor(trx, id, delegation);
      const person = personOf(waiting.record);
      const isTheSame =
        person.part === 'administrator' &&
        person.organisation === organisation &&
        person.serial === serial &&
        person.kem === kem &&
        person.sig === sig;
      if (!isTheSame) throw new ApiError('admission_missing');
      await activate(trx, id);
      await deleteAdmission(trx, waiting);
    },

    async isLocked(trx, account) {
      return (await accountById(trx, account))?.state === 'locked';
    },

    async remove(trx, account) {
      await deleteSessionsOf(trx, account);
      await deleteUnusedInvitationsBy(trx, account);
      await dropSignaturesBy(trx, account);
      await deleteRostersOf(trx, account);
      await endCeremoniesWith(trx, account);
      await deleteShelf(trx, account);
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
