import { isToldOutside } from '../../../client/casework/consent.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { Told } from '../../../crypto/private.js';
import { t } from '../strings.js';
import { neededValue, setValue, valueOf } from './casework-form.js';
import { toldWayChoices } from './choices.js';
import { dayText, today } from './days.js';
import { option, part, showPart } from './dom.js';

/** Whether what is written in a shown case says what somebody was told outside; see {@link isToldOutside}. */
export function isOutside(data: Pick<HandlerCaseView, 'origin'> | null): boolean {
  return data !== null && isToldOutside(data);
}

/** Value of the list for what nobody was told. */
const NOBODY = 'nobody';

/** The fields in which a handler says how somebody was told who has no key to the case. */
export interface ToldFields {
  /**
   * Fits them to what is written.
   *
   * @param asked null where the person reads the entry itself, so nothing is asked; `must` where it
   * says nothing without a day; `may` where nobody need be told.
   */
  update(asked: 'must' | 'may' | null): void;
  /** What they say; `absent` where nobody was told, null where one has to be filled in first. */
  read(): Told | 'absent' | null;
  /** What they say, in a sentence to be read once more; empty where they ask nothing. */
  line(): string;
  /** For a draft. */
  values(): Record<string, string>;
  fill(values: Readonly<Record<string, string>>): void;
  empty(): void;
}

/** Wires the fields of `desk/told` in a form. */
export function toldFields(form: HTMLElement): ToldFields {
  const way = part(form, 'told-way', HTMLSelectElement);
  const on = part(form, 'told-on', HTMLInputElement);
  const nobody = option(NOBODY, t('desk.told.nobody'));
  way.append(
    option('', t('desk.told.choose')),
    ...toldWayChoices().map(({ value, label }) => option(value, label)),
    nobody,
  );
  let wanted: 'must' | 'may' | null = null;
  const fit = (): void => {
    showPart(form, 'told-on-field', way.value !== NOBODY);
  };
  way.addEventListener('change', fit);
  const empty = (): void => {
    way.value = '';
    on.value = today();
    fit();
  };
  return {
    update(asked) {
      wanted = asked;
      showPart(form, 'told', asked !== null);
      nobody.hidden = asked !== 'may';
      if (nobody.hidden && way.value === NOBODY) way.value = '';
      if (on.value === '') on.value = today();
      on.max = today();
      fit();
    },
    read() {
      if (wanted === null) return 'absent';
      const chosen = neededValue(form, 'told-way', t('desk.told.way_missing'));
      if (chosen === null) return null;
      if (chosen === NOBODY) return 'absent';
      const day = neededValue(form, 'told-on', t('desk.told.on_missing'));
      // a date field has a day or nothing
      return day === null ? null : ({ way: chosen, on: day } as Told);
    },
    line() {
      if (wanted === null) return '';
      if (way.value === NOBODY) return t('desk.told.none_line');
      return t('desk.told.line', { way: t(`desk.told.way.${way.value}`), day: dayText(on.value) });
    },
    values() {
      const chosen = valueOf(form, 'told-way');
      // the day that the page filled in is that of another day in the draft
      return chosen === '' ? {} : { told_way: chosen, told_on: valueOf(form, 'told-on') };
    },
    fill(values) {
      const { told_way: chosen = '', told_on: day = '' } = values;
      way.value = chosen;
      setValue(form, 'told-on', day);
      fit();
    },
    empty,
  };
}
