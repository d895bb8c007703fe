import type { CaseRow } from '../models.js';

/**
 * Whether a case of the list counts as an open one. One that the clock opened again, since nobody
 * decided about what its reporter wrote after closure, counts by its record until it is closed anew or
 * reopened by somebody: the server can make no record that says otherwise, and nothing counts twice.
 * A request about data is no report and never counts.
 */
export function countsAsOpen({
  state,
  practice,
  dataRequest,
  outcome,
}: Pick<CaseRow, 'state' | 'practice' | 'dataRequest' | 'outcome'>): boolean {
  return state === 'open' && !practice && !dataRequest && outcome === null;
}
