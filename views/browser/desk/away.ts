import type { AbsenceView, UncoveredCase } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { nameOf } from './absences.js';
import { bulkElement, resultText } from './bulk.js';
import { dayText, today } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';

/** Where a handler says from when to when they are away, and who stands in. */
export function awaySection(desk: Desk): HTMLElement {
  const section = copyTemplate('away');
  const form = part(section, 'form', HTMLFormElement);
  const [from, until] = ['from', 'until'].map((name) => part(form, name, HTMLInputElement));
  const substitute = part(form, 'substitute', HTMLSelectElement);
  if (from === undefined || until === undefined) return section;

  const others = new Map(
    desk.directory.channels
      .filter(({ readers }) => readers.some(({ id }) => id === desk.account.id))
      .flatMap(({ readers }) => readers.filter((each) => each.part === 'handler'))
      .filter(({ id }) => id !== desk.account.id)
      .map(({ id, name }) => [id, name]),
  );
  substitute.append(
    option('', t('desk.absence.nobody')),
    ...[...others].map(([id, name]) => option(id, name)),
  );

  const own = (): AbsenceView | undefined =>
    desk.absences.find(({ reader, until: last }) => reader === desk.account.id && last >= today());
  const draw = (): void => {
    const absence = own();
    write(section, 'state', absence === undefined ? t('desk.absence.there') : stateText(absence));
    showPart(section, 'back', absence !== undefined);
    from.value = absence?.from ?? today();
    until.value = absence?.until ?? '';
    substitute.value = absence?.substitute ?? '';
    fillGaps(absence?.substitute ?? null);
    tellOverlap();
  };
  const stateText = (absence: AbsenceView): string => {
    const days = { from: dayText(absence.from), until: dayText(absence.until) };
    const name = absence.substitute === null ? '' : nameOf(desk, absence.substitute);
    return name === ''
      ? t('desk.absence.own', days)
      : t('desk.absence.own_with', { ...days, substitute: name });
  };

  /** Offers to look for cases that the substitute cannot open, and to give access to them. */
  const fillGaps = (reader: string | null): void => {
    const place = part(section, 'gaps');
    if (reader === null) {
      place.replaceChildren();
      return;
    }
    const name = nameOf(desk, reader);
    const looking = bulkElement(
      t('desk.absence.look', { name }),
      (onProgress, signal) => desk.api.uncovered(reader, onProgress, signal),
      (found) => {
        place.replaceChildren(...gapElements(reader, name, found));
      },
    );
    place.replaceChildren(
      element('p', t('desk.absence.look_text', { name }), 'hint'),
      looking.element,
    );
  };
  const gapElements = (
    reader: string,
    name: string,
    found: readonly UncoveredCase[],
  ): HTMLElement[] => {
    if (found.length === 0) return [element('p', t('desk.absence.all_open', { name }))];
    const list = keepPrivate(element('ul'));
    fillList(list, found, ({ title, giving }) =>
      element('li', giving === 'possible' ? title : t(`desk.absence.${giving}`, { title })),
    );
    const ids = found.filter(({ giving }) => giving === 'possible').map(({ id }) => id);
    const giving = bulkElement(
      t('desk.absence.give', { name }),
      (onProgress, signal) => desk.api.cover(reader, ids, onProgress, signal),
      (result, bulk) => {
        bulk.offer(result.failed.length > 0);
        bulk.say(resultText(desk, plural('desk.absence.given', result.changed, { name }), result));
      },
    );
    giving.offer(ids.length > 0);
    return [
      element('p', plural('desk.absence.uncovered', found.length, { name })),
      list,
      giving.element,
    ];
  };

  /** Says where the chosen substitute is away on some of the same days. */
  const tellOverlap = (): void => {
    const away = desk.absences.find(
      (each) =>
        each.reader === substitute.value && each.from <= until.value && from.value <= each.until,
    );
    showPart(section, 'substitute-away', away !== undefined);
    if (away === undefined) return;
    const days = { from: dayText(away.from), until: dayText(away.until) };
    const name = nameOf(desk, away.reader);
    write(section, 'substitute-away', t('desk.absence.substitute_away', { name, ...days }));
  };
  form.addEventListener('change', tellOverlap);

  const set = (absence: Parameters<Desk['api']['setAbsence']>[0], said: string): void => {
    void send(form, async () => {
      desk.absences = await desk.api.setAbsence(absence);
      draw();
      write(section, 'saved', said);
    });
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wrong = from.value === '' || until.value === '' || until.value < from.value;
    until.setAttribute('aria-invalid', String(wrong));
    if (wrong || until.value < today()) {
      showProblem(form, t('desk.absence.days_wrong'));
      until.focus();
      return;
    }
    set(
      {
        from: from.value,
        until: until.value,
        substitute: substitute.value === '' ? null : substitute.value,
      },
      t('desk.absence.saved'),
    );
  });
  onClick(section, 'back', () => {
    set(null, t('desk.absence.is_back'));
  });
  draw();
  return section;
}
