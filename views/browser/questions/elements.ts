import type { GivenAnswer, Questionnaire } from '../../../client/models.js';

/** A field of a questionnaire. */
export type Field = Questionnaire['sections'][number]['fields'][number];
type Texts = Readonly<Record<string, string>>;

/** What a field is answered with. */
export interface Control {
  readonly element: HTMLElement;
  /** The answer; null where it was left empty. */
  read(): GivenAnswer | null;
  fill(answer: GivenAnswer | null): void;
  /** Draws anew what the page's list of files has. */
  refresh?(): void;
  /** Whether nothing waits for a decision; goes to what does. */
  settle?(): boolean;
  /** Stops and overwrites what is being recorded. */
  wipe?(): void;
}

let lastId = 0;

/** The text in the language, else in English, else in any. */
export function textFor(texts: Texts, language: string): string {
  return texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

/** An element with a text and, if wanted, a class. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  className = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** An id that no other element has. */
export function newId(): string {
  lastId += 1;
  return `own-${String(lastId)}`;
}

/** A label, which gives the field an id. */
export function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  const label = make('label', text);
  field.id = newId();
  label.htmlFor = field.id;
  return label;
}

/** Hints below a label: where there are any, `field` is described by them. */
export function hintsFor(texts: readonly string[], field: HTMLElement): HTMLElement[] {
  const hints = texts
    .filter((text) => text !== '')
    .map((text) => Object.assign(make('p', text, 'hint'), { id: newId() }));
  if (hints.length > 0) {
    field.setAttribute('aria-describedby', hints.map(({ id }) => id).join(' '));
  }
  return hints;
}

/** Several elements under one question. */
export function group(
  legend: string,
  hints: readonly string[],
  inside: readonly Node[],
): HTMLElement {
  const place = make('fieldset', '', 'question');
  place.append(make('legend', legend), ...hintsFor(hints, place), ...inside);
  return place;
}
