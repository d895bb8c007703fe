import { dayOf, type DateKind, type Day } from '../../crypto/private.js';
import { noticeDates } from './disclosures.js';
import { personDates } from './persons.js';
import { requestDates } from './requests.js';
import type { Said } from './said.js';

/**
 * What a date rests on. `law`: an act that holds in every country where this is used. `country`: the
 * act of the channel's country, if it says so, else the organisation's promise; see `client/law`.
 * `promise`: what the organisation promises. `plan`: what handlers set themselves.
 */
export type DateBasis = 'law' | 'country' | 'promise' | 'plan';

/** A day by which something is due in a case, or was. */
export interface CaseDate {
  what: DateKind;
  /** What it is about, in the words of whoever wrote it down; empty where the kind says it all. */
  name: string;
  by: Day;
  /** The day from which the time runs. */
  from: Day;
  basis: DateBasis;
  /** Null until it is done. What is dropped has no date any more. */
  doneOn: Day | null;
}

/** Gives the dates of one subject, worked out of what was said in a case. */
export type DateSource = (said: Said) => readonly CaseDate[];

function taskDates({ internal }: Said): CaseDate[] {
  const dates = new Map<string, CaseDate | null>();
  for (const content of internal) {
    if (content.kind !== 'task') continue;
    const { id, name, due, state } = content;
    const day = dayOf(new Date(content.at));
    const from = dates.get(id)?.from ?? day;
    const doneOn = state === 'done' ? day : null;
    const is = due !== null && state !== 'dropped';
    dates.set(id, is ? { what: 'task', name, by: due, from, basis: 'plan', doneOn } : null);
  }
  return [...dates.values()].filter((date) => date !== null);
}

/** Every subject that has dates; a new one adds its reducer here. */
const SOURCES: readonly DateSource[] = [taskDates, personDates, requestDates, noticeDates];

/** All dates of a case beside acknowledgement and feedback, done or not, the earliest first. */
export function datesOf(said: Said): CaseDate[] {
  const dates = SOURCES.flatMap((source) => source(said));
  return dates.sort((a, b) => a.by.localeCompare(b.by));
}

/** What of it is due first; null where nothing is. */
export function nextDate(dates: readonly CaseDate[]): CaseDate | null {
  return dates.find(({ doneOn }) => doneOn === null) ?? null;
}
