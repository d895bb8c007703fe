/** What is drawn for one recording, used in order and forgotten. */
export interface Chance {
  /** The next drawn number, evenly from -1 to 1; zeroed where it lay. */
  draw(): number;
  /** Noise: a number below 1, at least 0, of a generator that the first sixteen bytes start. */
  noise(): number;
  /** Forgets all that is left. */
  wipe(): void;
}

/** Bytes that start the generator of noise. */
const SEED = 16;

/**
 * How many random bytes a recording of so many seconds uses up, by {@link createChance} and
 * {@link createDrift}.
 */
export function chanceBytes(seconds: number, drifts: number): number {
  return SEED + drifts * (Math.ceil(seconds / DRIFT_SECONDS) + 3);
}

/**
 * @param bytes from the system's own source of randomness: an audio worklet has none itself. What
 * moves the voice is drawn from these bytes directly; the noise, which says nothing, comes from a
 * small generator (xoshiro128**, Blackman and Vigna 2018) that they start.
 */
export function createChance(bytes: Uint8Array): Chance {
  const state = new Uint32Array(bytes.slice(0, SEED).buffer);
  bytes.fill(0, 0, SEED);
  // all zeros would stay so
  if (state.every((word) => word === 0)) state[0] = 1;
  let next = SEED;
  const turned = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
  const noise = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(turned(Math.imul(b, 5), 7), 9) >>> 0;
    const third = c ^ a;
    const fourth = d ^ b;
    state[0] = a ^ fourth;
    state[1] = b ^ third;
    state[2] = third ^ (b << 9);
    state[3] = turned(fourth, 11);
    return result / 2 ** 32;
  };
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
      state.fill(0);
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
