import type { Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { announce, byId, onClick, show } from './dom.js';
import { createWordField, markWrong, type WordField } from './words.js';

/** How many words must be typed back. */
const ASKED = 3;
/** Says nothing of what it holds. */
const FILE_NAME = 'words.txt';

/** The step in which the case key is shown, saved and confirmed. */
export interface CaseKeyStep {
  /** Shows the key; a new one is made where there is none. */
  enter(): Promise<void>;
  /** The confirmed words, or null before that. */
  words(): string[] | null;
  /** Whether a key has been shown on this page. */
  wasShown(): boolean;
  forget(): void;
}

/** Different random numbers below `limit`, in ascending order. */
function randomPositions(count: number, limit: number): number[] {
  const found = new Set<number>();
  while (found.size < count) {
    // 256 is a multiple of neither; what would favour low numbers is thrown away
    const [value = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (value < 256 - (256 % limit)) found.add(value % limit);
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether what was typed is this word, or its first four letters, which no other word shares. */
function isWord(typed: string, word: string): boolean {
  const letters = typed.trim().toLowerCase();
  return letters === word || (letters.length >= 4 && word.startsWith(letters));
}

function numbered(words: readonly string[]): string {
  return words.map((word, index) => `${index + 1}. ${word}`).join('\n');
}

function saveFile(words: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([`${numbered(words)}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = FILE_NAME;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

/** Prepares the step. `onConfirmed` is called when the words asked for were right. */
export function createCaseKeyStep(
  api: Remote<ReporterApi>,
  onShown: () => void,
  onConfirmed: () => void,
): CaseKeyStep {
  let words: string[] = [];
  let isConfirmed = false;
  let asked: { position: number; field: WordField }[] = [];

  const showPart = (part: 'show' | 'confirm'): void => {
    show('key-show', part === 'show');
    show('key-confirm', part === 'confirm');
  };
  const closeWarnings = (): void => {
    for (const button of document.querySelectorAll<HTMLElement>('[data-way]')) {
      button.setAttribute('aria-expanded', 'false');
      show(button.getAttribute('aria-controls') ?? '', false);
    }
  };

  const ask = (): void => {
    const positions = randomPositions(ASKED, words.length);
    asked = positions.map((position) => ({
      position,
      field: createWordField({
        id: `confirm-${position}`,
        label: t('key.word', { number: position + 1 }),
        suggest: api.suggestWords,
      }),
    }));
    byId('key-fields').replaceChildren(...asked.map(({ field }) => field.element));
    show('key-error', false);
    showPart('confirm');
    byId('key-confirm-lead').focus();
  };

  const confirm = (): void => {
    const wrong = asked.filter(
      ({ position, field }) => !isWord(field.input.value, words[position] ?? ''),
    );
    const [first] = wrong;
    if (first === undefined) {
      isConfirmed = true;
      show('key-error', false);
      onConfirmed();
      return;
    }
    const numbers = wrong.map(({ position }) => position + 1).join(', ');
    byId('key-error').textContent = t('key.wrong', { numbers });
    show('key-error');
    for (const { field } of wrong) markWrong(field, 'key-error');
    first.field.input.focus();
  };

  const actions: Record<string, () => void | Promise<void>> = {
    copy: async () => {
      await navigator.clipboard.writeText(words.join(' '));
      done(t('key.copy.done'));
    },
    print: () => {
      window.print();
    },
    file: () => {
      saveFile(words);
      done(t('key.file.done'));
    },
  };
  const done = (text: string): void => {
    closeWarnings();
    byId('key-done').textContent = text;
  };

  for (const button of document.querySelectorAll<HTMLElement>('[data-way]')) {
    button.addEventListener('click', () => {
      const isOpen = button.getAttribute('aria-expanded') === 'true';
      closeWarnings();
      byId('key-done').textContent = '';
      button.setAttribute('aria-expanded', String(!isOpen));
      show(button.getAttribute('aria-controls') ?? '', !isOpen);
    });
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-close]')) {
    button.addEventListener('click', closeWarnings);
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-do]')) {
    button.addEventListener('click', () => {
      const action = actions[button.dataset['do'] ?? ''];
      void Promise.resolve(action?.()).catch(() => {
        done(t('key.copy.failed'));
      });
    });
  }
  onClick('key-saved', ask);
  onClick('key-again', () => {
    showPart('show');
    byId('step-key-title').focus();
  });
  byId('key-confirm', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    confirm();
  });

  return {
    async enter() {
      closeWarnings();
      byId('key-done').textContent = '';
      showPart('show');
      if (words.length > 0) return;
      words = await api.newCaseKey();
      byId('key-words').replaceChildren(
        ...words.map((word) => {
          const item = document.createElement('li');
          item.textContent = word;
          return item;
        }),
      );
      announce(t('key.ready'));
      onShown();
    },
    words: () => (isConfirmed ? [...words] : null),
    wasShown: () => words.length > 0,
    forget() {
      words = [];
      isConfirmed = false;
      asked = [];
      byId('key-words').replaceChildren();
      byId('key-fields').replaceChildren();
    },
  };
}
