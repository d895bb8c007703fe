import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, type Clock } from '../../server/clock.js';
import { loadConfig } from '../../server/config.js';
import { createLog } from '../../server/log.js';
import {
  startServer,
  type Patience,
  type RunningServer,
  type StartOptions,
} from '../../server/start.js';

/** A clock that stands still until it is moved. */
export interface TestClock {
  readonly now: Clock;
  set(moment: Date | string): void;
  /** Moves on by whole days. */
  addDays(days: number): void;
}

export interface TestServer extends RunningServer {
  /** Address of the server, without a slash at its end. */
  readonly url: string;
  readonly dataFolder: string;
  /** Every line the server logged. */
  readonly logged: readonly string[];
  /** Errors that were the server's own faults. */
  readonly faults: readonly unknown[];
}

/** Makes a clock that tells the given time. */
export function createTestClock(start: Date | string = '2026-03-02T10:00:00Z'): TestClock {
  let moment = new Date(start);
  return {
    now: () => new Date(moment),
    set(next) {
      moment = new Date(next);
    },
    addDays(days) {
      moment = new Date(moment.getTime() + days * 86_400_000);
    },
  };
}

/** Settings of a server that takes any number of reports and files for calm. */
export const patient = {
  CASEKEY_CALM_REPORTS: '1000000',
  CASEKEY_CALM_UPLOAD_BYTES: String(2 ** 49),
} as const;

/** The project's own build output. */
export const projectDist = fileURLToPath(new URL('../../dist/', import.meta.url));

/**
 * Starts a real server in this process, on a free port with a data folder of its own. Stopping it
 * removes the folder unless one was given.
 *
 * @param options.env further `CASEKEY_…` settings.
 */
export async function startTestServer(
  options: {
    readonly clock?: Clock;
    readonly env?: Readonly<Record<string, string>>;
    readonly dist?: string;
    readonly dataFolder?: string;
    readonly capabilities?: StartOptions['capabilities'];
    readonly patience?: Patience;
    readonly connections?: number;
    readonly databaseWait?: number;
  } = {},
): Promise<TestServer> {
  const clock = options.clock ?? systemClock;
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const logged: string[] = [];
  const faults: unknown[] = [];
  const config = await loadConfig({
    CASEKEY_PORT: '0',
    CASEKEY_DATA_FOLDER: dataFolder,
    // that of tests and of browsers under test, so that all have the same day at any hour
    CASEKEY_TIME_ZONE: 'UTC',
    ...patient,
    ...options.env,
  });
  const server = await startServer({
    config,
    clock,
    dist: options.dist ?? projectDist,
    log: createLog(clock, (line) => logged.push(line)),
    onFault: (error) => faults.push(error),
    // work is asked for from the first report over what is calm
    chance: () => 0,
    ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    ...(options.databaseWait === undefined ? {} : { databaseWait: options.databaseWait }),
  });
  return {
    ...server,
    url: server.address,
    dataFolder,
    logged,
    faults,
    async stop() {
      await server.stop();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** A new empty folder among the system's temporary ones. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'casekey-test-'));
}
