import type { Knex } from 'knex';
import { addDays, daysBetween, type Day } from '../../crypto/public.js';
import { doneDay, markDone } from '../jobs/store.js';
import { putOffRemovals } from './store.js';

/**
 * Days without a run after which the clock is doubted: it jumped, or the server was off for long. A
 * week covers long weekends, and takes little of the days that somebody has to speak up.
 */
const GAP_DAYS = 7;
/** Days for which nothing is removed then, so that somebody can notice. */
const HELD_DAYS = 7;
/** Where the day stands until which nothing is removed. */
const HELD = 'retention held';

/** The day from which things are removed again, where that waits; null where it does not. */
export async function knownWait(db: Knex, day: Day): Promise<Day | null> {
  const held = (await doneDay(db, HELD)) as Day | null;
  const over = held === null || day >= held || day < addDays(held, -HELD_DAYS);
  return over ? null : held;
}

/**
 * Whether removing what is due must wait, since days may have passed on the clock alone: what a clock
 * that jumped ahead would remove never comes back. A clock that was put right ends the wait. On days on
 * which nobody may have been served nobody could speak up against an agreed removal: it moves on by as
 * many.
 *
 * @param job whose last day counts.
 * @returns the day from which things are removed again; null to go on.
 */
export async function heldUntil(db: Knex, job: string, day: Day): Promise<Day | null> {
  const last = (await doneDay(db, job)) as Day | null;
  if (last !== null && day > addDays(last, GAP_DAYS)) {
    const until = addDays(day, HELD_DAYS);
    await db.transaction(async (trx) => {
      // stopped before the job is marked as done, it moves nothing twice
      if (await markDone(trx, HELD, until)) {
        await putOffRemovals(trx, last, daysBetween(last, day) - 1);
      }
    });
    return until;
  }
  return knownWait(db, day);
}
