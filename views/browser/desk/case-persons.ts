import type { CaseworkInput } from '../../../client/casework/input.js';
import type { Person } from '../../../client/casework/persons.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { block, wireBlocked } from './blocked.js';
import { extractSection } from './case-extract.js';
import {
  caseworkWriter,
  foldedForm,
  neededValue,
  setValue,
  valueOf,
  type FoldedForm,
} from './casework-form.js';
import { copyTemplate, fillList, option, part, showPart, write } from './dom.js';
import { dayText } from './days.js';
import { keepForm } from './draft-keeper.js';
import type { Changed, Desk } from './desk.js';
import { recordMarks } from './record-marks.js';
import { recordItem, type RecordItem } from './record-item.js';

type Input<K extends CaseworkInput['kind']> = Extract<CaseworkInput, { kind: K }>;

const PARTS: Record<Person['part'], true> = { concerned: true, witness: true, third_party: true };
const INFORMED = ['told', 'deferred', 'not_owed'] as const;
const FORMS = ['hearing', 'statement'] as const;

/** The panel of a case about the persons in it. */
export interface PersonsPanel {
  readonly panel: HTMLElement;
  /** Shows the persons as things stand. What is being typed stays. */
  update(data: HandlerCaseView): void;
  /** Brings back what was begun before, once the persons are shown, and keeps what is typed. */
  restore(): Promise<void>;
}

/** See {@link PersonsPanel}. */
export function personsPanel(desk: Desk, id: string, changed: Changed): PersonsPanel {
  const panel = copyTemplate('case-persons');
  const change = caseworkWriter(desk, id, changed);
  const persons = foldedForm(panel, 'person-form', personInput, change);
  const informing = foldedForm(panel, 'inform-form', informedInput, change);
  const hearing = foldedForm(panel, 'hear-form', heardInput, change);
  const closing = foldedForm(panel, 'outcome-form', outcomeInput, change);
  const extracts = extractSection(desk, panel, change);
  part(persons.form, 'part').append(
    ...Object.keys(PARTS).map((each) => option(each, t(`desk.person.part.${each}`))),
  );
  part(informing.form, 'state').append(
    ...INFORMED.map((each) => option(each, t(`desk.person.state.${each}`))),
  );
  part(hearing.form, 'form').append(
    ...FORMS.map((each) => option(each, t(`desk.person.form.${each}`))),
  );

  const drawInform = (): void => {
    const state = valueOf(informing.form, 'state');
    write(informing.form, 'day-label', t(`desk.person.day.${state}`));
    write(informing.form, 'text-label', t(`desk.person.reason.${state}`));
  };
  informing.form.addEventListener('change', drawInform);
  drawInform();
  wireBlocked(panel);

  const itemOf = (data: HandlerCaseView, person: Person): HTMLElement => {
    const choose = (form: FoldedForm, isNew = (): boolean => true) => ({
      run: () => {
        form.open(
          (fields) => {
            setValue(fields, 'person', person.id);
          },
          // what was begun about one person is never made another's
          () => isNew() && valueOf(form.form, 'person') === person.id,
        );
      },
    });
    // an older extract that is being changed stays that of its person
    const isNew = (): boolean => valueOf(extracts.form.form, 'extract-id') === '';
    const actions: RecordItem['actions'] = [
      { label: t('desk.person.inform_do'), ...choose(informing) },
      { label: t('desk.person.hear_do'), ...choose(hearing) },
      { label: t('desk.extract.do'), ...choose(extracts.form, isNew) },
      { label: t('desk.person.outcome_do'), ...choose(closing) },
      {
        label: t('desk.record.change'),
        run: () => {
          persons.open((fields) => {
            setValue(fields, 'person-id', person.id);
            setValue(fields, 'name', person.name);
            setValue(fields, 'part', person.part);
            setValue(fields, 'text', person.text);
          });
        },
      },
      {
        label: t('desk.record.mistake'),
        sure: t('desk.record.mistake_sure'),
        run: () => change({ ...inputOf(person), state: 'removed' }),
      },
    ];
    return recordItem({
      name: person.name,
      state: t(`desk.person.part.${person.part}`),
      due: dueOf(person),
      lines: [...linesOf(person), ...recordMarks(data, person.id)],
      actions,
    });
  };

  return {
    panel,
    update(data) {
      fillList(part(panel, 'persons'), data.persons, (each) => itemOf(data, each));
      showPart(panel, 'no-persons', data.persons.length === 0);
      showPart(panel, 'about', data.persons.length > 0);
      for (const { form } of [informing, hearing, closing, extracts.form]) {
        const select = part(form, 'person', HTMLSelectElement);
        const chosen = select.value;
        select.replaceChildren(...data.persons.map((each) => option(each.id, each.name)));
        if (data.persons.some((each) => each.id === chosen)) select.value = chosen;
      }
      extracts.update(data);
      block(panel, data);
    },
    async restore() {
      await keepForm(desk, `${id} heard`, hearing.form, ['person', 'form', 'on']);
      const names = ['extract-id', 'person', 'given'];
      await keepForm(desk, `${id} extract`, extracts.form.form, names);
    },
  };
}

