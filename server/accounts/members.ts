import type { Knex } from 'knex';
import * as v from 'valibot';
import {
  fromBase64,
  isKemKey,
  lettingIn,
  NewPerson,
  verify,
  type Directory,
  type Invite,
  type Members,
  type ReaderId,
  type ReaderRecord,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf, textOf } from '../bytes.js';
import { addDays, today, type Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import { accountIdTaken, deleteJoined, listAccounts } from './accounts-store.js';
import {
  admissionOf,
  deleteAdmission,
  deleteInvitation,
  deleteInvitationsBefore,
  insertAdmission,
  insertInvitation,
  invitationById,
  keepHandlerSignature,
  listAdmissions,
  listInvitations,
  type AdmissionRow,
  type InvitationRow,
} from './invitations-store.js';
import type { DeskSession } from './sessions.js';

/** Days an invitation can be used. */
export const INVITATION_DAYS = 14;

/** What members need of the directory. */
export interface NewestDirectory {
  current(db: Knex): Promise<VerifiedDirectory>;
}

/** Who belongs to the desk, and who is about to. */
export interface MembersService {
  /**
   * Accounts, and for whoever lets people in open invitations and admissions; the inviter's own answer
   * has the sealed secrets.
   */
  list(session: DeskSession): Promise<v.InferOutput<typeof Members>>;
  /**
   * Keeps an invitation.
   *
   * @throws ApiError `conflict` for an id that is taken, `wrong_record` for an unknown channel,
   * `forbidden` where a handler invites somebody to administer.
   */
  invite(session: DeskSession, input: Invite): Promise<void>;
  /** Withdraws an unused invitation: one's own, or as administrator any. @throws ApiError `invitation_not_found`, `forbidden`. */
  withdrawInvitation(session: DeskSession, id: string): Promise<void>;
  /**
   * Proposes a recovery officer: a reader without an account.
   *
   * @throws ApiError `wrong_record`.
   */
  propose(session: DeskSession, record: ReaderRecord): Promise<void>;
  /**
   * Keeps the handler's half of an admission.
   *
   * @throws ApiError `admission_not_found`, `forbidden` for a handler of another organisation,
   * `wrong_signature`.
   */
  sign(session: DeskSession, reader: string, signature: string): Promise<void>;
  /** Ends an admission, with the account that waits for it. @throws ApiError `admission_not_found`. */
  withdrawAdmission(session: DeskSession, reader: string): Promise<void>;
}

export interface MembersOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  audit: Audit;
  directories: NewestDirectory;
}

/** Whether a reader's record is of the one organisation and of channels there are. */
function fitsChannels(directory: Directory, record: ReaderRecord): boolean {
  const ofOrganisation = directory.channels
    .filter(({ organisation }) => organisation === record.organisation)
    .map(({ id }) => id);
  return (
    record.channels.length > 0 &&
    new Set(record.channels).size === record.channels.length &&
    record.channels.every((id) => ofOrganisation.includes(id)) &&
    mayReplace(directory, record.replaces)
  );
}

/** The numbers of administrators, those who wait among them. */
async function serialsOf(trx: Knex, { administrators }: Directory): Promise<number[]> {
  const waiting = (await listAdmissions(trx)).map(({ record }) => personOf(record));
  return [...administrators, ...waiting].flatMap((each) => ('serial' in each ? each.serial : []));
}

/** The next number for whoever is to administer. */
export async function freeSerial(trx: Knex, directory: Directory): Promise<number> {
  return Math.max(...(await serialsOf(trx, directory))) + 1;
}

/** Who waits for admission, as a row keeps the record. */
export function personOf(record: string): NewPerson {
  return v.parse(NewPerson, JSON.parse(record));
}

/**
 * Checks the record of somebody new: of the one organisation and channels there are, under an id
 * nobody has, and for an administrator under a number nobody has.
 *
 * @throws ApiError `wrong_record`.
 */
export async function checkRecord(
  trx: Knex,
  directory: Directory,
  record: NewPerson,
): Promise<void> {
  const inPlace =
    record.part === 'administrator'
      ? directory.organisations.some(({ id }) => id === record.organisation) &&
        !(await serialsOf(trx, directory)).includes(record.serial)
      : fitsChannels(directory, record);
  const fits =
    inPlace &&
    !directory.readers.some((reader) => reader.record.id === record.id) &&
    !directory.administrators.some(({ id }) => (id as string) === record.id) &&
    !(await accountIdTaken(trx, record.id)) &&
    (await admissionOf(trx, record.id)) === undefined;
  if (!fits) throw new ApiError('wrong_record');
  bytesOf(record.kem);
  bytesOf(record.sig);
  if (!isKemKey(record.kem)) throw new ApiError('wrong_record');
}

/**
 * Whether somebody's place is free: the keys left, and nobody has come back in that place. The part
 * may be another one: who left as a handler and comes as a guest is the same person.
 */
function mayReplace({ readers }: Directory, replaced: string | null): boolean {
  if (replaced === null) return true;
  const left = readers.some(
    ({ record, state }) => (record.id as string) === replaced && state === 'left',
  );
  return left && !readers.some(({ record }) => (record.replaces as string | null) === replaced);
}

