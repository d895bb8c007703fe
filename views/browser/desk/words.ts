import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  ownIds,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { dayText, today } from './days.js';
import { clearSheet, printSheet } from './print.js';

/** Shows words in their order, numbered. */
export function fillWords(list: HTMLElement, words: readonly string[]): void {
  keepPrivate(list);
  fillList(list, words, (word) => element('li', word));
}

/** A group of words that a person has to keep. */
export interface PaperGroup {
  kind: 'passphrase' | 'kit' | 'root' | 'officer' | 'caller';
  words: readonly string[];
  /** Eight words of the keys, where somebody will compare them with the paper. */
  fingerprint?: readonly string[];
  /** How many of the words are asked for before going on. */
  asked: number;
}

/** What stands on the printed sheet besides the words. */
export interface SheetFacts {
  organisation: string;
  /** Whose words these are; null for the organisation's own. */
  name: string | null;
}

/**
 * Shows words that exist nowhere else, lets them be printed, and asks for some of them before the
 * person may go on: with the words out of sight, so that they come from the paper.
 *
 * @param facts read when printing, since names can change while the words stay.
 */
export function paperPanel(
  groups: readonly PaperGroup[],
  facts: () => SheetFacts,
  onConfirmed: () => void,
): HTMLElement {
  const panel = ownIds(copyTemplate('paper'));
  const questions = groups.flatMap(({ kind, words, asked }) =>
    positions(words.length, asked).map((at) => ({ kind, at, word: words[at] ?? '' })),
  );
  fillList(part(panel, 'groups'), groups, (group) => groupElement(group, facts));
  const inputs = questions.map(({ kind, at }) => {
    const row = ownIds(copyTemplate('paper-question'));
    write(row, 'label', t(`desk.paper.ask.${kind}`, { number: at + 1 }));
    keepPrivate(part(row, 'word'));
    return row;
  });
  part(panel, 'questions').replaceChildren(...inputs);

  const step = (name: 'shown' | 'asked' | 'confirmed'): void => {
    for (const each of ['shown', 'asked', 'confirmed']) showPart(panel, each, each === name);
    if (name !== 'shown') clearSheet();
    const focus = { shown: 'groups', asked: 'questions', confirmed: 'confirmed' }[name];
    const target = part(panel, focus);
    (target.querySelector('input') ?? target).focus();
  };
  const onPaper = groups.every(({ kind }) => kind !== 'passphrase');
  const isCaller = groups.some(({ kind }) => kind === 'caller');
  write(
    panel,
    'to-questions',
    t(
      isCaller
        ? 'desk.paper.to_questions_caller'
        : onPaper
          ? 'desk.paper.to_questions_paper'
          : 'desk.paper.to_questions',
    ),
  );
  write(
    panel,
    'questions-hint',
    t(
      isCaller
        ? 'desk.paper.questions_hint_caller'
        : onPaper
          ? 'desk.paper.questions_hint_paper'
          : 'desk.paper.questions_hint',
    ),
  );
  onClick(panel, 'to-questions', () => {
    step('asked');
  });
  for (const name of ['to-words', 'again'])
    onClick(panel, name, () => {
      step('shown');
    });
  part(panel, 'asked', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const wrong = inputs.filter((row, index) => {
      const input = part(row, 'word', HTMLInputElement);
      const right = sameWord(input.value, questions[index]?.word ?? '');
      input.setAttribute('aria-invalid', String(!right));
      write(row, 'wrong', t(input.value.trim() === '' ? 'desk.paper.missing' : 'desk.paper.wrong'));
      showPart(row, 'wrong', !right);
      return !right;
    });
    if (wrong[0] !== undefined) {
      part(wrong[0], 'word').focus();
      return;
    }
    for (const row of inputs) part(row, 'word', HTMLInputElement).value = '';
    step('confirmed');
    onConfirmed();
  });
  return panel;
}

function groupElement(
  { kind, words, fingerprint = [] }: PaperGroup,
  facts: () => SheetFacts,
): HTMLElement {
  const group = copyTemplate('paper-group');
  write(group, 'title', t(`desk.paper.${kind}.title`));
  write(group, 'purpose', t(`desk.paper.${kind}.purpose`));
  fillWords(part(group, 'words'), words);
  // the root's stand above it already
  showPart(group, 'fingerprint-part', kind === 'officer');
  fillWords(part(group, 'fingerprint'), fingerprint);
  const printable = kind !== 'passphrase';
  showPart(group, 'print', printable);
  onClick(group, 'print', () => {
    printSheet(sheetElement({ kind, words, fingerprint }, facts()));
  });
  showPart(group, 'copy', !printable);
  onClick(group, 'copy', async () => {
    await navigator.clipboard.writeText(words.join(' '));
    write(group, 'copied', t('desk.paper.copied'));
  });
  return group;
}

function sheetElement(
  { kind, words, fingerprint = [] }: Pick<PaperGroup, 'kind' | 'words' | 'fingerprint'>,
  { organisation, name }: SheetFacts,
): HTMLElement {
  const sheet = copyTemplate('sheet');
  write(sheet, 'title', t(`desk.paper.${kind}.title`));
  write(sheet, 'organisation', organisation);
  const whose = write(sheet, 'name', name ?? '');
  show(whose, name !== null);
  write(sheet, 'date', dayText(today()));
  write(sheet, 'purpose', t(`desk.paper.${kind}.purpose`));
  write(sheet, 'keep', t(`desk.paper.${kind}.keep`, { address: location.origin }));
  fillWords(part(sheet, 'words'), words);
  fillWords(part(sheet, 'fingerprint'), fingerprint);
  showPart(sheet, 'fingerprint-part', fingerprint.length > 0);
  return sheet;
}

/** The word itself, or its first four letters, in any case. */
function sameWord(typed: string, word: string): boolean {
  const given = typed.normalize('NFKC').trim().toLowerCase();
  return given === word || (given.length >= 4 && word.startsWith(given));
}

/** Random places among `count` words, in rising order. */
function positions(count: number, wanted: number): number[] {
  const places = Array.from({ length: count }, (_, index) => index);
  const random = crypto.getRandomValues(new Uint32Array(count));
  places.sort((a, b) => (random[a] ?? 0) - (random[b] ?? 0));
  return places.slice(0, wanted).sort((a, b) => a - b);
}
