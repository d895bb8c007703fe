import type { Remote } from '../rpc.js';
import type { ReporterApi } from './api.js';
import { clone } from './dom.js';
import { afterPress, watchPresses } from './press.js';

type Suggest = Remote<ReporterApi>['suggestWords'];

/** Words as people paste them: letters only, whatever stands between. */
export function splitWords(text: string): string[] {
  return text.match(/\p{L}+/gu) ?? [];
}

/** One field for one word, with suggestions after a few letters. */
export interface WordField {
  element: HTMLElement;
  input: HTMLInputElement;
}

interface Options {
  id: string;
  label: string;
  suggest: Suggest;
  /** Called when several words were pasted at once; the field keeps none of them then. */
  onPaste?: (words: string[]) => void;
  /** Called when a word was chosen, to move on. */
  onDone?: () => void;
}

/** Letters that are typed before anything is offered. */
const ENOUGH = 2;

/** Whether what was typed is the one word there is to offer: nothing is left to choose then. */
export function isWhole(typed: string, offered: readonly string[]): boolean {
  return offered.length === 1 && offered[0] === typed.trim().toLowerCase();
}

/**
 * A field of the combobox pattern: arrow keys move in the suggestions, Enter or a tap takes one,
 * Escape closes them. The words come from the worker; nothing is looked up elsewhere. The list
 * stands in the page's flow, so that it covers nothing, and closes when the word is whole, when the
 * field is left and when something else is pressed.
 */
export function createWordField({ id, label, suggest, onPaste, onDone }: Options): WordField {
  const element = clone('word-field');
  const input = element.querySelector('input');
  const list = element.querySelector('ul');
  const name = element.querySelector('label');
  if (input === null || list === null || name === null) throw new Error('No word field');
  input.id = id;
  name.htmlFor = id;
  name.textContent = label;
  list.id = `${id}-list`;
  list.setAttribute('aria-label', label);
  input.setAttribute('aria-controls', list.id);

  let marked = -1;
  let asked = 0;

  const isOpen = (): boolean => input.getAttribute('aria-expanded') === 'true';
  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('li')];
  const unmark = (): void => {
    marked = -1;
    input.removeAttribute('aria-activedescendant');
    for (const item of options()) item.setAttribute('aria-selected', 'false');
  };
  const close = (): void => {
    // an answer that is still to come must not open it again
    asked += 1;
    unmark();
    input.setAttribute('aria-expanded', 'false');
    if (list.hidden) return;
    list.classList.add('spent');
    afterPress(() => {
      if (!isOpen()) list.hidden = true;
    });
  };
  const take = (word: string): void => {
    input.value = word;
    close();
    onDone?.();
  };
  const mark = (index: number): void => {
    const items = options();
    marked = items.length === 0 ? -1 : (index + items.length) % items.length;
    for (const [at, item] of items.entries()) {
      item.setAttribute('aria-selected', String(at === marked));
    }
    const item = items[marked];
    if (item === undefined) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', item.id);
  };
  const open = (words: readonly string[]): void => {
    list.replaceChildren(
      ...words.map((word, index) => {
        const item = document.createElement('li');
        item.id = `${id}-${index}`;
        item.setAttribute('role', 'option');
        item.setAttribute('aria-selected', 'false');
        item.textContent = word;
        item.addEventListener('click', () => {
          take(word);
        });
        return item;
      }),
    );
    unmark();
    input.setAttribute('aria-expanded', 'true');
    list.classList.remove('spent');
    list.hidden = false;
    list.scrollIntoView({ block: 'nearest' });
  };
  const offer = (): void => {
    const typed = input.value.trim().toLowerCase();
    unmark();
    // what no longer fits goes at once, so that a quick Enter never takes another word
    for (const item of options()) if (!item.textContent.startsWith(typed)) item.remove();
    if (typed.length < ENOUGH || options().length === 0) close();
    if (typed.length < ENOUGH) return;
    asked += 1;
    const question = asked;
    void suggest(typed).then((words) => {
      if (question !== asked || document.activeElement !== input) return;
      if (words.length === 0 || isWhole(typed, words)) close();
      else open(words);
    }, close);
  };

  input.addEventListener('input', () => {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
    offer();
  });
  input.addEventListener('keydown', (event) => {
    const items = isOpen() ? options() : [];
    const item = items[Math.max(marked, 0)];
    if (event.key === 'ArrowDown' && items.length > 0) mark(marked + 1);
    else if (event.key === 'ArrowUp' && items.length > 0) mark(Math.max(marked, 0) - 1);
    else if (event.key === 'ArrowDown') offer();
    else if (event.key === 'Escape' && items.length > 0) close();
    else if (event.key === 'Enter' && item !== undefined) take(item.textContent);
    else if (event.key === ' ') {
      if (items.length === 1 && item !== undefined) take(item.textContent);
      else onDone?.();
    } else return;
    event.preventDefault();
  });
  input.addEventListener('paste', (event) => {
    const words = splitWords(event.clipboardData?.getData('text') ?? '');
    if (words.length < 2 || onPaste === undefined) return;
    event.preventDefault();
    close();
    onPaste(words);
  });
  input.addEventListener('blur', close);
  // the field keeps the focus while a word of the list is pressed
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
  });
  watchPresses();
  return { element, input };
}

/** Marks a field as wrong and says why to screen readers. */
export function markWrong(field: WordField, messageId: string): void {
  field.input.setAttribute('aria-invalid', 'true');
  field.input.setAttribute('aria-describedby', messageId);
}
