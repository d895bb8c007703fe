import { daysBetween, type Day, type RetentionClock } from '../../crypto/public.js';
import type { CaseRow } from './rows.js';

/** The day of the last work on a closed case, as its row tells it. */
export type Processed = Pick<CaseRow, 'processed_day' | 'processed_paused'>;

/** Nothing was worked on since closure: its own day is the last. */
export const NOT_PROCESSED = { processed_day: null, processed_paused: 0 } as const;

/**
 * What work on a case makes of the time since the last one; of an open case nothing. Work is what is
 * said in the conversation and what handlers write of the case, as the server sees it by its signed
 * word. Reading, letting somebody read, the title, and what is decided about keeping, erasing or
 * removing alone is none: it says nothing new of anybody.
 */
export function processedOn(
  row: Pick<CaseRow, 'closed_day' | 'paused_day' | 'paused_days'>,
  day: Day,
): Partial<Processed> {
  if (row.closed_day === null) return {};
  return { processed_day: day, processed_paused: pausedThrough(row, day) };
}

/** What the days of a closed case are counted by; null while it is open, and as time stands still. */
export function clockOf(
  row: Pick<CaseRow, 'closed_day' | 'paused_day' | 'paused_days'> & Processed,
): RetentionClock | null {
  const { closed_day, paused_day, paused_days: paused } = row;
  if (closed_day === null || paused_day !== null) return null;
  return {
    processed: row.processed_day ?? closed_day,
    paused,
    pausedSince: Math.max(0, paused - row.processed_paused),
  };
}

/** The days since closure on which the time stood still, up to a day. */
export function pausedThrough(
  {
    closed_day,
    paused_day,
    paused_days,
  }: Pick<CaseRow, 'closed_day' | 'paused_day' | 'paused_days'>,
  day: Day,
): number {
  if (closed_day === null || paused_day === null) return paused_days;
  const from = paused_day < closed_day ? closed_day : paused_day;
  return paused_days + Math.max(0, daysBetween(from, day));
}
