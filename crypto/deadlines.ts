import type { Day } from './ids.js';
import type { Promised } from './wire/deadlines.js';

/** What was promised for a report received on a day; null where nothing was. */
export function promisedFor(deadlines: readonly Promised[], received: Day): Promised | null {
  return deadlines.findLast(({ from }) => from <= received) ?? null;
}
