import type { Counts, Figures, MoneySum, Times, YearFigures } from './count.js';

/** The least number that is told to others: below it, one case might be known by its number. */
export const LEAST_TOLD = 5;

/** A number that may be told, or null for one that is hidden since it is small. */
export type Told = number | null;

/** Counts of kinds, those left out that are hidden, and whether there are such. */
export interface ToldCounts {
  counts: Counts;
  hidden: boolean;
}

/** How long something took; without days where it was done too seldom. */
export interface ToldTimes extends Omit<Times, 'done' | 'within'> {
  done: Told;
  within: Told;
}

/** Estimates in one currency; a sum is hidden where it is that of a few cases. */
export interface ToldMoney extends Pick<MoneySum, 'currency'> {
  cases: Told;
  damage: Told;
  recovered: Told;
}

/** A year's figures as others see them. */
export interface ToldYear extends Omit<
  YearFigures,
  | 'received'
  | 'open'
  | 'receivedByChannel'
  | 'receivedByCategory'
  | 'closed'
  | 'closedByOutcome'
  | 'acknowledgement'
  | 'feedback'
  | 'money'
> {
  received: Told;
  /** Whether what is open is left out of what was received, since it is few. */
  withoutOpen: boolean;
  receivedByChannel: ToldCounts;
  receivedByCategory: ToldCounts;
  closed: Told;
  closedByOutcome: ToldCounts;
  acknowledgement: ToldTimes;
  feedback: ToldTimes;
  money: ToldMoney[];
}

/** Figures as others see them. */
export interface ToldFigures {
  year: ToldYear;
  open: Told;
  openByAge: ToldCounts;
}

function told(count: number, least: number): Told {
  return count > 0 && count < least ? null : count;
}

/**
 * Hides small counts, and as many more as it takes that none of them can be worked out from the
 * total: what is hidden is more than one count, and together at least as many as may be told. Which
 * kinds they are is hidden too: of kinds that are named each has one case at least, and five cases of
 * five kinds would be one each.
 *
 * @param least the least number that is told; 1 hides nothing.
 */
export function suppressed(counts: Counts, least: number): ToldCounts {
  const rising = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => a - b);
  let [hidden, together] = [0, 0];
  for (const [, count] of rising) {
    const small = count < least;
    const alone = hidden > 0 && (hidden === 1 || together < least);
    if (!small && !alone) break;
    hidden += 1;
    together += count;
  }
  const names = new Set(rising.slice(0, hidden).map(([name]) => name));
  const left = Object.entries(counts).filter(([name]) => !names.has(name));
  return { counts: Object.fromEntries(left), hidden: hidden > 0 };
}

/** Counts without those of some that are among them. */
function less(counts: Counts, some: Counts): Counts {
  const left = Object.entries(counts).map(([name, count]) => [name, count - (some[name] ?? 0)]);
  return Object.fromEntries(left.filter(([, count]) => count !== 0)) as Counts;
}

/** The sums of those currencies in which there are enough cases. */
function toldMoney(money: readonly MoneySum[], closed: number, least: number): ToldMoney[] {
  const shown = money.filter(({ cases }) => cases >= least);
  // how many closed cases have no estimate, or one in a currency left out, is told by the difference
  const others = closed - shown.reduce((sum, { cases }) => sum + cases, 0);
  const sum = (amount: number, of: number): Told => (told(of, least) === null ? null : amount);
  return shown.map(({ currency, cases, damage, recovered, damaged, recoveries }) => ({
    currency,
    cases: told(others, least) === null ? null : cases,
    damage: sum(damage, damaged),
    recovered: sum(recovered, recoveries),
  }));
}

function toldTimes(
  { done, within, limit, median, longest }: Times,
  closed: number,
  least: number,
): ToldTimes {
  if (done < least) {
    return { done: told(done, least), within: null, limit, median: null, longest: null };
  }
  // how many were late, or never done, is told by the differences, so those count as much
  const isFew = (count: number): boolean => told(count, least) === null;
  const inTime = isFew(done - within) || isFew(closed - within) ? null : told(within, least);
  const shown = isFew(closed - done) ? null : done;
  // the longest is one case's own
  return { done: shown, within: inTime, limit, median, longest: least > 1 ? null : longest };
}

/**
 * One year's figures as they may be told outside the circle of those who work on the cases.
 *
 * @param least the least number that is told; 1 hides nothing.
 */
export function toldFigures(
  { open, openByAge }: Figures,
  year: YearFigures,
  least: number,
): ToldFigures {
  // what was received and not closed is open: few open cases would be the difference of the two
  const few = told(open, least) === null;
  const { open: ofOpen, ...rest } = year;
  const received = few
    ? {
        received: year.received - ofOpen.received,
        byChannel: less(year.receivedByChannel, ofOpen.byChannel),
        byCategory: less(year.receivedByCategory, ofOpen.byCategory),
      }
    : {
        received: year.received,
        byChannel: year.receivedByChannel,
        byCategory: year.receivedByCategory,
      };
  return {
    open: told(open, least),
    openByAge: suppressed(openByAge, least),
    year: {
      ...rest,
      withoutOpen: few,
      received: told(received.received, least),
      receivedByChannel: suppressed(received.byChannel, least),
      receivedByCategory: suppressed(received.byCategory, least),
      closed: told(year.closed, least),
      closedByOutcome: suppressed(year.closedByOutcome, least),
      acknowledgement: toldTimes(year.acknowledgement, year.closed, least),
      feedback: toldTimes(year.feedback, year.closed, least),
      money: toldMoney(year.money, year.closed, least),
    },
  };
}
