import type { EntryContent } from '../../../crypto/private.js';
import { erasedAfter, textsToChoose } from '../../../client/casework/parts.js';
import { wholeLetters, type Passage } from '../../../client/casework/passages.js';
import type { EntryView } from '../../../client/models.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { closeChoice } from './blocked.js';
import { momentText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, onClick, option, ownIds, part, showPart, write } from './dom.js';
import { showProblem } from './failures.js';
import { partyText } from './parties.js';

/** What an entry is called in lists. */
export function entryName({ content, author }: EntryView): string {
  const kind = t(`desk.entry.${content.kind}`);
  const by = partyText(author);
  if (content.kind === 'unreadable' || content.kind === 'erased') return `${kind}, ${by}`;
  return t('desk.correction.entry', { kind, by, day: momentText(content.at) });
}

/** What a field of an entry is called. */
export function fieldName(field: string): string {
  const [, answer] = /^form\.(\d+)/u.exec(field) ?? [];
  if (answer !== undefined) return t('desk.erasure.field.form', { number: answer });
  const [, option] = /^options\.(\d+)/u.exec(field) ?? [];
  if (option !== undefined) return t('desk.erasure.field.place', { number: option });
  return t(`desk.erasure.field.${field.replace('.', '_')}`);
}

/** The place in a text that a place in its field means: the field shows each end of line as one. */
function placeIn(text: string, at: number): number {
  let place = 0;
  for (let shown = 0; shown < at; shown += 1) place += text.startsWith('\r\n', place) ? 2 : 1;
  return place;
}

const placeOf = ({ compartment, sequence }: EntryView): string =>
  `${compartment} ${sequence.toString()}`;

/** An entry of the conversation or of the notes that can be read. */
export type CaseEntry = EntryView & {
  compartment: 'dialogue' | 'internal';
  content: EntryContent;
};

/** Passages of an entry as it stands now. */
export function partOf(
  entry: EntryView,
  passages: Passage[],
): { after: number | null; passages: Passage[] } {
  return { after: erasedAfter(entry), passages };
}

/** What a form chooses entries for. */
export interface PartChoice<Entry extends EntryView> {
  /** What the button below a text says, what is said once it was pressed, and what stands above the rest. */
  readonly words: { readonly cut: string; readonly cutDone: string; readonly left: string };
  /** What is shown of a text once these passages of it are chosen. */
  left(text: string, passages: readonly Passage[]): string;
  /** Whether files can be chosen too. */
  readonly files: boolean;
  /** Whether of this entry all goes, or nothing. */
  onlyWhole?(entry: Entry): boolean;
  /** Said where nothing is chosen. */
  readonly missing: string;
  /** Called whenever an entry is drawn. */
  drawn?(entry: Entry | undefined): void;
}

/** What was chosen: everything, or these passages and files. */
export interface ChosenPart<Entry extends EntryView> {
  entry: Entry;
  whole: boolean;
  passages: Passage[];
  /** Ids of files. */
  files: string[];
}

/** The part of a form in which somebody chooses an entry, and what of it. */
export interface PartChooser<Entry extends EntryView> {
  /** Offers these entries. What is being chosen stays, as long as the entry says the same. */
  update(entries: readonly Entry[]): void;
  /** What is chosen; null where that is nothing, and the form says so. */
  take(): ChosenPart<Entry> | null;
  /** Forgets what is chosen, and every word that it shows. */
  clear(): void;
}

/**
 * Wires the markup of `part-chooser.ejs` inside a form. Passages are selected in the text itself, with
 * mouse, finger or keys, and taken by a button.
 */
