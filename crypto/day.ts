import type { Day } from './ids.js';

/** What lies beyond the calendar is its last or first day: whoever wrote such a date stops nobody. */
function fromParts(date: Date): Day {
  if (date.getUTCFullYear() > 9999) return '9999-12-31' as Day;
  if (date.getUTCFullYear() < 0) return '0000-01-01' as Day;
  return date.toISOString().slice(0, 10) as Day;
}

function utc(day: Day): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The day so many calendar days later (earlier, where negative). */
export function addDays(day: Day, count: number): Day {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + count);
  return fromParts(date);
}

/**
 * The day so many calendar months later: the same day of the month, or the month's last where it has
 * none such (Regulation (EEC, Euratom) 1182/71 article 3(2)(c)).
 */
export function addMonths(day: Day, count: number): Day {
  const date = utc(day);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count + 1, 0);
  date.setUTCDate(Math.min(wanted, date.getUTCDate()));
  return fromParts(date);
}

/** Whole calendar days from one day to another. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000);
}

/**
 * Acknowledgement within seven days of receipt: Directive (EU) 2019/1937 article 9(1)(b); or within
 * the fewer days that the organisation promised.
 */
export function acknowledgementDay(received: Day, promised: number | null = null): Day {
  return addDays(received, promised ?? 7);
}

/**
 * Feedback: three months from receipt, the stricter of the national anchors, which also meets
 * article 9(1)(f) (three months from the acknowledgement, or from the end of the seven days); or the
 * fewer days that the organisation promised.
 */
export function feedbackDay(received: Day, promised: number | null = null): Day {
  return promised === null ? addMonths(received, 3) : addDays(received, promised);
}

/** By time zone: making one takes far longer than using it, and a case has many days. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = timeZone === undefined ? undefined : formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  // the runtime's own can change
  if (timeZone !== undefined) formats.set(timeZone, format);
  return format;
}

/** The calendar day of a moment in a time zone (IANA name); the runtime's own where none is given. */
export function dayOf(moment: Date, timeZone?: string): Day {
  const day = formatIn(timeZone).format(moment);
  // years of other than four digits
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? (day as Day) : fromParts(moment);
}
