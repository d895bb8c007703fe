import { access } from 'node:fs/promises';
import { ready } from '../crypto/public.js';
import { systemClock } from './clock.js';
import { ConfigError, loadConfig } from './config.js';
import { openDatabase } from './database.js';
import { createLog } from './log.js';
import type { TaskContext } from './tasks.js';

/** How a command ends: as sysexits.h has it, so that cron and scripts can tell. */
export const EXIT = { ok: 0, failed: 1, wrongUse: 64, tryLater: 75 } as const;
const HELP: readonly string[] = ['--help', '-h'];
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Runs a command beside the server, at the same configuration and database, and sets the exit code of
 * the process. What goes wrong is told on standard error, without values of the database.
 *
 * @param usage what `--help` prints.
 * @param options the flags it knows besides, without anything else on the command line.
 */
export async function runCommand(
  usage: string,
  options: readonly string[],
  work: (context: TaskContext, given: ReadonlySet<string>) => Promise<ExitCode>,
): Promise<void> {
  // the journal and its index belong to the server's user alone, whoever makes them first
  process.umask(0o077);
  process.exitCode = await run(usage, options, work);
}

async function run(
  usage: string,
  options: readonly string[],
  work: (context: TaskContext, given: ReadonlySet<string>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const given = process.argv.slice(2);
  if (given.some((argument) => HELP.includes(argument))) {
    console.log(usage);
    return EXIT.ok;
  }
  const unknown = given.find((argument) => !options.includes(argument));
  if (unknown !== undefined) {
    // what was typed is not repeated: it may be anything, pasted by mistake
    console.error(`Unknown option.\n\n${usage}`);
    return EXIT.wrongUse;
  }
  try {
    const config = await loadConfig(process.env);
    if (!(await exists(config.database))) {
      console.error(
        'There is no database yet. CASEKEY_DATA_FOLDER or CASEKEY_DATABASE says where.',
      );
      return EXIT.failed;
    }
    await ready();
    const log = createLog(systemClock, (line) => process.stderr.write(line));
    const db = await openDatabase(config, log);
    try {
      return await work({ config, db, clock: systemClock, log }, new Set(given));
    } finally {
      await db.destroy();
    }
  } catch (error) {
    console.error(
      error instanceof ConfigError
        ? `The configuration cannot be used:\n${error.message}`
        : `It failed: ${nameOf(error)}`,
    );
    return EXIT.failed;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/** A database's messages can quote what it holds, so only the code is told. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
