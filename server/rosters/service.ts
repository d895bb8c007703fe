import type { Knex } from 'knex';
import * as v from 'valibot';
import {
  fromBase64,
  RosterTerms,
  rosterFields,
  rosterSigners,
  verify,
  type Directory,
  type RostersAnswer,
} from '../../crypto/public.js';
import type { DeskSession } from '../accounts/sessions.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf } from '../bytes.js';
import type { Directories } from '../directory/versions.js';
import { ApiError } from '../http/errors.js';
import { deleteRoster, keepRoster, listRosters, rosterOf, type RosterRow } from './store.js';

/**
 * Who is to read a channel: an administrator proposes, a handler of the channel signs, and the
 * administrator puts both signatures into the next version of the directory.
 */
export interface RostersService {
  /** What is proposed and can still come into force. */
  list(): Promise<RostersAnswer>;
  /**
   * Keeps a proposal, in the place of the one before.
   *
   * @throws ApiError `wrong_record` for an unknown channel, people who are not active or named twice,
   * or terms of another version than the newest.
   */
  propose(session: DeskSession, channel: string, terms: RosterTerms): Promise<void>;
  /**
   * Keeps the handler's half.
   *
   * @throws ApiError `admission_not_found` where nothing is proposed, `forbidden` for a handler of
   * other channels, `wrong_signature`.
   */
  sign(session: DeskSession, channel: string, signature: string): Promise<void>;
  /** Ends a proposal. @throws ApiError `admission_not_found`. */
  withdraw(session: DeskSession, channel: string): Promise<void>;
}

export interface RostersOptions {
  db: Knex;
  audit: Audit;
  directories: Directories;
}

/** Makes the proposals of who reads a channel. */
export function createRosters({ db, audit, directories }: RostersOptions): RostersService {
  async function change(
    session: DeskSession,
    action: string,
    channel: string,
    work: (trx: Knex) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async (trx) => {
      await work(trx);
      const actor = session.account.id;
      await audit.append(trx, {
        scope: ORGANISATION_SCOPE,
        action,
        actor,
        details: { channel },
      });
    });
  }

  async function found(trx: Knex, channel: string): Promise<RosterRow> {
    const row = await rosterOf(trx, channel);
    if (row === undefined || !isOpen((await directories.current(trx)).directory, termsOf(row))) {
      throw new ApiError('admission_not_found');
    }
    return row;
  }

  return {
    async list() {
      const rows = await listRosters(db);
      if (rows.length === 0) return { rosters: [] };
      const { directory } = await directories.current(db);
      return {
        rosters: rows
          .map((row) => ({
            terms: termsOf(row),
            handler: row.handler,
            handlerSignature: row.handler_signature,
          }))
          .filter(({ terms }) => isOpen(directory, terms)),
      };
    },

    async propose(session, channel, terms) {
      await change(session, 'roster_proposed', channel, async (trx) => {
        const { directory } = await directories.current(trx);
        const named = [...terms.added, ...terms.removed];
        const fits =
          terms.channel === channel &&
          terms.since === directory.version &&
          isOpen(directory, terms) &&
          new Set(named).size === named.length &&
          named.every((id) => directory.readers.some(({ record }) => record.id === id));
        if (!fits) throw new ApiError('wrong_record');
        const row = { terms: JSON.stringify(terms), handler: null, handler_signature: null };
        await keepRoster(trx, { channel, ...row });
      });
    },

    async sign(session, channel, signature) {
      await change(session, 'roster_signed', channel, async (trx) => {
        const row = await found(trx, channel);
        const { directory } = await directories.current(trx);
        const signer = rosterSigners(directory, channel).find(
          ({ record }) => record.id === session.reader,
        );
        if (signer === undefined) throw new ApiError('forbidden');
        const { record } = signer;
        const fields = rosterFields(directory.installation, termsOf(row));
        if (!verify(fromBase64(record.sig), bytesOf(signature), 'roster', ...fields)) {
          throw new ApiError('wrong_signature');
        }
        await keepRoster(trx, { ...row, handler: record.id, handler_signature: signature });
      });
    },

    async withdraw(session, channel) {
      await change(session, 'roster_withdrawn', channel, async (trx) => {
        await found(trx, channel);
        await deleteRoster(trx, channel);
      });
    },
  };
}

function termsOf({ terms }: RosterRow): RosterTerms {
  return v.parse(RosterTerms, JSON.parse(terms));
}

/** Whether it can still come into force: the channel is there, and has none that is as new. */
function isOpen({ channels }: Directory, { channel, since }: RosterTerms): boolean {
  const found = channels.find(({ id }) => id === channel);
  return found !== undefined && (found.roster?.terms.since ?? 0) < since;
}
