import { chmod, open } from 'node:fs/promises';
import path from 'node:path';
import createKnex, { type Knex } from 'knex';
import { migrations, type NamedMigration } from '../migrations/index.js';
import { makeFolder } from './folder.js';
import type { Log } from './log.js';

export type Database = Knex;

/** What the driver hands to a new connection, as far as it is used here. */
interface Connection {
  run(sql: string, done: (error: Error | null) => void): void;
  all(sql: string, ...rest: unknown[]): unknown;
}

/**
 * Settings of a connection. The first two are fixed when the file is created: pages of 4 KiB suit
 * rows of which nothing may remain (docs/decisions/0004), and incremental vacuum lets a purge give
 * space back in small steps. Freed pages are overwritten with zeros; a commit is on the disk before
 * it is answered.
 */
const pragmas = [
  'page_size = 4096',
  'auto_vacuum = INCREMENTAL',
  'journal_mode = WAL',
  'synchronous = FULL',
  'secure_delete = ON',
  'foreign_keys = ON',
  'busy_timeout = 5000',
  'temp_store = MEMORY',
];

/** Milliseconds to wait for a turn at the connection, while others write or wait for a lock. */
const WAIT = 60_000;

/**
 * Opens the database, making its folder and file if need be, readable by the server's user alone.
 * There is one connection: inside a transaction, use the transaction, since waiting for the outer
 * handle there waits in vain.
 *
 * @param wait milliseconds that whoever asks waits at most for the connection, in place of the usual.
 * Then knex rejects with an error named `KnexTimeoutError`, and nothing was begun.
 * @throws Error when folder or file cannot be made or opened.
 */
export async function openDatabase(
  config: { readonly database: string },
  log: Log,
  wait = WAIT,
): Promise<Database> {
  await makeFolder(path.dirname(config.database));
  // SQLite gives journal and index the mode of the file they belong to
  const file = await open(config.database, 'a', 0o600);
  await file.close();
  await chmod(config.database, 0o600);
  const report = (event: string) => () => {
    // knex's own messages quote statements, so only that there was one is kept
    log({ event });
  };
  return createKnex({
    client: 'sqlite3',
    connection: { filename: config.database },
    useNullAsDefault: true,
    // values would otherwise be written into the messages of errors
    compileSqlOnError: false,
    acquireConnectionTimeout: wait,
    log: {
      warn: report('database warning'),
      error: report('database error'),
      deprecate: report('database deprecation'),
      debug: report('database debug'),
    },
    pool: {
      min: 1,
      max: 1,
      afterCreate: (
        connection: Connection,
        done: (error: Error | null, connection: Connection) => void,
      ) => {
        guardTransactions(connection);
        void applyPragmas(connection).then(
          () => {
            done(null, connection);
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error(String(error)), connection);
          },
        );
      },
    },
  });
}

type Done = (error: Error | null, ...rest: unknown[]) => void;

/**
 * Makes knex's transactions begin and end as this server needs it.
 *
 * They take the right to write when they begin, waiting for it if need be: SQLite's own default takes
 * it at the first write, and refuses without waiting if another process, such as the purge as a
 * command, wrote since the transaction began to read. Where the right cannot be had, on a disk that can
 * only be read or while another process keeps it, they begin without: reading goes on, and the first
 * write says why it cannot.
 *
 * Where the disk is full, SQLite has rolled back by itself (https://www.sqlite.org/lang_transaction.html);
 * that there is nothing left to roll back must not hide why. And a commit that failed leaves nothing
 * open behind it, on which every later transaction would fail.
 */
function guardTransactions(connection: Connection): void {
  const all = connection.all.bind(connection);
  const rollBack = (done: Done): void => {
    all('ROLLBACK', (error: Error | null, ...rest: unknown[]) => {
      const nothingOpen = error?.message.includes('no transaction is active') === true;
      done(nothingOpen ? null : error, ...rest);
    });
  };
  connection.all = (sql, ...rest) => {
    const done = rest.at(-1) as Done;
    if (sql === 'ROLLBACK') {
      rollBack(done);
      return connection;
    }
    if (sql === 'BEGIN;') {
      return all('BEGIN IMMEDIATE;', (error: Error | null, ...found: unknown[]) => {
        if (error === null) done(null, ...found);
        else all('BEGIN;', done);
      });
    }
    if (sql !== 'COMMIT;') return all(sql, ...rest);
    return all(sql, ...rest.slice(0, -1), (error: Error | null, ...found: unknown[]) => {
      if (error === null) {
        done(null, ...found);
        return;
      }
      rollBack(() => {
        done(error);
      });
    });
  };
}

async function applyPragmas(connection: Connection): Promise<void> {
  for (const pragma of pragmas) {
    await new Promise<void>((resolve, reject) => {
      connection.run(`PRAGMA ${pragma}`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/**
 * Brings the schema up to date.
 *
 * @throws Error when a migration fails (nothing of it stays) or the database is of a newer release.
 */
export async function migrate(db: Database): Promise<void> {
  await db.migrate.latest({
    migrationSource: {
      getMigrations: () => Promise.resolve([...migrations]),
      getMigrationName: (migration: NamedMigration) => migration.name,
      getMigration: (migration: NamedMigration) =>
        Promise.resolve({ up: migration.up, down: refuseDown }),
    },
  });
}

function refuseDown(): Promise<void> {
  return Promise.reject(new Error('The schema only moves forward; restore a backup instead'));
}
