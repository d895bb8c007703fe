import type { AbsenceView } from '../../../client/models.js';
import { t } from '../strings.js';
import { nameOf, standsInFor } from './absences.js';
import { categoryChoices, statusChoices } from './choices.js';
import { dayText, today } from './days.js';
import { localText, type Desk } from './desk.js';
import { element, fillList, option, part, show, showPart } from './dom.js';
import { DATA_REQUESTS, type Filter } from './rows.js';

/**
 * Wires the filters of the list.
 *
 * @param changed called with what is chosen, each time it changes.
 * @returns what sets them to a filter and answers what came of it: a channel or label that is gone
 * filters nothing.
 */
export function wireFilters(
  desk: Desk,
  view: HTMLElement,
  changed: (filter: Filter) => void,
): (filter: Filter) => Filter {
  const state = part(view, 'state', HTMLSelectElement);
  const category = part(view, 'category', HTMLSelectElement);
  const channel = part(view, 'channel', HTMLSelectElement);
  const practice = part(view, 'practice', HTMLSelectElement);
  const unread = part(view, 'unread', HTMLInputElement);
  const status = part(view, 'status', HTMLSelectElement);
  const label = part(view, 'label', HTMLSelectElement);
  const mine = part(view, 'mine', HTMLInputElement);
  const standIn = part(view, 'stand-in', HTMLInputElement);
  for (const { value, label: name } of statusChoices()) status.append(option(value, name));
  category.append(option(DATA_REQUESTS, t('desk.request.subject_filter')));
  for (const { value, label } of categoryChoices()) category.append(option(value, label));
  for (const { id, names } of desk.directory.channels) channel.append(option(id, localText(names)));
  showPart(view, 'channel-field', desk.directory.channels.length > 1);
  const set = (filter: Filter): void => {
    desk.inbox.filter = filter;
    state.value = filter.state;
    setOrAll(category, filter.category);
    setOrAll(channel, filter.channel);
    practice.value = filter.practice;
    unread.checked = filter.unread;
    setOrAll(status, filter.status);
    fillLabels(desk, view);
    mine.checked = filter.responsible !== null;
    fillStandIn(desk, view);
  };
  set(desk.inbox.filter);
  const read = (): Filter => ({
    state: state.value as Filter['state'],
    category: category.value === '' ? null : category.value,
    channel: channel.value === '' ? null : channel.value,
    practice: practice.value as Filter['practice'],
    unread: unread.checked,
    status: status.value === '' ? null : (status.value as Filter['status']),
    label: label.value === '' ? null : label.value,
    responsible: mine.checked ? desk.account.id : null,
    standingIn: standIn.checked ? standingIn(desk).map(({ reader }) => reader) : null,
  });
  for (const control of [
    state,
    status,
    label,
    category,
    channel,
    practice,
    unread,
    mine,
    standIn,
  ]) {
    control.addEventListener('change', () => {
      changed(read());
    });
  }
  return (filter) => {
    set(filter);
    return read();
  };
}

/** Chooses a value, or every one where it is not offered any more. */
function setOrAll(select: HTMLSelectElement, value: string | null): void {
  select.value = value ?? '';
  if (select.selectedIndex === -1) select.value = '';
}

/** The labels that the rows at hand carry; the field is there only where there are any. */
export function fillLabels(desk: Desk, view: HTMLElement): void {
  const chosen = desk.inbox.filter.label;
  const labels = new Set([...desk.inbox.rows.values()].flatMap((row) => row.labels));
  if (chosen !== null) labels.add(chosen);
  const { lang } = document.documentElement;
  const select = part(view, 'label', HTMLSelectElement);
  select.replaceChildren(
    option('', t('desk.inbox.label.all')),
    ...[...labels].sort((a, b) => a.localeCompare(b, lang)).map((each) => option(each, each)),
  );
  select.value = chosen ?? '';
  showPart(view, 'label-field', labels.size > 0);
}

/** The absences in which this person stands in. */
export function standingIn(desk: Desk): AbsenceView[] {
  return standsInFor(desk.absences, desk.account.id, today());
}

/** For whom this person stands in; the filter is there only while it is somebody. */
export function fillStandIn(desk: Desk, view: HTMLElement): void {
  const absences = standingIn(desk);
  if (absences.length === 0) desk.inbox.filter = { ...desk.inbox.filter, standingIn: null };
  showPart(view, 'stand-in-field', absences.length > 0);
  part(view, 'stand-in', HTMLInputElement).checked = desk.inbox.filter.standingIn !== null;
  const place = part(view, 'standing-in');
  show(place, absences.length > 0);
  fillList(place, absences, ({ reader, until }) =>
    element(
      'p',
      t('desk.absence.you_stand_in', { name: nameOf(desk, reader), day: dayText(until) }),
    ),
  );
}
