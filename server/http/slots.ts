import type { Request, RequestHandler, Response } from 'express';
import { ApiError } from './errors.js';

/** Lets so many do something at once; the rest wait in turn. */
export interface Slots {
  /**
   * Waits for a slot for a request, and gives up the place in the queue when whoever asked has gone.
   * The slow keep their slot while nobody waits; once somebody does, a request that had its slot
   * for long is broken off, so that a few who trickle keep nobody out.
   *
   * @param key for whom: a case, a file, a person.
   * @returns what frees the slot; calling it again does nothing.
   * @throws ApiError `unavailable` where the queue is full or the key has its share of slots and
   * queue, `timeout` where nobody waits for the answer any more.
   */
  take(request: Request, response: Response, key: string): Promise<() => void>;
}

export interface SlotOptions {
  /** How many at once. */
  readonly count: number;
  /** How many may wait. */
  readonly queue: number;
  /** How many of both one key may have, so that nobody fills them alone. */
  readonly each: number;
  /** Milliseconds that each has while others wait; at most twice as long. */
  readonly patience: number;
}

/** Seconds after which it is worth trying again where the queue is full. */
const RETRY_AFTER = 2;

/**
 * Lets so many answers be made and handed out at once: each is held in memory whole until its last
 * byte has left.
 */
export function fewAtOnce(
  options: SlotOptions,
  keyOf: (response: Response) => string,
): RequestHandler {
  const slots = createSlots(options);
  return async (request, response, next) => {
    await holdWhileAnswering(slots, request, response, keyOf(response));
    next();
  };
}

/** Takes a slot, as {@link Slots.take}, and gives it back when the last byte has left or the other is gone. */
export async function holdWhileAnswering(
  slots: Slots,
  request: Request,
  response: Response,
  key: string,
): Promise<() => void> {
  const release = await slots.take(request, response, key);
  response.once('close', release);
  if (response.closed) release();
  return release;
}

/** Makes slots. */
export function createSlots({ count, queue, each, patience }: SlotOptions): Slots {
  let free = count;
  const waiting = new Set<() => void>();
  const places = new Map<string, number>();

  const leave = (key: string): void => {
    const left = (places.get(key) ?? 0) - 1;
    if (left > 0) places.set(key, left);
    else places.delete(key);
  };

  const handOver = (request: Request, key: string): (() => void) => {
    let held = true;
    const timer = setInterval(() => {
      if (waiting.size > 0) request.socket.destroy();
    }, patience).unref();
    return () => {
      if (!held) return;
      held = false;
      leave(key);
      clearInterval(timer);
      const [next] = waiting;
      if (next === undefined) free += 1;
      else next();
    };
  };

  return {
    take(request, response, key) {
      if (response.closed) return Promise.reject(new ApiError('timeout'));
      const own = places.get(key) ?? 0;
      if (own >= each || (free === 0 && waiting.size >= queue)) {
        return Promise.reject(new ApiError('unavailable', { retryAfter: RETRY_AFTER }));
      }
      places.set(key, own + 1);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(handOver(request, key));
      }
      return new Promise((resolve, reject) => {
        const go = (): void => {
          waiting.delete(go);
          response.off('close', giveUp);
          resolve(handOver(request, key));
        };
        const giveUp = (): void => {
          waiting.delete(go);
          leave(key);
          reject(new ApiError('timeout'));
        };
        waiting.add(go);
        response.once('close', giveUp);
      });
    },
  };
}
