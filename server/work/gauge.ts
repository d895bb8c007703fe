import type { Clock } from '../clock.js';
import type { Meter } from './meter.js';

const MINUTE = 60_000;
/** A sample is kept so long at least, and up to twice as long. */
const SAMPLE_LEAST = 20 * MINUTE;
/** In units of what is calm: how far the level may rise above a sample before another is taken. */
const JUMP_LEAST = 1;
const JUMP_DRAWN = 2;
/** In the same units: how much less than the level a sample may tell. */
const LESS_DRAWN = 0.5;

/** How busy it is, as everybody may know. */
export interface Gauge {
  /** What comes in, in units of what is calm, were `amount` to come too. */
  load(amount: number): number;
}

/**
 * Makes a gauge over a meter. A challenge is asked for by anybody, and told from the live level it
 * would tell to the second when somebody's report came: whoever keeps the level just below a step,
 * with reports that break the rules and leave nothing, sees the next one cross it. So the level is
 * looked at at drawn times and told with a drawn part left out, and in between only once it rose by a
 * drawn amount, so that a flood still meets work soon. What is left of it stands in
 * docs/decisions/0012-floods.md.
 *
 * @param calm what is calm, in the meter's unit.
 * @param chance draws a number from 0 to less than 1.
 */
export function createGauge(meter: Meter, clock: Clock, calm: number, chance: () => number): Gauge {
  let [told, jump, until] = [0, 0, 0];
  const sample = (level: number, now: number): void => {
    told = Math.max(0, level - calm * LESS_DRAWN * chance());
    jump = level + calm * (JUMP_LEAST + JUMP_DRAWN * chance());
    until = now + SAMPLE_LEAST * (1 + chance());
  };
  return {
    load(amount) {
      const [level, now] = [meter.level(), clock().getTime()];
      // by what came alone: whoever announces much and sends nothing draws no sample
      if (now >= until || level >= jump) sample(level, now);
      return (told + amount) / calm;
    },
  };
}
