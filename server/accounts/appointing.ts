import type { Knex } from 'knex';
import {
  randomBytes,
  tokenHash,
  type Administrator,
  type Appoint,
  type AppointmentAnswer,
  type SignedDirectory,
} from '../../crypto/public.js';
import { createAudit, ORGANISATION_SCOPE } from '../audit/service.js';
import { textOf } from '../bytes.js';
import { today, type Clock } from '../clock.js';
import type { Config } from '../config.js';
import { ApiError } from '../http/errors.js';
import {
  anyAccount,
  insertAccount,
  kitInUse,
  listAccounts,
  proofsOfName,
} from './accounts-store.js';
import { checkName, hashHolds, newAccountRow } from './credentials.js';
import { keepLink, readInstallation } from './installation-store.js';
import { checkRecord, freeSerial, type NewestDirectory } from './members.js';
import type { ServerKey } from './server-key.js';

const SECRET_BYTES = 32;
/** Milliseconds for which a link can be used. */
const LINK_TIME = 24 * 60 * 60_000;

/**
 * A new one-time link for whoever has the root's words, which count together with it alone; null
 * before set-up. It can be used for 24 hours. Only the hash of its secret is kept, the link before is
 * void, and the organisation's log tells that it was made.
 */
export async function administratorLink(options: {
  db: Knex;
  clock: Clock;
  config: Pick<Config, 'publicAddress'>;
}): Promise<string | null> {
  const { db, clock, config } = options;
  const secret = textOf(randomBytes(SECRET_BYTES));
  const isMade = await db.transaction(async (trx) => {
    if ((await anyAccount(trx)) === undefined) return false;
    const until = new Date(clock().getTime() + LINK_TIME).toISOString();
    await keepLink(trx, { hash: tokenHash('administrator', secret), until });
    await createAudit({ clock }).append(trx, {
      scope: ORGANISATION_SCOPE,
      action: 'administrator_link_made',
      actor: null,
      details: {},
    });
    return true;
  });
  return isMade ? `${config.publicAddress}/desk/en/administrator#${secret}` : null;
}

/**
 * What the holder of such a link can do. A wrong secret and a link that is used, replaced or too old
 * get the same `administrator_link_refused`.
 */
export interface AppointingService {
  /** Refuses whoever has no link, before more is read of a request. */
  check(secret: string | null): Promise<void>;
  /** What the next version is made from. */
  read(secret: string | null): Promise<AppointmentAnswer>;
  /**
   * Puts one administrator, whom the root signed, in the place of all others, and makes the account;
   * all of it, or nothing.
   *
   * @throws ApiError besides: `directory_conflict`, `wrong_directory` and others of such a version,
   * `wrong_record` for an id or number that somebody has or waits for, `name_taken`, `words_in_use`,
   * `malformed`.
   */
  appoint(secret: string | null, input: Appoint): Promise<void>;
}

export interface AppointingOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  serverKey: ServerKey;
  directories: NewestDirectory;
  directory: {
    after(version: number): Promise<SignedDirectory[]>;
    appoint(trx: Knex, signed: SignedDirectory): Promise<Administrator>;
  };
}

/** Makes the way in for an administrator by the root. */
export function createAppointing(options: AppointingOptions): AppointingService {
  const { db, clock, timeZone, serverKey, directories, directory } = options;

  async function check(trx: Knex, secret: string | null): Promise<void> {
    const row = await readInstallation(trx);
    const given = secret === null ? '' : tokenHash('administrator', secret);
    const holds = hashHolds(given, row?.link_hash ?? null);
    if (!holds || clock().toISOString() >= (row?.link_until ?? '')) {
      throw new ApiError('administrator_link_refused');
    }
  }

  return {
    check: (secret) => check(db, secret),

    async read(secret) {
      await check(db, secret);
      const { directory: newest } = await directories.current(db);
      const known = new Set(newest.administrators.map(({ id }) => id));
      return {
        directories: await directory.after(0),
        serial: await freeSerial(db, newest),
        administrators: (await listAccounts(db)).flatMap(({ id, name }) =>
          known.has(id) ? { id, name } : [],
        ),
      };
    },

    async appoint(secret, { directory: signed, name, credentials }) {
      await db.transaction(async (trx) => {
        await check(trx, secret);
        const { directory: before } = await directories.current(trx);
        const { id, organisation, serial, kem, sig } = await directory.appoint(trx, signed);
        const person = { id, organisation, serial, kem, sig, part: 'administrator', name } as const;
        await checkRecord(trx, before, person);
        // a name of those who just went is free again
        checkName(name);
        if ((await proofsOfName(trx, name)) !== undefined) throw new ApiError('name_taken');
        if (await kitInUse(trx, id, credentials.recoveryProofHash)) {
          throw new ApiError('words_in_use');
        }
        const createdOn = today(clock, timeZone);
        const account = { id, name, credentials, part: 'administrator', state: 'active' } as const;
        await insertAccount(trx, newAccountRow(serverKey, { ...account, createdOn }));
        await keepLink(trx, null);
      });
    },
  };
}
