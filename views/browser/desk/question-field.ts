import { invitesIdentity } from '../../../client/questions/invites.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { localText } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  ownIds,
  part,
  showPart,
  write,
} from './dom.js';
import { languageText } from './languages.js';
import { answerIds, hasOptions, type EditedField } from './question-structure.js';

type Texts = Record<string, string>;

/** As many as fit: `crypto/questionnaire.ts` has the limits that count. */
export const MOST = {
  sections: 12,
  fields: 40,
  options: 20,
  allOptions: 200,
  title: 120,
  label: 200,
  help: 600,
};

// A record, not a list, as in choices.ts
const TYPES: Record<EditedField['type'], true> = {
  text: true,
  long_text: true,
  place: true,
  period: true,
  person: true,
  yes_no: true,
  choice: true,
  choices: true,
  file: true,
  voice: true,
};

/** A name that no other question or choice has. */
export function newPartId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a question seems to ask who answers it, in any of its languages. */
export function invites({ labels, help, options }: EditedField): boolean {
  return [labels, help, ...options.map((each) => each.labels)].some((texts: Texts) =>
    Object.values(texts).some(invitesIdentity),
  );
}

/** What a question is called in lists. */
export function labelOf({ labels }: Pick<EditedField, 'labels'>): string {
  return localText(labels) || t('desk.questions.field_new');
}

/** What the answer that a condition names is called. */
function answerText({ type, options }: EditedField, id: string): string {
  if (type === 'yes_no') return t(`questions.${id}`);
  const index = options.findIndex((each) => each.id === id);
  const number = String(index + 1);
  return localText(options[index]?.labels ?? {}) || t('desk.questions.option_new', { number });
}

/** One text field for each language, which writes into `texts`. */
export function textInputs(
  texts: Texts,
  languages: readonly string[],
  key: 'label' | 'help' | 'section_title' | 'option',
  most: number,
): HTMLElement[] {
  return languages.map((language) => {
    const place = ownIds(copyTemplate('question-text'));
    const input = keepPrivate(part(place, 'text', HTMLInputElement));
    write(place, 'name', t(`desk.questions.${key}`, { language: languageText(language) }));
    input.lang = language;
    input.maxLength = most;
    input.value = texts[language] ?? '';
    input.addEventListener('input', () => {
      const text = input.value.trim();
      if (text === '') Reflect.deleteProperty(texts, language);
      else texts[language] = text;
    });
    return place;
  });
}

/** Where an edited question stands, and what is to be said there. */
export interface FieldPlace {
  readonly languages: readonly string[];
  /** The questions that its condition may name. */
  readonly before: readonly EditedField[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** What became of its condition; empty where nothing did. */
  readonly note: string;
}

/** What an edited question tells its form. */
export interface FieldHandlers {
  /** It must be drawn again, with the rest, and the focus go to this: what can be depended on changed. */
  redraw(focus: string): void;
  move(by: -1 | 1): void;
  remove(): void;
}

/** A question as it is edited on the page. */
export interface FieldEditor {
  readonly element: HTMLElement;
  /** Names the questions before it, and their answers, as they are called now. */
  readonly rename: () => void;
}

/** One question as it is edited. */
export function fieldEditor(
  field: EditedField,
  { languages, before, isFirst, isLast, note }: FieldPlace,
  handlers: FieldHandlers,
): FieldEditor {
  const root = ownIds(copyTemplate('question-field'));
  root.dataset['field'] = field.id;
  const tell = (): void => {
    write(root, 'label', labelOf(field));
    write(root, 'kind', t(`desk.questions.type.${field.type}`));
    showPart(root, 'warns', invites(field));
  };
  const type = part(root, 'type', HTMLSelectElement);
  for (const each of Object.keys(TYPES)) {
    type.append(option(each, t(`desk.questions.type.${each}`)));
  }
  type.value = field.type;
  type.addEventListener('change', () => {
    field.type = type.value as EditedField['type'];
    if (!hasOptions(field)) field.options = [];
    else if (field.options.length === 0) {
      field.options = [0, 1].map(() => ({ id: newPartId(), labels: {} }));
    }
    handlers.redraw('[data-part=type]');
  });
  const hinted = field.type === 'person' || field.type === 'file' || field.type === 'voice';
  write(root, 'type-hint', hinted ? t(`desk.questions.${field.type}_hint`) : '');
  part(root, 'texts').append(
    ...textInputs(field.labels, languages, 'label', MOST.label),
    ...textInputs(field.help, languages, 'help', MOST.help),
  );

  showPart(root, 'options-part', hasOptions(field));
  fillList(part(root, 'options'), field.options, (each) => {
    const row = copyTemplate('question-option');
    part(row, 'labels').append(...textInputs(each.labels, languages, 'option', MOST.label));
    onClick(row, 'option-remove', () => {
      field.options = field.options.filter(({ id }) => id !== each.id);
      handlers.redraw('[data-part=add-option]');
    });
    return row;
  });
  showPart(root, 'add-option', field.options.length < MOST.options);
  onClick(root, 'add-option', () => {
    field.options.push({ id: newPartId(), labels: {} });
    handlers.redraw('.question-option:last-child input');
  });

  const renames: (() => void)[] = [];
  const when = part(root, 'when', HTMLSelectElement);
  when.append(option('', t('desk.questions.when_always')));
  for (const each of before) {
    if (answerIds(each).length === 0) continue;
    const made = option(each.id, '');
    renames.push(() => {
      made.textContent = t('desk.questions.when_field', { label: labelOf(each) });
    });
    when.append(made);
  }
  when.value = field.when?.field ?? '';
  when.addEventListener('change', () => {
    field.when = when.value === '' ? null : { field: when.value, any: [] };
    handlers.redraw('[data-part=when]');
  });
  write(root, 'dropped', note);
  showPart(root, 'dropped-tag', note !== '');
  const depends = before.find(({ id }) => id === field.when?.field);
  showPart(root, 'any-part', depends !== undefined);
  for (const id of depends === undefined ? [] : answerIds(depends)) {
    const place = element('label', '', 'check');
    const box = Object.assign(element('input'), { type: 'checkbox' });
    const words = element('span');
    renames.push(() => {
      if (depends !== undefined) words.textContent = answerText(depends, id);
    });
    box.checked = field.when?.any.includes(id) ?? false;
    box.addEventListener('change', () => {
      const others = field.when?.any.filter((each) => each !== id) ?? [];
      if (field.when !== null) field.when.any = box.checked ? [...others, id] : others;
    });
    place.append(box, ' ', words);
    part(root, 'any').append(place);
  }

  root.addEventListener('input', tell);
  showPart(root, 'up', !isFirst);
  showPart(root, 'down', !isLast);
  onClick(root, 'up', () => {
    handlers.move(-1);
  });
  onClick(root, 'down', () => {
    handlers.move(1);
  });
  onClick(root, 'remove', () => {
    handlers.remove();
  });
  const rename = (): void => {
    for (const each of renames) each();
  };
  rename();
  tell();
  return { element: root, rename };
}
