import type { Remote } from '../rpc.js';
import type { ReporterApi } from './api.js';
import { clone } from './dom.js';

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

/**
 * A field of the combobox pattern: arrow keys move in the suggestions, Enter or a tap takes one,
 * Escape closes them. The words come from the worker; nothing is looked up elsewhere.
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

  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('li')];
  const close = (): void => {
    list.hidden = true;
    marked = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
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
        // mousedown, because a click would come after the field lost its focus
        item.addEventListener('mousedown', (event) => {
          event.preventDefault();
          take(word);
        });
        return item;
      }),
    );
    marked = -1;
    list.hidden = words.length === 0;
    input.setAttribute('aria-expanded', String(words.length > 0));
  };

  input.addEventListener('input', () => {
    input.removeAttribute('aria-invalid');
    const typed = input.value.trim().toLowerCase();
    asked += 1;
    const question = asked;
    // what no longer fits goes at once, so that a quick Enter never takes another word
    for (const item of options()) if (!item.textContent.startsWith(typed)) item.remove();
    if (typed.length < 2 || options().length === 0) close();
    if (typed.length < 2) return;
    void suggest(typed).then((words) => {
      const isNewest = question === asked && document.activeElement === input;
      if (isNewest) open(words.length === 1 && words[0] === typed ? [] : words);
    }, close);
  });
  input.addEventListener('keydown', (event) => {
    const items = options();
    if (event.key === 'ArrowDown' && !list.hidden) mark(marked + 1);
    else if (event.key === 'ArrowUp' && !list.hidden) mark(marked - 1);
    else if (event.key === 'Escape' && !list.hidden) close();
    else if (event.key === 'Enter' && !list.hidden && items[Math.max(marked, 0)] !== undefined) {
      take(items[Math.max(marked, 0)]?.textContent ?? '');
    } else if (event.key === ' ') {
      if (!list.hidden && items.length === 1) take(items[0]?.textContent ?? '');
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
  return { element, input };
}

/** Marks a field as wrong and says why to screen readers. */
export function markWrong(field: WordField, messageId: string): void {
  field.input.setAttribute('aria-invalid', 'true');
  field.input.setAttribute('aria-describedby', messageId);
}
