import { chanceBytes, createChance, createDrift } from './chance.js';
import { createFourier } from './fourier.js';

/*
 * A voice is heard in eleven bands of frequency, sixty times a second: of the sound nothing is kept
 * but how strong each band is, in steps of two decibels. Then noise is made that is as strong in
 * those bands, moved and coloured by amounts that were drawn by chance and drift. No sample of the
 * input has a way to the output, and the pitch of the voice has none either: each band is wider than
 * the highest pitch is high, so its strength does not tell where in it the tones lie, and the
 * strengths follow each other too slowly for the beating of the tones (docs/decisions has the reasons
 * and sources).
 */

/** Samples a second of what comes out. */
export const VOICE_RATE = 16_000;
/** Samples of one piece of output; pieces overlap by half. */
const PIECE = 512;
const STEP = PIECE / 2;
const STEP_SECONDS = STEP / VOICE_RATE;
/** Where the bands have their middle, in hertz. Neighbours are at least 230 Hz apart. */
export const BANDS = [230, 460, 700, 960, 1260, 1620, 2060, 2620, 3350, 4300, 5600] as const;
/** What lies below or above is not listened to. */
const LOWEST = 80;
const HIGHEST = 7200;
/** Strengths are told in steps of this many decibels, none below the weakest. */
const LEVEL_STEP = 2;
const WEAKEST = -96;
/** How far all frequencies may be moved, as a natural logarithm, at first and while it drifts. */
const MOVED = 0.14;
const MOVING = 0.06;
/** How far they may be bent besides, so that low and high ones move differently. */
const BENT = 0.06;
/** How much a band may drift louder or softer, in decibels. */
const COLOURED = 3;

/** One for each band, one for what moves and one for what bends. */
const DRIFTS = BANDS.length + 2;

/** What a disguise has made so far of what it heard. */
export interface Disguise {
  /**
   * Takes samples as they come and gives the disguised ones that are ready, {@link VOICE_RATE} a
   * second, between -1 and 1. Of the input it keeps the last 32 thousandths of a second.
   */
  push(samples: Float32Array): Float32Array;
  /** Overwrites what it holds of the voice and of what was drawn. Nothing can be pushed afterwards. */
  wipe(): void;
}

/** How many random bytes {@link createDisguise} needs for a recording of so many seconds. */
export function disguiseBytes(seconds: number): number {
  return chanceBytes(seconds, DRIFTS);
}

/** How much of a frequency belongs to each band: all to one, or shared by two neighbours. */
function sharesOf(frequency: number): [band: number, share: number][] {
  if (frequency < LOWEST || frequency > HIGHEST) return [];
  const above = BANDS.findIndex((middle) => middle > frequency);
  if (above === 0) return [[0, 1]];
  if (above === -1) return [[BANDS.length - 1, 1]];
  const [low = 0, high = 1] = [BANDS[above - 1], BANDS[above]];
  const share = (frequency - low) / (high - low);
  return [
    [above - 1, 1 - share],
    [above, share],
  ];
}

/** Measures how strong the bands are in runs of samples, in decibels for each hertz. */
function createEar(rate: number): {
  window: number;
  listen: (run: Float32Array) => Float32Array;
  wipe: () => void;
} {
  const window = Math.round((rate * PIECE) / VOICE_RATE);
  const fourier = createFourier(2 ** Math.ceil(Math.log2(window)));
  const shape = Float32Array.from(
    { length: window },
    (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / window),
  );
  const power = shape.reduce((sum, value) => sum + value * value, 0);
  const real = new Float32Array(fourier.length);
  const imaginary = new Float32Array(fourier.length);
  const shares = Array.from({ length: fourier.length / 2 }, (_, bin) =>
    sharesOf((bin * rate) / fourier.length),
  );
  const widths = new Float32Array(BANDS.length);
  for (const [band, share] of shares.flat()) widths[band] = (widths[band] ?? 0) + share;
  const levels = new Float32Array(BANDS.length);

  return {
    window,
    listen(run) {
      real.fill(0);
      imaginary.fill(0);
      for (let at = 0; at < window; at += 1) real[at] = (run[at] ?? 0) * (shape[at] ?? 0);
      fourier.transform(real, imaginary);
      levels.fill(0);
      shares.forEach((each, bin) => {
        const strength = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
        for (const [band, share] of each) levels[band] = (levels[band] ?? 0) + share * strength;
      });
      return levels.map((sum, band) => {
        // of a sound, half the power lies in the negative frequencies
        const density = (2 * sum) / (widths[band] ?? 1) / (rate * power);
        const decibels = 10 * Math.log10(density + 1e-30);
        const told = Math.round(decibels / LEVEL_STEP) * LEVEL_STEP;
        return told < WEAKEST ? -Infinity : told;
      });
    },
    wipe() {
      real.fill(0);
      imaginary.fill(0);
      levels.fill(0);
    },
  };
}

