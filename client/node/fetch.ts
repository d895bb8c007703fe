import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Fetch, FetchAnswer, FetchRequest } from '../api.js';

/** What carries requests: `new http.Agent()` or one that goes through a proxy. */
export interface Agents {
  http: http.Agent;
  https: https.Agent;
}

/** How long, and how much, an answer may be. */
export interface AnswerLimits {
  /** Milliseconds without a byte in either direction. */
  silence: number;
  /** Milliseconds for everything. */
  whole: number;
  bytes: number;
}

/** Patient enough for a chunk of 1 MiB over a slow Tor circuit, and for the largest case. */
const LIMITS: AnswerLimits = { silence: 120_000, whole: 3_600_000, bytes: 256 * 1024 * 1024 };
/** Milliseconds for which an idle connection is kept: shorter than servers and routers do. */
const KEPT = 10_000;

const REDIRECTS = [301, 302, 303, 307, 308];

/** Connections kept open between requests; they do not keep the program running. */
export function directAgents(): Agents {
  const options = { keepAlive: true, timeout: KEPT };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** What every failure but the caller's own is to the caller; the platform's fetch throws the same. */
function failed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

function answerOf(status: number, bytes: Uint8Array<ArrayBuffer>): FetchAnswer {
  const text = (): string => new TextDecoder().decode(bytes);
  return {
    ok: status >= 200 && status < 300,
    status,
    text: () => Promise.resolve(text()),
    json: () => Promise.resolve().then((): unknown => JSON.parse(text())),
    arrayBuffer: () => Promise.resolve(bytes.buffer),
  };
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

/** Collects an answer as it came. Throws an Error where it is more than fits, or cut off. */
export async function collect(
  message: IncomingMessage,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(message.headers['content-length'] ?? 0) > most) throw new Error('too long');
  const pieces: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    message.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > most) reject(new Error('too long'));
      else pieces.push(piece);
    });
    message.once('end', resolve);
    message.once('error', reject);
    message.once('close', () => {
      if (!message.complete) reject(new Error('cut off'));
    });
  });
  return joined(pieces, size);
}

/**
 * `fetch` for programs: the part that the client uses, over connections that stay open, at a fraction
 * of what the platform's costs for each megabyte. It resolves when the whole answer has arrived.
 *
 * As with the platform's, certificates are checked against the authorities that Node.js itself
 * carries (and those of `NODE_EXTRA_CA_CERTS`), not against the machine's own list, to which an
 * employer may have added one that reads along (unless Node.js was told to use that one,
 * `--use-system-ca`); nothing switches the check off. No cookies, no
 * redirects, no compression, and no word about the program.
 *
 * @param options.agents in place of direct connections.
 * @throws what the request's signal was aborted with; TypeError for everything else.
 */
export function createFetch(
  options: { readonly agents?: Agents; readonly limits?: Partial<AnswerLimits> } = {},
): Fetch {
  const agents = options.agents ?? directAgents();
  const limits = { ...LIMITS, ...options.limits };

  const begin = (address: string, init: FetchRequest): http.ClientRequest => {
    const url = new URL(address);
    const { method, body } = init;
    const headers: http.OutgoingHttpHeaders = { ...init.headers, 'Accept-Encoding': 'identity' };
    if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
    else if (method !== 'GET') headers['Content-Length'] = 0;
    const request = { method, headers, timeout: limits.silence };
    if (url.protocol === 'http:') return http.request(url, { ...request, agent: agents.http });
    if (url.protocol !== 'https:') throw new Error('neither http nor https');
    return https.request(url, { ...request, agent: agents.https, rejectUnauthorized: true });
  };

  const exchange = async (address: string, init: FetchRequest): Promise<FetchAnswer> => {
    const request = begin(address, init);
    const stop = (): void => {
      request.destroy(new Error('stopped'));
    };
    const timer = setTimeout(stop, limits.whole);
    init.signal?.addEventListener('abort', stop, { once: true });
    request.once('timeout', stop);
    try {
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        // also after the answer has begun, when nobody waits for it here any more
        request.on('error', reject);
        request.end(init.body);
      });
      const status = message.statusCode ?? 0;
      if (REDIRECTS.includes(status)) throw new Error('redirected');
      const encoding = message.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') throw new Error('encoded');
      const answer = answerOf(status, await collect(message, limits.bytes));
      // answered before it was all sent: the rest is not wanted
      setImmediate(() => {
        if (!request.writableFinished) request.destroy();
      });
      return answer;
    } catch (error) {
      request.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      init.signal?.removeEventListener('abort', stop);
    }
  };

  return async (address, init) => {
    init.signal?.throwIfAborted();
    try {
      return await exchange(address, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw failed(error);
    }
  };
}
