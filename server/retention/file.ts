import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** The part of knex's client that hands out connections; its own type is `any`. */
interface Client {
  config: { client: string };
  acquireConnection(): Promise<object>;
  releaseConnection(connection: object): Promise<void>;
}

function clientOf(db: Knex): Client {
  return db.client as Client;
}

/** Whether the database is one file with a journal beside it. */
export function isOneFile(db: Knex): boolean {
  return clientOf(db).config.client === 'sqlite3';
}

/** Gives some of the space that was freed back to the file system; answers whether more is left. */
export async function giveSpaceBack(db: Knex, pages: number): Promise<boolean> {
  await db.raw(`pragma incremental_vacuum(${String(pages)})`);
  const [free] = await db.raw<{ freelist_count: number }[]>('pragma freelist_count');
  return (free?.freelist_count ?? 0) > 0;
}

/**
 * Writes the journal back into the file and cuts it off, so that nothing remains of what was deleted.
 * It does not wait: while another process reads or writes, it answers false and blocks nobody.
 */
export async function emptyJournal(db: Knex): Promise<boolean> {
  const client = clientOf(db);
  const connection = await client.acquireConnection();
  const ask = async (pragma: string): Promise<Readonly<Record<string, number>> | undefined> => {
    const rows = await db.raw<Record<string, number>[]>(`pragma ${pragma}`).connection(connection);
    return rows[0];
  };
  try {
    const before = await ask('busy_timeout');
    await ask('busy_timeout = 0');
    try {
      const result = await ask('wal_checkpoint(truncate)');
      return result?.['busy'] === 0;
    } finally {
      await ask(`busy_timeout = ${String(before?.['timeout'] ?? 0)}`);
    }
  } finally {
    await client.releaseConnection(connection);
  }
}

/** How often a busy journal is asked again, and the pause between, in milliseconds. */
const JOURNAL_TRIES = 100;
const JOURNAL_PAUSE = 200;

/**
 * Empties the journal as soon as nobody is busy with it; answers false where that was never so.
 *
 * @throws the signal's reason.
 */
export async function cutJournal(db: Knex, signal?: AbortSignal): Promise<boolean> {
  if (!isOneFile(db)) return true;
  for (let tries = 0; tries < JOURNAL_TRIES; tries += 1) {
    signal?.throwIfAborted();
    if (await emptyJournal(db)) return true;
    await sleep(JOURNAL_PAUSE);
  }
  return false;
}

/** Pages of the journal that are carried over into the file at once: usually, and during a purge. */
const USUAL_PAGES = 1000;
const PURGE_PAGES = 200;

/**
 * Does something that changes pages all over the file, while the journal is carried over into the file
 * in smaller pieces than usual: whoever writes meanwhile never waits for a long one.
 */
export async function inSmallCheckpoints<Result>(
  db: Knex,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!isOneFile(db)) return work();
  await db.raw(`pragma wal_autocheckpoint = ${String(PURGE_PAGES)}`);
  try {
    return await work();
  } finally {
    await db.raw(`pragma wal_autocheckpoint = ${String(USUAL_PAGES)}`);
  }
}
