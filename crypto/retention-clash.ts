import type { RetentionClause } from './wire/retention.js';

type Clause = Pick<RetentionClause, 'kind' | 'months' | 'anchor'>;

/** In which order anchors fall in every case; those of one rank fall on one day. */
const rank = { receipt: 0, closure: 1, outcome: 1, last_processing: 2, year_end: 3 } as const;

function keeps({ kind }: Clause): boolean {
  return kind === 'at_least' || kind === 'keep_then_delete';
}

function ends({ kind }: Clause): boolean {
  return kind === 'at_most' || kind === 'keep_then_delete';
}

/**
 * Whether what has to be kept for the first can last longer than the second allows, in some case. It
 * cannot where it runs from the same day or an earlier one, and for no more months; the last entry of
 * a case may come after the end of the year in which it was closed.
 */
function canOutlast(kept: Clause, allowed: Clause): boolean {
  const isLater = rank[kept.anchor] > rank[allowed.anchor];
  const isApart = kept.anchor === 'last_processing' && allowed.anchor === 'year_end';
  return isLater || isApart || kept.months > allowed.months;
}

/** Whether some case would have to be kept longer than it may be: somebody has to decide which counts. */
export function clashes(clauses: readonly Clause[]): boolean {
  return clauses.some(
    (kept, index) =>
      keeps(kept) &&
      clauses.some((other, at) => at !== index && ends(other) && canOutlast(kept, other)),
  );
}
