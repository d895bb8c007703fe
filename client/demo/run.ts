import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setUpLink } from '../../server/accounts/set-up.js';
import { loadConfig } from '../../server/config.js';
import { createLog } from '../../server/log.js';
import { startServer, type RunningServer } from '../../server/start.js';
import { createPeople, createShiftedClock, type Cast } from './people.js';
import { setUp } from './set-up.js';
import { pastStories } from './stories-past.js';
import { presentStories, shownStory } from './stories-present.js';
import { tell } from './tell.js';

/** Day of the set-up: early enough for a case that was closed almost two years ago. */
const FIRST_DAY = 738;

/** The demo as it runs. */
export interface Demo extends Cast {
  /** Where people open it. */
  address: string;
  dataFolder: string;
  /** The organisation's eight words. */
  fingerprint: string[];
  /** Opens the case with the conversation. */
  caseKey: string[];
  cases: number;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

/** The port that was asked for is taken; the message says so, and what to do. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';

  constructor(port: number) {
    super(
      `Port ${String(port)} is taken: another program listens there. Set CASEKEY_PORT to another.`,
    );
  }
}

/** How the demo is started. */
export interface DemoOptions {
  /** Folder of the build's output. */
  readonly dist: string;
  /** To listen on. */
  readonly port: number;
  /** Whether no other port will do; else any free one does where that one is taken. */
  readonly insist: boolean;
  readonly say: (line: string) => void;
}

async function serve(
  { dist, port, insist, say }: DemoOptions,
  dataFolder: string,
  now: () => Date,
): Promise<RunningServer> {
  const start = async (wanted: number): Promise<RunningServer> =>
    startServer({
      config: await loadConfig({
        CASEKEY_PORT: String(wanted),
        CASEKEY_DATA_FOLDER: dataFolder,
      }),
      dist,
      clock: now,
      log: createLog(now, () => undefined),
    });
  try {
    return await start(port);
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    if (insist) throw new PortTaken(port);
    say(`Port ${String(port)} is taken by another program, so any free one is used.`);
    return start(0);
  }
}

/**
 * Starts a server on a new folder and fills it through the client, past days by a clock that server
 * and clients share; then that clock tells the real time.
 *
 * @throws PortTaken
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'casekey-demo-'));
  const clock = createShiftedClock();
  clock.daysAgo = FIRST_DAY;
  let server: RunningServer | null = null;
  // also when it is interrupted while the cases are still being written
  const remove = (): void => {
    rmSync(dataFolder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const stop = async (): Promise<void> => {
    await server?.stop();
    process.removeListener('exit', remove);
    remove();
  };
  try {
    server = await serve(options, dataFolder, () => clock.now());
    const link = await setUpLink(server.db, server.config);
    const people = createPeople(server.address, clock, server.config.timeZone);
    options.say('Setting up an organisation …');
    const cast = await setUp(people, link?.split('#')[1] ?? '');
    const stories = [...pastStories, shownStory, ...presentStories];
    options.say(`Writing ${String(stories.length)} cases of two years …`);
    const keys = await tell(people, cast, clock, stories);
    clock.daysAgo = 0;
    const { fingerprint } = await people.newReporter().directory();
    return {
      ...cast,
      address: server.config.publicAddress,
      dataFolder,
      fingerprint,
      caseKey: keys.get(shownStory) ?? [],
      cases: stories.length,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
