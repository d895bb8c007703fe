import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  type AccountPart,
  AUDIT_PAGE,
  auditContentHash,
  auditHash,
  firstBrokenLink,
  randomBytes,
  toBase64,
  type AuditContent,
  type AuditEntry,
  type AuditScopes,
} from '../../crypto/public.js';
import { deleteHeads } from './heads-store.js';
import {
  caseScopes,
  entriesAfter,
  eraseContents,
  insertEntry,
  mayReadCaseScope,
  newestLink,
  scopeAfter,
} from './store.js';

/** Seen by every account of the desk. */
export const ORGANISATION_SCOPE = 'organisation';
/** Seen by administrators. */
export const OPERATION_SCOPE = 'operation';

const SALT_BYTES = 16;

/** What happened: `action` is a stable name that the desk translates. */
export interface AuditEvent {
  /** `organisation`, `operation` or a case's `audit_scope`. */
  scope: string;
  action: string;
  /** The account that acted, null for the server itself. */
  actor: string | null;
  details: AuditContent['details'];
}

/** Who asks for the log; `reader` is null for an administrator, who opens no case. */
export interface AuditViewer {
  part: AccountPart;
  reader: string | null;
}

/** What {@link Audit.verifyAll} found. */
export interface AuditVerdict {
  scopes: number;
  entries: number;
  /** The first entry of each scope that does not hold. */
  broken: { scope: string; sequence: number }[];
}

/** The log of what people at the desk and the server itself did, one hash chain for each scope. */
export interface Audit {
  /**
   * Adds an entry to its scope's chain, within the transaction of what it reports: neither is
   * stored without the other. The exact time stands in the salted content alone.
   */
  append(trx: Knex, event: AuditEvent): Promise<void>;
  /** The scopes that somebody may read, the organisation's first. */
  scopesFor(db: Knex, viewer: AuditViewer): Promise<v.InferOutput<typeof AuditScopes>['scopes']>;
  /** The next entries of a scope above `after`; null where it is unknown to this viewer. */
  list(db: Knex, viewer: AuditViewer, scope: string, after: number): Promise<AuditEntry[] | null>;
  /**
   * Erases contents and salts of a scope, and who signed its heads; its chain still verifies. Answers
   * how many contents there were.
   */
  eraseScope(trx: Knex, scope: string): Promise<number>;
  /** Checks every chain, a page at a time. Newest entries cut off leave no trace in the chain. */
  verifyAll(db: Knex): Promise<AuditVerdict>;
}

/** Makes the log; `clock` gives the time of each entry. */
export function createAudit({ clock }: { clock: () => Date }): Audit {
  return {
    async append(trx, { scope, action, actor, details }) {
      const before = await newestLink(trx, scope);
      const content = JSON.stringify({ at: clock().toISOString(), action, actor, details });
      const salt = toBase64(randomBytes(SALT_BYTES));
      const link = {
        scope,
        sequence: (before?.sequence ?? 0) + 1,
        previous: before?.hash ?? null,
        contentHash: auditContentHash(content, salt),
      };
      await insertEntry(trx, { ...link, content, salt, hash: auditHash(link) });
    },

    async scopesFor(db, viewer) {
      const general = generalScopes(viewer).map((scope) => ({ scope, case: null }));
      const cases = viewer.reader === null ? [] : await caseScopes(db, viewer.reader);
      return [...general, ...cases];
    },

    async list(db, viewer, scope, after) {
      return (await mayRead(db, viewer, scope)) ? entriesAfter(db, scope, after, AUDIT_PAGE) : null;
    },

    async eraseScope(trx, scope) {
      await deleteHeads(trx, scope);
      return eraseContents(trx, scope);
    },

    async verifyAll(db) {
      const verdict: AuditVerdict = { scopes: 0, entries: 0, broken: [] };
      let scope = await scopeAfter(db, '');
      while (scope !== null) {
        const { entries, broken } = await verifyScope(db, scope);
        verdict.scopes += 1;
        verdict.entries += entries;
        if (broken !== null) verdict.broken.push({ scope, sequence: broken });
        scope = await scopeAfter(db, scope);
      }
      return verdict;
    },
  };
}

/** The scopes of no case that somebody may read. */
export function generalScopes({ part }: AuditViewer): string[] {
  return seesOperation(part) ? [ORGANISATION_SCOPE, OPERATION_SCOPE] : [ORGANISATION_SCOPE];
}

function seesOperation(part: AuditViewer['part']): boolean {
  return part === 'administrator' || part === 'auditor';
}

/** Whether somebody may read a scope now. */
export async function mayRead(db: Knex, viewer: AuditViewer, scope: string): Promise<boolean> {
  if (scope === ORGANISATION_SCOPE) return true;
  if (scope === OPERATION_SCOPE) return seesOperation(viewer.part);
  return viewer.reader !== null && mayReadCaseScope(db, viewer.reader, scope);
}

async function verifyScope(
  db: Knex,
  scope: string,
): Promise<{ entries: number; broken: number | null }> {
  let entries = 0;
  let broken: number | null = null;
  let last: AuditEntry | null = null;
  for (;;) {
    const page = await entriesAfter(db, scope, last?.sequence ?? 0, AUDIT_PAGE);
    entries += page.length;
    broken ??= firstBrokenLink(page, last);
    last = page.at(-1) ?? null;
    if (page.length < AUDIT_PAGE) return { entries, broken };
  }
}
