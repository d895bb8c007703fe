import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ready } from '../crypto/public.js';
import { prepareInstallation } from './accounts/set-up.js';
import { createApp, type AppOptions } from './app.js';
import { systemClock, type Clock } from './clock.js';
import type { Config } from './config.js';
import { migrate, openDatabase, type Database } from './database.js';
import { watchConnections, type Apart, type Connections } from './http/connections.js';
import { loadPages, type Pages } from './http/pages.js';
import type { Scheduler } from './jobs/scheduler.js';
import { lockInstance, type InstanceLock } from './instance-lock.js';
import { createLog, type Log } from './log.js';
import { openReceiptKeys } from './receipts/keys.js';
import { composeScheduler, finishErasures } from './tasks.js';

export interface StartOptions extends Pick<AppOptions, 'onFault' | 'capabilities'> {
  readonly config: Config;
  /** Folder of the build's output. */
  readonly dist: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** In place of the usual, for tests. */
  readonly patience?: Patience;
  /** Connections at once, in place of the usual, for tests. */
  readonly connections?: number;
  /** Milliseconds to wait for a turn at the database, in place of the usual, for tests. */
  readonly databaseWait?: number;
  /** What is drawn, in place of random numbers, for tests: see {@link AppOptions}. */
  readonly chance?: () => number;
}

export interface RunningServer {
  /** With the port that was really taken, where any free one was asked for. */
  readonly config: Config;
  readonly db: Database;
  /** Where it listens, on this machine. */
  readonly address: string;
  /** What the server does by itself once a day. */
  readonly scheduler: Scheduler;
  /** Answers what has been asked, takes nothing more, closes the database. */
  stop(): Promise<void>;
}

/** How long clients may take, in milliseconds. */
export interface Patience {
  /** For a whole request: a chunk of 1 MiB over a slow Tor circuit on a phone (2 KB a second). */
  readonly request: number;
  /** For the lines before its body. */
  readonly headers: number;
  /** Between two looks at who took too long. */
  readonly look: number;
}

const PATIENCE: Patience = { request: 10 * 60_000, headers: 30_000, look: 5_000 };
/** Connections at once; each takes some tens of kilobytes. */
const CONNECTIONS = 4_000;
/** How long requests under way may take once the server is told to stop. */
const graceAtStop = 10_000;

/** An organisation whose database is open: what answers its requests is made once its address is known. */
export interface OpenOrganisation {
  readonly db: Database;
  /** Makes what answers, and starts what is done by itself once a day. */
  serve(config: Config, pages: Pages): { listener: RequestListener; scheduler: Scheduler };
  close(): Promise<void>;
}

/**
 * Opens a database and brings its schema up to date.
 *
 * @throws Error when the database cannot be opened or has a server already, or the server's key is
 * missing.
 */
export async function openOrganisation(
  options: Omit<StartOptions, 'dist' | 'connections' | 'patience'> & Pick<AppOptions, 'share'>,
): Promise<OpenOrganisation> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog(clock);
  const db = await openDatabase(options.config, log, options.databaseWait);
  let lock: InstanceLock | null = null;
  const close = async (): Promise<void> => {
    await db.destroy();
    await lock?.release();
  };
  try {
    lock = await lockInstance(options.config.database);
    await migrate(db);
    // a server that was killed may have left what it erased
    await finishErasures(db);
    const serverKey = await prepareInstallation(db, options.config, clock);
    const receiptKeys = await openReceiptKeys(options.config.receiptKey);
    return {
      db,
      serve(config, pages) {
        const context = { config, db, clock, log, serverKey, receiptKeys };
        const listener = createApp({ ...options, ...context, pages });
        const scheduler = composeScheduler({ config, db, clock, log });
        scheduler.start();
        return { listener, scheduler };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes a server that does not listen yet. */
export function makeServer(
  options: Pick<StartOptions, 'patience' | 'connections'>,
  apart?: Apart,
): {
  server: Server;
  connections: Connections;
} {
  const patience = options.patience ?? PATIENCE;
  const server = createServer({
    requestTimeout: patience.request,
    headersTimeout: patience.headers,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: patience.look,
    maxHeaderSize: 8_192,
  });
  const most = options.connections ?? CONNECTIONS;
  return { server, connections: watchConnections(server, most, apart) };
}

/**
 * Opens the database, brings its schema up to date, and listens.
 *
 * @throws Error when nothing is built, the database cannot be opened or has a server already, the
 * server's key is missing or the port is taken.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  await ready();
  const pages = await loadPages(options.dist);
  const organisation = await openOrganisation(options);
  const { server, connections } = makeServer(options);
  let config = options.config;
  let served: ReturnType<OpenOrganisation['serve']>;
  try {
    const port = await listen(server, config);
    config = withPort(config, port);
    // no event of the loop lies between listening and this, so no request is missed
    served = organisation.serve(config, pages);
    connections.serve(served.listener);
  } catch (error) {
    server.close();
    await organisation.close();
    throw error;
  }
  const { scheduler } = served;
  return {
    config,
    db: organisation.db,
    address: addressOf(config),
    scheduler,
    async stop() {
      await Promise.all([close(server, connections), scheduler.stop()]);
      await organisation.close();
    },
  };
}

/** The configuration with the port that was really taken, where any free one was asked for. */
export function withPort(config: Config, port: number): Config {
  if (config.port !== 0) return config;
  const publicAddress = config.publicAddress.replace(/:0$/, `:${port.toString()}`);
  return { ...config, port, publicAddress };
}

/** Where a server listens, on this machine. */
export function addressOf({ host, port }: Pick<Config, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port.toString()}`;
}

/** Begins to listen; answers the port. */
export function listen(server: Server, config: Pick<Config, 'host' | 'port'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Answers what was asked and takes nothing more. */
export function close(server: Server, connections: Connections): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, graceAtStop);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    connections.closeWhenIdle();
  });
}
