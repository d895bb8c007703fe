import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ready } from '../crypto/public.js';
import { systemClock } from './clock.js';
import { ConfigError, type Config } from './config.js';
import type { Database } from './database.js';
import { headersFor } from './http/headers.js';
import { loadPages } from './http/pages.js';
import type { Scheduler } from './jobs/scheduler.js';
import { createLog, type Log } from './log.js';
import type { HostedOrganisation, RefusedOrganisation } from './organisations.js';
import {
  addressOf,
  close,
  listen,
  makeServer,
  openOrganisation,
  withPort,
  type StartOptions,
} from './start.js';

export interface SeveralOptions extends Omit<StartOptions, 'config'> {
  readonly organisations: readonly HostedOrganisation[];
  /** Those whose entries cannot be used: their hosts answer that they are not available. */
  readonly refused?: readonly RefusedOrganisation[];
  /** Told of each organisation once it is served, at the start or later. */
  readonly onServed?: (organisation: ServedOrganisation) => void;
}

/** An organisation that is being served. */
export interface ServedOrganisation {
  readonly name: string;
  readonly config: Config;
  readonly db: Database;
  readonly scheduler: Scheduler;
}

/** Several organisations in one process, with nothing in common but the port. */
export interface RunningOrganisations {
  /** Where the process listens, on this machine. */
  readonly address: string;
  /** Those that are served now. */
  served(): readonly ServedOrganisation[];
  /** Why each of the others could not be opened. */
  failed(): readonly { readonly name: string; readonly error: unknown }[];
  /** Tries again those that could not be opened. It happens by itself once a minute. */
  tryAgain(): Promise<void>;
  stop(): Promise<void>;
}

interface Place extends HostedOrganisation {
  log: Log;
  error: unknown;
  running: (ServedOrganisation & { listener: RequestListener; close(): Promise<void> }) | null;
  /** While it is being opened. */
  opening: Promise<void> | null;
}

const AGAIN = 60_000;

/**
 * Serves several organisations at one port, each at hosts of its own, with its own database, keys,
 * limits and daily work. One that cannot be opened stops no other, and one that opens slowly keeps
 * none waiting: its hosts answer that it is not available, and it is tried again.
 *
 * @throws Error when nothing is built or the port is taken.
 */
export async function startOrganisations(options: SeveralOptions): Promise<RunningOrganisations> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog(clock);
  await ready();
  const pages = await loadPages(options.dist);
  const [first] = options.organisations;
  if (first === undefined) throw new Error('there is no organisation');
  const share = 1 / options.organisations.length;
  const { server, connections } = makeServer(options, {
    ownerOf: (asked) => placeOf(asked),
    share,
  });
  const port = await listen(server, first.config);
  const places: Place[] = options.organisations.map((each) => ({
    ...each,
    config: withPort(each.config, port),
    hosts: hostsAt(each, port),
    log: (record) => {
      log({ ...record, organisation: each.name });
    },
    error: null,
    running: null,
    opening: null,
  }));
  const { refused = [] } = options;
  for (const { name } of refused) {
    log({ event: 'not available', code: 'wrong_configuration', organisation: name });
  }
  const unserved = new Set(refused.flatMap((each) => hostsAt(each, port)));
  const byHost = new Map(places.flatMap((place) => place.hosts.map((host) => [host, place])));
  const placeOf = ({ headers: { host } }: IncomingMessage): Place | undefined =>
    // an address may name the host itself; nothing else is asked for it
    host === undefined ? undefined : byHost.get(host.toLowerCase());

  const open = async (place: Place): Promise<void> => {
    const { name, config } = place;
    try {
      const opened = await openOrganisation({ ...options, config, clock, log: place.log, share });
      try {
        place.running = { name, config, ...opened, ...opened.serve(config, pages) };
      } catch (error) {
        await opened.close();
        throw error;
      }
      place.error = null;
    } catch (error) {
      place.error = error;
      place.log({ event: 'not available', code: codeOf(error) });
    }
    if (place.running !== null) options.onServed?.(place.running);
  };
  // each by itself: one whose database keeps it waiting holds up nobody
  const tryAgain = async (): Promise<void> => {
    const closed = places.filter(({ running }) => running === null);
    await Promise.all(
      closed.map((place) => {
        place.opening ??= open(place).finally(() => {
          place.opening = null;
        });
        return place.opening;
      }),
    );
  };

  connections.serve((request, response) => {
    const place = placeOf(request);
    if (place?.running) place.running.listener(request, response);
    else {
      const { host = '' } = request.headers;
      const isKnown = place !== undefined || unserved.has(host.toLowerCase());
      answerPlainly(request, response, isKnown ? 503 : 421);
    }
  });
  await tryAgain();
  const timer = setInterval(() => void tryAgain(), AGAIN).unref();

  return {
    address: addressOf({ host: first.config.host, port }),
    served: () => places.flatMap(({ running }) => (running === null ? [] : [running])),
    failed: () => [
      ...refused.map(({ name, problem }) => ({ name, error: new ConfigError(problem) })),
      ...places.flatMap(({ name, running, error }) => (running === null ? [{ name, error }] : [])),
    ],
    tryAgain,
    async stop() {
      clearInterval(timer);
      await Promise.all(places.flatMap(({ opening }) => opening ?? []));
      const running = places.flatMap((place) => (place.running === null ? [] : [place.running]));
      await close(server, connections);
      // all are closed, whatever goes wrong with one
      const ended = await Promise.allSettled(
        running.map(async (each) => {
          try {
            await each.scheduler.stop();
          } finally {
            await each.close();
          }
        }),
      );
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
    },
  };
}

/** The hosts of an organisation, once the port is known. */
function hostsAt({ hosts }: Pick<HostedOrganisation, 'hosts'>, port: number): string[] {
  return hosts.map((host) => host.replace(/:0$/, `:${port.toString()}`));
}

const PLAIN = {
  421: { code: 'unknown_host', text: 'There is nothing at this name.\n' },
  503: { code: 'unavailable', text: 'This is not available now. Try again in a few minutes.\n' },
} as const;

/** One answer for everybody, which names nobody; what is left of a body is not read. */
function answerPlainly(
  request: IncomingMessage,
  response: ServerResponse,
  status: keyof typeof PLAIN,
): void {
  const { code, text } = PLAIN[status];
  const isData = request.url?.startsWith('/api/') === true;
  const body = isData ? JSON.stringify({ error: { code } }) : text;
  response.writeHead(status, {
    ...headersFor('api', { secure: false }),
    'Content-Type': isData ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 503 ? { 'Retry-After': '60' } : {}),
    Connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
