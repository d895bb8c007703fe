import { isEpochEntry, type Day, type Entry, type HandlerAppend } from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import type { CaseRow } from '../records/rows.js';

/** Whether an entry says something, to the reporter or among handlers; an epoch entry does not. */
function speaksIn(entry: Entry, compartment: Entry['header']['compartment']): boolean {
  return entry.header.compartment === compartment && !isEpochEntry(entry);
}

/**
 * A request changes something, and what it changes stands in the case's file: a case is closed and
 * reopened by an entry to the reporter, left closed by a decision among handlers, and files belong to
 * an entry. What those say the server cannot read.
 *
 * @throws ApiError `malformed`.
 */
export function checkRequest({ entries, overview, attachments, state }: HandlerAppend): void {
  const inDialogue = entries.some((entry) => speaksIn(entry, 'dialogue'));
  const inInternal = entries.some((entry) => speaksIn(entry, 'internal'));
  const told = state === null || (state === 'nothing_further' ? inInternal : inDialogue);
  const named = attachments.length === 0 || inDialogue || inInternal;
  if (!told || !named || (entries.length === 0 && overview === null)) {
    throw new ApiError('malformed');
  }
}

/**
 * A closed case takes notes and changes of access, but nothing to the reporter until it is reopened.
 *
 * @throws ApiError `case_closed` or `case_open`.
 */
export function checkState(row: CaseRow, { entries, state }: HandlerAppend): void {
  if (row.closed_day === null) {
    if (state === 'reopen' || state === 'nothing_further') throw new ApiError('case_open');
    return;
  }
  if (state === 'reopen') return;
  const speaks = entries.some((entry) => speaksIn(entry, 'dialogue'));
  if (state === 'close' || speaks) throw new ApiError('case_closed');
}

/**
 * Statistics come with a closure, as one record sealed to some who read the case, with its channel and
 * year; of a practice case there are none.
 *
 * @param readers who may open the case.
 * @throws ApiError `wrong_statistics`.
 */
export function checkStatistics(
  row: CaseRow,
  { statistics, state }: HandlerAppend,
  day: Day,
  readers: ReadonlySet<string>,
): void {
  const [first] = statistics;
  if (first === undefined) return;
  const years = [row.received_day, day].map((known) => Number(known.slice(0, 4)));
  const fits = statistics.every(
    ({ id, channel, year, recipient }) =>
      id === first.id && channel === row.channel && years.includes(year) && readers.has(recipient),
  );
  const recipients = new Set(statistics.map(({ recipient }) => recipient));
  const once = recipients.size === statistics.length;
  if (state !== 'close' || row.practice === 1 || !fits || !once) {
    throw new ApiError('wrong_statistics');
  }
}

/** What a request changes of the case itself, null for nothing: what says something is activity. */
export function changesOf(
  { entries, state }: HandlerAppend,
  day: Day,
): Partial<Pick<CaseRow, 'active_day' | 'closed_day' | 'decision_due_day' | 'escalated'>> | null {
  if (entries.every(isEpochEntry)) return null;
  switch (state) {
    case 'close':
      return { active_day: day, closed_day: day, decision_due_day: null, escalated: 0 };
    case 'reopen':
      return { active_day: day, closed_day: null, decision_due_day: null, escalated: 0 };
    case 'nothing_further':
      return { active_day: day, decision_due_day: null };
    case null:
      return { active_day: day };
  }
}
