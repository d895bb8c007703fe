import { firstDayBy, type Day, type RetentionTerm } from '../../../crypto/private.js';
import type { CaseRow, RetentionView } from '../../../client/models.js';

/** A closed case that goes on another day than by the rules that count now. */
export interface MovedCase {
  row: CaseRow;
  /** By the rules that count now; null where they remove nothing by themselves. */
  from: Day | null;
  to: Day;
}

/**
 * The cases that a shorter rule moves, the one that goes first leading: during the 90 days before it
 * counts. It is worked out here, of the cases that this handler reads: no server is asked, and nobody
 * learns of others' cases. A case goes as was agreed where two handlers agreed, and a held one has no
 * day: neither is here.
 */
export function movedCases(rows: readonly CaseRow[], all: readonly RetentionView[]): MovedCase[] {
  // as the worker has checked them
  const byChannel = new Map(all.map(({ channel, terms }) => [channel, terms as RetentionTerm[]]));
  const moved: MovedCase[] = [];
  for (const row of rows) {
    const [now, ...later] = byChannel.get(row.channel) ?? [];
    if (now === undefined || later.length === 0) continue;
    if (row.practice || row.fault !== null || row.counted === null || row.purgeOn === null) continue;
    const from = firstDayBy([now], false, row.counted);
    const to = firstDayBy([now, ...later], false, row.counted);
    if (to !== null && to !== from && row.purgeOn >= to) moved.push({ row, from, to });
  }
  return moved.sort((one, other) => (one.to < other.to ? -1 : one.to > other.to ? 1 : 0));
}
