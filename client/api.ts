import * as v from 'valibot';
import { ErrorAnswer } from '../crypto/private.js';
import { ClientError } from './errors.js';

/** What a call asks of fetch: nothing is stored, followed or told about where it comes from. */
export interface FetchRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
  cache: 'no-store';
  credentials: 'omit';
  redirect: 'error';
  referrerPolicy: 'no-referrer';
}

/** What is read of an answer. */
export type FetchAnswer = Pick<Response, 'ok' | 'status' | 'text' | 'json' | 'arrayBuffer'>;

/** The part of the platform's fetch that is used. */
export type Fetch = (input: string, init: FetchRequest) => Promise<FetchAnswer>;

/** Where an installation is and how to reach it. */
export interface Connection {
  /** Origin without a closing slash; empty in a page of the installation itself. */
  address: string;
  fetch: Fetch;
}

/** Who asks, as the Authorization header says it; null for nobody. */
export type Credential = {
  scheme: 'Case' | 'Upload' | 'Desk' | 'Setup' | 'Invitation';
  token: string;
} | null;

interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  credential?: Credential;
  json?: unknown;
  /** Left as they are until the call has succeeded; after that its caller may use them anew. */
  bytes?: Uint8Array;
  /** A proof of work, see work.ts; null for none. */
  work?: string | null;
  signal?: AbortSignal | undefined;
}

/** Typed calls: every answer is checked against its schema. All throw {@link ClientError}. */
export interface Api {
  /** A JSON answer of this schema. */
  ask<const S extends v.GenericSchema>(schema: S, call: Call): Promise<v.InferOutput<S>>;
  /** Raw bytes. */
  askBytes(call: Call): Promise<Uint8Array>;
  /** A call whose answer says nothing but that it was done. */
  tell(call: Call): Promise<void>;
}

async function errorOf(response: FetchAnswer): Promise<ClientError> {
  // a full server stays full for longer than anybody tries
  const busy = response.status >= 500 && response.status !== 507;
  const temporary = busy || response.status === 429;
  const body = v.safeParse(ErrorAnswer, await response.json().catch(() => null));
  return new ClientError(body.success ? body.output.error.code : 'unexpected_answer', temporary);
}

/** Connects the typed calls to an installation. */
export function createApi({ address, fetch }: Connection): Api {
  async function call(request: Call): Promise<FetchAnswer> {
    const headers: Record<string, string> = {};
    const init: FetchRequest = {
      method: request.method,
      headers,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    };
    if (request.credential) {
      headers['Authorization'] = `${request.credential.scheme} ${request.credential.token}`;
    }
    if (request.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(request.json);
    } else if (request.bytes !== undefined) {
      headers['Content-Type'] = 'application/octet-stream';
      init.body = request.bytes as Uint8Array<ArrayBuffer>;
    }
    if (request.work) headers['Casekey-Work'] = request.work;
    if (request.signal) init.signal = request.signal;
    let response: FetchAnswer;
    try {
      response = await fetch(`${address}${request.path}`, init);
    } catch {
      throw request.signal?.aborted === true
        ? new ClientError('cancelled')
        : new ClientError('network', true);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async function body<T>(read: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await read;
    } catch {
      throw signal?.aborted === true
        ? new ClientError('cancelled')
        : new ClientError('network', true);
    }
  }

  return {
    async ask(schema, request) {
      const response = await call(request);
      const text = await body(response.text(), request.signal);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        throw new ClientError('unexpected_answer');
      }
      const parsed = v.safeParse(schema, value);
      if (!parsed.success) throw new ClientError('unexpected_answer');
      return parsed.output;
    },
    async askBytes(request) {
      const response = await call(request);
      return new Uint8Array(await body(response.arrayBuffer(), request.signal));
    },
    async tell(request) {
      const response = await call(request);
      await body(response.arrayBuffer(), request.signal);
    },
  };
}

/** Waits, unless the signal ends it: then throws `cancelled`. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new ClientError('cancelled'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
  });
}

/**
 * Tries again what failed for a passing reason (dead network, busy server), up to `tries` times with
 * growing pauses. What the first failure left done must be repeatable.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  signal?: AbortSignal,
  tries = 5,
): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ClientError) || !error.temporary || failed >= tries) throw error;
      await pause(250 * 2 ** failed, signal);
    }
  }
}
