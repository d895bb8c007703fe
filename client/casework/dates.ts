import {
  addMonths,
  type Day,
  type EntryContent,
  feedbackDay,
  isDataRequest,
  isReach,
  type Waiver,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { isFeedback } from '../law/answers.js';
import { furtherFeedbackDay } from '../law/on-request.js';
import { awaited, type CaseDate, type DateSource } from './case-date.js';
import { isToldOutside } from './consent.js';
import { noticeDates } from './disclosures.js';
import { personDates } from './persons.js';
import { requestDates } from './requests.js';
import { keepingDates } from './keeping.js';
import { removalDates } from './removals.js';
import { dayIn, isClosed, reportDay, type Said } from './said.js';
import { meetingDates, transcriptDates } from './spoken.js';
import { toldOn } from './told.js';

/** Within which it is told what came of a case that was opened again: as many as of a new one. */
const REOPENED_MONTHS = 3;

function taskDates(said: Said): CaseDate[] {
  const dates = new Map<string, CaseDate | null>();
  for (const content of said.internal) {
    if (content.kind !== 'task') continue;
    const { id, name, due, state } = content;
    const day = dayIn(said, content);
    const from = dates.get(id)?.from ?? day;
    const doneOn = state === 'done' ? day : null;
    const is = due !== null && state !== 'dropped';
    dates.set(id, is ? { what: 'task', name, by: due, from, basis: 'plan', doneOn } : null);
  }
  return [...dates.values()].filter((date) => date !== null);
}

function lastFeedback(said: Said): Day | null {
  const days = said.dialogue.flatMap((content) =>
    isFeedback(content) ? (toldOn(said, content) ?? []) : [],
  );
  return days.at(-1) ?? null;
}

/**
 * Counts in whole periods from the feedback given last, and none of them ended before it was asked
 * for; until the first feedback is given, that one is due and nothing else.
 */
function furtherFeedbackDates(said: Said): CaseDate[] {
  const asked = said.internal.findLast(({ kind }) => kind === 'further_feedback');
  const from = lastFeedback(said);
  if (asked?.kind !== 'further_feedback' || asked.state === 'ended' || from === null) return [];
  if (isClosed(said)) return [];
  const by = furtherFeedbackDay(from, asked.months, asked.askedOn);
  return [{ what: 'further_feedback', name: '', by, from, basis: 'country', doneOn: null }];
}

/**
 * Whoever reported is told what came of a case that was opened again, as of a new one: no act says by
 * when. What is told next does it, a closure too.
 */
function reopenedDates(said: Said): CaseDate[] {
  // whoever asked for data is answered by the date of the request
  if (isDataRequest(said.origin)) return [];
  const dates = said.dialogue.flatMap((content, index): CaseDate[] => {
    if (content.kind !== 'reopening') return [];
    const from = dayIn(said, content);
    const later = said.dialogue.slice(index).filter((each) => isFeedback(each));
    const days = later.map((each) => toldOn(said, each));
    // what was told outside can be written down later, and be of before
    const doneOn = days.find((day) => day !== null && day >= from) ?? null;
    const by = addMonths(from, REOPENED_MONTHS);
    return [{ what: 'reopened_feedback', name: '', by, from, basis: 'rule', doneOn }];
  });
  return awaited(said, dates);
}

function confirmationDates(said: Said): CaseDate[] {
  const dates = new Map<string, CaseDate | null>();
  for (const content of said.internal) {
    if (content.kind !== 'confirmation') continue;
    const { id, by, askedOn: from, state } = content;
    const doneOn = state === 'given' ? dayIn(said, content) : null;
    const date: CaseDate = { what: 'confirmation', name: '', by, from, basis: 'country', doneOn };
    dates.set(id, state === 'dropped' ? null : date);
  }
  return awaited(
    said,
    [...dates.values()].filter((date) => date !== null),
  );
}

/** Every subject that has dates; a new one adds its reducer here. */
const SOURCES: readonly DateSource[] = [
  taskDates,
  furtherFeedbackDates,
  reopenedDates,
  confirmationDates,
  personDates,
  keepingDates,
  removalDates,
  requestDates,
  noticeDates,
  transcriptDates,
  meetingDates,
];

/** What is due by telling something to whoever reported. */
const TOLD: ReadonlySet<CaseDate['what']> = new Set(['further_feedback', 'reopened_feedback']);

/** All dates of a case beside acknowledgement and feedback, done or not, the earliest first. */
export function datesOf(said: Said): CaseDate[] {
  const unreachable = unreachableIn(said) !== null;
  const dates = SOURCES.flatMap((source) => source(said)).filter(
    ({ what, doneOn }) => doneOn !== null || !unreachable || !TOLD.has(what),
  );
  return dates.sort((a, b) => a.by.localeCompare(b.by));
}

/**
 * What of it is due first; null where nothing is. Lists know this one alone, so what another person
 * let pass hides nothing: a transcript that nobody answered in time is none of it, and what yields
 * waits behind everything else once its day is over.
 *
 * @param dates the earliest first.
 */
export function nextDate(dates: readonly CaseDate[], today: Day): CaseDate | null {
  const open = dates.filter(
    ({ what, by, doneOn }) => doneOn === null && !(what === 'transcript' && by < today),
  );
  return open.find(({ yields, by }) => yields !== true || by >= today) ?? open[0] ?? null;
}

interface Unreachable {
  text: string;
  on: Day;
}

/**
 * A handler's newest word that whoever reported cannot be reached. It holds where nobody has a key, and
 * until somebody takes it back, or an entry of the conversation that its author had not seen says that
 * they were told, or opens the case again.
 */
function unreachableIn(said: Said): Unreachable | null {
  const index = said.internal.findLastIndex(
    (content) => content.kind === 'acknowledgement_waived' && isReach(content.reason),
  );
  const word = said.internal[index];
  if (word?.kind !== 'acknowledgement_waived' || word.reason === 'reachable') return null;
  if (!isToldOutside(said)) return null;
  const later = said.dialogue.slice(said.conversationSeen?.(index) ?? said.dialogue.length);
  const isOver = later.some(
    (content) =>
      content.kind === 'reopening' || ('at' in content && toldOn(said, content) !== null),
  );
  return isOver ? null : { text: word.text, on: dayIn(said, word) };
}

/**
 * Nobody who reads the conversation is out of reach there.
 *
 * @throws ClientError `told_inside`.
 */
export function checkUnreachable(said: Said, content: EntryContent): void {
  if (content.kind !== 'acknowledgement_waived' || !isReach(content.reason)) return;
  if (!isToldOutside(said)) throw new ClientError('told_inside');
}

/** What handlers decided about the dates of a case that every case has. */
export interface DateDecisions {
  /**
   * Whether it counts is for the rule of the channel's country: see `client/law`. `tooLate`: written
   * down when the time was over, which it does not give back.
   */
  extension: { by: Day; text: string; on: Day; tooLate: boolean } | null;
  /** Until when feedback was put off in time; null where it was not. */
  feedbackExtendedTo: Day | null;
  waiver: { reason: Waiver; text: string; on: Day } | null;
  /** Since when the person cannot be reached, by a handler's word; null where that does not hold. */
  unreachable: Unreachable | null;
  /** How often feedback is to be given again; null where nobody asks for it. */
  furtherFeedback: { askedOn: Day; months: number } | null;
  /** Additions whose confirmation the reporter waits for. */
  confirmations: readonly { id: string; askedOn: Day; by: Day }[];
}

/** The newest decision of each kind. */
export function decisionsOf(said: Said): DateDecisions {
  const received = reportDay(said);
  const plain = received === null ? null : feedbackDay(received);
  const decided: DateDecisions = {
    extension: null,
    feedbackExtendedTo: null,
    waiver: null,
    unreachable: unreachableIn(said),
    furtherFeedback: null,
    confirmations: [],
  };
  const open = new Map<string, DateDecisions['confirmations'][number]>();
  for (const content of said.internal) {
    if (content.kind === 'extension') {
      const { by, text } = content;
      const on = dayIn(said, content);
      // put off in time, it can be put off once more until then
      const tooLate = plain !== null && on > plain && on > (decided.feedbackExtendedTo ?? plain);
      decided.extension = { by, text, on, tooLate };
      if (!tooLate) decided.feedbackExtendedTo = by;
    }
    if (content.kind === 'acknowledgement_waived') {
      const { reason, text } = content;
      if (!isReach(reason)) decided.waiver = { reason, text, on: dayIn(said, content) };
    }
    if (content.kind === 'further_feedback') {
      const { askedOn, months, state } = content;
      decided.furtherFeedback = state === 'asked' ? { askedOn, months } : null;
    }
    if (content.kind === 'confirmation') {
      const { id, askedOn, by, state } = content;
      if (state === 'asked') open.set(id, { id, askedOn, by });
      else open.delete(id);
    }
  }
  return { ...decided, confirmations: [...open.values()] };
}
