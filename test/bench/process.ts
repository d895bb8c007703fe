import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { patient, temporaryFolder } from '../support/server.js';

const program = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** The built server as a process of its own. */
export interface ServerProcess {
  readonly address: string;
  readonly dataFolder: string;
  readonly pid: number;
  /** Waits for a line of its output, and answers what the expression catches in it. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Bytes of memory that the process holds now. */
  memory(): number;
  /** Ends it and waits; the data folder stays. */
  stop(): Promise<void>;
}

/**
 * Starts the built server on a free port.
 *
 * @param env further `CASEKEY_…` settings.
 * @throws Error where nothing is built or it does not start.
 */
export async function startProcess(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  if (!existsSync(program)) throw new Error('Nothing is built: run `npm run build` first.');
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      CASEKEY_PORT: '0',
      CASEKEY_DATA_FOLDER: dataFolder,
      ...patient,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString('utf8');
  });
  const waitFor = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(output)?.[1];
        if (found === undefined) return;
        child.stdout.removeListener('data', look);
        resolve(found);
      };
      child.once('exit', () => {
        reject(new Error('The server ended.'));
      });
      child.stdout.on('data', look);
      look();
    });
  const address = await waitFor(/ready at (\S+)/u);
  const pid = child.pid ?? 0;
  return {
    address,
    dataFolder,
    pid,
    waitFor,
    memory: () => residentBytes(pid),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Bytes of memory that a process holds. */
export function residentBytes(pid: number): number {
  const file = `/proc/${String(pid)}/status`;
  if (existsSync(file)) {
    const kilobytes = /VmRSS:\s+(\d+) kB/u.exec(readFileSync(file, 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

/** Watches the memory of a process until it is told to stop, and answers the peak. */
export function watchMemory(memory: () => number): { stop(): number } {
  let peak = memory();
  const timer = setInterval(() => {
    peak = Math.max(peak, memory());
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(peak, memory());
    },
  };
}

/** A helper in a process of its own, so that its work does not slow what is measured. */
export interface Helper {
  /** Sends a task, and waits for what it makes of it. */
  ask<T>(task: unknown): Promise<T>;
  stop(): void;
}

/** Starts a helper out of this folder; it answers each message with `{result}` or `{error}`. */
export function startHelper(name: string): Helper {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child: ChildProcess = fork(file, [], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    serialization: 'advanced',
  });
  return {
    ask<T>(task: unknown) {
      return new Promise<T>((resolve, reject) => {
        const onExit = (): void => {
          reject(new Error(`${name} ended`));
        };
        child.once('exit', onExit);
        child.once('message', (answer: { result?: T; error?: string }) => {
          child.removeListener('exit', onExit);
          if (answer.error === undefined) resolve(answer.result as T);
          else reject(new Error(answer.error));
        });
        child.send(task as object);
      });
    },
    stop() {
      child.kill();
    },
  };
}

/** In a helper: answers every task with what `work` makes of it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names what arrives
export function serveTasks<Task>(work: (task: Task) => Promise<unknown>): void {
  process.on('message', (task: Task) => {
    work(task).then(
      (result) => process.send?.({ result }),
      (error: unknown) => {
        process.send?.({
          error: error instanceof Error ? (error.stack ?? error.message) : 'failed',
        });
      },
    );
  });
}

/** Runs a task with a folder that is removed afterwards. */
export async function withFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await temporaryFolder();
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Path of the database file in a data folder. */
export function databaseFile(dataFolder: string): string {
  return path.join(dataFolder, 'casekey.sqlite');
}
