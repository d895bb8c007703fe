import type { Clock } from '../clock.js';

/** How much of something has come of late: each amount counts half as much after every half-life. */
export interface Meter {
  /** By now. */
  level(): number;
  add(amount: number): void;
}

/**
 * Makes a meter. It lives in memory and holds one number and one moment, for everybody together.
 *
 * @param halfLife in milliseconds.
 */
export function createMeter(clock: Clock, halfLife: number): Meter {
  let level = 0;
  let at = 0;
  const settle = (): number => {
    const now = clock().getTime();
    // a clock that was set back makes nothing younger
    level *= 2 ** (-Math.max(0, now - at) / halfLife);
    at = now;
    return level;
  };
  return {
    level: settle,
    add(amount) {
      level = settle() + amount;
    },
  };
}