/** Makes the members. */
export function createMembers(options: MembersOptions): MembersService {
  const { db, clock, timeZone, audit, directories } = options;

  /** Changes something and writes down that it did, together. */
  async function change(
    session: DeskSession,
    action: string,
    details: Record<string, string>,
    work: (trx: Knex) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async (trx) => {
      await work(trx);
      const actor = session.account.id;
      await audit.append(trx, { scope: ORGANISATION_SCOPE, action, actor, details });
    });
  }

  return {
    async list(session) {
      // an auditor reads in the log what others do, and lets nobody in
      if (session.account.part === 'auditor') {
        return { accounts: await listAccounts(db), invitations: [], admissions: [] };
      }
      const all = await listInvitations(db);
      const firstDay = firstDayInUse(clock, timeZone);
      const open = all.filter((row) => row.used_by === null && row.created_day >= firstDay);
      const admissions = await listAdmissions(db);
      const own = session.account.id;
      return {
        accounts: await listAccounts(db),
        invitations: open.map((row) => ({
          id: row.id,
          shownName: row.shown_name,
          by: row.created_by,
          createdOn: row.created_day,
        })),
        admissions: admissions.map((row) => ({
          record: personOf(row.record),
          invitation: shownInvitation(row, all, own),
          handler: row.handler,
          handlerSignature: row.handler_signature,
        })),
      };
    },

    async invite(session, input) {
      const { id, tokenHash, sealedSecret, shownName, channel, part, replaces } = input;
      if (part === 'administrator' && session.account.part !== 'administrator') {
        throw new ApiError('forbidden');
      }
      await change(session, 'invited', { invitation: id, channel, part }, async (trx) => {
        const { directory } = await directories.current(trx);
        if (!directory.channels.some((each) => each.id === channel)) {
          throw new ApiError('wrong_record');
        }
        // an administrator reads nothing, and takes nobody's place
        const reads = part !== 'administrator';
        if (!mayReplace(directory, replaces) || (replaces !== null && !reads)) {
          throw new ApiError('wrong_record');
        }
        await deleteInvitationsBefore(trx, firstDayInUse(clock, timeZone));
        if ((await invitationById(trx, id)) !== undefined) throw new ApiError('conflict');
        await insertInvitation(trx, {
          id,
          token_hash: tokenHash,
          created_by: session.account.id,
          sealed_secret: bytesOf(sealedSecret),
          shown_name: shownName,
          channel,
          part,
          replaces,
          created_day: today(clock, timeZone),
          used_by: null,
        });
      });
    },

    async withdrawInvitation(session, id) {
      await change(session, 'invitation_withdrawn', { invitation: id }, async (trx) => {
        const row = await invitationById(trx, id);
        if (row?.used_by !== null) throw new ApiError('invitation_not_found');
        const { account } = session;
        if (row.created_by !== account.id && account.part !== 'administrator') {
          throw new ApiError('forbidden');
        }
        await deleteInvitation(trx, id);
      });
    },

    async propose(session, record) {
      const details = { reader: record.id };
      await change(session, 'recovery_officer_proposed', details, async (trx) => {
        const { directory } = await directories.current(trx);
        if (record.part !== 'recovery_officer') throw new ApiError('wrong_record');
        await checkRecord(trx, directory, record);
        await insertAdmission(trx, newAdmission(record, null));
      });
    },

    async sign(session, reader, signature) {
      await change(session, 'admission_signed', { reader }, async (trx) => {
        const row = await admissionOf(trx, reader);
        if (row === undefined) throw new ApiError('admission_not_found');
        const record = personOf(row.record);
        const { directory } = await directories.current(trx);
        const { purpose, fields } = lettingIn(directory.installation, record);
        const signer = directory.readers.find((each) => each.record.id === session.reader);
        if (signer?.state !== 'active' || signer.record.organisation !== record.organisation) {
          throw new ApiError('forbidden');
        }
        const holds = verify(fromBase64(signer.record.sig), bytesOf(signature), purpose, ...fields);
        if (!holds) throw new ApiError('wrong_signature');
        await keepHandlerSignature(trx, reader, signer.record.id, signature);
      });
    },

    async withdrawAdmission(session, reader) {
      await change(session, 'admission_withdrawn', { reader }, async (trx) => {
        const row = await admissionOf(trx, reader);
        if (row === undefined) throw new ApiError('admission_not_found');
        await deleteAdmission(trx, row);
        await deleteJoined(trx, reader);
      });
    },
  };
}

/** The first day whose invitations can still be used. */
export function firstDayInUse(clock: Clock, timeZone: string): ReturnType<typeof today> {
  return addDays(today(clock, timeZone), -INVITATION_DAYS);
}

/** The row of somebody who waits for signatures, with the invitation that brought them, if any. */
export function newAdmission(
  record: NewPerson,
  invitation: { id: string; authenticator: string } | null,
): AdmissionRow {
  return {
    reader: record.id as string as ReaderId,
    record: JSON.stringify(record),
    invitation: invitation?.id ?? null,
    authenticator: invitation?.authenticator ?? null,
    handler: null,
    handler_signature: null,
  };
}

type MemberAdmission = v.InferOutput<typeof Members>['admissions'][number];

function shownInvitation(
  admission: AdmissionRow,
  invitations: readonly InvitationRow[],
  viewer: string,
): MemberAdmission['invitation'] {
  const row = invitations.find(({ id }) => id === admission.invitation);
  if (row === undefined || admission.authenticator === null) return null;
  return {
    id: row.id,
    by: row.created_by,
    replaces: row.replaces,
    authenticator: admission.authenticator,
    sealedSecret: row.created_by === viewer ? textOf(row.sealed_secret) : null,
  };
}
