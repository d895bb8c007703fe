import type { Knex } from 'knex';
import {
  fromBase64,
  stampHolds,
  verifyDirectory,
  type SignedDirectory,
  type Stamp,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { addDays, dayOf, today, type Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import { hasVersion, newestHash, newestRow, rowOf, signedOf } from './store.js';

/** The directories of the installation, for whoever needs to know who reads. */
export interface Directories {
  /** The newest one, null before set-up. It is verified once and then kept in memory. */
  newest(db: Knex): Promise<VerifiedDirectory | null>;
  /**
   * The newest one.
   *
   * @throws ApiError `not_set_up`.
   */
  current(db: Knex): Promise<VerifiedDirectory>;
  /**
   * The newest one as its administrator signed it.
   *
   * @throws ApiError `not_set_up`.
   */
  signed(db: Knex): Promise<SignedDirectory>;
  /** Whether a version of this hash was ever in force. */
  has(db: Knex, version: number, hash: string): Promise<boolean>;
  /** A version that was ever in force; null for none. */
  version(db: Knex, version: number): Promise<VerifiedDirectory | null>;
}

/** Makes the reading side of the directory. */
export function createDirectories(): Directories {
  let kept: VerifiedDirectory | null = null;

  async function newest(db: Knex): Promise<VerifiedDirectory | null> {
    const hash = await newestHash(db);
    if (hash === undefined) return null;
    // asked for by hash each time: another process may have published, or a transaction failed
    if (kept?.hash === hash) return kept;
    const row = await newestRow(db);
    if (row === undefined) return null;
    kept = verifyDirectory(signedOf(row));
    return kept;
  }

  return {
    newest,
    async current(db) {
      const directory = await newest(db);
      if (directory === null) throw new ApiError('not_set_up');
      return directory;
    },
    async signed(db) {
      const row = await newestRow(db);
      if (row === undefined) throw new ApiError('not_set_up');
      return signedOf(row);
    },
    has: hasVersion,
    async version(db, version) {
      const row = await rowOf(db, version);
      return row === undefined ? null : verifyDirectory(signedOf(row));
    },
  };
}

/**
 * Checks a directory that was sent.
 *
 * @throws ApiError `malformed`, or `wrong_directory` for signatures and admissions that do not hold.
 */
export function checkSigned(signed: SignedDirectory): VerifiedDirectory {
  return asApiError(() => verifyDirectory(signed));
}

/**
 * Checks that a day is today's or yesterday's; where clients' zones are ahead of ours, tomorrow has
 * begun there already.
 *
 * @throws ApiError `wrong_day`.
 */
export function checkDay(day: string, clock: Clock, timeZone: string): void {
  const yesterday = addDays(today(clock, timeZone), -1);
  const furthestAhead = dayOf(new Date(clock().getTime() + 14 * 60 * 60_000));
  if (day < yesterday || day > furthestAhead) throw new ApiError('wrong_day');
}

/**
 * Checks that a stamp is an active handler's, for this directory, of now.
 *
 * @throws ApiError `directory_conflict` when it names another directory, `wrong_signature` or
 * `wrong_day`.
 */
export function checkStamp(
  current: VerifiedDirectory,
  stamp: Stamp,
  clock: Clock,
  timeZone: string,
): void {
  if (stamp.hash !== current.hash) throw new ApiError('directory_conflict');
  asApiError(() => fromBase64(stamp.signature));
  if (!stampHolds(current, stamp)) throw new ApiError('wrong_signature');
  checkDay(stamp.day, clock, timeZone);
}
