import { createKeyStream } from './chacha.js';

/** What is drawn for one recording, used in order and forgotten. */
export interface Chance {
  /** The next drawn number, evenly from -1 to 1; zeroed where it lay. */
  draw(): number;
  /** Noise: a number below 1, at least 0, of a stream that the first 32 bytes are the key of. */
  noise(): number;
  /** Forgets all that is left. */
  wipe(): void;
}

/** Bytes of the noise's key. */
const SEED = 32;

/**
 * How many random bytes a recording of so many seconds uses up, by {@link createChance} and
 * {@link createDrift}.
 */
export function chanceBytes(seconds: number, drifts: number): number {
  return SEED + drifts * (Math.ceil(seconds / DRIFT_SECONDS) + 3);
}

/**
 * @param bytes from the system's own source of randomness: an audio worklet has none itself. What
 * moves the voice is drawn from these bytes directly; the noise, of which a recording needs some
 * hundred thousand bytes a second, is ChaCha20 under a key that is drawn with them. Who knew the
 * noise could divide it out, and had the strengths of the bands more exactly.
 */
export function createChance(bytes: Uint8Array): Chance {
  const stream = createKeyStream(bytes.subarray(0, SEED));
  let next = SEED;
  const noise = (): number => stream.next() / 2 ** 32;
  return {
    noise,
    draw() {
      const byte = bytes[next];
      if (byte === undefined) return noise() * 2 - 1;
      bytes[next] = 0;
      next += 1;
      return byte / 127.5 - 1;
    },
    wipe() {
      bytes.fill(0);
      stream.wipe();
    },
  };
}

/** How long a drift takes from one drawn value to the next. */
export const DRIFT_SECONDS = 1.6;

/** A value between -1 and 1 that moves smoothly from one drawn value to the next. */
export function createDrift(chance: Chance, stepSeconds: number): () => number {
  let from = chance.draw();
  let to = chance.draw();
  let at = 0;
  return () => {
    at += stepSeconds / DRIFT_SECONDS;
    if (at >= 1) {
      at -= 1;
      from = to;
      to = chance.draw();
    }
    return from + (to - from) * (0.5 - 0.5 * Math.cos(Math.PI * at));
  };
}
