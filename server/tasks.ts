import { deleteEndedSessions } from './accounts/sessions-store.js';
import { removeAbandoned, removeErased } from './attachments/removal.js';
import { createAudit } from './audit/service.js';
import { today, type Clock } from './clock.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import { isWorkingDay, momentOf } from './jobs/calendar.js';
import { createScheduler, type DailyJob, type Scheduler } from './jobs/scheduler.js';
import type { Log } from './log.js';
import { createNotifier } from './notify/service.js';
import { createTransport } from './notify/transport.js';
import { heldUntil } from './retention/clock-guard.js';
import { cutJournal } from './retention/file.js';
import { createRules } from './retention/rules.js';
import { createRetention, RETENTION_JOB, type Retention } from './retention/service.js';

/** What the work beside requests is made from. */
export interface TaskContext {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Composes the removal of what may be kept no longer, for the server's job and the command. */
export function composeRetention({ config, db, clock }: Omit<TaskContext, 'log'>): Retention {
  return createRetention({
    db,
    clock,
    timeZone: config.timeZone,
    audit: createAudit({ clock }),
    readRules: createRules(),
    removeAbandoned: (day) => removeAbandoned(db, day),
    endSessions: () => deleteEndedSessions(db, clock().toISOString()),
  });
}

/**
 * Removes what erasures left: files that are nobody's any more, and what of texts stands in the
 * journal. Where another process keeps the journal busy, what is left there goes with the next
 * erasure, the next purge or the next start.
 */
export async function finishErasures(db: Database): Promise<void> {
  await removeErased(db);
  await cutJournal(db);
}

/** Composes everything that a server does by itself, at its hours. */
export function composeScheduler(context: TaskContext): Scheduler {
  const { config, db, clock, log } = context;
  const jobs = [retentionJob(context), ...mailJobs(context)];
  return createScheduler({ db, clock, timeZone: config.timeZone, jobs, log });
}

function retentionJob(context: TaskContext): DailyJob {
  const { config, db, clock, log } = context;
  const retention = composeRetention(context);
  return {
    name: RETENTION_JOB,
    hour: config.purgeHour,
    isDue: () => true,
    async run(signal) {
      const until = await heldUntil(db, RETENTION_JOB, today(clock, config.timeZone));
      if (until !== null) {
        log({ event: 'purge waits: the clock jumped, or the server was off', code: until });
        return { done: true, counts: {} };
      }
      const result = await retention.run(signal);
      if (result === null) return { done: false, counts: {} };
      const { purged, escalated, uploads, complete } = result;
      return { done: complete, counts: { ...purged, escalated, uploads } };
    },
  };
}

/** None where no mail server is configured. */
function mailJobs({ config, db, clock, log }: TaskContext): DailyJob[] {
  const { smtp, publicAddress, timeZone, mailHour: hour } = config;
  if (smtp === undefined) return [];
  const notifier = createNotifier({
    db,
    clock,
    timeZone,
    log,
    from: smtp.from,
    publicAddress,
    plannedAt: (day) => momentOf(day, hour, timeZone),
    send: createTransport(smtp, new URL(publicAddress).hostname),
  });
  const run: DailyJob['run'] = async (signal) => ({
    done: true,
    counts: { mails: await notifier.run(signal) },
  });
  return [{ name: 'mail', hour, isDue: isWorkingDay, run }];
}
