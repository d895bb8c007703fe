import type { Knex } from 'knex';
import {
  PREVIEW_LIMIT,
  type Day,
  type RetentionMove,
  type RetentionPreview,
  type RetentionPreviewRequest,
} from '../../crypto/public.js';
import type { ReadRules } from './rules.js';
import { closedCasesOf } from './store.js';

/** Tells what a rule would move of a channel's closed cases, were it published today. */
export type PreviewRule = (request: RetentionPreviewRequest) => Promise<RetentionPreview>;

/** In the order of days, those without one at the end. */
function inOrder(one: RetentionMove, other: RetentionMove): number {
  const key = ({ from, to }: RetentionMove): string => `${from ?? '~'} ${to ?? '~'}`;
  return key(one) < key(other) ? -1 : 1;
}

/**
 * Makes the preview. It names no case: how many there are, and the days, are what the server tells
 * administrators anyway. Practice cases keep their own time, so no rule moves them.
 */
export function createPreview(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly readRules: ReadRules;
}): PreviewRule {
  const { db, today, readRules } = options;
  return async ({ channel, rule }) => {
    const rules = await readRules(db, today());
    const cases = (await closedCasesOf(db, channel)).filter(({ practice }) => practice === 0);
    const moves = new Map<string, RetentionMove>();
    let moved = 0;
    for (const row of cases) {
      const [from, to] = [rules.purgeOn(row), rules.wouldBe(row, rule)];
      if (from === to) continue;
      moved += 1;
      const key = `${from ?? ''} ${to ?? ''}`;
      moves.set(key, { from, to, cases: (moves.get(key)?.cases ?? 0) + 1 });
    }
    const ordered = [...moves.values()].sort(inOrder).slice(0, PREVIEW_LIMIT);
    return { closed: cases.length, moved, moves: ordered };
  };
}
