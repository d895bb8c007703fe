import type { Knex } from 'knex';
import {
  channelReaders,
  checkSuccession,
  sameBytes,
  toJsonBytes,
  type Administrator,
  type Directory,
  type DirectoryAnswer,
  type Admission,
  type Readiness,
  type SignedDirectory,
  type Stamp,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import type * as v from 'valibot';
import type { Membership } from '../accounts/membership.js';
import type { DeskSession } from '../accounts/sessions.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { today, type Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import type { ReceiptKey } from '../receipts/keys.js';
import type { ForgetReader } from '../records/leavers.js';
import { enactRoster } from '../rosters/service.js';
import { directoryChanges, type DirectoryChanges } from './changes.js';
import {
  deleteStamps,
  insertDirectory,
  keepStamp,
  newestDay,
  newestRow,
  practiceRead,
  rowsAfter,
  signedOf,
  stampsOf,
} from './store.js';
import { checkDay, checkSigned, checkStamp, type Directories } from './versions.js';

/** Readers a channel needs before it takes reports. */
const LEAST_READERS = 2;

export interface DirectoryService {
  /** The newest version with the stamps that name it, and what uploads may measure. @throws ApiError `not_set_up`. */
  newest(): Promise<DirectoryAnswer>;
  /** Every version above one, oldest first. */
  after(version: number): Promise<SignedDirectory[]>;
  /**
   * Keeps the first version, as part of set-up.
   *
   * @throws ApiError of {@link checkSigned} and {@link checkStamp}.
   */
  begin(trx: Knex, signed: SignedDirectory, stamp: Stamp): Promise<VerifiedDirectory>;
  /**
   * Puts the next version in force with all it means for accounts, and for what cases keep for a
   * reader who left. The newest one again is no error.
   *
   * @throws ApiError `directory_conflict` when another version came first, `wrong_directory`,
   * `malformed`, `forbidden` for one that another administrator signed, `wrong_day`,
   * `admission_missing` for people or readers of a channel that do not wait here under these
   * signatures, `last_administrator`, `last_handler`, `channel_not_ready`, or `last_holder`
   * for a handler who leaves with cases that no other reads, unless the account is closed.
   */
  publish(session: DeskSession, signed: SignedDirectory): Promise<void>;
  /**
   * Puts a version in force that does one thing: an administrator whom the root signed stands in the
   * place of all others, and signs it. Answers who; the account is the caller's to make, in the same
   * transaction.
   *
   * @throws ApiError `directory_conflict` when another version came first, `wrong_directory` for one
   * that changes anything else, `malformed`, or `wrong_day`.
   */
  appoint(trx: Knex, signed: SignedDirectory): Promise<Administrator>;
  /** Keeps a handler's word that the directory is still the newest. @throws ApiError of {@link checkStamp}. */
  stamp(session: DeskSession, stamp: Stamp): Promise<void>;
  /** How far each channel is from being published. */
  readiness(): Promise<v.InferOutput<typeof Readiness>>;
}

export interface DirectoryOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  audit: Audit;
  directories: Directories;
  membership: Membership;
  /** How many cases a handler leaves to nobody, where this directory comes into force. */
  holdings: { leftBy(trx: Knex, reader: string, directory: Directory): Promise<number> };
  forgetReader: ForgetReader;
  /** The server's key for receipts, null for none. */
  receiptKey: () => ReceiptKey | null;
  maxFileBytes: number;
}

