import type { SavedFilter } from '../../../client/desk/shelf-contents.js';
import type { NamedFilter } from '../../../client/desk/shelf.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { onClick, option, part, showPart } from './dom.js';
import { act, report, showProblem } from './failures.js';
import { standingIn } from './inbox-filters.js';
import { NO_FILTER, type Filter } from './rows.js';

function toSave(filter: Filter, query: string): SavedFilter {
  const { responsible, standingIn: others, ...rest } = filter;
  return { ...rest, mine: responsible !== null, standingIn: others !== null, query };
}

function fromSaved(desk: Desk, saved: SavedFilter): Filter {
  const { state, category, channel, unread, label, practice, mine, standingIn: others } = saved;
  return {
    ...{ state, category, channel, unread, label, practice },
    status: saved.status as Filter['status'],
    responsible: mine ? desk.account.id : null,
    standingIn: others ? standingIn(desk).map(({ reader }) => reader) : null,
  };
}

/**
 * Wires the filters that somebody named: chosen from the list or by the digits 1 to 9, with 0 for no
 * filter at all. They are kept sealed with the drafts, so the server learns nothing of them.
 *
 * @param list.use sets filters and search, and shows what they leave.
 * @param list.words what is looked for now.
 * @returns what to call when somebody changed a filter by hand.
 */
export function wireSavedFilters(
  desk: Desk,
  view: HTMLElement,
  list: { use: (filter: Filter, words: string) => void; words: () => string },
): { changed: () => void } {
  const memory = desk.inbox;
  const select = part(view, 'saved', HTMLSelectElement);
  const form = part(view, 'save-form', HTMLFormElement);
  const name = part(form, 'save-name', HTMLInputElement);
  let filters: NamedFilter[] = [];

  const draw = (): void => {
    select.replaceChildren(
      option('', t('desk.saved.none')),
      ...filters.map((each) => option(each.name, each.name)),
    );
    select.value = memory.saved;
    if (select.selectedIndex === -1) select.value = '';
    showPart(view, 'saved-field', filters.length > 0);
    showPart(view, 'save-remove', select.value !== '');
  };
  const refresh = async (): Promise<void> => {
    filters = await desk.api.savedFilters();
    draw();
  };
  const use = (wanted: string): void => {
    const found = filters.find((each) => each.name === wanted);
    memory.saved = found?.name ?? '';
    draw();
    if (found !== undefined) list.use(fromSaved(desk, found.filter), found.filter.query);
    desk.say(found === undefined ? t('desk.saved.none') : t('desk.saved.used', { name: wanted }));
  };

  select.addEventListener('change', () => {
    use(select.value);
  });
  onClick(view, 'save-filter', () => {
    showPart(view, 'save-form', true);
    showProblem(form, null);
    name.value = memory.saved;
    name.focus();
  });
  const close = (): void => {
    showPart(view, 'save-form', false);
    part(view, 'save-filter').focus();
  };
  onClick(form, 'save-cancel', close);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = name.value.trim();
    name.setAttribute('aria-invalid', String(wanted === ''));
    if (wanted === '') {
      showProblem(form, t('desk.saved.name_missing'));
      name.focus();
      return;
    }
    void act(form, async () => {
      await desk.api.putFilter(wanted, toSave(memory.filter, list.words()));
      memory.saved = wanted;
      await refresh();
      close();
      desk.say(t('desk.saved.kept', { name: wanted }));
    });
  });
  onClick(view, 'save-remove', async () => {
    const removed = memory.saved;
    memory.saved = '';
    await desk.api.putFilter(removed, null).catch(report);
    await refresh();
    part(view, 'save-filter').focus();
    desk.say(t('desk.saved.removed', { name: removed }));
  });
  view.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const { target, key } = event;
    const types = 'input:not([type=checkbox]), textarea, select, dialog *';
    if (!(target instanceof HTMLElement) || target.matches(types)) return;
    if (key === '/') {
      event.preventDefault();
      part(view, 'query').focus();
    } else if (/^[1-9]$/u.test(key)) {
      const found = filters[Number(key) - 1];
      if (found !== undefined) use(found.name);
    } else if (key === '0') {
      use('');
      list.use(NO_FILTER, '');
    }
  });
  refresh().catch(report);

  return {
    changed: () => {
      memory.saved = '';
      draw();
    },
  };
}
