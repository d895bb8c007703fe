import { firstDayBy, type Day, type RetentionTerm } from '../../../crypto/private.js';
import type { CaseRow, RetentionView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { dayText } from './days.js';
import { channelName, type Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, part, showPart, write } from './dom.js';
import { caseTitle } from './inbox-row.js';

/** Cases that are named at once. */
const SHOWN = 100;

/** A closed case that goes on another day than by the rules that count now. */
export interface MovedCase {
  row: CaseRow;
  /** By the rules that count now; null where they remove nothing by themselves. */
  from: Day | null;
  to: Day;
}

/**
 * The cases that a shorter rule moves, the one that goes first leading: during the 90 days before it
 * counts. It is worked out here, of the cases that this handler reads: no server is asked, and nobody
 * learns of others' cases. A case goes as was agreed where two handlers agreed, and a held one has no
 * day: neither is here.
 */
export function movedCases(rows: readonly CaseRow[], all: readonly RetentionView[]): MovedCase[] {
  // as the worker has checked them
  const byChannel = new Map(all.map(({ channel, terms }) => [channel, terms as RetentionTerm[]]));
  const moved: MovedCase[] = [];
  for (const row of rows) {
    const [now, ...later] = byChannel.get(row.channel) ?? [];
    if (now === undefined || later.length === 0) continue;
    if (row.practice || row.fault !== null || row.counted === null || row.purgeOn === null)
      continue;
    const from = firstDayBy([now], false, row.counted);
    const to = firstDayBy([now, ...later], false, row.counted);
    if (to !== null && to !== from && row.purgeOn >= to) moved.push({ row, from, to });
  }
  return moved.sort((one, other) => (one.to < other.to ? -1 : one.to > other.to ? 1 : 0));
}

function movedItem(desk: Desk, { row, from, to }: MovedCase): HTMLElement {
  const item = element('li');
  const open = document.createElement('button');
  open.type = 'button';
  open.className = 'quiet';
  open.textContent = caseTitle(row);
  open.addEventListener('click', () => {
    desk.inbox.last = row.id;
    desk.go({ view: 'case', id: row.id });
  });
  const line =
    from === null
      ? t('desk.moves.line_new', { to: dayText(to) })
      : t('desk.moves.line', { from: dayText(from), to: dayText(to) });
  item.append(keepPrivate(open), ` ${line}`);
  return item;
}

/** Names above the lists the cases that a shorter rule moves; nothing where it moves none. */
export function tellMovedCases(
  desk: Desk,
  place: HTMLElement,
  rows: readonly CaseRow[],
  all: readonly RetentionView[],
): void {
  const moved = movedCases(rows, all);
  if (moved.length === 0) {
    place.replaceChildren();
    return;
  }
  const box = copyTemplate('moved-cases');
  const details = part(box, 'details', HTMLDetailsElement);
  details.open = place.querySelector('details')?.open === true;
  write(box, 'title', plural('desk.moves.title', moved.length));
  const channels = new Set(moved.map(({ row }) => row.channel));
  fillList(
    part(box, 'when'),
    all.filter(({ channel }) => channels.has(channel)),
    ({ channel, terms }) =>
      element(
        'li',
        t('desk.moves.when', {
          channel: channelName(desk, channel),
          day: dayText(terms.at(-1)?.from ?? ''),
        }),
      ),
  );
  const fill = (count: number): void => {
    fillList(part(box, 'cases'), moved.slice(0, count), (each) => movedItem(desk, each));
    showPart(box, 'rest-line', moved.length > count);
  };
  fill(SHOWN);
  write(box, 'rest', plural('desk.inbox.rest', moved.length - SHOWN));
  onClick(box, 'rest', () => {
    fill(moved.length);
  });
  place.replaceChildren(box);
}
