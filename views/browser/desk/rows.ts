import type { CaseRow } from '../../../client/models.js';
import { daysBetween } from './days.js';
import { purgeIsNear, REASONS, reasons, type Reason } from './deadlines.js';

/** What the inbox shows of the rows it holds. */
export interface Filter {
  state: 'open' | 'closed' | 'all';
  /** Null for every category or channel. */
  category: string | null;
  channel: string | null;
  unread: boolean;
  /** Where an open case stands, a label, and somebody who is responsible; null for every one. */
  status: CaseRow['status'] | null;
  label: string | null;
  responsible: string | null;
  practice: 'all' | 'only' | 'without';
}

export const NO_FILTER: Filter = {
  state: 'all',
  category: null,
  channel: null,
  unread: false,
  status: null,
  label: null,
  responsible: null,
  practice: 'all',
};

/** Rows as the inbox lists them. */
export interface Groups {
  today: { row: CaseRow; reasons: Reason[] }[];
  open: CaseRow[];
  /** Closed, and to be removed within 90 days: the earliest first. */
  purgeSoon: CaseRow[];
  closed: CaseRow[];
}

/** The rows that a filter leaves. A faulty row passes every filter: nothing in it can be trusted. */
export function filterRows(rows: readonly CaseRow[], filter: Filter): CaseRow[] {
  return rows.filter(
    (row) =>
      row.fault !== null ||
      ((filter.state === 'all' || row.state === filter.state) &&
        (filter.category === null || row.category === filter.category) &&
        (filter.channel === null || row.channel === filter.channel) &&
        (!filter.unread || row.unread) &&
        (filter.status === null || (row.state === 'open' && row.status === filter.status)) &&
        (filter.label === null || row.labels.includes(filter.label)) &&
        (filter.responsible === null || row.responsible.includes(filter.responsible)) &&
        (filter.practice === 'all' || row.practice === (filter.practice === 'only'))),
  );
}

/**
 * Parts rows into what needs somebody today, open cases that can wait, closed ones soon removed and
 * the other closed ones. Today's come by urgency, then by the date next due.
 */
export function groupRows(rows: readonly CaseRow[], today: string): Groups {
  const groups: Groups = { today: [], open: [], purgeSoon: [], closed: [] };
  for (const row of rows) {
    const why = reasons(row, today);
    if (why.length > 0) groups.today.push({ row, reasons: why });
    else if (row.state === 'open') groups.open.push(row);
    else if (purgeIsNear(row, today)) groups.purgeSoon.push(row);
    else groups.closed.push(row);
  }
  const rank = (why: readonly Reason[]): number => REASONS.indexOf(why[0] ?? 'message');
  groups.today.sort(
    (a, b) => rank(a.reasons) - rank(b.reasons) || daysBetween(nextDay(b.row), nextDay(a.row)),
  );
  groups.open.sort((a, b) => daysBetween(nextDay(b), nextDay(a)));
  const purgeDay = (row: CaseRow): string => row.purgeOn ?? '9999-12-31';
  groups.purgeSoon.sort((a, b) => daysBetween(purgeDay(b), purgeDay(a)));
  groups.closed.sort((a, b) => daysBetween(a.closedOn ?? a.receivedOn, b.closedOn ?? b.receivedOn));
  return groups;
}

/** The day on which something is due next, or long from now. */
function nextDay(row: CaseRow): string {
  if (row.decisionBy !== null) return row.decisionBy;
  if (row.state === 'open' && row.acknowledgedOn === null) return row.acknowledgementBy;
  if (row.state === 'open' && row.feedbackOn === null) return row.feedbackBy;
  return '9999-12-31';
}
