import type { OwnReadyText, ReadyPurpose } from '../../../crypto/private.js';
import { t } from '../strings.js';
import { dayTextIn, today } from './days.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  ownIds,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { builtInTexts } from './handbook-words.js';
import { languageText, REPORTER_LANGUAGES } from './languages.js';
import { builtInReadyTexts, FEEDBACK_DAY, GAPS, readyName, REQUEST_TEXTS } from './ready-texts.js';

const PURPOSES: readonly ReadyPurpose[] = [
  'acknowledgement',
  'question',
  'extension',
  'feedback',
  'refusal',
  ...REQUEST_TEXTS,
];

/** One ready text as it is edited: a built-in one, changed or not, or one of the organisation's. */
export interface ReadyTextEditor {
  readonly element: HTMLElement;
  /** What it comes to: null where it stands as it was built in; a text tells what is wrong with it. */
  read(): OwnReadyText | string | null;
  onRemove(handle: () => void): void;
  open(): void;
}

/** A text as it will be read: paragraphs, with what is left to fill in marked. */
function preview(place: HTMLElement, text: string, language: string): void {
  const shown = text.replaceAll(FEEDBACK_DAY, dayTextIn(language, today()));
  fillList(place, shown.trim().split(/\n{2,}/u), (paragraph) => {
    const made = element('p');
    let from = 0;
    for (const gap of paragraph.matchAll(GAPS)) {
      made.append(paragraph.slice(from, gap.index), element('mark', gap[0]));
      from = gap.index + gap[0].length;
    }
    made.append(paragraph.slice(from));
    return made;
  });
  show(place, shown.trim() !== '');
}

/** See {@link ReadyTextEditor}; `own` is null for a built-in text that nobody changed. */
export function readyTextEditor(own: OwnReadyText | null, purpose: ReadyPurpose): ReadyTextEditor {
  const root = ownIds(copyTemplate('handbook-text'));
  const isAdded = own?.state === 'added';
  const builtIn = isAdded ? {} : builtInTexts(builtInReadyTexts(), purpose);
  const name = part(root, 'name', HTMLInputElement);
  const choice = part(root, 'purpose', HTMLSelectElement);
  let isOut = own?.state === 'removed';
  name.value = isAdded ? own.name : '';
  for (const each of PURPOSES) choice.append(option(each, readyName({ name: '', purpose: each })));
  choice.value = purpose;
  showPart(root, 'own', isAdded);

  const fields = REPORTER_LANGUAGES.map((language) => {
    const set = ownIds(copyTemplate('handbook-language'));
    const field = part(set, 'text', HTMLTextAreaElement);
    write(set, 'label', languageText(language));
    field.lang = language;
    const seen = part(set, 'preview');
    seen.lang = language;
    seen.setAttribute(
      'aria-label',
      t('desk.handbook.preview', { language: languageText(language) }),
    );
    const changed = own === null || own.state === 'removed' ? undefined : own.texts[language];
    field.value = changed ?? builtIn[language] ?? '';
    field.addEventListener('input', () => {
      preview(seen, field.value, language);
      tell();
    });
    preview(seen, field.value, language);
    part(root, 'languages').append(set);
    return { language, field, seen };
  });

  const changedTexts = (): Record<string, string> =>
    Object.fromEntries(
      fields
        .map(({ language, field }) => [language, field.value.trim()] as const)
        .filter(([language, text]) => text !== '' && text !== builtIn[language]?.trim()),
    );
  const stateOf = (): 'added' | 'removed' | 'changed' | 'built_in' => {
    if (isAdded) return 'added';
    if (isOut) return 'removed';
    return Object.keys(changedTexts()).length > 0 ? 'changed' : 'built_in';
  };
  const tell = (): void => {
    const state = stateOf();
    const given = name.value.trim();
    write(
      root,
      'title',
      isAdded && given === ''
        ? t('desk.handbook.text_new')
        : readyName({ name: given, purpose: choice.value as ReadyPurpose }),
    );
    write(root, 'state', t(`desk.handbook.state.${state}`));
    showPart(root, 'languages', state !== 'removed');
    showPart(root, 'take-out', state === 'changed' || state === 'built_in');
    showPart(root, 'offer', state === 'removed');
    showPart(root, 'set-back', state === 'changed');
    showPart(root, 'remove', isAdded);
  };
  name.addEventListener('input', tell);
  onClick(root, 'take-out', () => {
    isOut = true;
    tell();
    part(root, 'offer').focus();
  });
  onClick(root, 'offer', () => {
    isOut = false;
    tell();
    part(root, 'take-out').focus();
  });
  onClick(root, 'set-back', () => {
    for (const { language, field, seen } of fields) {
      field.value = builtIn[language] ?? '';
      preview(seen, field.value, language);
    }
    tell();
    part(root, 'take-out').focus();
  });
  tell();

  return {
    element: root,
    read() {
      const texts = changedTexts();
      const state = stateOf();
      if (state === 'built_in') return null;
      if (state === 'removed') return { state, purpose };
      if (state === 'changed') return { state, purpose, texts };
      const given = name.value.trim().replace(/\s+/gu, ' ');
      if (given === '') return t('desk.handbook.name_missing');
      if (Object.keys(texts).length === 0) return t('desk.handbook.text_missing', { name: given });
      return { state, purpose: choice.value as ReadyPurpose, name: given, texts };
    },
    onRemove(handle) {
      onClick(root, 'remove', handle);
    },
    open() {
      if (root instanceof HTMLDetailsElement) root.open = true;
      name.focus();
    },
  };
}
