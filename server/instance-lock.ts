import sqlite3 from 'sqlite3';

/** That this server, and no other, runs on a database. */
export interface InstanceLock {
  /** Gives the right back; again, it does nothing more. */
  release(): Promise<void>;
}

/**
 * Takes the right to be the one server of a database: two would each keep their own drafts, limits,
 * and proofs of work, and do the night's work twice. The right is an exclusive lock of SQLite's on an
 * empty file beside the database. The system takes it back when the process ends, however it ends, so
 * nothing is left to clean up after a power cut. Commands beside the server do not need it.
 *
 * @throws Error, worded for whoever runs the server, when another server has it.
 */
export async function lockInstance(database: string): Promise<InstanceLock> {
  // opened by SQLite alone: closing any other handle to the file would give the lock away
  const file = `${database}-server`;
  const lock = await openFile(file);
  try {
    await execute(lock, 'PRAGMA busy_timeout = 0');
    await execute(lock, 'BEGIN EXCLUSIVE');
  } catch (error) {
    await close(lock);
    const isTaken = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
    if (!isTaken) throw error;
    throw new Error(
      `another Casekey runs on ${database} already. A database has one server: stop the other, or ` +
        'give this one its own with CASEKEY_DATABASE or CASEKEY_DATA_FOLDER.',
      { cause: error },
    );
  }
  let released: Promise<void> | null = null;
  return { release: () => (released ??= close(lock)) };
}

function openFile(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const opened: sqlite3.Database = new sqlite3.Database(file, (error) => {
      if (error === null) resolve(opened);
      else reject(error);
    });
  });
}

function execute(lock: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    lock.run(sql, (error: Error | null) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function close(lock: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    lock.close((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
