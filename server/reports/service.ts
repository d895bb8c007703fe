import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import {
  addDays,
  caseIdOf,
  creationFields,
  hash,
  receiptBytes,
  receiptCommitment,
  receiptKeyInUse,
  toJsonBytes,
  tokenHash,
  verify,
  type CaseId,
  type CreateCase,
  type Day,
  type ReceiptAnswer,
  type ReporterAppend,
  type ReporterCase,
  type ReporterIdentity,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import type { Counter } from '../http/limits.js';
import type { ReceiptKey } from '../receipts/keys.js';
import { directoryLookup, type Directories } from '../records/directory.js';
import { caseFacts, NO_REMOVAL, type BindAttachments, type ReadPurgeOn } from '../records/facts.js';
import { NOT_PROCESSED, processedOn } from '../records/processed.js';
import type { CaseRow } from '../records/rows.js';
import {
  appendEntries,
  changeCase,
  insertCase,
  prepareCase,
  readEntries,
  readGrants,
  readReadings,
  REPORTER_WRITES,
  reporterBytes,
  type NewCase,
} from '../records/service.js';
import { recordHashAt } from '../records/store.js';
import type { Storage } from '../storage/service.js';
import type { Work } from '../work/service.js';
import { caseByToken, casesInTheWay } from './store.js';

/** Days to decide on a case again after its reporter wrote although it was closed. */
const DECISION_DAYS = 30;
const SCOPE_BYTES = 16;
/** Where the report stands in the dialogue: after the epoch that opens it. */
const REPORT_SEQUENCE = 2;
/**
 * Entries that a reporter may add in a while, and how often the report may come again: far more than
 * anybody writes, far less than a flood.
 */
export const PACE = { count: 60, seconds: 3_600 } as const;

/** What reporters do: report, return, write on. */
export interface Reports {
  /**
   * Takes in a report whole, or nothing of it. The same request again gets the same answer. Work is
   * asked for before the entries are checked.
   *
   * @throws ApiError `wrong_signature` unless its reporter sent it, `case_exists` for another report
   * under the same case key, `channel_unknown`, `channel_closed`, `practice_only`, `practice_over`, `storage_full`,
   * `work_needed`, `too_many_requests`, and what records and attachments find wrong.
   *
   * @param work the proof of work that came along, null for none.
   */
  create(request: CreateCase, work: string | null): Promise<{ receivedOn: Day }>;
  /**
   * The case of a look-up token, as its reporter may see it.
   *
   * @param token null for none.
   * @throws ApiError `case_not_found`, uniform.
   */
  read(token: string | null): Promise<ReporterCase>;
  /** Which case a look-up token opens, and the bytes of its entries' bodies. Throws as `read`. */
  weigh(token: string | null): Promise<{ id: CaseId; bytes: number }>;
  /** Which case a look-up token opens. Throws ApiError `case_not_found`, uniform. */
  identify(token: string | null): Promise<CaseId>;
  /**
   * Adds an entry of the reporter. On a closed case it asks for a decision within 30 days.
   *
   * @throws ApiError `case_not_found`, `too_many_requests`, `storage_full`, and what records and
   * attachments find wrong.
   */
  append(token: string | null, request: ReporterAppend): Promise<void>;
  /**
   * Adds what the reporter says of themself. It is no activity of the case: nobody who works on it can
   * read it, so it moves nothing in their lists and asks for no decision. An agreement to remove the
   * case ends by it, as by all that a reporter writes.
   *
   * @throws ApiError as `append`, and `wrong_compartment` for anything else than the identity.
   */
  appendIdentity(token: string | null, request: ReporterIdentity): Promise<void>;
  /**
   * Signs that a report arrived, on which day, without saying which. Nothing is stored, the salt
   * least of all: who has both database and receipt shall not find the case by them.
   *
   * @throws ApiError `case_not_found`, `malformed`, or `receipts_off` where the directory has none for
   * the channel, or another key than the server's.
   */
  receipt(token: string | null, salt: string): Promise<ReceiptAnswer>;
}

/**
 * Makes the service.
 *
 * @param options.today the day it is for the organisation.
 * @param options.timeZone in which that is, told to reporters with their case.
 * @param options.bindAttachments gives uploads to a case within a transaction.
 * @param options.readPurgeOn tells when cases may be purged.
 * @param options.pace counts what reporters write, by case.
 * @param options.receiptKey the server's key for receipts, null for none.
 */
export function createReports(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly timeZone: string;
  readonly directories: Directories;
  readonly bindAttachments: BindAttachments;
  readonly readPurgeOn: ReadPurgeOn;
  readonly storage: Storage;
  readonly work: Work;
  readonly pace: Counter;
  readonly receiptKey: () => ReceiptKey | null;
}): Reports {
  const { db, today, timeZone, directories, bindAttachments, readPurgeOn, storage } = options;
  const { work, pace, receiptKey } = options;

  const slowDown = (id: CaseId): void => {
    if (pace.add(id) > PACE.count) {
      throw new ApiError('too_many_requests', { retryAfter: PACE.seconds });
    }
  };

  const newestDirectory = async (handle: Knex): Promise<VerifiedDirectory> => {
    const newest = await directories.newest(handle);
    if (newest === null) throw new ApiError('channel_unknown');
    return newest;
  };

  /** A purged case, one that is being purged, a wrong token and none at all are one answer. */
  const caseOf = async (handle: Knex, token: string | null): Promise<CaseRow> => {
    const row = await caseByToken(handle, token === null ? '' : tokenHash('lookup', token));
    if (row === undefined || row.purging !== 0) throw new ApiError('case_not_found');
    return row;
  };

  /**
   * The answer of an earlier, equal request; null where there was none. Who asks again and again is
   * slowed down by the case, since no work is asked for.
   */
  const answerBefore = async (
    handle: Knex,
    request: CreateCase,
  ): Promise<{ receivedOn: Day } | null> => {
    const id = caseIdOf(request.reporter);
    const found = await casesInTheWay(handle, id, request.tokenHash);
    const [before] = found;
    if (before === undefined) return null;
    slowDown(id);
    const hashed = creationHash(request);
    const same = found.length === 1 && before.id === id && before.creation_hash === hashed;
    if (!same || before.purging !== 0) throw new ApiError('case_exists');
    return { receivedOn: before.received_day };
  };

  return {
    async create(request, proof) {
      // before anything is looked up: whoever knows a case's keys shall not learn whether it is there
      checkCreation(request);
      // answered before anything else is checked: the directory may have moved on since the first time
      const before = await answerBefore(db, request);
      if (before !== null) return before;
      const newest = await newestDirectory(db);
      checkChannel(newest, request);
      await storage.checkText();
      // what is dear, hashing it all and checking its entries, comes after the sender's own work
      await work.spend('report', 1, proof);
      const empty = newCaseRow(request, today());
      const prepareFor = (handle: Knex, newest: VerifiedDirectory): Promise<NewCase> => {
        checkChannel(newest, request);
        const lookup = directoryLookup(directories, newest, request.channel);
        const { entries, grants, overview } = request;
        return prepareCase(handle, empty, entries, grants, overview, lookup);
      };
      const fresh = await prepareFor(db, newest);
      try {
        await db.transaction(async (trx) => {
          // a reader may have left meanwhile, of whom nothing may be kept any more
          const now = await newestDirectory(trx);
          await insertCase(trx, now.hash === newest.hash ? fresh : await prepareFor(trx, now));
          await bindAttachments(trx, empty.id, 'dialogue', request.attachments);
        });
      } catch (error) {
        // the same request may have come twice, and the other one was first
        const other = await answerBefore(db, request);
        if (other === null) throw error;
        return other;
      }
      return { receivedOn: empty.received_day };
    },

    async read(token) {
      // one transaction, so that what is read fits together
      return db.transaction(async (trx) => {
        const row = await caseOf(trx, token);
        return {
          case: caseFacts(row, await readPurgeOn(trx)),
          entries: await readEntries(trx, row.id, REPORTER_WRITES),
          grants: await readGrants(trx, row.id, 'reporter'),
          readings: await readReadings(trx, row.id),
          timeZone,
        };
      });
    },

    async weigh(token) {
      const { id } = await caseOf(db, token);
      return { id, bytes: await reporterBytes(db, id) };
    },

    async identify(token) {
      return (await caseOf(db, token)).id;
    },

    async append(token, { entry, attachments }) {
      await storage.checkText();
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, token);
        slowDown(row.id);
        const lookup = directoryLookup(directories, await newestDirectory(trx));
        const appended = await appendEntries(trx, row, 'reporter', [entry], [], lookup, [
          'dialogue',
        ]);
        await bindAttachments(trx, row.id, 'dialogue', attachments);
        const day = today();
        const decisionDay =
          row.closed_day === null ? null : (row.decision_due_day ?? addDays(day, DECISION_DAYS));
        await changeCase(trx, appended.row, {
          active_day: day,
          ...processedOn(row, day),
          decision_due_day: decisionDay,
          // what was agreed, was without knowing this
          ...NO_REMOVAL,
        });
      });
    },

    async appendIdentity(token, { entries, grants }) {
      await storage.checkText();
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, token);
        slowDown(row.id);
        const { channel } = row;
        const lookup = directoryLookup(directories, await newestDirectory(trx), channel);
        const { row: after } = await appendEntries(trx, row, 'reporter', entries, grants, lookup, [
          'identity',
        ]);
        // whatever a reporter writes undoes what was agreed without it; the desk is told that alone
        await changeCase(trx, after, NO_REMOVAL);
      });
    },

    async receipt(token, salt) {
      bytesOf(salt);
      const { row, record, directory } = await db.transaction(async (trx) => {
        const found = await caseOf(trx, token);
        return {
          row: found,
          record: await recordHashAt(trx, found.id, 'dialogue', REPORT_SEQUENCE),
          directory: (await newestDirectory(trx)).directory,
        };
      });
      const channel = directory.channels.find(({ id }) => id === row.channel);
      const key = receiptKey();
      const isListed = key !== null && receiptKeyInUse(directory) === key.sig;
      if (channel?.receipts !== true || !isListed) throw new ApiError('receipts_off');
      const claim = {
        installation: directory.installation,
        day: row.received_day,
        practice: row.practice !== 0,
        commitment: receiptCommitment(row.id, record, salt),
      };
      const { day, practice } = claim;
      return { day, practice, signature: key.sign(receiptBytes(claim)) };
    },
  };
}

