import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Knex } from 'knex';
import * as v from 'valibot';
import { ReaderId, tokenHash, type AccountId, type AccountPart } from '../../crypto/public.js';
import { textOf } from '../bytes.js';
import type { Clock } from '../clock.js';
import { tokenOf } from '../http/authorization.js';
import { ApiError } from '../http/errors.js';
import {
  deleteEndedSessions,
  deleteLongestIdle,
  insertSession,
  prolongSession,
  sessionByToken,
  type SessionKind,
} from './sessions-store.js';

const TOKEN_BYTES = 32;
const MINUTE = 60_000;
const IDLE = 30 * MINUTE;
const LONGEST = 12 * 60 * MINUTE;
/** Putting off a session's end is a write, so it is not done more often than this. */
const GRAIN = MINUTE;

/**
 * Sessions of one kind that an account has at once. Each page that is opened anew signs in anew and
 * leaves its session behind until that ends by itself, so beyond this none is refused: the one that
 * was not used for longest ends.
 */
const MOST = 20;

/** Who asks, once a request's token was found good. */
export interface DeskSession {
  readonly account: { readonly id: AccountId; readonly name: string; readonly part: AccountPart };
  /** The handler's id in the directory; null for whoever reads no case. */
  readonly reader: ReaderId | null;
  readonly kind: SessionKind;
  readonly tokenHash: string;
}

/** Whom a route of the desk is for. */
export interface GuardOptions {
  readonly parts: readonly AccountPart[];
  /** Whether the token of a recovery opens it too. */
  readonly recovery?: boolean;
}

/**
 * Middleware that lets only these parts pass. What follows finds out who asks by {@link deskOf}.
 *
 * @throws ApiError `sign_in_needed` without a session that still runs, `forbidden` for other parts.
 */
export type DeskGuard = (options: GuardOptions) => RequestHandler;

/** Sessions of the desk: random tokens, kept by hash, ended by 30 idle minutes or after 12 hours. */
export interface Sessions {
  /**
   * Starts a session. Answers its token, which is stored nowhere. Where the account has as many as it
   * may have, the one that was not used for longest ends.
   */
  open(trx: Knex, account: AccountId, kind: SessionKind): Promise<string>;
  readonly guard: DeskGuard;
}

const guards = new WeakMap<RequestHandler, GuardOptions>();

/** What a guard was made with; null for any other handler. For tests that go through all routes. */
export function guardOptions(handler: RequestHandler): GuardOptions | null {
  return guards.get(handler) ?? null;
}

/**
 * Who asks.
 *
 * @throws Error on a route without a guard.
 */
export function deskOf(response: Response): DeskSession {
  const session = response.locals['desk'] as DeskSession | undefined;
  if (session === undefined) throw new Error('a route of the desk without a guard');
  return session;
}

/**
 * The reader who asks, on a route for handlers.
 *
 * @throws ApiError `forbidden` for an administrator.
 */
export function readerOf(response: Response): ReaderId {
  const { reader } = deskOf(response);
  if (reader === null) throw new ApiError('forbidden');
  return reader;
}

/**
 * The custodian who asks, on a route for custodians.
 *
 * @throws ApiError `forbidden` for anybody else.
 */
export function custodianOf(response: Response): ReaderId {
  const { account } = deskOf(response);
  if (account.part !== 'custodian') throw new ApiError('forbidden');
  return v.parse(ReaderId, account.id);
}

/**
 * The guest who asks, on a route for guests.
 *
 * @throws ApiError `forbidden` for anybody else.
 */
export function guestOf(response: Response): ReaderId {
  const { account } = deskOf(response);
  if (account.part !== 'guest') throw new ApiError('forbidden');
  return v.parse(ReaderId, account.id);
}

/**
 * For whom figures are kept: the handler or auditor who asks.
 *
 * @throws ApiError `forbidden` for anybody else.
 */
export function countsFor(response: Response): ReaderId {
  const { account, reader } = deskOf(response);
  return account.part === 'auditor' ? v.parse(ReaderId, account.id) : (reader ?? forbidden());
}

function forbidden(): never {
  throw new ApiError('forbidden');
}

/** Makes the sessions. */
export function createSessions({ db, clock }: { db: Knex; clock: Clock }): Sessions {
  const inTime = (milliseconds: number): string =>
    new Date(clock().getTime() + milliseconds).toISOString();

  async function sessionOf(token: string | null): Promise<DeskSession | null> {
    if (token === null) return null;
    const row = await sessionByToken(db, tokenHash('session', token));
    const now = inTime(0);
    if (row === undefined || row.idle_until <= now || row.ends_at <= now) return null;
    if (row.kind === 'desk' && row.idle_until < inTime(IDLE - GRAIN)) {
      await prolongSession(db, row.token_hash, inTime(IDLE));
    }
    return {
      account: { id: row.account, name: row.name, part: row.part },
      reader: row.part === 'handler' ? v.parse(ReaderId, row.account) : null,
      kind: row.kind,
      tokenHash: row.token_hash,
    };
  }

  return {
    async open(trx, account, kind) {
      const token = textOf(randomBytes(TOKEN_BYTES));
      await deleteEndedSessions(trx, inTime(0));
      await deleteLongestIdle(trx, { account, kind, kept: MOST - 1 });
      await insertSession(trx, {
        token_hash: tokenHash('session', token),
        account,
        kind,
        idle_until: inTime(IDLE),
        ends_at: inTime(kind === 'desk' ? LONGEST : IDLE),
      });
      return token;
    },

    guard(options) {
      const handler: RequestHandler = async (request, response, next) => {
        const session = await sessionOf(tokenOf(request, 'Desk'));
        if (session === null) throw new ApiError('sign_in_needed');
        if (session.kind === 'recovery' && options.recovery !== true) {
          throw new ApiError('sign_in_needed');
        }
        if (!options.parts.includes(session.account.part)) throw new ApiError('forbidden');
        response.locals['desk'] = session;
        next();
      };
      guards.set(handler, options);
      return handler;
    },
  };
}
