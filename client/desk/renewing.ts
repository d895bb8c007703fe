import type { BulkResult } from '../models.js';
import { holdersWhoWent, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { CaseWalk, OnBulk } from './case-walk.js';
import { prepareRenewal } from './case-work.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession, SignedInState } from './session.js';
import type { Workplace } from './workplace.js';

/** New keys for all cases in which people who left are still among the readers. */
export interface RenewalDesk {
  /**
   * Looks through this person's cases for readers who left. It goes by the directory and the cases
   * alone, whatever the server says of incidents. Null at once where nobody left since it was last
   * found that no case needs it. `failed` are cases of which nobody can tell, since they do not open.
   */
  findLeavers(
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<{ cases: number; names: string[]; failed: BulkResult['failed'] } | null>;
  /**
   * Renews the keys of the cases that were found, or looks first. May be stopped and called again.
   * What could not be looked into is among what failed.
   */
  renewAll(onProgress: OnBulk, signal?: AbortSignal): Promise<BulkResult>;
}

interface Found {
  /** How many had left when it was looked. */
  left: number;
  cases: Map<string, string[]>;
  /** Cases that did not open. */
  failed: BulkResult['failed'];
}

/** Those who have keys and may have none any more; empty where this person cannot renew them. */
function departedOf(opened: OpenedForHandler, me: string): string[] {
  return stayingMembers(opened).some(({ id }) => id === me) ? holdersWhoWent(opened) : [];
}

/** See {@link RenewalDesk}. */
export function createRenewalDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  workplace: Workplace,
  walk: CaseWalk,
): RenewalDesk {
  const found = new WeakMap<SignedInState, Found>();

  async function look(onProgress: OnBulk, signal?: AbortSignal): Promise<Found> {
    const state = session.signedIn();
    const { left } = await watch.leavers();
    const cases = new Map<string, string[]>();
    const failed = await walk.each(
      await walk.ids(signal),
      (opened) => {
        const departed = departedOf(opened, state.account.id);
        if (departed.length > 0) cases.set(opened.file.id, departed);
      },
      onProgress,
      signal,
    );
    const result = { left, cases, failed };
    if (cases.size === 0 && failed.length === 0) await watch.noteRenewed(left);
    found.set(state, result);
    return result;
  }

  return {
    async findLeavers(onProgress, signal) {
      const { left, renewed } = await watch.leavers();
      if (left <= renewed) return null;
      const { cases, failed } = await look(onProgress, signal);
      const { directory } = await watch.current();
      const ids = new Set([...cases.values()].flat());
      const names = directory.readers.flatMap(({ record }) =>
        ids.has(record.id) ? record.name : [],
      );
      return { cases: cases.size, names, failed };
    },

    async renewAll(onProgress, signal) {
      const state = session.signedIn();
      const { left, cases, failed } = found.get(state) ?? (await look(onProgress, signal));
      const needs = (opened: OpenedForHandler): boolean =>
        departedOf(opened, state.account.id).length > 0;
      const result = await walk.work(
        [...cases.keys()],
        async (id) => {
          const changed = await workplace.write(
            id,
            ['renew', left],
            (opened, me) => (needs(opened) ? prepareRenewal(opened, me) : null),
            { done: (opened) => !needs(opened), mends: true, signal },
          );
          cases.delete(id);
          return changed;
        },
        onProgress,
        signal,
      );
      result.failed.push(...failed);
      if (result.failed.length === 0) await watch.noteRenewed(left);
      found.delete(state);
      return result;
    },
  };
}
