import { ApiError } from './errors.js';

/** Lets so many do something at once; the rest wait in turn. */
export interface Slots {
  /**
   * Waits for a slot.
   *
   * @param signal gives up the place in the queue.
   * @returns what frees the slot; calling it again does nothing.
   * @throws ApiError `unavailable` where the queue is full, `timeout` where the signal came first.
   */
  take(signal?: AbortSignal): Promise<() => void>;
}

/** Seconds after which it is worth trying again where the queue is full. */
const RETRY_AFTER = 2;

/** Makes slots: `count` at once, `queue` waiting at most. */
export function createSlots({ count, queue }: { count: number; queue: number }): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  const handOver = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const [next] = waiting;
      if (next === undefined) free += 1;
      else next();
    };
  };

  return {
    take(signal) {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(handOver());
      }
      if (waiting.size >= queue) {
        return Promise.reject(new ApiError('unavailable', { retryAfter: RETRY_AFTER }));
      }
      return new Promise((resolve, reject) => {
        const go = (): void => {
          waiting.delete(go);
          signal?.removeEventListener('abort', giveUp);
          resolve(handOver());
        };
        const giveUp = (): void => {
          waiting.delete(go);
          reject(new ApiError('timeout'));
        };
        waiting.add(go);
        signal?.addEventListener('abort', giveUp, { once: true });
        if (signal?.aborted === true) giveUp();
      });
    },
  };
}
