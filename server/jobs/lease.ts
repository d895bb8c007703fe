import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { textOf } from '../bytes.js';
import type { Clock } from '../clock.js';
import { prolongLease, releaseLease, takeLease } from './store.js';

/** How long a runner that died keeps others out. */
export const LEASE_MINUTES = 2;

/** The right to run a job, of one runner among all processes at the database. */
export interface Lease {
  /**
   * Keeps the lease. Called first in each transaction of the job, it keeps a runner that was asleep
   * for longer than its lease from writing beside the next one.
   *
   * @throws LeaseLost when another runner has it.
   */
  renew(trx: Knex): Promise<void>;
  release(): Promise<void>;
}

/** Another runner took over. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly code = 'lease_lost';
}

/** Takes the lease of a job; null while another runner has it. */
export async function leaseOf(db: Knex, clock: Clock, name: string): Promise<Lease | null> {
  const holder = textOf(randomBytes(16));
  const times = (): { now: string; until: string; latest: string } => {
    const now = clock().getTime();
    const inLeases = (count: number): string =>
      new Date(now + count * LEASE_MINUTES * 60_000).toISOString();
    // the holder may have renewed while this waited for the database: that is not a clock set back
    return { now: inLeases(0), until: inLeases(1), latest: inLeases(2) };
  };
  if (!(await takeLease(db, name, { holder, ...times() }))) return null;
  return {
    async renew(trx) {
      const kept = await prolongLease(trx, name, { holder, until: times().until });
      if (!kept) throw new LeaseLost('another runner took the job over');
    },
    release: () => releaseLease(db, name, holder),
  };
}