/** @throws ApiError `wrong_signature` unless the case's own reporter sent this look-up token's hash. */
function checkCreation(request: CreateCase): void {
  const key = bytesOf(request.reporter.sig);
  bytesOf(request.tokenHash);
  bytesOf(request.reporter.kem);
  if (!verify(key, bytesOf(request.signature), 'creation', ...creationFields(request))) {
    throw new ApiError('wrong_signature');
  }
}

function creationHash(request: CreateCase): string {
  return textOf(hash('creation', toJsonBytes(request)));
}

function newCaseRow(request: CreateCase, day: Day): CaseRow {
  const { reporter } = request;
  const keys = { reporter_kem: bytesOf(reporter.kem), reporter_sig: bytesOf(reporter.sig) };
  return {
    id: caseIdOf(reporter),
    organisation: request.organisation,
    channel: request.channel,
    country: request.country,
    practice: request.practice ? 1 : 0,
    token_hash: request.tokenHash,
    creation_hash: creationHash(request),
    ...keys,
    received_day: day,
    active_day: day,
    closed_day: null,
    ...NOT_PROCESSED,
    held: 0,
    restricted: 0,
    part_restricted: 0,
    paused_day: null,
    paused_days: 0,
    removal_by: null,
    removal_day: null,
    alone_from_day: null,
    decision_due_day: null,
    escalated: 0,
    purging: 0,
    audit_scope: textOf(randomBytes(SCOPE_BYTES)),
    dialogue_sequence: 0,
    dialogue_epoch: 0,
    internal_sequence: 0,
    internal_epoch: 0,
    identity_sequence: 0,
    identity_epoch: 0,
    reporter_sequence: 0,
  };
}

/** A channel takes practice reports until it is published, and none afterwards. */
function checkChannel({ directory }: VerifiedDirectory, request: CreateCase): void {
  const channel = directory.channels.find(({ id }) => id === request.channel);
  if (channel?.organisation !== request.organisation || channel.country !== request.country) {
    throw new ApiError('channel_unknown');
  }
  if (channel.closed === true) throw new ApiError('channel_closed');
  if (!channel.published && !request.practice) throw new ApiError('practice_only');
  if (channel.published && request.practice) throw new ApiError('practice_over');
}
