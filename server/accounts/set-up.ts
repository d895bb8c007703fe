import type { Knex } from 'knex';
import {
  InstallationId,
  newId,
  randomBytes,
  tokenHash,
  type Directory,
  type SetUp,
  type SignedDirectory,
  type Stamp,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { textOf } from '../bytes.js';
import { today, type Clock } from '../clock.js';
import type { Config } from '../config.js';
import { ApiError } from '../http/errors.js';
import { anyAccount, insertAccount } from './accounts-store.js';
import { checkName, hashHolds, newAccountRow } from './credentials.js';
import { insertInstallation, keepLink, readInstallation } from './installation-store.js';
import { readServerKey, type ServerKey } from './server-key.js';

const SECRET_BYTES = 32;

/**
 * What the first start makes and every start needs: the installation's id and the server's key.
 *
 * @throws Error, worded for whoever runs the server, when the key is missing or another database's.
 */
export async function prepareInstallation(
  db: Knex,
  config: Pick<Config, 'serverKey' | 'timeZone'>,
  clock: Clock,
): Promise<ServerKey> {
  const account = await anyAccount(db);
  const serverKey = await readServerKey(config.serverKey, account === undefined);
  if (account !== undefined) {
    try {
      serverKey.unwrap('vault', account.id, account.vault);
    } catch (cause) {
      throw new Error(`${config.serverKey} is not the key of this database`, { cause });
    }
  }
  await db.transaction(async (trx) => {
    if ((await readInstallation(trx)) !== undefined) return;
    const day = today(clock, config.timeZone);
    await insertInstallation(trx, {
      id: newId(InstallationId),
      link_hash: null,
      link_until: null,
      created_day: day,
    });
  });
  return serverKey;
}

/**
 * A new one-time link to set the installation up, null once it is. Only the hash of its secret is
 * kept, and the link before is void.
 */
export async function setUpLink(
  db: Knex,
  config: Pick<Config, 'publicAddress'>,
): Promise<string | null> {
  const secret = textOf(randomBytes(SECRET_BYTES));
  const open = await db.transaction(async (trx) => {
    if ((await anyAccount(trx)) !== undefined) return false;
    await keepLink(trx, { hash: tokenHash('set-up', secret), until: null });
    return true;
  });
  return open ? `${config.publicAddress}/desk/en/set-up#${secret}` : null;
}

/** What set-up needs of the directory. */
export interface FirstDirectory {
  begin(trx: Knex, signed: SignedDirectory, stamp: Stamp): Promise<VerifiedDirectory>;
}

export interface SetUpService {
  /** Id of the installation, and whether it is set up. */
  installation(): Promise<{ installation: InstallationId; state: 'empty' | 'ready' }>;
  /**
   * Keeps the first directory and its two accounts, or nothing.
   *
   * @throws ApiError `already_set_up`, `set_up_refused` for a wrong secret, `name_taken` and
   * `words_in_use` for one name or kit twice, `malformed`, or `wrong_directory` and others of a first directory.
   */
  setUp(secret: string | null, input: SetUp): Promise<void>;
}

export interface SetUpOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  serverKey: ServerKey;
  audit: Audit;
  directory: FirstDirectory;
}

/** Makes the set-up. */
export function createSetUp(options: SetUpOptions): SetUpService {
  const { db, clock, timeZone, serverKey, audit, directory } = options;
  return {
    async installation() {
      const row = await readInstallation(db);
      if (row === undefined) throw new Error('an installation without an id');
      const state = (await anyAccount(db)) === undefined ? 'empty' : 'ready';
      return { installation: row.id, state };
    },

    async setUp(secret, input) {
      await db.transaction(async (trx) => {
        if ((await anyAccount(trx)) !== undefined) throw new ApiError('already_set_up');
        const row = await readInstallation(trx);
        const given = secret === null ? '' : tokenHash('set-up', secret);
        if (row === undefined || !hashHolds(given, row.link_hash)) {
          throw new ApiError('set_up_refused');
        }
        const first = await directory.begin(trx, input.directory, input.stamp);
        checkFirst(first.directory, row.id, input);
        const createdOn = today(clock, timeZone);
        for (const part of ['administrator', 'handler'] as const) {
          checkName(input[part].name);
          const account = { ...input[part], part, state: 'active', createdOn } as const;
          await insertAccount(trx, newAccountRow(serverKey, account));
        }
        await keepLink(trx, null);
        await audit.append(trx, {
          scope: ORGANISATION_SCOPE,
          action: 'set_up',
          actor: input.administrator.id,
          details: { version: 1, handler: input.handler.id },
        });
      });
    },
  };
}

/** One organisation, its administrator, and its handler, admitted by the root, in every channel. */
function checkFirst(directory: Directory, installation: InstallationId, input: SetUp): void {
  const { administrators, channels, organisations, readers } = directory;
  const [administrator, ...otherAdministrators] = administrators;
  const [handler, ...otherReaders] = readers;
  const accounts: string[] = [input.administrator.id, input.handler.id];
  const holds =
    directory.installation === installation &&
    organisations.length === 1 &&
    channels.length > 0 &&
    administrator?.id === input.administrator.id &&
    otherAdministrators.length === 0 &&
    (handler?.record.id as string | undefined) === input.handler.id &&
    otherReaders.length === 0 &&
    handler?.admission.by === 'root' &&
    handler.state === 'active' &&
    handler.record.part === 'handler' &&
    channels.every(({ id }) => handler.record.channels.includes(id)) &&
    new Set(accounts).size === accounts.length;
  if (!holds) throw new ApiError('wrong_directory');
  const kits = [input.administrator, input.handler].map((each) => each.credentials);
  if (input.administrator.name === input.handler.name) throw new ApiError('name_taken');
  if (kits[0]?.recoveryProofHash === kits[1]?.recoveryProofHash) throw new ApiError('words_in_use');
}
