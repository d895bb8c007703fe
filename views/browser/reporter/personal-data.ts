import { t } from '../strings.js';
import { afterPress, watchPresses } from './press.js';

/** What a text may hold about a person. */
export type PersonalKind = 'email' | 'phone' | 'number' | 'address';

const EMAIL = /[^\s@<>,;]+@[^\s@<>,;]+\.[a-z]{2,}/iu;
/** Swedish 850709-9805, Danish 070761-4285, Finnish 131052-308T, Norwegian 01129955131 and the like. */
const NUMBER = /(?<![\d-])(?:(?:19|20)?\d{6}[-+A-FU-Y]?\d{3}[\dA-Z]|\d{6} ?\d{5})(?![\d-])/u;
/** With a country's prefix, or an area's that begins with 0 and is set apart: +46 70 123 45 67, 08-555 010 00. */
const ABROAD = /(?<![\d.,])(?:\+|00)\d{1,3}[\s().-]*(?:\d[\s().-]*){6,12}(?!\d)/u;
const HOME = /(?<![\d.,-])0\d{1,3}[\s-](?:\d{2,4}[\s-]?){2,4}(?!\d)/u;
/**
 * A street with its number: Storgatan 5 B, Mannerheimintie 12, Kirkegata 3, Store vei 4, 12 High Street.
 * Endings of Swedish, Finnish, Norwegian and Danish street names, and English words for streets.
 */
const STREET =
  /(?<!\p{L})\p{Lu}\p{L}*(?:gatan|vägen|gränd|stigen|allén|torget|katu|tie|kuja|polku|gata|gaten|gate|veien|vegen|vei|veg|vej|gade)\s+\d{1,4}(?:\s?[A-Z])?(?![\d\p{L}])/u;
const STREET_APART =
  /(?<!\p{L})\p{Lu}\p{L}{2,}\s(?:gata|väg|gate|vei|veg|vej)\s+\d{1,4}(?:\s?[A-Z])?(?![\d\p{L}])/u;
const STREET_ENGLISH =
  /(?<![\d.,])\d{1,4}[A-Z]?\s(?:\p{Lu}\p{L}+\s){1,3}(?:Street|Road|Lane|Avenue|Drive|Square|St|Rd|Ave)(?!\p{L})/u;

/** What in this text looks like personal data. It guesses by form alone, and only hints. */
export function findPersonal(text: string): PersonalKind[] {
  const found: PersonalKind[] = [];
  if (EMAIL.test(text)) found.push('email');
  if (NUMBER.test(text)) found.push('number');
  if (ABROAD.test(text) || HOME.test(text)) found.push('phone');
  if ([STREET, STREET_APART, STREET_ENGLISH].some((street) => street.test(text))) {
    found.push('address');
  }
  return found;
}

/** Every place for a hint with the field that it is about. */
function hints(): { place: HTMLElement; field: HTMLTextAreaElement }[] {
  return [...document.querySelectorAll<HTMLElement>('.personal')].flatMap((place) => {
    const field = document.getElementById(place.dataset['for'] ?? '');
    return field instanceof HTMLTextAreaElement ? [{ place, field }] : [];
  });
}

/** Says what a field may hold; what was said of it once is noted with the place. */
function tell(place: HTMLElement, kind: PersonalKind | undefined, text: string): void {
  if (place.textContent !== text) place.textContent = text;
  place.hidden = kind === undefined;
  if (kind !== undefined) place.dataset['told'] = `${place.dataset['told'] ?? ''} ${kind}`;
}

/** Takes the hints away with the text that they were about. */
export function clearHints(): void {
  for (const { place } of hints()) {
    place.hidden = true;
    delete place.dataset['told'];
  }
}

/**
 * Before a form is left: shows what was not said yet, since whoever presses the button right after
 * typing would never see it.
 *
 * @returns whether there was something; the next press goes on, whatever stands there then.
 */
export function hintFirst(form: HTMLElement): boolean {
  const button = form.querySelector('[type=submit]')?.textContent.trim() ?? '';
  const untold = hints().filter(({ place, field }) => {
    const [kind] = findPersonal(field.value);
    const isTold = kind === undefined || place.dataset['told']?.split(' ').includes(kind);
    if (isTold === true || field.disabled || !form.contains(field)) return false;
    if (field.closest('[hidden]') !== null) return false;
    tell(place, kind, `${t(`personal.${kind}`)} ${t('personal.again', { button })}`);
    return true;
  });
  untold[0]?.place.scrollIntoView({ block: 'center' });
  return untold.length > 0;
}

/** Hints below every field that has a place for it, while people write; again where some came. */
export function hintAtPersonal(): void {
  watchPresses();
  for (const { place, field } of hints()) {
    if (field.dataset['watched'] !== undefined) continue;
    field.dataset['watched'] = '';
    const look = (): void => {
      const [kind] = findPersonal(field.value);
      // what is there already may say more
      if (
        kind !== undefined &&
        !place.hidden &&
        place.textContent.startsWith(t(`personal.${kind}`))
      ) {
        return;
      }
      tell(place, kind, kind === undefined ? '' : t(`personal.${kind}`));
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
