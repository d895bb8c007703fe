import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import type { RequestHandler } from 'express';
import * as v from 'valibot';
import { createBodyRoom, type BodyRoom } from './body-room.js';
import { ApiError } from './errors.js';

/** What large bodies may hold together while they arrive. */
const ROOM = 64 * 1024 * 1024;
/** What each of several organisations has at least: room for two of the largest bodies. */
const LEAST = 16 * 1024 * 1024;
const whole = createBodyRoom(ROOM);
const rooms = new WeakMap<IncomingMessage, BodyRoom>();

/**
 * Gives the requests that pass here a share of the room for large bodies, in place of all of it: no
 * organisation's flood makes another's bodies give way.
 */
export function shareOfBodyRoom(share: number): RequestHandler {
  const room = createBodyRoom(Math.max(ROOM * share, LEAST));
  return (request, _response, next) => {
    rooms.set(request, room);
    next();
  };
}

/** Seconds after which it is worth trying again where a body had to give way. */
const RETRY_AFTER = 5;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where memory goes that is to be freed at once: what is moved to a closed port is gone. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Reads a request's JSON body and checks it against its wire schema.
 *
 * @param limit the most bytes it may have.
 * @throws ApiError `unsupported_media_type` unless it is plain application/json, `too_large`,
 * `unknown_version` for a version number that is not ours, `unavailable` where large bodies hold too
 * much memory together, or `malformed` for anything else wrong with it.
 */
export async function readJson<Output>(
  request: IncomingMessage,
  schema: v.GenericSchema<unknown, Output>,
  limit: number,
): Promise<Output> {
  const bytes = await readBody(request, 'application/json', limit);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    throw new ApiError('malformed');
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) {
    const unknown = result.issues.every(isOfUnknownVersion);
    throw new ApiError(unknown ? 'unknown_version' : 'malformed');
  }
  return result.output;
}

/**
 * Reads a request's raw body, as sealed chunks are sent, into the memory given: the body must fill
 * it exactly.
 *
 * @throws ApiError `unsupported_media_type` unless it is application/octet-stream, or
 * `wrong_chunk_size`.
 */
export async function readInto(request: IncomingMessage, target: Uint8Array): Promise<void> {
  checkType(request, 'application/octet-stream');
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) !== target.length) {
    throw new ApiError('wrong_chunk_size');
  }
  let size = 0;
  await readPieces(request, (piece) => {
    if (size + piece.length > target.length) return new ApiError('wrong_chunk_size');
    target.set(piece, size);
    size += piece.length;
    free(piece);
    return null;
  });
  if (size !== target.length) throw new ApiError('wrong_chunk_size');
}

async function readBody(request: IncomingMessage, type: string, limit: number): Promise<Buffer> {
  checkType(request, type);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new ApiError('too_large');
  const pieces: Buffer[] = [];
  let size = 0;
  const stopped = new AbortController();
  const place = (rooms.get(request) ?? whole).enter(() => {
    pieces.length = 0;
    stopped.abort(new ApiError('unavailable', { retryAfter: RETRY_AFTER }));
  });
  try {
    const take = (piece: Buffer): ApiError | null => {
      size += piece.length;
      if (size > limit) return new ApiError('too_large');
      pieces.push(piece);
      place.holds(size);
      return null;
    };
    await readPieces(request, take, stopped.signal);
    stopped.signal.throwIfAborted();
  } finally {
    place.leave();
  }
  return Buffer.concat(pieces, size);
}

function checkType({ headers }: IncomingMessage, type: string): void {
  const encoded = headers['content-encoding'] !== undefined;
  if (encoded || !isType(headers['content-type'], type)) {
    throw new ApiError('unsupported_media_type');
  }
}

/**
 * Frees the memory of a piece that was copied and that nobody else holds: Node's parser makes a copy
 * of what it hands out, also where the connection is no socket. Left to the garbage collector, the
 * pieces of chunks set off a full collection every few megabytes, which takes more of the processor
 * than hashing them.
 */
function free({ byteLength, buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    nowhere.postMessage(null, [buffer]);
  }
}

/**
 * Hands on a body piece by piece, until its end, until `use` says what is wrong with it, or until the
 * signal's reason does.
 */
function readPieces(
  request: IncomingMessage,
  use: (piece: Buffer) => ApiError | null,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (fault: Error): void => {
      // left open when stopped early: the answer still goes out over the same connection
      request.off('data', take).pause();
      forget();
      reject(fault);
    };
    const take = (piece: Buffer): void => {
      const fault = use(piece);
      if (fault !== null) stop(fault);
    };
    signal?.addEventListener('abort', () => {
      stop(signal.reason as Error);
    });
    const forget = finished(request, { writable: false }, (cause) => {
      // the client went away: nobody hears this answer, and it is no fault of ours
      if (cause) reject(new ApiError('timeout', { cause }));
      else resolve();
    });
    request.on('data', take);
  });
}

/** Whether the document is of a version that this server does not know, rather than broken. */
function isOfUnknownVersion(issue: v.BaseIssue<unknown>): boolean {
  if (issue.issues !== undefined && issue.issues.every(isOfUnknownVersion)) return true;
  const last: unknown = issue.path?.at(-1)?.key;
  const named = last === 'version' || last === 'v';
  return issue.type === 'literal' && named && typeof issue.input === 'number';
}

function isType(header: string | undefined, type: string): boolean {
  const [name, ...parameters] = (header ?? '').toLowerCase().split(';');
  const utf8Only = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  return name?.trim() === type && utf8Only;
}
