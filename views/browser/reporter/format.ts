import { t } from '../strings.js';

/** How this page's language writes days, sizes and times. */

/** The page's language, as the European ones write days and numbers. */
function language(): string {
  const { lang } = document.documentElement;
  return lang === 'en' ? 'en-GB' : lang;
}

/**
 * The calendar day it is.
 *
 * @param timeZone the organisation's, in which its days count; the device's own where none is known.
 */
export function today(timeZone?: string): string {
  const now = new Date();
  if (timeZone !== undefined) return dayIn(now.toISOString(), timeZone);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
}

/** The calendar day of a moment (ISO 8601) in a time zone; a day stays the day it is. */
export function dayIn(moment: string, timeZone: string): string {
  const at = new Date(moment);
  if (moment.length <= 10 || Number.isNaN(at.getTime())) return moment.slice(0, 10);
  try {
    return new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeZone }).format(at);
  } catch {
    // a zone that this browser does not know
    return moment.slice(0, 10);
  }
}

/** `2026-11-29` as "29 November 2026"; also takes the beginning of a timestamp. */
export function formatDay(day: string): string {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long', timeZone: 'UTC' }).format(date);
}

/**
 * Bytes in the largest unit that leaves a whole number, decimal as file managers count.
 *
 * @param rounding `floor` for a limit, which must not promise more than holds.
 */
export function formatSize(bytes: number, rounding: 'round' | 'floor' | 'ceil' = 'round'): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 10 && unit > 1 ? 1 : 0;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(Math[rounding](value * 10 ** digits) / 10 ** digits);
}

/** How long something will still take, roughly: "about 2 minutes left". */
export function formatRest(seconds: number): string {
  const unit = seconds < 90 ? 'second' : seconds < 5400 ? 'minute' : 'hour';
  const size = { second: 1, minute: 60, hour: 3600 }[unit];
  const step = unit === 'second' ? 10 : 1;
  const count = Math.max(step, Math.ceil(seconds / size / step) * step);
  const time = new Intl.NumberFormat(language(), {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(count);
  return t('progress.rest', { time });
}

/** A list of names as the language joins them: "A, B and C". */
export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: 'conjunction' }).format(names);
}

/** The organisation's text in the page's language, else in English, else in any; with its language. */
export function pickText(texts: Readonly<Record<string, string>>): { text: string; lang: string } {
  const own = document.documentElement.lang;
  const wanted = [own, 'en', ...Object.keys(texts).sort()];
  const lang = wanted.find((each) => (texts[each] ?? '').trim() !== '') ?? own;
  return { text: texts[lang]?.trim() ?? '', lang };
}

/** Writes the organisation's text into an element and marks its language where it differs. */
export function writeText(element: HTMLElement, texts: Readonly<Record<string, string>>): boolean {
  const { text, lang } = pickText(texts);
  element.textContent = text;
  if (lang !== document.documentElement.lang) element.lang = lang;
  else element.removeAttribute('lang');
  return text !== '';
}
