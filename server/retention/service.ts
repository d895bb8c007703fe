import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Day } from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { today as todayOf, type Clock } from '../clock.js';
import { leaseOf, type Lease } from '../jobs/lease.js';
import { escalateUndecided } from './decisions.js';
import { cutJournal, giveSpaceBack, inSmallCheckpoints, isOneFile } from './file.js';
import { dueCases, purge, type InBatch, type PurgeCounts } from './purge.js';
import type { ReadRules } from './rules.js';

/** Name of the job: one runner at a time, in whatever process. */
export const RETENTION_JOB = 'retention';

/** Pages given back to the file system in one step. */
const PAGES_AT_ONCE = 64;

/** What a run did. */
export interface RetentionRun {
  readonly purged: PurgeCounts;
  /** Cases reopened because nobody decided. */
  readonly escalated: number;
  /** Uploads removed that no entry took up. */
  readonly uploads: number;
  /**
   * Whether the journal was emptied. Where another process kept it busy, what was removed may stand
   * in it until the next run.
   */
  readonly complete: boolean;
}

/** What a run would purge today, by channel. */
export interface PurgePlan {
  readonly channel: string;
  readonly names: Readonly<Record<string, string>>;
  readonly cases: number;
  readonly practice: number;
}

/** Removes what may be kept no longer. */
export interface Retention {
  /**
   * Reopens what nobody decided about, purges what is due, removes abandoned uploads and ended
   * sessions, and empties the journal. Answers null while another runner is at it. It can be stopped
   * at any point; the next run goes on.
   *
   * @throws the signal's reason, between two batches; LeaseLost after a sleep of minutes.
   */
  run(signal?: AbortSignal): Promise<RetentionRun | null>;
  /** Counts what is due, and changes nothing. */
  plan(): Promise<PurgePlan[]>;
}

/** Makes the service; `removeAbandoned` and `endSessions` belong to other capabilities. */
export function createRetention(options: {
  readonly db: Knex;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly audit: Audit;
  readonly readRules: ReadRules;
  readonly removeAbandoned: (today: Day) => Promise<number>;
  readonly endSessions: () => Promise<void>;
}): Retention {
  const { db, clock, timeZone, audit, readRules } = options;

  async function runWith(lease: Lease, signal: AbortSignal | undefined): Promise<RetentionRun> {
    const today = todayOf(clock, timeZone);
    const tools = { db, audit, today, readRules, rules: await readRules(db, today) };
    const inBatch = batches(db, lease, signal);
    const escalated = await escalateUndecided(tools, inBatch);
    const purged = await purge(tools, inBatch);
    const uploads = await options.removeAbandoned(today);
    await options.endSessions();
    const complete = await cleanFile(db, inBatch, signal);
    return { purged, escalated, uploads, complete };
  }

  return {
    async run(signal) {
      const lease = await leaseOf(db, clock, RETENTION_JOB);
      if (lease === null) return null;
      try {
        return await inSmallCheckpoints(db, () => runWith(lease, signal));
      } finally {
        await lease.release();
      }
    },

    async plan() {
      const today = todayOf(clock, timeZone);
      const rules = await readRules(db, today);
      const plans = new Map<string, { cases: number; practice: number }>();
      for await (const row of dueCases({ db, rules, today })) {
        const plan = plans.get(row.channel) ?? { cases: 0, practice: 0 };
        plan[row.practice === 1 ? 'practice' : 'cases'] += 1;
        plans.set(row.channel, plan);
      }
      return [...plans].map(([channel, plan]) => ({
        channel,
        names: rules.namesOf(channel),
        ...plan,
      }));
    },
  };
}

/**
 * Every batch is a transaction of its own that begins by keeping the lease. After each the purge
 * rests for as long as it worked, so that others get at least half of the database's time.
 */
function batches(db: Knex, lease: Lease, signal: AbortSignal | undefined): InBatch {
  return async (work) => {
    signal?.throwIfAborted();
    let started = 0;
    const result = await db.transaction(async (trx) => {
      // its turn has come: waiting for it was rest enough
      started = performance.now();
      await lease.renew(trx);
      return work(trx);
    });
    await sleep(Math.max(1, performance.now() - started));
    return result;
  };
}

/** Shrinks the file and empties the journal; answers whether the journal was free. */
async function cleanFile(
  db: Knex,
  inBatch: InBatch,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!isOneFile(db)) return true;
  while (await inBatch((trx) => giveSpaceBack(trx, PAGES_AT_ONCE)));
  return cutJournal(db, signal);
}
