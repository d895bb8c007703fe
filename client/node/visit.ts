import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { ClientError } from '../errors.js';
import { collect, directAgents, type Agents } from './fetch.js';

/** An answer exactly as it came: nothing decoded, followed or joined. */
export interface RawAnswer {
  readonly status: number;
  /** Names and values, repeated ones too, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Status codes of answers that came before this one (103 Early Hints). */
  readonly before: readonly number[];
  /** As sent, so perhaps compressed; null where it was longer than `most` bytes. */
  readonly body: Uint8Array | null;
}

/** Asks for an address with exactly these headers (and Host and Connection). */
export type Visit = (
  address: string,
  headers: Readonly<Record<string, string>>,
  options: { readonly most: number; readonly signal?: AbortSignal },
) => Promise<RawAnswer>;

/** Milliseconds without a byte in either direction, and for everything. */
const LIMITS = { silence: 120_000, whole: 1_200_000 };

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  }
  return found;
}

async function bodyOf(message: IncomingMessage, most: number): Promise<Uint8Array | null> {
  try {
    return await collect(message, most);
  } catch (error) {
    if (error instanceof Error && error.message === 'too long') return null;
    throw error;
  }
}

/**
 * What looks at an installation from outside. Certificates are checked as by `createFetch`.
 *
 * @param agents in place of direct connections.
 * @returns a function that throws ClientError: `cancelled`, or `network` (temporary).
 */
export function createVisit(agents: Agents = directAgents()): Visit {
  const begin = (address: string, headers: http.OutgoingHttpHeaders): http.ClientRequest => {
    const url = new URL(address);
    const request = { method: 'GET', headers, timeout: LIMITS.silence };
    return url.protocol === 'https:'
      ? https.request(url, { ...request, agent: agents.https, rejectUnauthorized: true })
      : http.request(url, { ...request, agent: agents.http });
  };

  return async (address, headers, { most, signal }) => {
    if (isAborted(signal)) throw new ClientError('cancelled');
    const request = begin(address, { ...headers });
    const stop = (): void => {
      request.destroy(new Error('stopped'));
    };
    const timer = setTimeout(stop, LIMITS.whole);
    signal?.addEventListener('abort', stop, { once: true });
    request.once('timeout', stop);
    try {
      const before: number[] = [];
      request.on('information', ({ statusCode }) => before.push(statusCode));
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        // also after the answer has begun, when nobody waits for it here any more
        request.on('error', reject);
        request.end();
      });
      const body = await bodyOf(message, most);
      if (body === null) request.destroy();
      return { status: message.statusCode ?? 0, headers: pairs(message.rawHeaders), before, body };
    } catch {
      request.destroy();
      throw isAborted(signal) ? new ClientError('cancelled') : new ClientError('network', true);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  };
}
