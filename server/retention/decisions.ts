import type { Knex } from 'knex';
import type { Day } from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { NO_REMOVAL } from '../records/facts.js';
import { changeCase } from '../records/service.js';
import type { InBatch } from './purge.js';
import { undecidedBefore } from './store.js';

/**
 * Reopens each closed case whose reporter wrote after closure and about which nobody decided in time.
 *
 * @returns how many there were.
 */
export async function escalateUndecided(
  { db, audit, today }: { readonly db: Knex; readonly audit: Audit; readonly today: Day },
  inBatch: InBatch,
): Promise<number> {
  let escalated = 0;
  while ((await undecidedBefore(db, today)) !== undefined) {
    const found = await inBatch(async (trx) => {
      const row = await undecidedBefore(trx, today);
      if (row === undefined) return false;
      await changeCase(trx, row, {
        active_day: today,
        closed_day: null,
        decision_due_day: null,
        ...NO_REMOVAL,
        escalated: 1,
      });
      await audit.append(trx, {
        scope: row.audit_scope,
        action: 'escalated',
        actor: null,
        details: {},
      });
      return true;
    });
    if (found) escalated += 1;
  }
  return escalated;
}