/** By when something is to be done about what a person is told; null where nothing is. */
function dueOf({ informed, tellBy }: Person): string | null {
  if (informed === null) return tellBy;
  return informed.state === 'deferred' ? informed.day : null;
}

/** What is known of a person, in sentences. */
export function linesOf(person: Person): string[] {
  const { text, notedOn, tellFrom, informed, heard, outcome } = person;
  const lines = [text];
  if (informed === null) {
    const from = tellFrom < notedOn ? 'report' : 'note';
    lines.push(t(`desk.person.not_told.${from}`, { day: dayText(tellFrom) }));
  } else {
    const day = dayText(informed.day);
    lines.push(t(`desk.person.informed.${informed.state}`, { day, reason: informed.text }));
  }
  for (const { form, on, text: said } of heard) {
    lines.push(t(`desk.person.heard.${form}`, { day: dayText(on), said }));
  }
  if (outcome !== null) {
    const { on, text: what } = outcome;
    lines.push(t('desk.person.outcome_line', { day: dayText(on), what }));
  }
  return lines.map((line) => line.trim());
}

function inputOf({ id, name, part: is, text }: Person): Omit<Input<'person'>, 'state'> {
  return { kind: 'person', id, name, part: is, text };
}

function personInput(form: HTMLFormElement): CaseworkInput | null {
  const name = neededValue(form, 'name', t('desk.person.name_missing'));
  if (name === null) return null;
  return {
    kind: 'person',
    id: valueOf(form, 'person-id') || null,
    name,
    part: valueOf(form, 'part') as Person['part'],
    text: valueOf(form, 'text'),
    state: 'present',
  };
}

function informedInput(form: HTMLFormElement): CaseworkInput | null {
  const state = valueOf(form, 'state') as Input<'person_informed'>['state'];
  const day = neededValue(form, 'day', t('desk.record.day_missing'));
  if (day === null) return null;
  const missing = t('desk.record.reason_missing');
  if (state !== 'told' && neededValue(form, 'text', missing) === null) return null;
  const person = valueOf(form, 'person');
  return { kind: 'person_informed', person, state, day, text: valueOf(form, 'text') };
}

function heardInput(form: HTMLFormElement): CaseworkInput | null {
  const on = neededValue(form, 'on', t('desk.record.day_missing'));
  if (on === null) return null;
  return {
    kind: 'person_heard',
    id: null,
    person: valueOf(form, 'person'),
    form: valueOf(form, 'form') as Input<'person_heard'>['form'],
    on,
    text: valueOf(form, 'text'),
  };
}

function outcomeInput(form: HTMLFormElement): CaseworkInput | null {
  const on = neededValue(form, 'on', t('desk.record.day_missing'));
  if (on === null) return null;
  const person = valueOf(form, 'person');
  return { kind: 'person_outcome', person, on, text: valueOf(form, 'text') };
}
