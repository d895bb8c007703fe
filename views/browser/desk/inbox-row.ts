import type { CaseRow } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { nameWithAbsence } from './absences.js';
import { isTrusted, rowFaultText } from './case-faults.js';
import { outcomeText, subjectText } from './choices.js';
import { daysBetween, dayText } from './days.js';
import { dueDates, type DueDate, type Reason } from './deadlines.js';
import { channelName, isWhole, ruleOf, type Desk } from './desk.js';
import { copyTemplate, element, fillList, part, show, write } from './dom.js';
import { keepingLines, type DateLine } from './keeping-lines.js';
import { markedText } from './marks.js';
import { listText } from './texts.js';

/** How a case is called in lists and headings: its title, else its category. */
export function caseTitle(row: CaseRow): string {
  if (!isTrusted(row)) return t('desk.row.faulty');
  return row.title === '' ? subjectText(row) : row.title;
}

/** How another case is called where one names it: by its title, for whoever has it in the list. */
export function titleOfOther(desk: Desk, id: string): string {
  const row = desk.inbox.rows.get(id);
  if (row !== undefined) return caseTitle(row);
  // guests have a list of their own, which is loaded at once
  const isAll = isWhole(desk.inbox) || desk.account.part === 'guest';
  return t(isAll ? 'desk.work.link_unseen' : 'desk.work.link_unread');
}

/** Where a case stands, in a word. */
export function statusText({ state, status }: CaseRow): string {
  return state === 'closed' ? t('desk.case.closed') : t(`desk.status.${status}`);
}

/** How long until a day, or how long ago. */
export function daysLeftText(daysLeft: number): string {
  if (daysLeft === 0) return t('desk.due.today');
  return daysLeft > 0 ? plural('desk.due.left', daysLeft) : plural('desk.due.late', -daysLeft);
}

/** How pressing a day is, as a class name. */
export function urgency(daysLeft: number): 'late' | 'soon' | 'calm' {
  if (daysLeft < 0) return 'late';
  return daysLeft <= 3 ? 'soon' : 'calm';
}

/** How pressing a date is, as class names: nothing is alarming before nine tenths of the time. */
export function markOf({ daysLeft, warning }: Pick<DueDate, 'daysLeft' | 'warning'>): string {
  if (warning === 'over' || warning === 'nine_tenths') return warning === 'over' ? 'late' : 'soon';
  if (daysLeft <= 3) return urgency(daysLeft);
  return warning === 'none' ? 'calm' : `calm ${warning}`;
}

/** "3 days left", and how much of the time has passed where that is worth knowing. */
export function leftText({ daysLeft, warning }: Pick<DueDate, 'daysLeft' | 'warning'>): string {
  const left = daysLeftText(daysLeft);
  if (warning === 'none' || daysLeft <= 0) return left;
  return t('desk.due.share', { left, share: t(`desk.due.share.${warning}`) });
}

/** "Acknowledge by 29 Nov 2026 (law): 3 days left". */
export function dueText(due: DueDate): string {
  const { what, by, basis } = due;
  return t('desk.due.line', {
    what: t(`desk.due.what.${what}`),
    day: dayText(by),
    basis: t(`desk.due.${basis}`),
    left: leftText(due),
  });
}

