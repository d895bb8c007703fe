import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Day } from '../../crypto/public.js';
import { today, type Clock } from '../clock.js';
import { forgetJobs, markDone } from '../jobs/store.js';
import type { Log } from '../log.js';
import { composeMail } from './message.js';
import { mailRecipients } from './store.js';
import type { SendMail } from './transport.js';

/** Each person's mail of a day is noted under this and the person's id. */
const MAIL_JOB = 'mail:';
/** Milliseconds to wait before each further try. */
const PAUSES: readonly number[] = [2_000, 15_000, 60_000];

/** Sends the daily mail. */
export interface Notifier {
  /**
   * Sends one mail to everybody with an address who had none today. A mail is noted before it
   * is sent, so that whatever happens nobody gets two for one day; one that fails for good, or whose
   * sender is stopped, is not made up for.
   *
   * @returns how many were sent.
   */
  run(signal?: AbortSignal): Promise<number>;
}

/** Makes the service. */
export function createNotifier(options: {
  readonly db: Knex;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly log: Log;
  readonly from: string;
  readonly publicAddress: string;
  /** The moment for which the mail of a day is planned. */
  readonly plannedAt: (day: Day) => Date;
  readonly send: SendMail;
  /** In place of the real pauses, for tests. */
  readonly pauses?: readonly number[];
}): Notifier {
  const { db, clock, timeZone, log, from, publicAddress, send, pauses = PAUSES } = options;

  async function deliver(to: string, day: Day, signal: AbortSignal | undefined): Promise<boolean> {
    const plannedAt = options.plannedAt(day);
    const mail = composeMail({ day, plannedAt, from, to, publicAddress });
    for (const pause of [...pauses, null]) {
      try {
        await send(mail);
        return true;
      } catch (error) {
        log({ event: 'mail failed', code: codeOf(error) });
        if (pause === null) break;
        await sleep(pause, undefined, signal === undefined ? {} : { signal });
      }
    }
    return false;
  }

  return {
    async run(signal) {
      const day = today(clock, timeZone);
      await forgetJobs(db, MAIL_JOB, day);
      let sent = 0;
      for (const { id, mail } of await mailRecipients(db)) {
        signal?.throwIfAborted();
        const isNew = await markDone(db, `${MAIL_JOB}${id}`, day);
        if (isNew && (await deliver(mail, day, signal))) sent += 1;
      }
      return sent;
    },
  };
}

/** The mail library's own code, never its message, which can quote addresses. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
