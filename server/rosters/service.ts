import type { Knex } from 'knex';
import * as v from 'valibot';
import {
  fromBase64,
  peopleUnder,
  type Roster,
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
  /** What is proposed and not in force, also what another version came before. */
  list(): Promise<RostersAnswer>;
  /**
   * Keeps a proposal, in the place of the one before.
   *
   * @throws ApiError `wrong_record` for an unknown channel, people named twice, who are not there, or
   * who left and are to be added; `directory_conflict` for terms of another version than the newest;
   * `channel_not_ready` where a channel that takes reports would be left without a handler.
   */
  propose(session: DeskSession, channel: string, terms: RosterTerms): Promise<void>;
  /**
   * Keeps the handler's half.
   *
   * @throws ApiError `admission_not_found` where nothing is proposed, `directory_conflict` where
   * another version came since, `forbidden` for a handler of other channels, `wrong_signature`.
   */
  sign(session: DeskSession, channel: string, signature: string): Promise<void>;
  /** Ends a handler's own half. @throws ApiError `admission_not_found` where there is none. */
  takeBack(session: DeskSession, channel: string): Promise<void>;
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
    if (row === undefined) throw new ApiError('admission_not_found');
    return row;
  }

  return {
    async list() {
      return {
        rosters: (await listRosters(db)).map((row) => ({
          terms: termsOf(row),
          handler: row.handler,
          handlerSignature: row.handler_signature,
        })),
      };
    },

    async propose(session, channel, terms) {
      await change(session, 'roster_proposed', channel, async (trx) => {
        const { directory } = await directories.current(trx);
        if (terms.channel !== channel) throw new ApiError('wrong_record');
        checkTerms(directory, terms);
        await keepRoster(trx, {
          channel,
          terms: JSON.stringify(terms),
          proposed_by: session.account.id,
          handler: null,
          handler_signature: null,
        });
      });
    },

    async sign(session, channel, signature) {
      await change(session, 'roster_signed', channel, async (trx) => {
        const row = await found(trx, channel);
        const { directory } = await directories.current(trx);
        if (termsOf(row).since !== directory.version) throw new ApiError('directory_conflict');
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

    async takeBack(session, channel) {
      await change(session, 'roster_taken_back', channel, async (trx) => {
        const row = await found(trx, channel);
        if (row.handler === null || row.handler !== session.reader) {
          throw new ApiError('admission_not_found');
        }
        await keepRoster(trx, { ...row, handler: null, handler_signature: null });
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

/** Checks what is proposed against the state of channel and people; see {@link RostersService.propose}. */
function checkTerms(directory: Directory, terms: RosterTerms): void {
  if (terms.since !== directory.version) throw new ApiError('directory_conflict');
  const channel = directory.channels.find(({ id }) => id === terms.channel);
  const named = [...terms.added, ...terms.removed];
  const stateOf = (id: string): string | undefined =>
    directory.readers.find(({ record }) => (record.id as string) === id)?.state;
  const fits =
    channel !== undefined &&
    new Set(named).size === named.length &&
    terms.added.every((id) => stateOf(id) === 'active') &&
    // whoever was taken off and left stays off, also under keys to come
    terms.removed.every((id) => stateOf(id) !== undefined);
  if (!fits) throw new ApiError('wrong_record');
  const remain = peopleUnder(directory, channel.id, terms);
  if (channel.published && !remain.some(({ record }) => record.part === 'handler')) {
    throw new ApiError('channel_not_ready');
  }
}

/**
 * Puts a proposal in force with the version that has it, and ends it: the very terms that wait here,
 * under the half that a handler left here, by the administrator who sends that version.
 *
 * @throws ApiError `admission_missing` where no such proposal waits, `forbidden` where another
 * administrator signed it.
 */
export async function enactRoster(trx: Knex, actor: string, roster: Roster): Promise<void> {
  const { terms, administrator, handler, handlerSignature } = roster;
  if ((administrator as string) !== actor) throw new ApiError('forbidden');
  const row = await rosterOf(trx, terms.channel);
  const waits =
    row?.terms === JSON.stringify(terms) &&
    row.handler === handler &&
    row.handler_signature === handlerSignature;
  if (!waits) throw new ApiError('admission_missing');
  await deleteRoster(trx, terms.channel);
}
