import type { Knex } from 'knex';
import type { AuditHead } from '../../crypto/public.js';

const columns = ['scope', 'account', 'sequence', 'hash', 'day', 'signature'] as const;
const qualified = columns.map((column) => `audit_heads.${column} as ${column}`);

/** Where a page of heads ends: they are read in the order of their key. */
export type HeadPlace = Pick<AuditHead, 'scope' | 'account'>;

/** The head of a chain that an account signed last, null where it signed none. */
export async function headBy(db: Knex, { scope, account }: HeadPlace): Promise<AuditHead | null> {
  const row = await db<AuditHead>('audit_heads')
    .where({ scope, account })
    .first<AuditHead | undefined>(...columns);
  return row ?? null;
}

/** Keeps a head in the place of the same account's older one. */
export async function putHead(trx: Knex, head: AuditHead): Promise<void> {
  await trx<AuditHead>('audit_heads').insert(head).onConflict(['scope', 'account']).merge();
}

/** Heads of some chains after a place, in order. */
export async function headsOf(
  db: Knex,
  scopes: readonly string[],
  after: HeadPlace | null,
  limit: number,
): Promise<AuditHead[]> {
  const heads = db<AuditHead>('audit_heads').whereIn('scope', scopes);
  if (after !== null) {
    void heads.andWhereRaw('(scope, account) > (?, ?)', [after.scope, after.account]);
  }
  return heads
    .orderBy(['scope', 'account'])
    .limit(limit)
    .select<AuditHead[]>(...columns);
}

/**
 * Heads of the cases that a reader may open now, after a place, in order. It goes out from that
 * reader's own cases, so that its time tells nothing of others.
 */
export async function caseHeads(
  db: Knex,
  reader: string,
  after: HeadPlace | null,
  limit: number,
): Promise<AuditHead[]> {
  const heads = db('access')
    .joinRaw('cross join cases cross join audit_heads')
    .where({ 'access.reader': reader, 'cases.purging': 0 })
    .andWhereRaw('cases.id = access.case_id and audit_heads.scope = cases.audit_scope');
  if (after !== null) {
    void heads.andWhereRaw('(audit_heads.scope, audit_heads.account) > (?, ?)', [
      after.scope,
      after.account,
    ]);
  }
  return heads
    .orderBy(['audit_heads.scope', 'audit_heads.account'])
    .limit(limit)
    .select<AuditHead[]>(...qualified);
}

/** Every head after a place, whoever may read its chain. */
export async function headsAfter(
  db: Knex,
  after: HeadPlace | null,
  limit: number,
): Promise<AuditHead[]> {
  const { scope, account } = after ?? { scope: '', account: '' };
  return db<AuditHead>('audit_heads')
    .whereRaw('(scope, account) > (?, ?)', [scope, account])
    .orderBy(['scope', 'account'])
    .limit(limit)
    .select<AuditHead[]>(...columns);
}

/** Hash of the entry of that number, null where the chain has none. */
export async function hashAt(db: Knex, scope: string, sequence: number): Promise<string | null> {
  const row = await db('audit')
    .where({ scope, sequence })
    .first<{ hash: string } | undefined>('hash');
  return row?.hash ?? null;
}

/** Forgets who signed the heads of a chain. */
export async function deleteHeads(trx: Knex, scope: string): Promise<void> {
  await trx('audit_heads').where({ scope }).delete();
}
