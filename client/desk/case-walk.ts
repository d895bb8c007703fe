import { ProtocolError } from '../../crypto/private.js';
import { persist } from '../api.js';
import { ClientError, codeOf } from '../errors.js';
import type { BulkProgress, BulkResult } from '../models.js';
import type { OpenedForHandler } from './case-opening.js';
import { everyListing, type Listings } from './listings.js';
import type { Workplace } from './workplace.js';

export type OnBulk = (progress: BulkProgress) => void;

/** Work on every case that this person can open: it can be stopped, and begun again at any time. */
export interface CaseWalk {
  /** Ids of all of them, open and closed. */
  ids(signal?: AbortSignal): Promise<string[]>;
  /**
   * Opens one case after the other without marking anything as read. Answers the cases that could not
   * be opened: one that the server hands out broken keeps nobody from the others.
   */
  each(
    ids: readonly string[],
    visit: (opened: OpenedForHandler) => void,
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<BulkResult['failed']>;
  /**
   * Does the same in each case. What fails in one is named, and the others go on; what the person
   * or the network stops ends all, and what was done until then stays done.
   *
   * @param work answers whether anything had to be done.
   */
  work(
    ids: readonly string[],
    work: (id: string) => Promise<boolean>,
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<BulkResult>;
}

/** See {@link CaseWalk}. */
export function createCaseWalk(listings: Listings, workplace: Workplace): CaseWalk {
  const isGone = (error: unknown): boolean =>
    error instanceof ClientError && error.code === 'case_not_found';

  return {
    async ids(signal) {
      const found = new Set<string>();
      const patient: Listings = (...page) => persist(() => listings(...page), signal);
      for await (const listing of everyListing(patient, signal)) found.add(listing.case.id);
      return [...found];
    },

    async each(ids, visit, onProgress, signal) {
      const failed: BulkResult['failed'] = [];
      for (const [index, id] of ids.entries()) {
        signal?.throwIfAborted();
        onProgress({ done: index, of: ids.length });
        try {
          const opened = await persist(() => workplace.open(id), signal);
          visit(opened);
          // what is kept only makes the next opening quick: a server that refuses it stops nothing
          await workplace.keepKeys(opened).catch(throwIfEnd);
        } catch (error) {
          // taken from this person, or purged, meanwhile
          if (!isGone(error)) failed.push(failedCase(id, error));
        }
      }
      onProgress({ done: ids.length, of: ids.length });
      return failed;
    },

    async work(ids, work, onProgress, signal) {
      const result: BulkResult = { changed: 0, failed: [] };
      for (const [index, id] of ids.entries()) {
        signal?.throwIfAborted();
        onProgress({ done: index, of: ids.length });
        try {
          if (await work(id)) result.changed += 1;
        } catch (error) {
          if (!isGone(error)) result.failed.push(failedCase(id, error));
        }
      }
      onProgress({ done: ids.length, of: ids.length });
      return result;
    },
  };
}

/** A case in which it failed. Throws on what no other case will fare better with. */
function failedCase(id: string, error: unknown): BulkResult['failed'][number] {
  throwIfEnd(error);
  return { id, code: codeOf(error) };
}

/** Throws on what no other case will fare better with. */
export function throwIfEnd(error: unknown): void {
  if (endsAll(error)) throw error;
}

/** Whether no other case would fare better: the person or the network stops all, or a fault of ours. */
export function endsAll(error: unknown): boolean {
  if (error instanceof ProtocolError) return false;
  if (!(error instanceof ClientError)) return true;
  return error.temporary || ['cancelled', 'sign_in_needed', 'forbidden'].includes(error.code);
}
