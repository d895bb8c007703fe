import type { Knex } from 'knex';
import type { Day } from '../../crypto/public.js';
import { today, type Clock } from '../clock.js';
import type { Log } from '../log.js';
import { hourOf } from './calendar.js';
import { doneDay, markDone } from './store.js';

/** Something to do once a day. */
export interface DailyJob {
  readonly name: string;
  /** The hour of the day from which it is due. */
  readonly hour: number;
  /** Whether a day is one on which it is done. */
  readonly isDue: (day: Day) => boolean;
  /**
   * Does it. Answers what to log, and whether it is done for the day; otherwise it is tried again
   * later. The signal says that the server stops.
   */
  run(signal: AbortSignal): Promise<{ done: boolean; counts: Readonly<Record<string, number>> }>;
}

/** Runs the daily jobs of a server. */
export interface Scheduler {
  /** Looks every minute, first in a minute. */
  start(): void;
  /** Runs what is due now, or waits for what is running already. It never rejects. */
  tick(): Promise<void>;
  /** Stops looking, tells what runs to stop, and waits for it. */
  stop(): Promise<void>;
}

const MINUTE = 60_000;
/** Ticks to sit out after a job failed or was not done. */
const REST = 10;

/**
 * Makes the scheduler. Whether a job is due follows from the clock, the hour and the day on which it
 * was last done, which the database knows: a server that slept through the hour, was restarted or
 * had its clock put right does what is missing for today at its next look, and nothing twice.
 */
export function createScheduler(options: {
  readonly db: Knex;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly jobs: readonly DailyJob[];
  readonly log: Log;
}): Scheduler {
  const { db, clock, timeZone, jobs, log } = options;
  const stopping = new AbortController();
  const resting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;

  async function runIfDue(job: DailyJob): Promise<void> {
    const day = today(clock, timeZone);
    if (hourOf(clock(), timeZone) < job.hour || !job.isDue(day)) return;
    if ((await doneDay(db, job.name)) === day) return;
    const { done, counts } = await job.run(stopping.signal);
    if (done) await markDone(db, job.name, day);
    else resting.set(job.name, REST);
    log({ event: done ? 'job done' : 'job put off', code: job.name, counts });
  }

  async function runAll(): Promise<void> {
    for (const job of jobs) {
      const rest = resting.get(job.name) ?? 0;
      if (rest > 0) {
        resting.set(job.name, rest - 1);
        continue;
      }
      try {
        stopping.signal.throwIfAborted();
        await runIfDue(job);
      } catch (error) {
        if (stopping.signal.aborted) return;
        resting.set(job.name, REST);
        log({ event: 'job failed', code: codeOf(error) });
      }
    }
  }

  const tick = (): Promise<void> => {
    running ??= runAll().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    start() {
      timer = setInterval(() => void tick(), MINUTE);
      // no reason for a process to live
      timer.unref();
    },
    tick,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
