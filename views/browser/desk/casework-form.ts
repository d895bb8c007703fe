import type { CaseworkInput } from '../../../client/casework/input.js';
import { t } from '../strings.js';
import type { Changed, Desk } from './desk.js';
import { part } from './dom.js';
import { today } from './days.js';
import { send, showProblem } from './failures.js';

/** What a form says; null where a field has to be filled in first, which it has said itself. */
export type MakeInput = (form: HTMLFormElement) => CaseworkInput | null;

/** Writes what handlers say of their work into a case, and shows the case as it is then. */
export function caseworkWriter(
  desk: Desk,
  id: string,
  changed: Changed,
): (input: CaseworkInput) => Promise<void> {
  return async (input) => {
    changed(await desk.api.work(id, input), t('desk.work.saved'));
  };
}

/** Makes a form of a panel say one thing when it is sent. */
export function wireCaseworkForm(
  form: HTMLFormElement,
  make: MakeInput,
  write: (input: CaseworkInput) => Promise<void>,
): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const input = make(form);
    if (input !== null) void send(form, () => write(input));
  });
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * The text of a field that has to be filled in, without space around it; null where there is none,
 * which the form then says in these words.
 */
export function neededValue(form: HTMLElement, name: string, problem: string): string | null {
  const field = part(form, name) as Field;
  const value = field.value.trim();
  field.setAttribute('aria-invalid', String(value === ''));
  if (value !== '') return value;
  showProblem(form, problem);
  field.focus();
  return null;
}

/** The text of a field, without space around it. */
export function valueOf(form: HTMLElement, name: string): string {
  return (part(form, name) as Field).value.trim();
}

/** Writes a text into a field. */
export function setValue(form: HTMLElement, name: string, value: string): void {
  (part(form, name) as Field).value = value;
}

/** A form that is folded away until it is wanted. */
export interface FoldedForm {
  readonly form: HTMLFormElement;
  /**
   * Empties it, opens it and moves the focus into it; `fill` writes what is to be changed. A text that
   * somebody began in it stays, and the form says so; where `adds` holds then, `fill` only chooses what
   * that text is for.
   */
  open(fill: (form: HTMLFormElement) => void, adds?: () => boolean): void;
}

/** Fields in which somebody writes words; what is hidden or cannot be changed is the page's own. */
const WRITTEN = 'textarea, input[type="text"]:not([hidden], [readonly])';

/** Tells whether a form holds words of somebody's; `filled` is to be called where the page wrote some. */
export function begunText(form: HTMLElement): { is(): boolean; filled(): void } {
  const texts = (): string[] =>
    [...form.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>(WRITTEN)].map(
      ({ value }) => value,
    );
  let known: string[] = [];
  return {
    is: () => texts().some((text, index) => text.trim() !== '' && text !== (known[index] ?? '')),
    filled() {
      known = texts();
    },
  };
}

/**
 * Wires a form inside a `details`, where what was sent well empties and folds it. Days in it begin
 * with today, except where `data-empty` says otherwise.
 */
export function foldedForm(
  panel: HTMLElement,
  name: string,
  make: MakeInput,
  write: (input: CaseworkInput) => Promise<void>,
): FoldedForm {
  const form = part(panel, name, HTMLFormElement);
  const fold = form.closest('details');
  for (const day of form.querySelectorAll<HTMLInputElement>('input[type="date"]')) {
    if (day.dataset['empty'] === undefined) day.defaultValue = today();
  }
  const begun = begunText(form);
  const empty = (): void => {
    form.reset();
    begun.filled();
    showProblem(form, null);
    for (const field of form.querySelectorAll('[aria-invalid]')) {
      field.removeAttribute('aria-invalid');
    }
    form.dispatchEvent(new Event('change'));
  };
  wireCaseworkForm(form, make, async (input) => {
    await write(input);
    empty();
    if (fold !== null) fold.open = false;
  });
  return {
    form,
    open(fill, adds) {
      if (!begun.is()) {
        empty();
        fill(form);
        begun.filled();
      } else if (adds?.() === true) {
        fill(form);
        // the draft is kept with what it is for
        form.dispatchEvent(new Event('input'));
      } else showProblem(form, t('desk.record.begun'));
      form.dispatchEvent(new Event('change'));
      if (fold !== null) fold.open = true;
      form.scrollIntoView({ block: 'nearest' });
      form.querySelector<HTMLElement>('input:not([hidden]), select, textarea')?.focus();
    },
  };
}
