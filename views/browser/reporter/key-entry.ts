import type { ParsedWords } from '../../../crypto/private.js';
import type { Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { announce, byId, onClick, show } from './dom.js';
import { createWordField, isWhole, markWrong, splitWords, type WordField } from './words.js';

const COUNT = 12;

type Fault = Extract<ParsedWords, { faults: unknown }>['faults'][number];

/** Where the case key is entered, whole or word by word. */
export interface KeyEntry {
  forget(): void;
  focus(): void;
  /** Says plainly, where faults are shown, why the case does not open; what was typed stays. */
  complain(...texts: string[]): void;
}

/** Prepares the entry. `onWords` gets words whose checksum is right. */
export function createKeyEntry(
  api: Remote<ReporterApi>,
  onWords: (words: string[]) => void,
): KeyEntry {
  const area = byId('words', HTMLTextAreaElement);
  const chips = byId('chips');
  const faults = byId('enter-faults');
  let isSingle = false;
  let asked = 0;

  const fields: WordField[] = Array.from({ length: COUNT }, (_, index) =>
    createWordField({
      id: `word-${index + 1}`,
      label: t('key.word', { number: index + 1 }),
      suggest: api.suggestWords,
      onPaste: (words) => {
        for (const [at, word] of words.slice(0, COUNT - index).entries())
          setField(index + at, word);
        fields[Math.min(index + words.length, COUNT - 1)]?.input.focus();
      },
      onDone: () => {
        const next = fields[index + 1]?.input ?? byId('enter-open');
        next.focus();
      },
    }),
  );
  byId('word-fields').replaceChildren(...fields.map(({ element }) => element));

  const setField = (index: number, word: string): void => {
    const input = fields[index]?.input;
    if (input !== undefined) input.value = word;
  };

  const typed = (): string =>
    isSingle ? fields.map(({ input }) => input.value.trim()).join(' ') : area.value;

  const setMode = (single: boolean): void => {
    const words = splitWords(typed());
    isSingle = single;
    if (single) for (let at = 0; at < COUNT; at += 1) setField(at, words[at] ?? '');
    else area.value = words.join(' ');
    show('enter-whole', !single);
    show('enter-single', single);
    byId('enter-switch').textContent = t(single ? 'return.whole' : 'return.single');
  };

  const hideFaults = (): void => {
    faults.hidden = true;
    faults.replaceChildren();
    area.removeAttribute('aria-invalid');
  };

  /** Offers words for the one being typed; taking one completes it. */
  const suggest = async (): Promise<void> => {
    asked += 1;
    const question = asked;
    const before = area.value.slice(0, area.selectionStart);
    const prefix = /\p{L}+$/u.exec(before)?.[0] ?? '';
    const words = prefix.length < 2 ? [] : await api.suggestWords(prefix);
    if (question !== asked) return;
    chips.replaceChildren(
      ...(isWhole(prefix, words) ? [] : words).map((word) => {
        const chip = document.createElement('button');
        chip.type = 'button';
        chip.textContent = word;
        chip.addEventListener('click', () => {
          const start = before.length - prefix.length;
          area.setRangeText(`${word} `, start, before.length, 'end');
          chips.replaceChildren();
          area.focus();
        });
        return chip;
      }),
    );
  };

  const replaceWord = (index: number, word: string): void => {
    if (isSingle) setField(index, word);
    else {
      let at = -1;
      area.value = area.value.replace(/\p{L}+/gu, (each) => {
        at += 1;
        return at === index ? word : each;
      });
    }
    void read();
  };

  const faultText = (fault: Fault): string => {
    if (fault.code === 'word_count') {
      return t('return.fault.count', { count: COUNT, found: fault.found });
    }
    if (fault.code === 'checksum') return t('return.fault.checksum');
    return t('return.fault.word', { number: fault.index + 1, word: fault.typed });
  };

  const showFaults = (list: readonly Fault[]): void => {
    faults.replaceChildren(
      ...list.map((fault) => {
        const line = document.createElement('p');
        line.textContent = faultText(fault);
        if (fault.code !== 'unknown_word') return line;
        if (isSingle) {
          const field = fields[fault.index];
          if (field !== undefined) markWrong(field, 'enter-faults');
        }
        const offers = document.createElement('span');
        offers.className = 'chips';
        offers.append(
          ...fault.suggestions.map((word) => {
            const chip = document.createElement('button');
            chip.type = 'button';
            chip.textContent = word;
            chip.addEventListener('click', () => {
              replaceWord(fault.index, word);
            });
            return chip;
          }),
        );
        if (fault.suggestions.length > 0) line.append(' ', offers);
        return line;
      }),
    );
    faults.hidden = false;
    if (!isSingle) area.setAttribute('aria-invalid', 'true');
    faults.focus();
  };

  const read = async (): Promise<void> => {
    hideFaults();
    chips.replaceChildren();
    const parsed = await api.parseCaseKey(typed());
    if ('words' in parsed) onWords(parsed.words);
    else showFaults(parsed.faults);
  };

  area.addEventListener('input', () => {
    hideFaults();
    void suggest();
  });
  area.addEventListener('keydown', (event) => {
    // a key has no lines: Enter opens, as in a one-line field
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void read();
  });
  byId('enter-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void read();
  });
  onClick('enter-switch', () => {
    hideFaults();
    setMode(!isSingle);
    announce(t(isSingle ? 'return.mode.single' : 'return.mode.whole'));
    if (isSingle) fields[0]?.input.focus();
    else area.focus();
  });
  setMode(false);

  return {
    forget() {
      area.value = '';
      for (let at = 0; at < COUNT; at += 1) setField(at, '');
      chips.replaceChildren();
      hideFaults();
    },
    focus() {
      byId('enter-title').focus();
    },
    complain(...texts) {
      faults.replaceChildren(
        ...texts.map((text) => {
          const line = document.createElement('p');
          line.textContent = text;
          return line;
        }),
      );
      faults.hidden = false;
      faults.focus();
    },
  };
}