/** One row of the inbox. */
export function rowElement(
  desk: Desk,
  { row, reasons, excerpts }: { row: CaseRow; reasons: readonly Reason[]; excerpts: string[] },
  today: string,
): HTMLElement {
  const item = copyTemplate('inbox-row');
  item.dataset['case'] = row.id;
  keepPrivate(write(item, 'title', caseTitle(row)));
  const box = keepPrivate(part(item, 'choose', HTMLInputElement));
  box.checked = desk.inbox.chosen.has(row.id);
  box.setAttribute('aria-label', t('desk.choose.box', { title: caseTitle(row) }));
  const facts = isTrusted(row);
  show(part(item, 'unread'), row.unread && facts);
  item.classList.toggle('is-unread', row.unread);
  write(item, 'category', facts && row.title !== '' ? subjectText(row) : '');
  write(item, 'channel', desk.directory.channels.length > 1 ? channelName(desk, row.channel) : '');
  write(item, 'received', t('desk.row.received', { day: dayText(row.receivedOn) }));
  show(part(item, 'recorded'), row.recorded && !row.dataRequest);
  show(part(item, 'practice'), row.practice);
  const isOfRow = (key: string): boolean => key === row.id || key.startsWith(`${row.id} `);
  show(part(item, 'draft'), [...desk.drafts].some(isOfRow));
  write(item, 'status', facts ? statusText(row) : '');
  fillList(keepPrivate(part(item, 'labels')), facts ? row.labels : [], (label) =>
    element('span', label, 'tag label'),
  );
  const names = facts ? responsibleNames(desk, row) : [];
  write(
    item,
    'responsible',
    names.length === 0 ? '' : t('desk.row.responsible', { names: listText(names) }),
  );
  fillList(part(item, 'dates'), dateLines(desk, row, reasons, today), ({ text, mark }) =>
    element('li', text, `date ${mark}`),
  );
  const found = part(item, 'excerpts');
  show(found, excerpts.length > 0);
  fillList(keepPrivate(found), excerpts, (excerpt) => {
    const line = element('li', '', 'written');
    line.append(...markedText(excerpt, desk.inbox.query));
    return line;
  });
  part(item, 'open').addEventListener('click', () => {
    desk.inbox.last = row.id;
    desk.go({ view: 'case', id: row.id });
  });
  return item;
}

/**
 * The names of those who are responsible for a case, as far as the directory knows them, and who of
 * them is away.
 */
export function responsibleNames(desk: Desk, { responsible }: CaseRow): string[] {
  const readers = new Map(
    desk.directory.channels.flatMap((channel) => channel.readers.map(({ id, name }) => [id, name])),
  );
  return responsible.flatMap((id) => {
    const name = readers.get(id);
    return name === undefined ? [] : nameWithAbsence(desk, id, name);
  });
}

function dateLines(
  desk: Desk,
  row: CaseRow,
  reasons: readonly Reason[],
  today: string,
): DateLine[] {
  const lines: DateLine[] = [];
  if (row.fault !== null) lines.push({ text: rowFaultText(row), mark: 'late' });
  if (!isTrusted(row)) return lines;
  if (reasons.includes('escalated')) lines.push({ text: t('desk.reason.escalated'), mark: 'late' });
  if (reasons.includes('decision')) lines.push({ text: t('desk.reason.decision'), mark: 'soon' });
  if (row.exportWaits) lines.push({ text: t('desk.reason.export'), mark: 'soon' });
  if (reasons.includes('unopened')) {
    const text = plural('desk.reason.unopened', daysBetween(row.receivedOn, today));
    lines.push({ text, mark: 'soon' });
  }
  for (const due of dueDates(row, ruleOf(desk, row), today)) {
    lines.push({ text: dueText(due), mark: markOf(due) });
  }
  if (row.state === 'closed' && row.closedOn !== null) {
    const outcome = row.outcome === null ? '' : outcomeText(row.outcome);
    const text = t('desk.row.closed', { day: dayText(row.closedOn), outcome });
    lines.push({
      text: outcome === '' ? t('desk.row.closed_only', { day: dayText(row.closedOn) }) : text,
      mark: 'calm',
    });
  }
  lines.push(...keepingLines(desk, row, today));
  if (row.state === 'closed' && row.purgeOn === null) {
    lines.push({ text: t('desk.row.kept'), mark: 'calm' });
  }
  if (row.purgeOn !== null && row.decisionBy === null) {
    const left = daysLeftText(daysBetween(today, row.purgeOn));
    lines.push({ text: t('desk.row.purge', { day: dayText(row.purgeOn), left }), mark: 'calm' });
  }
  return lines;
}
