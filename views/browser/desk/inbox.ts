import type { AbsenceView, CaseRow } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { plural, t } from '../strings.js';
import { nameOf, standsInFor } from './absences.js';
import { openBulkDialog } from './bulk-dialog.js';
import { categoryChoices, statusChoices } from './choices.js';
import { wireChoosing } from './choosing.js';
import { dayText, numberText, timeText, today } from './days.js';
import { localText, ruleOf, type Desk } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { act, report } from './failures.js';
import type { Reason } from './deadlines.js';
import { firstSteps } from './first-steps.js';
import { rowElement } from './inbox-row.js';
import { moveWithKeys } from './keys.js';
import { filterRows, groupRows, type Filter } from './rows.js';

/** Rows of a group that stand in the page at once; the rest comes on demand. */
const SHOWN = 100;
/**
 * Pages of each list that are loaded without being asked for, so that what is urgent is not on a page
 * nobody loads: over ten thousand cases.
 */
const PAGES_AHEAD = 250;

interface Line {
  row: CaseRow;
  reasons: readonly Reason[];
  excerpts: string[];
}

/**
 * The cases of a handler: what needs somebody today, then the rest. Filters and search run here and
 * in the worker; the server learns nothing of them.
 */
export function inboxView(desk: Desk): HTMLElement {
  const view = copyTemplate('inbox');
  const memory = desk.inbox;
  let hits: Map<string, string[]> | null = null;
  let searching: AbortController | null = null;

  const draw = (): void => {
    const rows = [...memory.rows.values()];
    const day = today();
    const visible = filterRows(rows, memory.filter).filter(({ id }) => hits?.has(id) ?? true);
    const groups = groupRows(visible, day, (channel) => ruleOf(desk, channel));
    const line = (row: CaseRow, reasons: readonly Reason[] = []): Line => ({
      row,
      reasons,
      excerpts: hits?.get(row.id) ?? [],
    });
    const lists: [name: string, lines: Line[]][] = [
      ['today', groups.today.map(({ row, reasons }) => line(row, reasons))],
      ['open', groups.open.map((row) => line(row))],
      ['purge', groups.purgeSoon.map((row) => line(row))],
      ['closed', groups.closed.map((row) => line(row))],
    ];
    choosing.update(visible);
    const held = focusedCase(view);
    const always = hits === null && rows.length > 0 && memory.filter.state !== 'closed';
    part(view, 'lists').replaceChildren(
      ...lists
        .filter(([name, lines]) => lines.length > 0 || (always && name === 'today'))
        .map(([name, lines]) => groupElement(desk, name, lines, day)),
    );
    if (held !== null) held(view)?.focus({ preventScroll: true });
    const complete = memory.next.open === null && memory.next.closed === null;
    const none = complete && rows.length === 0;
    const published = desk.directory.channels.some((channel) => channel.published);
    if (complete && hits === null && (none || !published)) {
      part(view, 'lists').append(firstSteps(desk, none));
    }
    for (const name of ['toolbar', 'filters', 'keys']) showPart(view, name, !none);
    showPart(view, 'nothing', complete && !none && visible.length === 0);
    showPart(view, 'more-line', memory.loadedAt !== null && !complete);
    fillLabels(desk, view);
    if (memory.loadedAt !== null) {
      const time = timeText(memory.loadedAt);
      write(view, 'loaded', t('desk.inbox.loaded', { time }));
    }
    desk.setWaiting(groupRows(rows, day, (channel) => ruleOf(desk, channel)).today.length);
  };

  /** Takes some pages of both lists; a case that was closed meanwhile stands once, as it is now. */
  const take = async (pages: number): Promise<void> => {
    for (const state of ['open', 'closed'] as const) {
      for (let count = 0; count < pages; count += 1) {
        const after = memory.next[state];
        if (after === null) break;
        const page = await (after === '' ? desk.api.inbox(state) : desk.api.more(state, after));
        // whoever left the list may have opened a case meanwhile, and knows more of it than the page
        if (!view.isConnected) return;
        for (const row of page.rows) memory.rows.set(row.id, memory.faulty.get(row.id) ?? row);
        memory.next[state] = page.next;
        memory.loadedAt = new Date();
        // drawn at the first page, then ever more seldom: a long list is not drawn for each of its pages
        if (Number.isInteger(Math.log2(count + 1)) || page.next === null) draw();
      }
    }
    draw();
  };

  const goOn = async (): Promise<void> => {
    write(view, 'working', t('desk.inbox.loading'));
    try {
      await take(PAGES_AHEAD);
    } finally {
      write(view, 'working', '');
    }
  };

  const load = async (): Promise<void> => {
    memory.rows = new Map();
    memory.next = { open: '', closed: '' };
    await goOn();
  };

  /** Fetches the rows of these cases anew; what was written in last comes first in the lists. */
  const renew = async (ids: readonly string[]): Promise<void> => {
    const wanted = new Set(ids);
    for (const state of ['open', 'closed'] as const) {
      let after: string | null = '';
      while (after !== null && wanted.size > 0) {
        const page: Awaited<ReturnType<typeof desk.api.inbox>> = await (after === ''
          ? desk.api.inbox(state)
          : desk.api.more(state, after));
        for (const row of page.rows) {
          if (wanted.delete(row.id)) memory.rows.set(row.id, memory.faulty.get(row.id) ?? row);
        }
        after = page.next;
      }
    }
    for (const id of wanted) memory.rows.delete(id);
    if (view.isConnected) draw();
  };

  const choosing = wireChoosing(desk, view, (subject) => {
    openBulkDialog(desk, view, subject, ({ changed, unchanged, failed, left }) => {
      memory.chosen = new Set([...failed.map(({ id }) => id), ...left]);
      void act(view, () => renew([...changed, ...unchanged, ...memory.chosen]));
    });
  });

  const search = async (): Promise<void> => {
    const query = part(view, 'query', HTMLInputElement).value.trim();
    memory.query = query;
    searching?.abort();
    showPart(view, 'clear', query !== '');
    if (query === '') {
      hits = null;
      draw();
      return;
    }
    const controller = new AbortController();
    searching = controller;
    try {
      const found = await desk.api.search(
        query,
        (read) => {
          write(view, 'working', plural('desk.inbox.searching', read));
        },
        controller.signal,
      );
      hits = new Map(found.map(({ id, excerpts }) => [id, excerpts]));
      draw();
      desk.say(plural('desk.inbox.found', found.length));
    } catch (error) {
      if (codeOf(error) !== 'cancelled') throw error;
    } finally {
      if (searching === controller) write(view, 'working', '');
    }
  };

  fillFilters(desk, view, (filter) => {
    memory.filter = filter;
    draw();
  });
  part(view, 'toolbar', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void act(view, search);
  });
  onClick(view, 'clear', () => {
    part(view, 'query', HTMLInputElement).value = '';
    void search().catch(report);
    part(view, 'query').focus();
  });
  onClick(view, 'refresh', () =>
    act(view, async () => {
      const [handbook, absences] = await Promise.all([desk.api.handbook(), desk.api.absences()]);
      desk.handbookChanged(handbook);
      desk.absences = absences;
      fillStandIn(desk, view);
      await load();
    }),
  );
  onClick(view, 'record', () => {
    desk.go({ view: 'recording' });
  });
  onClick(view, 'more', () => act(view, () => take(PAGES_AHEAD)));
  moveWithKeys(view, '.row-open');

  const query = part(view, 'query', HTMLInputElement);
  query.value = memory.query;
  if (memory.loadedAt === null) void act(view, load);
  else {
    draw();
    void act(view, async () => {
      // leaving the list stops its loading; what is missing is asked for now
      if (memory.next.open !== null || memory.next.closed !== null) await goOn();
      if (memory.query !== '') await search();
    });
    const last = rowButton(view, memory.last ?? '');
    if (last !== null) {
      queueMicrotask(() => {
        last.focus();
        last.scrollIntoView({ block: 'center' });
      });
    }
  }
  return view;
}

