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

/**
 * Whether a rule keeps what times want to be kept, and lets go what they want gone: `too_soon` where a
 * case can go before one of them lets it, `too_long` where one ends in every case before the rule does.
 *
 * @param wins which of the rule's own times counts where two cannot both hold.
 */
export function breachesOf(
  rule: { readonly clauses: readonly Clause[]; readonly wins: 'longer' | 'shorter' | null },
  wanted: readonly Clause[],
): ('too_soon' | 'too_long')[] {
  const isKept = (kept: Clause): boolean =>
    rule.wins !== 'shorter' && rule.clauses.some((own) => keeps(own) && !canOutlast(kept, own));
  const tooSoon = wanted.some(
    (kept) =>
      keeps(kept) &&
      !isKept(kept) &&
      rule.clauses.some((own) => ends(own) && canOutlast(kept, own)),
  );
  const tooLong = wanted.some(
    (end) =>
      ends(end) &&
      rule.clauses
        .filter(ends)
        .every((own) => rank[own.anchor] >= rank[end.anchor] && own.months > end.months),
  );
  return [...(tooSoon ? (['too_soon'] as const) : []), ...(tooLong ? (['too_long'] as const) : [])];
}