/**
 * How strong a frequency is between the bands' middles, in decibels. It makes nothing that would have
 * to be collected: this runs two hundred times for each piece, where sound must not wait.
 */
function levelAt(levels: Float32Array, frequency: number): number {
  if (frequency < LOWEST || frequency > HIGHEST) return -Infinity;
  let above = 0;
  while (above < BANDS.length && (BANDS[above] ?? 0) <= frequency) above += 1;
  const low = Math.max(0, above - 1);
  const high = Math.min(BANDS.length - 1, above);
  const [from = 0, to = 0] = [BANDS[low], BANDS[high]];
  const share = high === low ? 0 : (frequency - from) / (to - from);
  const floor = WEAKEST - 20;
  const [first = floor, second = floor] = [levels[low], levels[high]];
  return Math.max(floor, first) * (1 - share) + Math.max(floor, second) * share;
}

/**
 * Begins a disguise.
 *
 * @param rate of the input, in samples a second.
 * @param random as many random bytes as {@link disguiseBytes} says; they are used up and zeroed.
 */
export function createDisguise(rate: number, random: Uint8Array): Disguise {
  const chance = createChance(random);
  const ear = createEar(rate);
  const step = rate * STEP_SECONDS;
  const moved = chance.draw() * MOVED;
  const drift = (): (() => number) => createDrift(chance, STEP_SECONDS);
  const moving = drift();
  const bending = drift();
  const colours = BANDS.map(drift);
  const fourier = createFourier(PIECE);
  const shape = Float32Array.from({ length: PIECE }, (_, at) =>
    Math.sin((Math.PI * (at + 0.5)) / PIECE),
  );
  const real = new Float32Array(PIECE);
  const imaginary = new Float32Array(PIECE);
  const overlap = new Float32Array(STEP);
  const run = new Float32Array(ear.window);
  let filled = 0;
  /** What a step is more than whole samples, where the rates do not divide. */
  let rest = 0;
  let isOver = false;

  /** Noise with these strengths; its first half goes out over the second half of the piece before. */
  const speak = (heard: Float32Array): Float32Array => {
    const levels = heard.map((level, band) => level + (colours[band]?.() ?? 0) * COLOURED);
    const shift = moved + moving() * MOVING;
    const bend = bending() * BENT;
    real.fill(0);
    imaginary.fill(0);
    for (let bin = 1; bin < STEP; bin += 1) {
      const frequency = (bin * VOICE_RATE) / PIECE;
      const level = levelAt(levels, frequency * Math.exp(shift + (bend * frequency) / 4000));
      if (level < WEAKEST - 10) continue;
      // a number of the normal distribution in the plane (Box and Muller 1958)
      const size = Math.sqrt(-Math.log(1 - chance.noise()));
      const angle = 2 * Math.PI * chance.noise();
      // half of a sine's power in each of two bins, the other one the mirror
      const amplitude = Math.sqrt((10 ** (level / 10) * VOICE_RATE) / PIECE / 2) * size;
      real[bin] = real[PIECE - bin] = amplitude * Math.cos(angle);
      imaginary[bin] = amplitude * Math.sin(angle);
      imaginary[PIECE - bin] = -(imaginary[bin] ?? 0);
    }
    fourier.transform(real, imaginary);
    const out = new Float32Array(STEP);
    for (let at = 0; at < STEP; at += 1) {
      const sum = (overlap[at] ?? 0) + (real[at] ?? 0) * (shape[at] ?? 0);
      out[at] = Math.max(-1, Math.min(1, sum));
      overlap[at] = (real[at + STEP] ?? 0) * (shape[at + STEP] ?? 0);
    }
    return out;
  };

  return {
    push(samples) {
      const pieces: Float32Array[] = [];
      for (const sample of isOver ? [] : samples) {
        run[filled] = sample;
        filled += 1;
        if (filled < ear.window) continue;
        pieces.push(speak(ear.listen(run)));
        rest += step;
        const whole = Math.floor(rest);
        rest -= whole;
        run.copyWithin(0, whole);
        run.fill(0, ear.window - whole);
        filled = ear.window - whole;
      }
      const out = new Float32Array(pieces.length * STEP);
      pieces.forEach((piece, index) => {
        out.set(piece, index * STEP);
      });
      return out;
    },
    wipe() {
      for (const each of [run, real, imaginary, overlap]) each.fill(0);
      isOver = true;
      ear.wipe();
      chance.wipe();
    },
  };
}