export function partChooser<Entry extends EntryView>(
  desk: Desk,
  form: HTMLFormElement,
  choice: PartChoice<Entry>,
): PartChooser<Entry> {
  const { words: named } = choice;
  const which = part(form, 'of', HTMLSelectElement);
  const whole = part(form, 'whole', HTMLInputElement);
  const hint = part(form, 'passages-hint');
  let entries: readonly Entry[] = [];
  let passages: Passage[] = [];
  /** What the form shows; another text under the same place is another. */
  let drawn = '';

  const chosen = (): Entry | undefined => entries.find((entry) => placeOf(entry) === which.value);

  const drawLeft = (entry: Entry): void => {
    const texts = new Map(textsToChoose(entry).map(({ field, text }) => [field, text]));
    for (const block of form.querySelectorAll<HTMLElement>('[data-field]')) {
      const field = block.dataset['field'] ?? '';
      const own = passages.filter((passage) => passage.field === field);
      const left = own.length === 0 ? '' : choice.left(texts.get(field) ?? '', own);
      keepPrivate(write(block, 'left', left)).dir = 'auto';
      showPart(block, 'left', own.length > 0);
      showPart(block, 'left-title', own.length > 0);
    }
    showPart(form, 'undo', passages.length > 0);
  };

  const fieldElement = (entry: Entry, field: string, text: string): HTMLElement => {
    const block = ownIds(copyTemplate('part-field'));
    block.dataset['field'] = field;
    const words = keepPrivate(part(block, 'words', HTMLTextAreaElement));
    words.value = text;
    // not read-only: in such a field Chromium has no caret, and words could be selected by mouse alone
    words.addEventListener('beforeinput', (event) => {
      event.preventDefault();
    });
    words.addEventListener('input', () => {
      words.value = text;
    });
    words.rows = text.length > 200 ? 6 : 2;
    words.dir = 'auto';
    words.setAttribute('aria-label', fieldName(field));
    words.setAttribute('aria-describedby', hint.id);
    write(block, 'label', fieldName(field));
    write(block, 'cut', named.cut);
    write(block, 'left-title', named.left);
    onClick(block, 'cut', () => {
      const from = placeIn(text, words.selectionStart);
      const to = placeIn(text, words.selectionEnd);
      if (from === to) {
        showProblem(form, t('desk.erasure.select_first'));
        words.focus();
        return;
      }
      showProblem(form, null);
      passages.push({ field, ...wholeLetters(text, { from, to }) });
      drawLeft(entry);
      desk.say(named.cutDone);
    });
    return block;
  };

  const fileChoice = (attachment: string, name: string): HTMLElement => {
    const label = element('label', '', 'check');
    const box = element('input');
    box.type = 'checkbox';
    box.value = attachment;
    label.append(box, ' ', keepPrivate(element('span', shownFileName(name))));
    return label;
  };

  const draw = (): void => {
    const entry = chosen();
    choice.drawn?.(entry);
    const texts = entry === undefined ? [] : textsToChoose(entry);
    const stamp = entry === undefined ? '' : `${which.value} ${JSON.stringify(texts)}`;
    if (stamp === drawn) return;
    drawn = stamp;
    passages = [];
    part(form, 'fields').replaceChildren(
      ...(entry === undefined
        ? []
        : texts.map(({ field, text }) => fieldElement(entry, field, text))),
    );
    const content = entry?.content;
    const attached =
      choice.files && content !== undefined && 'files' in content ? content.files : [];
    const files = attached.filter(
      ({ attachment }) => entry?.erasedFiles.includes(attachment) !== true,
    );
    part(form, 'files').replaceChildren(
      ...files.map(({ attachment, name }) => fileChoice(attachment, name)),
    );
    showPart(form, 'files-choice', files.length > 0);
    showPart(form, 'undo', false);
    const goes = entry !== undefined && choice.onlyWhole?.(entry) === true;
    closeChoice(part(form, 'passages', HTMLInputElement), goes);
    if (goes) whole.checked = true;
    showPart(form, 'choose', !whole.checked);
  };

  which.addEventListener('change', draw);
  form.addEventListener('change', () => {
    showPart(form, 'choose', !whole.checked);
  });
  onClick(form, 'undo', () => {
    passages = [];
    const entry = chosen();
    if (entry !== undefined) drawLeft(entry);
  });

  return {
    update(now) {
      entries = now;
      const before = which.value;
      which.replaceChildren(...now.map((entry) => option(placeOf(entry), entryName(entry))));
      if (now.some((entry) => placeOf(entry) === before)) which.value = before;
      draw();
    },

    take() {
      const entry = chosen();
      if (entry === undefined) return null;
      const files = [...part(form, 'files').querySelectorAll('input')]
        .filter(({ checked }) => checked)
        .map(({ value }) => value);
      if (whole.checked) return { entry, whole: true, passages: [], files: [] };
      if (passages.length > 0 || files.length > 0) return { entry, whole: false, passages, files };
      showProblem(form, choice.missing);
      return null;
    },

    clear() {
      drawn = '';
      draw();
      showPart(form, 'choose', !whole.checked);
    },
  };
}
