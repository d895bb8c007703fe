import * as v from 'valibot';
import { vi } from 'vitest';
import type { Fetch, FetchAnswer } from '../../client/api.js';

/** One request that went out. */
export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

/** A server that lies: honest but for what it is told to say otherwise. */
export interface LyingServer {
  /** For a client to ask through. */
  readonly fetch: Fetch;
  /** Every request since the last `listen`, in order. */
  readonly sent: readonly Sent[];
  /** Forgets what was sent until now. */
  listen(): void;
  /** What was sent that could change anything. */
  writes(): string[];
  /** From now on, answers of this schema to GET requests for such a path are changed. */
  lieAbout<const S extends v.GenericSchema>(
    schema: S,
    path: RegExp,
    change: (answer: v.InferOutput<S>) => unknown,
  ): void;
  /** The same for requests of another method. */
  lieTo<const S extends v.GenericSchema>(
    method: string,
    schema: S,
    path: RegExp,
    change: (answer: v.InferOutput<S>) => unknown,
  ): void;
  /** From now on, raw answers to GET requests for such a path are changed. */
  lieInBytes(path: RegExp, change: (answer: Uint8Array) => Uint8Array): void;
  /** Does the next such request, and says that the connection broke. */
  loseAnswer(method: string, path: RegExp, times?: number): void;
  /** Loses the next such request on its way. */
  loseRequest(method: string, path: RegExp, times?: number): void;
  /** No more lies. */
  tellTheTruth(): void;
}

interface Lie {
  method: string;
  path: RegExp;
  change: (response: FetchAnswer) => Promise<FetchAnswer>;
}

interface Loss {
  method: string;
  path: RegExp;
  left: number;
  arrives: boolean;
}

function withBody({ status }: FetchAnswer, body: BodyInit): FetchAnswer {
  return new Response(body, { status });
}

/** Makes one in front of the real server. */
export function createLyingServer(through: Fetch = fetch): LyingServer {
  let lies: Lie[] = [];
  let losses: Loss[] = [];
  let sent: Sent[] = [];

  const server: LyingServer = {
    async fetch(input, init) {
      const url = new URL(input);
      const { method } = init;
      const path = url.pathname + url.search;
      sent.push({ method, path });
      const loss = losses.find(
        (each) => each.left > 0 && each.method === method && each.path.test(path),
      );
      if (loss !== undefined) {
        loss.left -= 1;
        if (loss.arrives) await (await through(input, init)).arrayBuffer();
        throw new TypeError('fetch failed');
      }
      let response = await through(input, init);
      for (const lie of lies) {
        if (response.ok && lie.method === method && lie.path.test(path)) {
          response = await lie.change(response);
        }
      }
      return response;
    },
    get sent() {
      return sent;
    },
    listen() {
      sent = [];
    },
    writes: () =>
      sent.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
    lieAbout(schema, path, change) {
      server.lieTo('GET', schema, path, change);
    },
    lieTo(method, schema, path, change) {
      lies.push({
        method,
        path,
        change: async (response) => {
          const answer = v.parse(schema, await response.json());
          return withBody(response, JSON.stringify(change(answer)));
        },
      });
    },
    lieInBytes(path, change) {
      lies.push({
        method: 'GET',
        path,
        change: async (response) => {
          const bytes = new Uint8Array(await response.arrayBuffer());
          return withBody(response, change(bytes) as BodyInit);
        },
      });
    },
    loseAnswer(method, path, times = 1) {
      losses.push({ method, path, left: times, arrives: true });
    },
    loseRequest(method, path, times = 1) {
      losses.push({ method, path, left: times, arrives: false });
    },
    tellTheTruth() {
      lies = [];
      losses = [];
    },
  };
  return server;
}

/**
 * Lets the client's pauses between tries, and nothing else that waits, take no time, until
 * `vi.restoreAllMocks`.
 */
export function hurry(): void {
  const wait = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, time?: number) => {
    const isPause = /\bpause \(.*\/client\/api\./u.test(new Error().stack ?? '');
    return wait(run, isPause ? 1 : time);
  });
}
