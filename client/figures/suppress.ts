import type { Counts, Figures, MoneySum, Times, YearFigures } from './count.js';

/** The least number that is told to others: below it, one case might be known by its number. */
export const LEAST_TOLD = 5;

/** A number that may be told, or null for one that is hidden since it is small. */
export type Told = number | null;

/** Counts, of which those are null that are hidden. */
export type ToldCounts = Record<string, Told>;

/** How long something took; without days where it was done too seldom. */
export interface ToldTimes extends Omit<Times, 'done' | 'within'> {
  done: Told;
  within: Told;
}

/** Estimates in one currency; a sum is hidden where it is that of a few cases. */
export interface ToldMoney extends Pick<MoneySum, 'currency' | 'cases'> {
  damage: Told;
  recovered: Told;
}

/** A year's figures as others see them. */
export interface ToldYear extends Omit<
  YearFigures,
  | 'received'
  | 'receivedByChannel'
  | 'receivedByCategory'
  | 'closed'
  | 'closedByOutcome'
  | 'acknowledgement'
  | 'feedback'
  | 'money'
> {
  received: Told;
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
 * total: what is hidden is more than one count, and together at least as many as may be told.
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
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, names.has(name) ? null : count]),
  );
}

function toldMoney(
  { currency, cases, damage, recovered, damaged, recoveries }: MoneySum,
  least: number,
): ToldMoney {
  const sum = (amount: number, of: number): Told => (told(of, least) === null ? null : amount);
  return { currency, cases, damage: sum(damage, damaged), recovered: sum(recovered, recoveries) };
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
  return {
    open: told(open, least),
    openByAge: suppressed(openByAge, least),
    year: {
      ...year,
      received: told(year.received, least),
      receivedByChannel: suppressed(year.receivedByChannel, least),
      receivedByCategory: suppressed(year.receivedByCategory, least),
      closed: told(year.closed, least),
      closedByOutcome: suppressed(year.closedByOutcome, least),
      acknowledgement: toldTimes(year.acknowledgement, year.closed, least),
      feedback: toldTimes(year.feedback, year.closed, least),
      money: year.money.flatMap((sum) => (sum.cases >= least ? toldMoney(sum, least) : [])),
    },
  };
}
