import { statfs } from 'node:fs/promises';
import type { Knex } from 'knex';
import { ApiError } from '../http/errors.js';
import type { Log } from '../log.js';
import type { Clock } from '../clock.js';
import { databaseSpace } from './store.js';

const MIB = 1024 * 1024;
/** Room that files leave to reports, messages and the database's own work. */
const KEPT_FOR_TEXT = 256 * MIB;
/** Room that reports and messages leave to handlers and to the purge, which give room back. */
const KEPT_FOR_CASE_WORK = 64 * MIB;
/** Milliseconds for which what was found counts: less can arrive in them than is kept. */
const FOUND_COUNTS = 2_000;
/** How often at most the log says that something was refused. */
const LOGGED_EVERY = 3_600_000;

/**
 * Room for what arrives. Files stop first, so that those who fill the disk with files stop no report;
 * reports stop before handlers do, who close cases.
 */
export interface Storage {
  /**
   * @param underWay what is kept free for files under way.
   * @throws ApiError `storage_full` unless so many bytes of a file fit besides.
   */
  checkFile(bytes: number, underWay: number): Promise<void>;
  /** @throws ApiError `storage_full` unless a report or a message fits. */
  checkText(): Promise<void>;
}

/**
 * Makes the service.
 *
 * @param options.mostBytes what the database may hold at most; undefined for what the disk has.
 * @param options.freeBytes of the disk on which the database lies, for tests.
 */
export function createStorage(options: {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly database: string;
  readonly mostBytes: number | undefined;
  readonly freeBytes?: () => Promise<number>;
}): Storage {
  const { db, clock, log, database, mostBytes } = options;
  const freeBytes = options.freeBytes ?? (() => freeBytesAround(database));
  let loggedAt = 0;
  let found = { at: 0, room: Promise.resolve(0) };

  /** Bytes that can still be stored, those under way not counted. */
  const look = async (): Promise<number> => {
    const [space, free] = await Promise.all([databaseSpace(db), freeBytes()]);
    // what was freed inside the file is used again before the file grows
    const onDisk = free + space.free;
    return mostBytes === undefined ? onDisk : Math.min(onDisk, mostBytes - space.used);
  };

  /** What a look of late found; all who ask while one is under way wait for that one. */
  const room = (): Promise<number> => {
    const now = clock().getTime();
    if (Math.abs(now - found.at) < FOUND_COUNTS) return found.room;
    const looking = look();
    found = { at: now, room: looking };
    // a look that failed tells the next nothing
    looking.catch(() => {
      if (found.room === looking) found.at = 0;
    });
    return looking;
  };

  const refuse = (): never => {
    const now = clock().getTime();
    if (now - loggedAt >= LOGGED_EVERY) {
      loggedAt = now;
      log({ event: 'storage full' });
    }
    throw new ApiError('storage_full');
  };

  return {
    async checkFile(bytes, underWay) {
      if ((await room()) - underWay - bytes < KEPT_FOR_TEXT) refuse();
    },
    async checkText() {
      if ((await room()) < KEPT_FOR_CASE_WORK) refuse();
    },
  };
}

async function freeBytesAround(file: string): Promise<number> {
  const { bavail, bsize } = await statfs(file);
  return bavail * bsize;
}
