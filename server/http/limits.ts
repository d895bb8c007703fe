import { createHmac, randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Clock } from '../clock.js';
import { ApiError } from './errors.js';

/** Slows down whoever asks too often. All of it lives in memory and ends with the process. */
export interface Limits {
  /**
   * Lets an address make `count` requests in `seconds`. Behind an onion service everybody has one
   * address, so the count must bear all of them.
   *
   * @throws ApiError `too_many_requests`, from the handler.
   */
  perAddress(options: { readonly count: number; readonly seconds: number }): RequestHandler;
  /** Counts failures under a name, such as sign-ins to an account. */
  perName(options: { readonly count: number; readonly seconds: number }): Throttle;
  /** Counts by key, such as a name or a name with an address, until nothing came for that long. */
  counter(options: { readonly seconds: number }): Counter;
}

export interface Counter {
  /** Counts once more. Answers how often by now. */
  add(key: string): number;
  /** Starts anew. */
  clear(key: string): void;
}

export interface Throttle {
  /** @throws ApiError `too_many_attempts` when the name has failed too often of late. */
  check(name: string): void;
  /** Counts a failure. Answers whether the name is refused from now on. */
  failed(name: string): boolean;
  succeeded(name: string): void;
}

/** More names than any installation has; beyond it the oldest are forgotten. */
const mostNames = 10_000;

/**
 * Makes the limits of one server. Addresses and names are kept as keyed hashes, under a key that
 * exists nowhere else: a copy of the memory names nobody without it, and nothing is ever written.
 */
export function createLimits(clock: Clock): Limits {
  const key = randomBytes(32);
  const hide = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    perAddress: ({ count, seconds }) =>
      rateLimit({
        windowMs: seconds * 1000,
        limit: count,
        // the usual headers would tell how many others share an address
        standardHeaders: false,
        legacyHeaders: false,
        keyGenerator: (request) => hide(ipKeyGenerator(request.ip ?? '')),
        handler: () => {
          throw new ApiError('too_many_requests', { retryAfter: seconds });
        },
      }),
    counter: ({ seconds }) => {
      const counts = new Map<string, { count: number; until: number }>();
      return {
        add(key) {
          const hidden = hide(key);
          const now = clock().getTime();
          const before = counts.get(hidden);
          const count = before !== undefined && before.until > now ? before.count + 1 : 1;
          counts.delete(hidden);
          counts.set(hidden, { count, until: now + seconds * 1000 });
          if (counts.size > mostNames) {
            const [oldest] = counts.keys();
            if (oldest !== undefined) counts.delete(oldest);
          }
          return count;
        },
        clear(key) {
          counts.delete(hide(key));
        },
      };
    },
    perName: ({ count, seconds }) => {
      const failures = new Map<string, { count: number; until: number }>();
      const current = (name: string) => {
        const entry = failures.get(name);
        return entry !== undefined && entry.until > clock().getTime() ? entry : undefined;
      };
      return {
        check(name) {
          const entry = current(hide(name));
          if (entry === undefined || entry.count < count) return;
          const retryAfter = Math.ceil((entry.until - clock().getTime()) / 1000);
          throw new ApiError('too_many_attempts', { retryAfter });
        },
        failed(name) {
          const hidden = hide(name);
          const until = clock().getTime() + seconds * 1000;
          const before = current(hidden)?.count ?? 0;
          failures.delete(hidden);
          failures.set(hidden, { count: before + 1, until });
          if (failures.size > mostNames) {
            const [oldest] = failures.keys();
            if (oldest !== undefined) failures.delete(oldest);
          }
          return before + 1 >= count;
        },
        succeeded(name) {
          failures.delete(hide(name));
        },
      };
    },
  };
}