/** Makes the writing side of the directory. */
export function createDirectoryService(options: DirectoryOptions): DirectoryService {
  const { db, clock, timeZone, audit, directories, membership, forgetReader, maxFileBytes } =
    options;
  const { holdings, receiptKey } = options;

  /** No administrator can list a key of his own, with which he could make receipts. */
  function checkReceiptKeys(before: Directory, after: Directory): void {
    const added = after.receiptKeys.slice(before.receiptKeys.length);
    if (added.some(({ sig }) => sig !== receiptKey()?.sig)) throw new ApiError('wrong_directory');
  }

  async function isReady(trx: Knex, directory: Directory, channel: string): Promise<boolean> {
    const readers = channelReaders(directory, channel);
    return (
      readers.length >= LEAST_READERS &&
      hasHandler(directory, channel) &&
      (await practiceRead(trx, channel))
    );
  }

  /**
   * No handler leaves with cases that nobody else reads, and no paper that alone opens some; a
   * closed account's keys must go all the same, since they may be in wrong hands.
   */
  async function checkNobodyIsNeeded(
    trx: Knex,
    directory: Directory,
    { left }: DirectoryChanges,
  ): Promise<void> {
    for (const { record } of left) {
      const holds = record.part === 'handler' || record.part === 'recovery_officer';
      if (!holds || (await membership.isLocked(trx, record.id))) continue;
      if ((await holdings.leftBy(trx, record.id, directory)) > 0) throw new ApiError('last_holder');
    }
  }

  async function checkChannels(
    trx: Knex,
    directory: Directory,
    changes: DirectoryChanges,
  ): Promise<void> {
    for (const { id, published } of directory.channels) {
      if (published && !hasHandler(directory, id)) throw new ApiError('channel_not_ready');
    }
    for (const { id } of changes.published) {
      if (!(await isReady(trx, directory, id))) throw new ApiError('channel_not_ready');
    }
  }

  /** Stores a version under the day it is here, which never lies before that of the one before. */
  async function keepVersion(
    trx: Knex,
    { directory, hash }: VerifiedDirectory,
    signed: SignedDirectory,
  ): Promise<void> {
    const now = today(clock, timeZone);
    const before = await newestDay(trx);
    const day = before !== undefined && before > now ? before : now;
    await insertDirectory(trx, { version: directory.version, hash, ...signed, day });
  }

  async function auditChanges(
    trx: Knex,
    actor: string,
    version: number,
    changes: DirectoryChanges,
  ): Promise<void> {
    const tell = (action: string, details: Record<string, string | number> = {}): Promise<void> =>
      audit.append(trx, {
        scope: ORGANISATION_SCOPE,
        action,
        actor,
        details: { version, ...details },
      });
    await tell('directory_published');
    for (const { record, admission } of changes.admitted) {
      const handler = admission.by === 'two' ? { handler: admission.handler } : {};
      await tell('reader_admitted', { reader: record.id, part: record.part, ...handler });
    }
    for (const { record } of changes.left) await tell('reader_left', { reader: record.id });
    for (const { id, delegation } of changes.appointed) {
      if (delegation.by === 'root') await tell('administrator_by_root', { account: id });
      else await tell('administrator_admitted', { account: id, handler: delegation.handler });
    }
    for (const { id } of changes.revoked) await tell('administrator_revoked', { account: id });
    for (const { id } of changes.renamed) await tell('organisation_changed', { organisation: id });
    for (const { id } of changes.added) await tell('channel_added', { channel: id });
    for (const { was, channel, fields } of changes.changed) {
      const months = channel.retentionMonths;
      await tell('channel_changed', {
        channel: channel.id,
        fields: fields.join(' '),
        ...(months === was.retentionMonths ? {} : { monthsBefore: was.retentionMonths, months }),
      });
    }
    for (const { id } of changes.published) await tell('channel_published', { channel: id });
    for (const { id } of changes.unpublished) await tell('channel_unpublished', { channel: id });
  }

  /** @throws ApiError unless `next` is the version that may come now. */
  function checkFollows(current: VerifiedDirectory, next: VerifiedDirectory): void {
    const { version, date } = next.directory;
    if (version !== current.directory.version + 1) throw new ApiError('directory_conflict');
    asApiError(() => {
      checkSuccession(current, next);
    });
    checkDay(date, clock, timeZone);
    if (date < current.directory.date) throw new ApiError('wrong_day');
  }

  /**
   * Ends the accounts of those who go, with what is kept for them, and keeps the version.
   *
   * @throws ApiError `channel_not_ready`.
   */
  async function enact(
    trx: Knex,
    actor: string,
    version: { next: VerifiedDirectory; signed: SignedDirectory; changes: DirectoryChanges },
  ): Promise<void> {
    const { next, signed, changes } = version;
    const going: string[] = [
      ...changes.left.map(({ record }) => record.id),
      ...changes.revoked.map(({ id }) => id),
    ];
    for (const id of going) {
      await membership.remove(trx, id);
      await forgetReader(trx, id);
    }
    await checkChannels(trx, next.directory, changes);
    await keepVersion(trx, next, signed);
    await deleteStamps(trx);
    await auditChanges(trx, actor, next.directory.version, changes);
  }

  return {
    async newest() {
      const row = await newestRow(db);
      if (row === undefined) throw new ApiError('not_set_up');
      return { directory: signedOf(row), stamps: await stampsOf(db, row.hash), maxFileBytes };
    },

    async after(version) {
      return (await rowsAfter(db, version)).map(signedOf);
    },

    async begin(trx, signed, stamp) {
      const first = checkSigned(signed);
      const { version, previous, date, channels, receiptKeys } = first.directory;
      if (version !== 1 || previous !== null) throw new ApiError('wrong_directory');
      if (receiptKeys.length > 0) throw new ApiError('wrong_directory');
      if (channels.some(({ published }) => published)) throw new ApiError('channel_not_ready');
      checkDay(date, clock, timeZone);
      checkStamp(first, stamp, clock, timeZone);
      await keepVersion(trx, first, signed);
      await keepStamp(trx, stamp);
      return first;
    },

    async publish(session, signed) {
      const next = checkSigned(signed);
      const { directory } = next;
      const actor = session.account.id;
      await db.transaction(async (trx) => {
        const current = await directories.current(trx);
        if (next.hash === current.hash) return;
        if (signed.administrator !== actor) throw new ApiError('forbidden');
        checkFollows(current, next);
        checkReceiptKeys(current.directory, directory);
        const changes = directoryChanges(current.directory, directory);
        for (const reader of changes.admitted) {
          checkAdmitters(current.directory, directory, reader.admission, reader.state);
          await membership.admit(trx, reader);
        }
        for (const administrator of changes.appointed) {
          const { delegation, state } = administrator;
          checkAdmitters(current.directory, directory, delegation, state);
          await membership.appoint(trx, administrator);
        }
        for (const roster of changes.rosters) {
          if (await membership.isLocked(trx, roster.handler)) throw new ApiError('wrong_directory');
          await enactRoster(trx, actor, roster);
        }
        await checkNobodyIsNeeded(trx, directory, changes);
        await enact(trx, actor, { next, signed, changes });
      });
    },

    async appoint(trx, signed) {
      const next = checkSigned(signed);
      const current = await directories.current(trx);
      checkFollows(current, next);
      const changes = directoryChanges(current.directory, next.directory);
      const [appointed] = changes.appointed;
      const isThatAlone =
        appointed?.id === signed.administrator &&
        appointed.delegation.by === 'root' &&
        isAppointment(current.directory, next.directory, appointed);
      if (!isThatAlone) throw new ApiError('wrong_directory');
      await enact(trx, appointed.id, { next, signed, changes });
      return appointed;
    },

    async stamp(session, stamp) {
      if (stamp.reader !== session.reader) throw new ApiError('forbidden');
      await db.transaction(async (trx) => {
        checkStamp(await directories.current(trx), stamp, clock, timeZone);
        await keepStamp(trx, stamp);
      });
    },

    async readiness() {
      const { directory } = await directories.current(db);
      const channels = [];
      for (const { id } of directory.channels) {
        channels.push({
          channel: id,
          readers: channelReaders(directory, id).length,
          practiceRead: await practiceRead(db, id),
        });
      }
      return { channels };
    },
  };
}

