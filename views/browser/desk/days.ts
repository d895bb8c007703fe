/** Calendar days as `2026-11-22`, and how the page's language writes them. */

const dayLength = 24 * 60 * 60 * 1000;

/** How days and numbers are written: English as in Europe, with the day before the month. */
function language(): string {
  const { lang } = document.documentElement;
  return lang === 'en' ? 'en-GB' : lang;
}

/** In which days are counted and moments told: the device's own until somebody has signed in. */
let zone: string | undefined;

/** Counts days in the organisation's time zone from here on. */
export function useTimeZone(name: string): void {
  zone = name;
}

/** The time of day in the organisation's time zone. */
export function timeText(moment: Date): string {
  return new Intl.DateTimeFormat(language(), {
    hour: '2-digit',
    minute: '2-digit',
    ...inZone(),
  }).format(moment);
}

function inZone(): { timeZone?: string } {
  return zone === undefined ? {} : { timeZone: zone };
}

/** Today in the organisation's time zone. */
export function today(now: Date = new Date()): string {
  return fieldMoment(now).slice(0, 10);
}

/** A moment in the organisation's time zone as a field for day and time holds it. */
export function fieldMoment(moment: Date): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...inZone(),
  }).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/**
 * The moment that a field for day and time names in the organisation's time zone. A time that the
 * clocks pass over is the moment at which they do so or an hour beside it; of one that comes twice it
 * is one of the two.
 */
export function momentOfField(value: string): Date {
  const wanted = Date.parse(`${value}Z`);
  let moment = new Date(wanted);
  // what the zone is ahead can change between the first guess and the moment itself
  for (let times = 0; times < 2 && !Number.isNaN(moment.getTime()); times += 1) {
    const ahead = Date.parse(`${fieldMoment(moment)}Z`) - moment.getTime();
    moment = new Date(wanted - ahead);
  }
  return moment;
}

/** Whole days from one day to another; negative where the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / dayLength);
}

/** A day with its month in letters: 22 Nov 2026. */
export function dayText(day: string): string {
  return new Intl.DateTimeFormat(language(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00Z`));
}

/** A day as another language writes it out: 22 November 2026. */
export function dayTextIn(lang: string, day: string): string {
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {
    dateStyle: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00Z`));
}

/** A moment in the organisation's time zone, to the minute. A bare day stays a day. */
export function momentText(moment: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(moment)) return dayText(moment);
  return new Intl.DateTimeFormat(language(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...inZone(),
  }).format(new Date(moment));
}

/** A moment to the minute with the name of its time zone, for who has signed in nowhere. */
export function zonedMomentText(moment: string): string {
  return new Intl.DateTimeFormat(language(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...inZone(),
  }).format(new Date(moment));
}

/** How long something lasts, in hours and minutes, rounded down. */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const text = (value: number, unit: 'hour' | 'minute'): string =>
    new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  const hours = Math.floor(minutes / 60);
  const rest = text(minutes % 60, 'minute');
  return hours === 0 ? rest : `${text(hours, 'hour')} ${rest}`;
}

/** A number of bytes in the unit that suits it; rounded down where it is the most that goes. */
export function sizeText(bytes: number, rounding: 'nearest' | 'down' = 'nearest'): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  const digits = value < 10 && index > 0 ? 1 : 0;
  const shown = rounding === 'down' ? Math.floor(value * 10 ** digits) / 10 ** digits : value;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[index] ?? 'byte',
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(shown);
}

/** A whole number as the page's language writes it. */
export function numberText(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}
