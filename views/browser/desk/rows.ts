import type { CaseRow } from '../../../client/models.js';
import { daysBetween } from './days.js';
import { dueDates, purgeIsNear, REASONS, reasons, type Reason, type RuleOf } from './deadlines.js';

/** What the inbox shows of the rows it holds. */
export interface Filter {
  state: 'open' | 'closed' | 'all';
  /** Null for every category or channel; see also {@link DATA_REQUESTS}. */
  category: string | null;
  channel: string | null;
  unread: boolean;
  /** Where an open case stands, a label, and somebody who is responsible; null for every one. */
  status: CaseRow['status'] | null;
  label: string | null;
  responsible: string | null;
  /** Those for whom somebody stands in, one of whom is responsible; null for every case. */
  standingIn: readonly string[] | null;
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
  standingIn: null,
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

/** What a filter by category takes for requests about data, which have none. */
export const DATA_REQUESTS = 'data_request';

function subjectOf({ dataRequest, category }: CaseRow): string {
  return dataRequest ? DATA_REQUESTS : category;
}

/** The rows that a filter leaves. A faulty row passes every filter: nothing in it can be trusted. */
export function filterRows(rows: readonly CaseRow[], filter: Filter): CaseRow[] {
  return rows.filter(
    (row) =>
      row.fault !== null ||
      ((filter.state === 'all' || row.state === filter.state) &&
        (filter.category === null || subjectOf(row) === filter.category) &&
        (filter.channel === null || row.channel === filter.channel) &&
        (!filter.unread || row.unread) &&
        (filter.status === null || (row.state === 'open' && row.status === filter.status)) &&
        (filter.label === null || row.labels.includes(filter.label)) &&
        (filter.responsible === null || row.responsible.includes(filter.responsible)) &&
        (filter.standingIn === null ||
          row.responsible.some((id) => filter.standingIn?.includes(id))) &&
        (filter.practice === 'all' || row.practice === (filter.practice === 'only'))),
  );
}

/**
 * Parts rows into what needs somebody today, open cases that can wait, closed ones soon removed and
 * the other closed ones. Today's come by urgency, then by the date next due.
 *
 * @param isKeptTooLong as {@link reasons} takes it, of a row.
 */
export function groupRows(
  rows: readonly CaseRow[],
  today: string,
  ruleOf: RuleOf,
  isKeptTooLong: (row: CaseRow) => boolean,
): Groups {
  const groups: Groups = { today: [], open: [], purgeSoon: [], closed: [] };
  for (const row of rows) {
    const why = reasons(row, ruleOf(row), today, isKeptTooLong(row));
    if (why.length > 0) groups.today.push({ row, reasons: why });
    else if (row.state === 'open') groups.open.push(row);
    else if (purgeIsNear(row, today)) groups.purgeSoon.push(row);
    else groups.closed.push(row);
  }
  const rank = (why: readonly Reason[]): number => REASONS.indexOf(why[0] ?? 'message');
  const next = new Map<CaseRow, string>();
  for (const row of [...groups.today.map((each) => each.row), ...groups.open]) {
    const [first] = dueDates(row, ruleOf(row), today);
    next.set(row, first?.by ?? '9999-12-31');
  }
  const byNext = (a: CaseRow, b: CaseRow): number =>
    (next.get(a) ?? '').localeCompare(next.get(b) ?? '');
  groups.today.sort((a, b) => rank(a.reasons) - rank(b.reasons) || byNext(a.row, b.row));
  groups.open.sort(byNext);
  const purgeDay = (row: CaseRow): string => row.purgeOn ?? '9999-12-31';
  groups.purgeSoon.sort((a, b) => daysBetween(purgeDay(b), purgeDay(a)));
  groups.closed.sort((a, b) => daysBetween(a.closedOn ?? a.receivedOn, b.closedOn ?? b.receivedOn));
  return groups;
}
