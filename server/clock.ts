import * as v from 'valibot';
import { Day } from '../crypto/public.js';

/** Tells the time. Everything that asks for it takes one, so that tests can move the years. */
export type Clock = () => Date;

/** The time of the machine. */
export const systemClock: Clock = () => new Date();

/** The day of a moment in UTC, as `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Making a format takes longer than all else that a report's date takes. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day that it is now in a time zone, such as the organisation's. */
export function today(clock: Clock, timeZone: string): Day {
  // Swedish dates are ISO dates
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  formats.set(timeZone, format);
  const text = format.format(clock());
  return v.parse(Day, text);
}

/** The day so many days later, or earlier for a negative count. */
export function addDays(day: Day, count: number): Day {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + count);
  return v.parse(Day, dayOf(moment));
}
