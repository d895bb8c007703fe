import type { Knex } from 'knex';
import type { AuditEntry, CaseId } from '../../crypto/public.js';

interface AuditRow {
  scope: string;
  sequence: number;
  content: string | null;
  salt: string | null;
  content_hash: string;
  previous: string | null;
  hash: string;
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    scope: row.scope,
    sequence: row.sequence,
    content: row.content,
    salt: row.salt,
    contentHash: row.content_hash,
    previous: row.previous,
    hash: row.hash,
  };
}

/** Sequence and hash of a scope's newest entry, null where it has none. */
export async function newestLink(
  db: Knex,
  scope: string,
): Promise<{ sequence: number; hash: string } | null> {
  const row = await db<AuditRow>('audit')
    .where({ scope })
    .orderBy('sequence', 'desc')
    .first('sequence', 'hash');
  return row ?? null;
}

/** Stores one entry. */
export async function insertEntry(db: Knex, entry: AuditEntry): Promise<void> {
  await db<AuditRow>('audit').insert({
    scope: entry.scope,
    sequence: entry.sequence,
    content: entry.content,
    salt: entry.salt,
    content_hash: entry.contentHash,
    previous: entry.previous,
    hash: entry.hash,
  });
}

/** At most `limit` entries of a scope above a sequence, in order. */
export async function entriesAfter(
  db: Knex,
  scope: string,
  after: number,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await db<AuditRow>('audit')
    .where({ scope })
    .andWhere('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .select();
  return rows.map(entryOf);
}

/** The scope after this one in the order of the key, null at the end. */
export async function scopeAfter(db: Knex, scope: string): Promise<string | null> {
  const row = await db<AuditRow>('audit')
    .where('scope', '>', scope)
    .orderBy('scope')
    .first('scope');
  return row?.scope ?? null;
}

/** Forgets what a scope's entries say; their places and hashes stay. Answers how many there were. */
export async function eraseContents(db: Knex, scope: string): Promise<number> {
  return db<AuditRow>('audit')
    .where({ scope })
    .whereNotNull('content')
    .update({ content: null, salt: null });
}

/** The scopes of the cases that a reader may open now. */
export async function caseScopes(
  db: Knex,
  reader: string,
): Promise<{ scope: string; case: CaseId }[]> {
  return db<{ reader: string }>('access')
    .join('cases', 'cases.id', 'access.case_id')
    .where('access.reader', reader)
    .andWhere('cases.purging', 0)
    .orderBy('cases.audit_scope')
    .select<{ scope: string; case: CaseId }[]>('cases.audit_scope as scope', 'cases.id as case');
}

/** Whether a scope is that of a case which the reader may open now. */
export async function mayReadCaseScope(db: Knex, reader: string, scope: string): Promise<boolean> {
  const row = await db<{ audit_scope: string }>('cases')
    .join('access', 'access.case_id', 'cases.id')
    .where({ 'cases.audit_scope': scope, 'access.reader': reader, 'cases.purging': 0 })
    .first<{ id: string } | undefined>('cases.id');
  return row !== undefined;
}
