import type { DateKind, Day } from '../../crypto/private.js';
import { isClosed, type Said } from './said.js';

/**
 * What a date rests on. `law`: an act that holds in every country where this is used. `country`: the
 * act of the channel's country, if it says so, else the organisation's promise; see `client/law`.
 * `promise`: what the organisation promises. `plan`: what handlers set themselves. `rule`: how the
 * desk works where no act says anything.
 */
export type DateBasis = 'law' | 'country' | 'promise' | 'plan' | 'rule';

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
  /** Whether lists know everything else first once its day is over: somebody else let it pass. */
  yields?: true;
}

/** Gives the dates of one subject, worked out of what was said in a case. */
export type DateSource = (said: Said) => readonly CaseDate[];

/** Of a closed case nothing of the kind is awaited any more: what was done of it. */
export function awaited(said: Said, dates: CaseDate[]): CaseDate[] {
  return isClosed(said) ? dates.filter(({ doneOn }) => doneOn !== null) : dates;
}
