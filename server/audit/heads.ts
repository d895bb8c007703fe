import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  faultInAuditHead,
  signersOf,
  type AccountId,
  type AuditHead,
  type AuditHeadFault,
  type AuditHeadsAnswer,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import {
  caseHeads,
  hashAt,
  headBy,
  headsAfter,
  headsOf,
  putHead,
  type HeadPlace,
} from './heads-store.js';
import { generalScopes, mayRead, type AuditViewer } from './service.js';

/** Most heads in one answer. */
export const HEADS_PAGE = 500;

/** A signed head that the log contradicts, or that nobody signed. */
export interface HeadContradiction {
  code: AuditHeadFault;
  head: AuditHead;
}

/** What heads need of the directory, and how a day is checked. */
export interface AuditHeadsOptions {
  readonly db: Knex;
  readonly current: (db: Knex) => Promise<VerifiedDirectory>;
  /** @throws ApiError `wrong_day`. */
  readonly checkDay: (day: string) => void;
}

/** Heads of the log's chains, signed by the accounts that followed them. */
export interface AuditHeads {
  /** The head of a chain that an account signed last. */
  own(scope: string, account: AccountId): Promise<AuditHead | null>;
  /**
   * All heads of the chains that somebody may read, the general ones first.
   *
   * @param cursor what an earlier page gave as `next`; null for the first.
   * @throws ApiError `malformed` for a cursor that no page gave.
   */
  list(viewer: AuditViewer, cursor: string | null): Promise<v.InferOutput<typeof AuditHeadsAnswer>>;
  /**
   * Keeps heads that an account signed, each in the place of the one before; all or none. An older
   * head than the one kept, from another window of the same person, changes nothing.
   *
   * @throws ApiError `forbidden` for a head of somebody else, `scope_not_found`, `wrong_day`,
   * `wrong_signature`, or `wrong_audit_head` where the chain has no such entry.
   */
  keep(account: AccountId, viewer: AuditViewer, heads: readonly AuditHead[]): Promise<void>;
}

/** Makes the keeper of heads. */
export function createAuditHeads({ db, current, checkDay }: AuditHeadsOptions): AuditHeads {
  async function keepOne(
    trx: Knex,
    viewer: AuditViewer,
    signers: ReadonlyMap<string, string>,
    head: AuditHead,
  ): Promise<void> {
    if (!(await mayRead(trx, viewer, head.scope))) throw new ApiError('scope_not_found');
    checkDay(head.day);
    const linked = await hashAt(trx, head.scope, head.sequence);
    const fault = asApiError(() => faultInAuditHead(head, linked, signers));
    if (fault === 'unknown_signer' || fault === 'wrong_signature') {
      throw new ApiError('wrong_signature');
    }
    if (fault !== null) throw new ApiError('wrong_audit_head');
    const before = await headBy(trx, head);
    if (before === null || before.sequence <= head.sequence) await putHead(trx, head);
  }

  return {
    own: (scope, account) => headBy(db, { scope, account }),

    async list(viewer, cursor) {
      const after = cursor === null ? null : placeOf(cursor);
      const general = generalScopes(viewer);
      const inGeneral = after === null || general.includes(after.scope);
      const heads = inGeneral ? await headsOf(db, general, after, HEADS_PAGE) : [];
      const left = HEADS_PAGE - heads.length;
      if (viewer.reader !== null && left > 0) {
        heads.push(...(await caseHeads(db, viewer.reader, inGeneral ? null : after, left)));
      }
      const last = heads.length < HEADS_PAGE ? undefined : heads.at(-1);
      return { heads, next: last === undefined ? null : `${last.scope}.${last.account}` };
    },

    async keep(account, viewer, heads) {
      if (heads.some((head) => head.account !== account)) throw new ApiError('forbidden');
      await db.transaction(async (trx) => {
        const signers = signersOf((await current(trx)).directory);
        for (const head of heads) await keepOne(trx, viewer, signers, head);
      });
    },
  };
}

function placeOf(cursor: string): HeadPlace {
  const [, scope, account] = /^([\w-]{1,100})\.([\w-]{22})$/.exec(cursor) ?? [];
  if (scope === undefined || account === undefined) throw new ApiError('malformed');
  return { scope, account: account as AccountId };
}

/** Compares every kept head with its chain, a page at a time; `signers` are the directory's keys. */
export async function verifyHeads(
  db: Knex,
  signers: ReadonlyMap<string, string>,
): Promise<{ heads: number; contradictions: HeadContradiction[] }> {
  const verdict: { heads: number; contradictions: HeadContradiction[] } = {
    heads: 0,
    contradictions: [],
  };
  let page: AuditHead[] = [];
  do {
    page = await headsAfter(db, page.at(-1) ?? null, HEADS_PAGE);
    for (const head of page) {
      const linked = await hashAt(db, head.scope, head.sequence);
      const code = faultInAuditHead(head, linked, signers);
      if (code !== null) verdict.contradictions.push({ code, head });
    }
    verdict.heads += page.length;
  } while (page.length === HEADS_PAGE);
  return verdict;
}
