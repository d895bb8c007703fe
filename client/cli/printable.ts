/* eslint-disable no-control-regex -- control characters are what this is about */

/**
 * A text from elsewhere as a terminal may show it: characters that move the cursor, colour, rename
 * the window or turn the direction of writing become visible marks, so that nothing can be hidden or
 * forged by them. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/gu, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu, '\ufffd')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** As {@link printable}, on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s+/gu, ' ').trim();
}

/**
 * A value as JSON on one line, with the same characters escaped: scripts read what was there, and a
 * terminal shows no more than letters.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A number of bytes for people: `640 KiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? ''}`;
}
