import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  tokenHash,
  type AccountId,
  type InvitationAnswer,
  type Join,
  type ReaderId,
  type SignedDirectory,
} from '../../crypto/public.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf } from '../bytes.js';
import { today, type Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import { insertAccount, kitInUse, proofsOfName } from './accounts-store.js';
import { checkName, hashHolds, newAccountRow } from './credentials.js';
import {
  insertAdmission,
  invitationById,
  useInvitation,
  type InvitationRow,
} from './invitations-store.js';
import {
  checkRecord,
  firstDayInUse,
  freeSerial,
  newAdmission,
  type NewestDirectory,
} from './members.js';
import type { ServerKey } from './server-key.js';

/**
 * What the holder of an invitation's link can do. An invitation that is unknown, used up or too old
 * and a wrong token get the same `invitation_not_found`.
 */
export interface JoiningService {
  /** Who is invited to what. */
  read(id: string, token: string | null): Promise<v.InferOutput<typeof InvitationAnswer>>;
  /**
   * Makes an account that can sign in once two signatures admitted it.
   *
   * @throws ApiError besides: `name_taken`, `words_in_use` for the kit of another account, which
   * would make one person's words open two parts of one organisation, `wrong_record` for a record that does not fit the
   * invitation, `malformed`.
   */
  join(id: string, token: string | null, input: Join): Promise<void>;
}

export interface JoiningOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  audit: Audit;
  serverKey: ServerKey;
  directories: NewestDirectory & { signed(db: Knex): Promise<SignedDirectory> };
}

/** Makes joining by invitation. */
export function createJoining(options: JoiningOptions): JoiningService {
  const { db, clock, timeZone, audit, serverKey, directories } = options;

  async function invitation(trx: Knex, id: string, token: string | null): Promise<InvitationRow> {
    const row = await invitationById(trx, id);
    const given = token === null ? '' : tokenHash('invitation', token);
    const holds = hashHolds(given, row?.token_hash ?? null);
    if (row === undefined || !holds || row.used_by !== null) {
      throw new ApiError('invitation_not_found');
    }
    if (row.created_day < firstDayInUse(clock, timeZone)) {
      throw new ApiError('invitation_not_found');
    }
    return row;
  }

  return {
    async read(id, token) {
      return db.transaction(async (trx) => {
        const row = await invitation(trx, id, token);
        const { directory } = await directories.current(trx);
        return {
          installation: directory.installation,
          shownName: row.shown_name,
          directory: await directories.signed(trx),
          channel: row.channel,
          part: row.part,
          replaces: row.replaces,
          serial: await freeSerial(trx, directory),
        };
      });
    },

    async join(id, token, { name, credentials, record, authenticator }) {
      await db.transaction(async (trx) => {
        const row = await invitation(trx, id, token);
        const { directory } = await directories.current(trx);
        checkName(name);
        bytesOf(authenticator);
        const asInvited =
          record.part === row.part &&
          record.name === row.shown_name &&
          (record.part === 'administrator' ||
            (record.replaces === row.replaces &&
              record.channels.length === 1 &&
              record.channels[0] === row.channel));
        if (!asInvited) throw new ApiError('wrong_record');
        await checkRecord(trx, directory, record);
        if ((await proofsOfName(trx, name)) !== undefined) throw new ApiError('name_taken');
        // a reader's account has the reader's id
        const account = record.id as string as AccountId;
        if (await kitInUse(trx, account, credentials.recoveryProofHash)) {
          throw new ApiError('words_in_use');
        }
        await insertAccount(
          trx,
          newAccountRow(serverKey, {
            id: account,
            name,
            part: row.part,
            state: 'joined',
            credentials,
            createdOn: today(clock, timeZone),
          }),
        );
        await insertAdmission(trx, newAdmission(record, { id, authenticator }));
        await useInvitation(trx, id, record.id as string as ReaderId);
        const details = { invitation: id };
        await audit.append(trx, {
          scope: ORGANISATION_SCOPE,
          action: 'joined',
          actor: account,
          details,
        });
      });
    },
  };
}
