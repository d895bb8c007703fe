import {
  addDays,
  AGREED_REMOVAL_DAYS,
  isEpochEntry,
  type Compartment,
  type Day,
  type Effect,
  type HandlerAppend,
  type NewEntry,
} from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import { NO_REMOVAL } from '../records/facts.js';
import { NOT_PROCESSED, processedOn, type Processed } from '../records/processed.js';
import type { CaseRow } from '../records/rows.js';
import { pauseAfter, pauseFromClosure, type Pause } from './pause.js';

/** Whether an entry says something, to the reporter or among handlers; an epoch entry does not. */
function speaksIn(entry: NewEntry, compartment: Compartment): boolean {
  return entry.header.compartment === compartment && !isEpochEntry(entry);
}

/**
 * A request changes something, and files belong to entries of one compartment: those of a closure or
 * a reopening, which come with words among handlers, to what is said to the reporter.
 *
 * @throws ApiError `malformed`.
 * @returns that compartment; any where no files come along.
 */
export function checkRequest(
  { entries, overview, attachments }: HandlerAppend,
  effect: Effect | null,
): Compartment {
  if (entries.length === 0 && overview === null) throw new ApiError('malformed');
  if (effect === 'close' || effect === 'reopen') return 'dialogue';
  const speaking = entries.filter((entry) => !isEpochEntry(entry));
  const [place, ...others] = new Set(speaking.map(({ header }) => header.compartment));
  const named = attachments.length === 0 || (place !== undefined && others.length === 0);
  if (!named) throw new ApiError('malformed');
  return place ?? 'internal';
}

/** Whether an entry of a request is about erasing, or is to stand for what is erased. */
function isAboutErasing({ header }: NewEntry, { entries }: HandlerAppend): boolean {
  return entries.some((entry) => {
    if (isEpochEntry(entry) || entry.header.erases === undefined) return false;
    const { compartment, sequence, erases } = entry.header;
    const places = [sequence, erases.remains?.sequence];
    return compartment === header.compartment && places.includes(header.sequence);
  });
}

/**
 * What a request does to its case, as the entries say that the handler signed.
 *
 * @throws ApiError `malformed` for more than one thing at once.
 */
export function effectOfAppend({ entries }: HandlerAppend): Effect | null {
  const effects = entries.flatMap(({ header }) => header.effect ?? []);
  if (effects.length > 1) throw new ApiError('malformed');
  return effects[0] ?? null;
}

/** Whether this is a word by which a case goes sooner. */
export function isRemoval(effect: Effect | null): boolean {
  return effect === 'propose_removal' || effect === 'remove';
}

/**
 * A closed case takes notes and changes of access, but nothing to the reporter until it is reopened,
 * except what is about erasing. A restricted one keeps its title; of one that is held or restricted
 * nothing is erased, and neither is removed by agreement, nor is one that is open or restricted in
 * part. In which part the server does not know: clients keep that from being erased.
 *
 * @throws ApiError `case_closed`, `case_open`, `case_held`, `case_restricted` or `part_restricted`.
 */
export function checkState(row: CaseRow, request: HandlerAppend, effect: Effect | null): void {
  const { entries } = request;
  const removes = isRemoval(effect);
  const erases = effect === 'erase' || effect === 'propose_erasure' || removes;
  if (erases && row.held !== 0) throw new ApiError('case_held');
  if (row.restricted !== 0 && (erases || entries.length === 0)) {
    throw new ApiError('case_restricted');
  }
  if (row.part_restricted !== 0 && removes) throw new ApiError('part_restricted');
  if (row.closed_day === null) {
    if (removes || effect === 'reopen' || effect === 'nothing_further')
      throw new ApiError('case_open');
    return;
  }
  if (effect === 'reopen') return;
  const speaks = entries.some(
    (entry) => speaksIn(entry, 'dialogue') && !isAboutErasing(entry, request),
  );
  if (speaks) throw new ApiError('case_closed');
}

/**
 * Statistics come with a closure or a reopening, as one record sealed to some who read the case, to
 * each under an id of its own, with its channel and year; of a practice case there are none.
 *
 * @param readers who may have one: who of the organisation may open the case, and auditors.
 * @throws ApiError `wrong_statistics`.
 */
export function checkStatistics(
  row: CaseRow,
  { statistics }: HandlerAppend,
  effect: Effect | null,
  day: Day,
  readers: ReadonlySet<string>,
): void {
  if (statistics.length === 0) return;
  const years = [row.received_day, day].map((known) => Number(known.slice(0, 4)));
  const fits = statistics.every(
    ({ channel, year, recipient }) =>
      channel === row.channel && years.includes(year) && readers.has(recipient),
  );
  // an id that two records share would say for ever that their readers read the same case
  const ownIds = new Set(statistics.map(({ id }) => id)).size === statistics.length;
  const recipients = new Set(statistics.map(({ recipient }) => recipient));
  const once = recipients.size === statistics.length;
  const counts = effect === 'close' || effect === 'reopen';
  if (!counts || row.practice === 1 || !fits || !once || !ownIds) {
    throw new ApiError('wrong_statistics');
  }
}

/** What a request can change of the case itself. */
export type CaseChanges = Partial<
  Pick<
    CaseRow,
    | 'active_day'
    | 'closed_day'
    | 'decision_due_day'
    | 'escalated'
    | 'removal_by'
    | 'removal_day'
    | 'alone_from_day'
  > &
    Pause &
    Processed
>;

/** What a request changes of the case itself, null for nothing: what says something is activity. */
export function changesOf(
  row: Pick<CaseRow, 'closed_day'> & Pause,
  { entries }: HandlerAppend,
  effect: Effect | null,
  day: Day,
  author: string,
): CaseChanges | null {
  if (entries.every(isEpochEntry)) return null;
  switch (effect) {
    case 'close':
      return {
        active_day: day,
        closed_day: day,
        decision_due_day: null,
        escalated: 0,
        ...pauseFromClosure(row, day),
        ...NOT_PROCESSED,
        ...NO_REMOVAL,
      };
    case 'reopen':
      return {
        active_day: day,
        closed_day: null,
        decision_due_day: null,
        escalated: 0,
        ...NO_REMOVAL,
      };
    case 'nothing_further':
      return { active_day: day, decision_due_day: null };
    case 'hold':
    case 'restrict':
    case 'restrict_part':
      return { active_day: day, ...pauseAfter(row, effect, day), ...NO_REMOVAL };
    case 'release':
    case 'unrestrict':
    case 'unrestrict_part':
      return { active_day: day, ...pauseAfter(row, effect, day) };
    case 'propose_removal':
      return { active_day: day, removal_by: author, removal_day: null };
    case 'decline_removal':
      return { active_day: day, ...NO_REMOVAL };
    case 'remove':
      return { active_day: day, removal_day: addDays(day, AGREED_REMOVAL_DAYS) };
    case 'open_identity': // the words of custodians and guests, which no request of a handler carries
    case 'accept_secrecy':
    case 'propose_erasure':
    case 'decline_erasure':
    case 'erase':
      return { active_day: day };
    case null:
      return { active_day: day, ...processedOn(row, day) };
  }
}
