import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi, PaperFault } from './api.js';
import { copyTemplate, onClick, part, showPart, write } from './dom.js';
import { act, failureText, report, showProblem } from './failures.js';
import { paperFaultText } from './paper-faults.js';

/** Passphrase and recovery kit that somebody has from another organisation's desk. */
interface Words {
  passphrase: string[];
  recoveryWords: string[];
}

/** What the words are for, and what is done with them. */
export interface OwnWords {
  purpose: 'join' | 'change';
  api: Remote<DeskApi>;
  /** Brings them in force; called again, with the same words, when the person tries again. */
  send(words: Words): Promise<void>;
  /** Called once they count. They are gone from the page by then. */
  done(): void;
  back(): void;
  /** Called with true while nobody can say which words count, with false once it is known. */
  uncertain(uncertain: boolean): void;
  /** Takes a refusal that is told elsewhere; false for one that is told here. */
  refused?(code: string): boolean;
}

/**
 * The form for words that a person already has from the desk of another organisation: what that
 * costs stands above it. What is typed wrong is found here as far as it can be: the kit by its
 * checksum, the passphrase, which has none, by being typed twice.
 */
export function ownWordsForm(own: OwnWords): HTMLElement {
  const view = copyTemplate('own-words');
  const form = part(view, 'form', HTMLFormElement);
  const fields = part(form, 'fields', HTMLFieldSetElement);
  const kit = part(form, 'kit', HTMLTextAreaElement);
  const reveal = part(form, 'reveal', HTMLInputElement);
  const agreed = part(form, 'agreed', HTMLInputElement);
  const typed = ['passphrase', 'again'].map((name) => part(form, name, HTMLInputElement));
  const [passphrase, again] = typed;
  if (passphrase === undefined || again === undefined) return view;

  const clear = (): void => {
    for (const field of [...typed, kit]) field.value = '';
    reveal.checked = false;
    for (const field of typed) field.type = 'password';
  };
  /** Tells what is wrong, and leads to the field. */
  const refuse = (text: string, field: HTMLElement): null => {
    showProblem(form, text);
    field.focus();
    return null;
  };
  const readField = (
    of: 'kit' | 'passphrase',
    read: { words: string[] } | { faults: PaperFault[] },
    field: HTMLElement,
  ): string[] | null =>
    'words' in read ? read.words : refuse(paperFaultText(of, read.faults), field);

  async function readAll(first: HTMLInputElement, second: HTMLInputElement): Promise<Words | null> {
    const { api } = own;
    const words = readField('passphrase', await api.readPassphrase(first.value), first);
    if (words === null) return null;
    const twice = await api.readPassphrase(second.value);
    if (!('words' in twice) || twice.words.join() !== words.join()) {
      return refuse(t('desk.own_words.differ'), second);
    }
    const recoveryWords = readField('kit', await api.readPaper(kit.value), kit);
    if (recoveryWords === null) return null;
    if (!agreed.checked) return refuse(t('desk.own_words.disagreed'), agreed);
    return { passphrase: words, recoveryWords };
  }

  reveal.addEventListener('change', () => {
    for (const field of typed) field.type = reveal.checked ? 'text' : 'password';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void act(form, async () => {
      const words = await readAll(passphrase, again);
      if (words === null) return;
      write(form, 'working', t(`desk.paper.sending.${own.purpose}`));
      // while nobody knows whether they count, other words must not take their place
      fields.disabled = true;
      showPart(form, 'back', false);
      own.uncertain(true);
      let known = true;
      try {
        await own.send(words);
        clear();
        own.done();
      } catch (error) {
        known = codeOf(error) !== 'answer_lost';
        if (own.refused?.(codeOf(error)) === true) return;
        const kept = `${failureText(error, 'sending')} ${t(`desk.paper.kept.${own.purpose}`)}`;
        showProblem(form, known ? kept : t(`desk.paper.unknown.${own.purpose}`));
        report(error);
      } finally {
        write(form, 'working', '');
        if (known) own.uncertain(false);
        fields.disabled = !known;
        showPart(form, 'back', known);
      }
    });
  });
  onClick(form, 'back', () => {
    clear();
    own.back();
  });
  return view;
}
