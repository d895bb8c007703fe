import type { Knex } from 'knex';

/** A row of `jobs`. Times are ISO 8601 in UTC, so that they compare as text. */
interface JobRow {
  name: string;
  holder: string | null;
  held_until: string | null;
  done_day: string | null;
}

/**
 * Takes a job's lease if nobody holds it; answers whether it was free. A lease that runs longer than
 * any can (`latest`) was taken under a clock that has been put right since, and counts for nothing.
 */
export async function takeLease(
  db: Knex,
  name: string,
  lease: {
    readonly holder: string;
    readonly now: string;
    readonly until: string;
    /** Nobody who lives in the same time holds it for longer: what does was held before the clock was set back. */
    readonly latest: string;
  },
): Promise<boolean> {
  const row = { name, holder: lease.holder, held_until: lease.until };
  const taken = await db<JobRow>('jobs')
    .insert(row)
    .onConflict('name')
    .merge()
    .where((free) => {
      void free
        .whereNull('jobs.holder')
        .orWhere('jobs.held_until', '<=', lease.now)
        .orWhere('jobs.held_until', '>', lease.latest);
    })
    .returning('name');
  return taken.length > 0;
}

/** Prolongs a lease; answers whether this holder still has it. */
export async function prolongLease(
  db: Knex,
  name: string,
  lease: { readonly holder: string; readonly until: string },
): Promise<boolean> {
  const changed = await db<JobRow>('jobs')
    .where({ name, holder: lease.holder })
    .update({ held_until: lease.until });
  return changed === 1;
}

/** Gives a lease back, if this holder still has it. */
export async function releaseLease(db: Knex, name: string, holder: string): Promise<void> {
  await db<JobRow>('jobs').where({ name, holder }).update({ holder: null, held_until: null });
}

/** The day on which a job was last done; null for never. */
export async function doneDay(db: Knex, name: string): Promise<string | null> {
  const row = await db<JobRow>('jobs').where({ name }).first('done_day');
  return row?.done_day ?? null;
}

/** Notes that a job is done for a day; answers whether that was new. */
export async function markDone(db: Knex, name: string, day: string): Promise<boolean> {
  const changed = await db<JobRow>('jobs')
    .insert({ name, done_day: day })
    .onConflict('name')
    .merge(['done_day'])
    .where((before) => {
      void before.whereNull('jobs.done_day').orWhereNot('jobs.done_day', day);
    })
    .returning('name');
  return changed.length > 0;
}

/** Forgets the jobs whose names begin so and that were done on another day. */
export async function forgetJobs(db: Knex, prefix: string, day: string): Promise<void> {
  await db<JobRow>('jobs')
    .where('name', '>=', prefix)
    .andWhere('name', '<', `${prefix}\u{10ffff}`)
    .andWhereNot('done_day', day)
    .delete();
}
