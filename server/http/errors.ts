import { randomBytes } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Log } from '../log.js';

/**
 * Every code an answer can carry, with its status. Codes are part of the wire format: clients have
 * words for each, so a code is added, never given another meaning.
 */
export const errorStatus = {
  grants_do_not_fit: 400,
  malformed: 400,
  wrong_seen: 400,
  seen_unknown: 400,
  unknown_version: 400,
  wrong_author: 400,
  wrong_case: 400,
  wrong_chunk: 400,
  wrong_chunk_size: 400,
  wrong_commitment: 400,
  wrong_compartment: 400,
  wrong_day: 400,
  wrong_directory: 400,
  wrong_epoch: 400,
  wrong_members: 400,
  wrong_effect: 400,
  wrong_erasure: 400,
  wrong_record: 400,
  wrong_signature: 400,
  wrong_statistics: 400,
  wrong_size: 400,
  one_time_code_needed: 401,
  sign_in_needed: 401,
  sign_in_refused: 401,
  unauthorised: 401,
  account_locked: 403,
  administrator_link_refused: 403,
  cross_site: 403,
  forbidden: 403,
  not_a_member: 403,
  not_admitted: 403,
  one_time_code_wrong: 403,
  secrecy_not_accepted: 403,
  set_up_refused: 403,
  admission_not_found: 404,
  attachment_not_found: 404,
  case_not_found: 404,
  ceremony_not_found: 404,
  draft_key_gone: 404,
  incident_not_found: 404,
  invitation_not_found: 404,
  not_found: 404,
  not_set_up: 404,
  scope_not_found: 404,
  upload_not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  account_state: 409,
  admission_missing: 409,
  already_erased: 409,
  already_set_up: 409,
  attachment_taken: 409,
  case_closed: 409,
  case_exists: 409,
  case_full: 409,
  case_held: 409,
  case_open: 409,
  case_restricted: 409,
  case_unread: 409,
  part_restricted: 409,
  channel_not_ready: 409,
  channel_unknown: 409,
  chunk_taken: 409,
  conflict: 409,
  directory_conflict: 409,
  directory_unknown: 409,
  epoch_outdated: 409,
  handbook_conflict: 409,
  figures_changed: 409,
  erasure_unconfirmed: 409,
  removal_unconfirmed: 409,
  removal_outdated: 409,
  last_administrator: 409,
  last_handler: 409,
  last_holder: 409,
  handlers_locked_out: 409,
  alone_too_early: 409,
  alone_needs_another: 409,
  member_unknown: 409,
  name_taken: 409,
  words_in_use: 409,
  one_time_code_state: 409,
  overview_missing: 409,
  practice_only: 409,
  practice_over: 409,
  channel_closed: 409,
  previous_unknown: 409,
  receipts_off: 409,
  sequence_gap: 409,
  sequence_taken: 409,
  upload_incomplete: 409,
  wrong_audit_head: 409,
  gone: 410,
  file_too_large: 413,
  too_large: 413,
  unsupported_media_type: 415,
  work_needed: 428,
  too_many_attempts: 429,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
  storage_full: 507,
} as const;
export type ErrorCode = keyof typeof errorStatus;

/** An error that is the answer to a request: its code is told, nothing else. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  /** Seconds until it is worth trying again, if there is such a time. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.status = errorStatus[code];
    this.retryAfter = options.retryAfter;
  }
}

/** Answers every request of the API that no route took. */
export const unknownRoute: RequestHandler = () => {
  throw new ApiError('not_found');
};

/**
 * The last handler: turns whatever was thrown into `{"error":{"code"}}`, without a word of the
 * request in it. What is not an {@link ApiError} is a fault of ours: it is logged by the name of the
 * error, the pattern of the route and a random incident id, and answered as `internal` with that id.
 * What the disk does to the database is answered as such, and logged by its code alone.
 *
 * @param onFault given the error itself, for tests.
 */
export function handleErrors(log: Log, onFault?: (error: unknown) => void): ErrorRequestHandler {
  // Express tells a handler of errors by its four parameters
  return (error: unknown, request, response, _next) => {
    const answer = apiErrorOf(error);
    let incident: string | undefined;
    if (isOfStorage(error)) log({ event: 'storage failed', code: faultName(error) });
    if (answer.code === 'internal') {
      incident = randomBytes(6).toString('hex');
      log({
        event: 'request failed',
        code: faultName(error),
        route: routeOf(request, response),
        incident,
      });
      onFault?.(error);
    }
    if (response.headersSent) {
      // half an answer must not be taken for a whole one; Express would also print the error
      response.destroy();
      return;
    }
    if (answer.retryAfter !== undefined) response.set('Retry-After', String(answer.retryAfter));
    // what is left of a body that was refused is not read
    if (!request.complete) response.set('Connection', 'close');
    response.status(answer.status).json({
      error: { code: answer.code, ...(incident === undefined ? {} : { incident }) },
    });
  };
}

/**
 * What the disk or another process does to the database is nobody's fault here: the same request may
 * succeed later. SQLite took back what it had begun. Codes: https://www.sqlite.org/rescode.html
 */
const storageFaults: Readonly<Record<string, ErrorCode>> = {
  SQLITE_FULL: 'storage_full',
  SQLITE_BUSY: 'unavailable',
  SQLITE_LOCKED: 'unavailable',
  SQLITE_READONLY: 'unavailable',
  SQLITE_IOERR: 'unavailable',
  SQLITE_CANTOPEN: 'unavailable',
  // nothing was begun: its turn at the one connection did not come in time
  KnexTimeoutError: 'unavailable',
};
/** Seconds after which it is worth trying again. */
const STORAGE_RETRY = 5;

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // express refuses addresses with broken percent-encoding by itself
  if (error instanceof URIError) return new ApiError('malformed');
  const code = storageFaults[faultName(error)] ?? 'internal';
  return new ApiError(code, {
    cause: error,
    ...(code === 'internal' ? {} : { retryAfter: STORAGE_RETRY }),
  });
}

function isOfStorage(error: unknown): boolean {
  return !(error instanceof ApiError) && faultName(error) in storageFaults;
}

function faultName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Notes the path a router is mounted at, for logs: Express forgets it before errors are handled. */
export function rememberMount(path: string): RequestHandler {
  return (_request, response, next) => {
    response.locals['mount'] = path;
    next();
  };
}

/** The pattern under which a request was routed: mounts have no parameters, see `app.ts`. */
function routeOf(request: Request, response: Response): string {
  const mount: unknown = response.locals['mount'];
  const route: unknown = request.route;
  const known = typeof route === 'object' && route !== null && 'path' in route;
  return known && typeof mount === 'string' ? mount + String(route.path) : 'none';
}
