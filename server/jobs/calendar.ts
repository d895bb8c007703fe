import type { Day } from '../../crypto/public.js';

/** The hour of the day, 0 to 23, that it is at a moment in a time zone. */
export function hourOf(moment: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' });
  return Number(format.format(moment));
}

/** Whether a day is one of Monday to Friday. Holidays are not known. */
export function isWorkingDay(day: Day): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/**
 * The moment at which a clock in a time zone shows a full hour of a day; where it skips that hour in
 * spring, an hour later.
 */
export function momentOf(day: Day, hour: number, timeZone: string): Date {
  const wanted = new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`).getTime();
  // by how much the zone is off at the first guess, then at the second, which a change may lie before
  const first = wanted - offsetAt(wanted, timeZone);
  return new Date(wanted - offsetAt(first, timeZone));
}

/** Milliseconds by which a zone's clocks are ahead of UTC. */
function offsetAt(moment: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const shown = new Date(`${format.format(moment).replace(' ', 'T')}Z`).getTime();
  return shown - Math.floor(moment / 1000) * 1000;
}
