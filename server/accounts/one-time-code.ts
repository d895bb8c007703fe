import type { Knex } from 'knex';
import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../clock.js';
import type { Throttle } from '../http/limits.js';
import { useStep, type AccountRow } from './accounts-store.js';
import type { ServerKey } from './server-key.js';

const SECRET_BYTES = 20;
/** Codes of the step before and after are taken too: clocks differ. */
const WINDOW = 1;

function generator(secret: Uint8Array, name: string): TOTP {
  // a copy, since otpauth takes a whole buffer and ours may be part of a larger one
  const { buffer } = Uint8Array.from(secret);
  return new TOTP({ issuer: 'Casekey', label: name, secret: new Secret({ buffer }) });
}

/** A new secret for one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds). */
export function newOneTimeSecret(): Uint8Array {
  return new Secret({ size: SECRET_BYTES }).bytes;
}

/** The secret as authenticator apps take it: an `otpauth:` address, and in base32 to type. */
export function shownSecret(secret: Uint8Array, name: string): { uri: string; secret: string } {
  const totp = generator(secret, name);
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/** The step of time that a code belongs to, null for a wrong one. */
export function stepOfCode(secret: Uint8Array, code: string, now: Date): number | null {
  const totp = generator(secret, '');
  const timestamp = now.getTime();
  const delta = totp.validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}

/**
 * Takes a code of an account, on or pending. Every code is taken once, and none older than one that
 * was taken. Wrong codes are counted apart from wrong proofs: somebody who has the passphrase cannot
 * start the count anew by showing it.
 *
 * @returns `locked` for the wrong code after which none is taken for a while.
 * @throws ApiError `too_many_attempts`.
 */
export type TakeCode = (
  trx: Knex,
  account: AccountRow,
  code: string,
) => Promise<'right' | 'wrong' | 'locked'>;

/** Makes the check of one-time codes. */
export function createTakeCode(options: {
  serverKey: ServerKey;
  clock: Clock;
  throttle: Throttle;
}): TakeCode {
  const { serverKey, clock, throttle } = options;
  return async (trx, account, code) => {
    throttle.check(account.id);
    // counted first, so that many at once do not all come before the count
    const wrong = throttle.failed(account.id) ? 'locked' : 'wrong';
    if (account.one_time_secret === null) return wrong;
    const secret = serverKey.unwrap('one-time secret', account.id, account.one_time_secret);
    const step = stepOfCode(secret, code, clock());
    if (step === null || !(await useStep(trx, account.id, step))) return wrong;
    throttle.succeeded(account.id);
    return 'right';
  };
}
