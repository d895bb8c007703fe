import type { GivenAnswer } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { group, hintsFor, labelled, make, textFor, type Control, type Field } from './elements.js';
import { fileControl } from './file-control.js';
import type { QuestionOrder } from './messages.js';

/** As many people as one answer may name: `crypto/content/form.ts` has the limit that counts. */
const MOST_PEOPLE = 20;
const MOST_LETTERS = 100_000;

function line(label: string, hints: readonly string[], field: HTMLElement): HTMLElement {
  const place = make('div', '', 'field question');
  place.append(labelled(label, field), ...hintsFor(hints, field), field);
  return place;
}

function written(field: Field, label: string, hints: readonly string[]): Control {
  const area = keepPrivate(make('textarea'));
  area.rows = field.type === 'long_text' ? 5 : field.type === 'place' ? 1 : 2;
  area.maxLength = MOST_LETTERS;
  const element = line(label, hints, area);
  const personal = make('p', '', 'personal small');
  personal.dataset['for'] = area.id;
  personal.setAttribute('role', 'status');
  personal.hidden = true;
  element.append(personal);
  return {
    element,
    read() {
      const text = area.value.trim();
      return text === '' ? null : { is: 'text', field: field.id, text };
    },
    fill(answer) {
      area.value = answer?.is === 'text' ? answer.text : '';
    },
  };
}

function choices(field: Field, language: string): [id: string, label: string][] {
  return field.type === 'yes_no'
    ? (['yes', 'no', 'unknown'] as const).map((id) => [id, t(`questions.${id}`)])
    : field.options.map(({ id, labels }) => [id, textFor(labels, language)]);
}

function oneOf(field: Field, label: string, hints: readonly string[], language: string): Control {
  const select = make('select');
  select.autocomplete = 'off';
  select.append(new Option(t('questions.none'), ''));
  for (const [id, text] of choices(field, language)) select.append(new Option(text, id));
  return {
    element: line(label, hints, select),
    read: () =>
      select.value === '' ? null : { is: 'chosen', field: field.id, chosen: [select.value] },
    fill(answer) {
      const wanted = answer?.is === 'chosen' ? (answer.chosen[0] ?? '') : '';
      select.value = [...select.options].some(({ value }) => value === wanted) ? wanted : '';
    },
  };
}

function someOf(field: Field, label: string, hints: readonly string[], language: string): Control {
  const boxes = choices(field, language).map(([id, text]) => {
    const box = Object.assign(make('input'), { type: 'checkbox', value: id, autocomplete: 'off' });
    const place = make('label', '', 'check');
    place.append(box, ' ', make('span', text));
    return { box, place };
  });
  const element = group(
    label,
    hints,
    boxes.map(({ place }) => place),
  );
  return {
    element,
    read() {
      const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
      return chosen.length === 0 ? null : { is: 'chosen', field: field.id, chosen };
    },
    fill(answer) {
      const chosen: readonly string[] = answer?.is === 'chosen' ? answer.chosen : [];
      for (const { box } of boxes) box.checked = chosen.includes(box.value);
    },
  };
}

function dayField(name: 'from' | 'until'): { day: HTMLInputElement; place: HTMLElement } {
  const day = Object.assign(make('input'), { type: 'date', autocomplete: 'off' });
  const place = make('div', '', 'field');
  place.append(labelled(t(`questions.${name}`), day), day);
  return { day, place };
}

function period(field: Field, label: string, hints: readonly string[]): Control {
  const [from, until] = [dayField('from'), dayField('until')];
  return {
    element: group(label, hints, [from.place, until.place]),
    read() {
      // whoever knows the last day alone has said one day
      const [first, last] = [from.day.value, until.day.value].filter((day) => day !== '').sort();
      if (first === undefined) return null;
      const answer = { is: 'period', field: field.id, from: first };
      // a date field holds a day of the calendar or nothing; sealing checks it again
      return { ...answer, until: last === first ? null : (last ?? null) } as GivenAnswer;
    },
    fill(answer) {
      from.day.value = answer?.is === 'period' ? answer.from : '';
      until.day.value = answer?.is === 'period' ? (answer.until ?? '') : '';
    },
  };
}

function people(
  field: Field,
  label: string,
  hints: readonly string[],
  changed: () => void,
): Control {
  const list = make('div');
  const add = Object.assign(make('button', t('questions.person.add')), { type: 'button' });
  let rows: { name: HTMLInputElement; about: HTMLInputElement }[] = [];
  const input = (name: 'name' | 'about'): [HTMLInputElement, HTMLElement] => {
    const made = keepPrivate(Object.assign(make('input'), { type: 'text', maxLength: 300 }));
    const place = make('div', '', 'field');
    place.append(labelled(t(`questions.person.${name}`), made), made);
    return [made, place];
  };
  const addRow = (): HTMLInputElement => {
    const [[name, first], [about, second]] = [input('name'), input('about')];
    rows.push({ name, about });
    const row = make('div', '', 'named');
    row.append(first, second);
    list.append(row);
    add.hidden = rows.length >= MOST_PEOPLE;
    return name;
  };
  add.addEventListener('click', () => {
    addRow().focus();
    changed();
  });
  addRow();
  return {
    element: group(label, [...hints, t('questions.person.told')], [list, add]),
    read() {
      const named = rows
        .map(({ name, about }) => ({ name: name.value.trim(), about: about.value.trim() }))
        .filter(({ name, about }) => name !== '' || about !== '');
      return named.length === 0 ? null : { is: 'people', field: field.id, people: named };
    },
    fill(answer) {
      rows = [];
      list.replaceChildren();
      for (const { name, about } of answer?.is === 'people' ? answer.people : []) {
        addRow().value = name;
        const last = rows.at(-1);
        if (last !== undefined) last.about.value = about;
      }
      if (rows.length === 0) addRow();
    },
  };
}

/** The control of a field. `changed` hears where a part of it came. */
export function controlOf(
  field: Field,
  hints: readonly string[],
  { language, files }: Pick<QuestionOrder, 'language' | 'files'>,
  changed: () => void,
): Control {
  const label = textFor(field.labels, language);
  switch (field.type) {
    case 'text':
    case 'long_text':
    case 'place':
      return written(field, label, hints);
    case 'choice':
    case 'yes_no':
      return oneOf(field, label, hints, language);
    case 'choices':
      return someOf(field, label, hints, language);
    case 'period':
      return period(field, label, hints);
    case 'person':
      return people(field, label, hints, changed);
    case 'file':
    case 'voice':
      return fileControl(field, label, hints, files);
  }
}
