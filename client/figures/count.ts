import * as v from 'valibot';
import { Day, daysBetween } from '../../crypto/private.js';
import { AGES } from './ages.js';
import type { CountedCase } from './records.js';

/** An open case, as the list of cases gives it. */
export interface OpenCase {
  channel: string;
  category: string;
  receivedOn: string;
}

/** How many there are of each kind; kinds of which there is none are left out. */
export type Counts = Record<string, number>;

/** How long something took, over the cases in which it was done. */
export interface Times {
  /** Cases in which it was done. */
  done: number;
  /** Cases in which it was done within the time, and that time in days. */
  within: number;
  limit: number;
  /** Days, null where it was never done. */
  median: number | null;
  longest: number | null;
}

/** Estimates in one currency, in whole units. */
export interface MoneySum {
  currency: string;
  /** Cases with an estimate. */
  cases: number;
  damage: number;
  recovered: number;
  /** Cases of which either sum is more than nothing. */
  damaged: number;
  recoveries: number;
}

/** How many were received, of which kinds. */
export interface Received {
  received: number;
  byChannel: Counts;
  byCategory: Counts;
}

/** What happened in one year. */
export interface YearFigures {
  year: number;
  received: number;
  /** Of those received, the ones that are still open. */
  open: Received;
  receivedByChannel: Counts;
  receivedByCategory: Counts;
  closed: number;
  closedByOutcome: Counts;
  /** Over the cases closed in the year. */
  acknowledgement: Times;
  feedback: Times;
  money: MoneySum[];
}

/** The figures of all years, the newest first, and what is open now. */
export interface Figures {
  years: YearFigures[];
  open: number;
  openByAge: Counts;
}

/** Days within which a reporter hears: article 9(1)(b), and three months as article 9(1)(f). */
const ACKNOWLEDGEMENT_DAYS = 7;
const FEEDBACK_DAYS = 92;

class Receipts {
  #received = 0;
  readonly #channels = new Map<string, number>();
  readonly #categories = new Map<string, number>();

  add({ channel, category }: { channel: string; category: string }): void {
    this.#received += 1;
    add(this.#channels, channel);
    add(this.#categories, category);
  }

  counts(): Received {
    return {
      received: this.#received,
      byChannel: Object.fromEntries(this.#channels),
      byCategory: Object.fromEntries(this.#categories),
    };
  }
}

class Year {
  readonly #year: number;
  readonly #received = new Receipts();
  readonly #open = new Receipts();
  #closed = 0;
  readonly #outcomes = new Map<string, number>();
  readonly #acknowledgement: number[] = [];
  readonly #feedback: number[] = [];
  readonly #money = new Map<string, MoneySum>();

  constructor(year: number) {
    this.#year = year;
  }

  receive(what: { channel: string; category: string }, isOpen: boolean): void {
    this.#received.add(what);
    if (isOpen) this.#open.add(what);
  }

  close({ outcome, daysToAcknowledgement, daysToFeedback, money }: CountedCase): void {
    this.#closed += 1;
    if (outcome !== null) add(this.#outcomes, outcome);
    if (daysToAcknowledgement !== null) this.#acknowledgement.push(daysToAcknowledgement);
    if (daysToFeedback !== null) this.#feedback.push(daysToFeedback);
    if (money === null) return;
    const { currency, damage, recovered } = money;
    const sum = this.#money.get(currency) ?? {
      ...{ currency, cases: 0, damage: 0, recovered: 0, damaged: 0, recoveries: 0 },
    };
    sum.cases += 1;
    if (damage !== null && damage > 0) sum.damaged += 1;
    if (recovered !== null && recovered > 0) sum.recoveries += 1;
    sum.damage += damage ?? 0;
    sum.recovered += recovered ?? 0;
    this.#money.set(currency, sum);
  }

  figures(): YearFigures {
    const { received, byChannel, byCategory } = this.#received.counts();
    return {
      year: this.#year,
      received,
      open: this.#open.counts(),
      receivedByChannel: byChannel,
      receivedByCategory: byCategory,
      closed: this.#closed,
      closedByOutcome: Object.fromEntries(this.#outcomes),
      acknowledgement: timesOf(this.#acknowledgement, ACKNOWLEDGEMENT_DAYS),
      feedback: timesOf(this.#feedback, FEEDBACK_DAYS),
      money: [...this.#money.values()].sort((a, b) => a.currency.localeCompare(b.currency)),
    };
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function timesOf(days: number[], limit: number): Times {
  const sorted = days.sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return {
    done: sorted.length,
    within: sorted.filter((day) => day <= limit).length,
    limit,
    median: low === undefined || high === undefined ? null : (low + high) / 2,
    longest: sorted.at(-1) ?? null,
  };
}

/**
 * Counts what was received, how it ended, and what is open.
 *
 * @param closed records that count, see `countingRecords`.
 * @param today from which the age of open cases is counted.
 */
export function countFigures(
  closed: readonly CountedCase[],
  open: readonly OpenCase[],
  today: Day,
): Figures {
  const years = new Map<number, Year>();
  const yearOf = (year: number): Year => {
    const known = years.get(year) ?? new Year(year);
    years.set(year, known);
    return known;
  };
  for (const record of closed) {
    yearOf(record.received).receive(record, false);
    yearOf(record.closed).close(record);
  }
  const ages = new Map<string, number>();
  for (const each of open) {
    yearOf(Number(each.receivedOn.slice(0, 4))).receive(each, true);
    const age = daysBetween(v.parse(Day, each.receivedOn), today);
    add(ages, AGES.find(({ days }) => age <= days)?.name ?? 'older');
  }
  return {
    years: [...years].sort(([a], [b]) => b - a).map(([, year]) => year.figures()),
    open: open.length,
    openByAge: Object.fromEntries(ages),
  };
}