function hasHandler(directory: Directory, channel: string): boolean {
  return channelReaders(directory, channel).some(({ record }) => record.part === 'handler');
}

/** Whether nothing changes but that one administrator stands in the place of all before. */
function isAppointment(before: Directory, after: Directory, appointed: Administrator): boolean {
  const { version, date, previous } = after;
  const gone = before.administrators.map((each): Administrator => ({ ...each, state: 'revoked' }));
  const administrators: Administrator[] = [...gone, { ...appointed, state: 'active' }];
  const wanted: Directory = { ...before, version, date, previous, administrators };
  return sameBytes(toJsonBytes(wanted), toJsonBytes(after));
}

/**
 * The signatures were checked against keys that stay in the directory for ever; whoever admits must
 * besides be active, before and after. Nobody is published by the root alone: it has a way of its own.
 */
function checkAdmitters(
  before: Directory,
  after: Directory,
  admission: Admission,
  state: string,
): void {
  if (admission.by !== 'two' || state !== 'active') throw new ApiError('wrong_directory');
  const administratorActs = [before, after].every(({ administrators }) =>
    administrators.some(({ id, state }) => id === admission.administrator && state === 'active'),
  );
  const handlerActs = [before, after].every(({ readers }) =>
    readers.some(({ record, state }) => record.id === admission.handler && state === 'active'),
  );
  if (!administratorActs || !handlerActs) throw new ApiError('wrong_directory');
}
