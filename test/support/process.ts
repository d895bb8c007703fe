import { setTimeout as wait } from 'node:timers/promises';
import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { migrate, openDatabase } from '../../server/database.js';
import { installOrganisation, type TestOrganisation } from './organisation.js';
import { patient, projectDist } from './server.js';

/** A server in a process of its own, as an installation runs it. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void>;
}

/**
 * Starts the built server. `npm test` builds before it runs the tests.
 *
 * @param options.port the port of an earlier start, to be found at the same address again.
 */
export async function startProcess(options: {
  readonly dataFolder: string;
  readonly port?: number;
}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [path.join(projectDist, 'server/main.js')], {
    cwd: options.dataFolder,
    env: {
      PATH: process.env['PATH'] ?? '',
      CASEKEY_DATA_FOLDER: options.dataFolder,
      CASEKEY_PORT: String(options.port ?? 0),
      CASEKEY_TIME_ZONE: 'UTC',
      ...patient,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', stop);
  void exited.then(() => process.off('exit', stop));

  let output = '';
  const address = await new Promise<string>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      output += piece.toString('utf8');
      const found = /ready at (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    void exited.then(() => {
      reject(new Error(`the server ended before it was ready: ${output}`));
    });
  });
  const port = Number(new URL(address).port);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    async kill() {
      stop();
      await exited;
    },
  };
}

/** Makes the database of an installation whose organisation is set up, before any server runs. */
export async function prepareDatabase(
  dataFolder: string,
  organisation: TestOrganisation,
): Promise<void> {
  const db = await openDatabase(
    { database: path.join(dataFolder, 'casekey.sqlite') },
    () => undefined,
  );
  await migrate(db);
  await installOrganisation(db, organisation);
  await db.destroy();
}

/**
 * Waits for a random moment of work under way: until up to `most` more steps were acknowledged, at
 * most three seconds, and a little more. So a slow machine is killed in the midst of work too.
 */
export async function randomMoment(acknowledged: () => number, most: number): Promise<void> {
  const wanted = acknowledged() + randomInt(most + 1);
  const end = performance.now() + 3000;
  while (acknowledged() < wanted && performance.now() < end) await wait(1);
  await wait(randomInt(30));
}