/** The button that opens a case, null where it is not in the list. */
function rowButton(view: HTMLElement, id: string): HTMLElement | null {
  return view.querySelector<HTMLElement>(`[data-case="${id}"] .row-open`);
}

/** What has the focus in a row, to be found again when the list was drawn anew; null for nothing. */
function focusedCase(view: HTMLElement): ((view: HTMLElement) => HTMLElement | null) | null {
  const focused = view.querySelector<HTMLElement>('.row-open:focus, .row-choose:focus');
  const id = focused?.closest<HTMLElement>('[data-case]')?.dataset['case'];
  if (id === undefined) return null;
  const name = focused?.matches('.row-choose') === true ? '.row-choose' : '.row-open';
  return (drawn) => drawn.querySelector<HTMLElement>(`[data-case="${id}"] ${name}`);
}

function groupElement(desk: Desk, name: string, lines: readonly Line[], day: string): HTMLElement {
  const group = copyTemplate('inbox-group');
  group.classList.add(`group-${name}`);
  write(group, 'title', t(`desk.group.${name}`));
  write(group, 'count', numberText(lines.length));
  const hint = write(group, 'hint', t(`desk.group_hint.${lines.length === 0 ? 'none' : name}`));
  show(hint, name !== 'open' && name !== 'closed');
  const list = part(group, 'rows');
  const fill = (count: number): void => {
    fillList(list, lines.slice(0, count), (line) => rowElement(desk, line, day));
    showPart(group, 'rest-line', lines.length > count);
    write(group, 'rest', plural('desk.inbox.rest', lines.length - count));
  };
  let shown = SHOWN;
  fill(shown);
  onClick(group, 'rest', () => {
    const first = shown;
    shown += 5 * SHOWN;
    fill(shown);
    list.children[first]?.querySelector<HTMLElement>('.row-open')?.focus();
  });
  return group;
}

function fillFilters(desk: Desk, view: HTMLElement, changed: (filter: Filter) => void): void {
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
  for (const { value, label } of categoryChoices()) category.append(option(value, label));
  for (const { id, names } of desk.directory.channels) channel.append(option(id, localText(names)));
  showPart(view, 'channel-field', desk.directory.channels.length > 1);
  const { filter } = desk.inbox;
  state.value = filter.state;
  category.value = filter.category ?? '';
  channel.value = filter.channel ?? '';
  practice.value = filter.practice;
  unread.checked = filter.unread;
  status.value = filter.status ?? '';
  fillLabels(desk, view);
  mine.checked = filter.responsible !== null;
  fillStandIn(desk, view);
  const read = (): void => {
    changed({
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
  };
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
    control.addEventListener('change', read);
  }
}

/** The labels that the rows at hand carry; the field is there only where there are any. */
function fillLabels(desk: Desk, view: HTMLElement): void {
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

function standingIn(desk: Desk): AbsenceView[] {
  return standsInFor(desk.absences, desk.account.id, today());
}

/** For whom this person stands in; the filter is there only while it is somebody. */
function fillStandIn(desk: Desk, view: HTMLElement): void {
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
