import { t } from '../strings.js';
import { afterPress, watchPresses } from './press.js';

/** What a text may hold about a person. */
export type PersonalKind = 'email' | 'phone' | 'number';

const EMAIL = /[^\s@<>,;]+@[^\s@<>,;]+\.[a-z]{2,}/iu;
/** Swedish 850709-9805, Danish 070761-4285, Finnish 131052-308T, Norwegian 01129955131 and the like. */
const NUMBER = /(?<![\d-])(?:(?:19|20)?\d{6}[-+A-FU-Y]?\d{3}[\dA-Z]|\d{6} ?\d{5})(?![\d-])/u;
/** With a country's prefix, or an area's that begins with 0 and is set apart: +46 70 123 45 67, 08-555 010 00. */
const ABROAD = /(?<![\d.,])(?:\+|00)\d{1,3}[\s().-]*(?:\d[\s().-]*){6,12}(?!\d)/u;
const HOME = /(?<![\d.,-])0\d{1,3}[\s-](?:\d{2,4}[\s-]?){2,4}(?!\d)/u;

/** What in this text looks like personal data. It guesses by form alone, and only hints. */
export function findPersonal(text: string): PersonalKind[] {
  const found: PersonalKind[] = [];
  if (EMAIL.test(text)) found.push('email');
  if (NUMBER.test(text)) found.push('number');
  if (ABROAD.test(text) || HOME.test(text)) found.push('phone');
  return found;
}

/** Takes the hints away with the text that they were about. */
export function clearHints(): void {
  for (const place of document.querySelectorAll<HTMLElement>('.personal')) place.hidden = true;
}

/** Hints below every field that has a place for it, while people write. */
export function hintAtPersonal(): void {
  watchPresses();
  for (const place of document.querySelectorAll<HTMLElement>('.personal')) {
    const field = document.getElementById(place.dataset['for'] ?? '');
    if (!(field instanceof HTMLTextAreaElement)) continue;
    const look = (): void => {
      const [first] = findPersonal(field.value);
      const text = first === undefined ? '' : t(`personal.${first}`);
      if (place.textContent !== text) place.textContent = text;
      place.hidden = first === undefined;
    };
    field.addEventListener('change', () => {
      // a field is left by pressing something below it, which the hint would move away
      afterPress(look);
    });
    field.addEventListener('input', () => {
      // while typing only to take a hint away; a new one comes when the field is left
      if (!place.hidden) look();
    });
  }
}
