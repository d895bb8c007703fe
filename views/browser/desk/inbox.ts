import type { SearchHit } from '../../../client/desk/search.js';
import type { CaseRow } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { plural, t } from '../strings.js';
import { openBulkDialog } from './bulk-dialog.js';
import { wireChoosing } from './choosing.js';
import { numberText, timeText, today } from './days.js';
import { ruleOf, type Desk } from './desk.js';
import { copyTemplate, fillList, onClick, part, show, showPart, write } from './dom.js';
import { act } from './failures.js';
import type { Reason } from './deadlines.js';
import { firstSteps } from './first-steps.js';
import { fillLabels, fillStandIn, wireFilters } from './inbox-filters.js';
import { rowElement } from './inbox-row.js';
import { isKeptTooLong } from './keeping-lines.js';
import { moveWithKeys } from './keys.js';
import { tellMovedCases } from './moved-cases.js';
import { filterRows, groupRows, type Groups } from './rows.js';
import { wireSavedFilters } from './saved-filters.js';

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
  let asked = 0;
  let turn: Promise<unknown> = Promise.resolve();

  /** Does what was asked for once what runs for an earlier press has ended, at its next page. */
  const inTurn = (work: () => Promise<void>): void => {
    asked += 1;
    searching?.abort();
    turn = turn.then(() => act(view, work));
  };

  const tellMoved = (): void => {
    tellMovedCases(desk, part(view, 'moved'), [...memory.rows.values()], memory.terms ?? []);
  };

  const draw = (): void => {
    const rows = [...memory.rows.values()];
    const day = today();
    const visible = filterRows(rows, memory.filter).filter(({ id }) => hits?.has(id) ?? true);
    const grouped = (of: readonly CaseRow[]): Groups =>
      groupRows(
        of,
        day,
        (row) => ruleOf(desk, row),
        (row) => isKeptTooLong(desk, row, day),
      );
    const groups = grouped(visible);
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
    tellMoved();
    desk.setWaiting(grouped(rows).today.length);
  };

  /** Takes some pages of both lists; a case that was closed meanwhile stands once, as it is now. */
  const take = async (pages: number): Promise<void> => {
    const mine = asked;
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
        if (asked !== mine) return;
        // drawn at the first page, then ever more seldom: a long list is not drawn for each of its pages
        if (Number.isInteger(Math.log2(count + 1)) || page.next === null) draw();
      }
    }
    draw();
  };

  const goOn = async (): Promise<void> => {
    if (memory.next.open === null && memory.next.closed === null) return;
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
    const since = new Date().toISOString();
    await goOn();
    const { open, closed } = memory.next;
    if (open !== null || closed !== null) return;
    memory.terms = await desk.api.retention();
    if (view.isConnected) tellMoved();
    // what was begun in a case that is gone goes as well; one that changed its place while the list
    // was loaded stands in no page, so those that are missing are looked for once more
    const missing = (await desk.api.draftedCases()).filter((id) => !memory.rows.has(id));
    if (missing.length === 0) return;
    await renew(missing);
    if (view.isConnected) await desk.api.pruneDrafts([...memory.rows.keys()], since);
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
      inTurn(async () => {
        await renew([...changed, ...unchanged, ...memory.chosen]);
        await goOn();
      });
    });
  });

  const showFound = (found: readonly SearchHit[]): void => {
    hits = new Map(found.map(({ id, excerpts }) => [id, excerpts]));
    draw();
  };

  const search = async (): Promise<void> => {
    const query = part(view, 'query', HTMLInputElement).value.trim();
    memory.query = query;
    searching?.abort();
    showPart(view, 'clear', query !== '');
    if (query === '') {
      hits = null;
      draw();
      await goOn();
      return;
    }
    const controller = new AbortController();
    searching = controller;
    try {
      const found = await desk.api.search(
        query,
        (read, soFar) => {
          if (soFar !== null) showFound(soFar);
          write(view, 'working', plural('desk.inbox.searching', read));
        },
        controller.signal,
      );
      showFound(found.hits);
      const count = plural('desk.inbox.found', found.hits.length);
      const many = found.hits.some(({ excerpts }) => excerpts.length === 0)
        ? t('desk.inbox.found_many')
        : '';
      const more = found.failed > 0 ? plural('desk.inbox.not_searched', found.failed) : '';
      desk.say([count, many, more].filter((text) => text !== '').join(' '));
    } catch (error) {
      if (codeOf(error) !== 'cancelled') throw error;
      return;
    } finally {
      if (searching === controller) write(view, 'working', '');
    }
    await goOn();
  };

  const setFilter = wireFilters(desk, view, (filter) => {
    memory.filter = filter;
    saved.changed();
    draw();
  });
  const saved = wireSavedFilters(desk, view, {
    use: (filter, words) => {
      memory.filter = setFilter(filter);
      part(view, 'query', HTMLInputElement).value = words;
      if (words !== '' || memory.query !== '') inTurn(search);
      draw();
    },
    words: () => part(view, 'query', HTMLInputElement).value.trim(),
  });
  part(view, 'toolbar', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    saved.changed();
    inTurn(search);
  });
  onClick(view, 'clear', () => {
    part(view, 'query', HTMLInputElement).value = '';
    saved.changed();
    inTurn(search);
    part(view, 'query').focus();
  });
  onClick(view, 'refresh', () => {
    inTurn(async () => {
      const [handbook, absences] = await Promise.all([
        desk.api.handbook(),
        desk.api.absences(),
        // what others published since is told as soon as it is seen
        desk.api.directory(),
      ]);
      desk.handbookChanged(handbook);
      desk.absences = absences;
      fillStandIn(desk, view);
      await load();
      if (memory.query !== '') await search();
    });
  });
  onClick(view, 'record', () => {
    desk.go({ view: 'recording' });
  });
  onClick(view, 'more', () => {
    inTurn(() => take(PAGES_AHEAD));
  });
  moveWithKeys(view, '.row-open');

  const query = part(view, 'query', HTMLInputElement);
  query.value = memory.query;
  if (memory.loadedAt === null) inTurn(load);
  else {
    draw();
    // leaving the list stops its loading; what is missing is asked for now
    inTurn(memory.query === '' ? goOn : search);
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
