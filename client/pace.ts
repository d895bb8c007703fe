/** Chunks on their way at once: at first, and at most. */
const FIRST = 2;
const MOST = 5;
/** Milliseconds within which a chunk arrives over a line that has room for one more. */
const QUICK = 3000;

/**
 * How many chunks travel at once, by how the last ones fared. Each one more is less time that a fast
 * line stands idle; over a slow one they would only share it, each would arrive later, and more would
 * be lost when it drops.
 */
export interface Pace {
  readonly lanes: number;
  /** Sends one chunk, once, and learns from it. Answers and throws as the sending does. */
  send(attempt: () => Promise<void>): Promise<void>;
}

/** @param now milliseconds from any moment on. */
export function createPace(now: () => number = () => performance.now()): Pace {
  let lanes = FIRST;
  return {
    get lanes() {
      return lanes;
    },
    async send(attempt) {
      const begun = now();
      try {
        await attempt();
      } catch (error) {
        lanes = Math.max(1, lanes - 1);
        throw error;
      }
      if (now() - begun <= QUICK) lanes = Math.min(MOST, lanes + 1);
    },
  };
}
