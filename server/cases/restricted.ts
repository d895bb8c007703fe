import type { Knex } from 'knex';
import { type GuestTerms, isEpochEntry, type NewEntry } from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import type { CaseRow } from '../records/rows.js';
import { readEpochBody } from '../records/rules.js';
import { guestTermsOf } from '../records/service.js';

/** Whether a guest may do and stay no more than before. */
function isWithin(now: GuestTerms, before: GuestTerms | undefined): boolean {
  return (
    before !== undefined &&
    now.until <= before.until &&
    (!now.write || before.write) &&
    (!now.save || before.save)
  );
}

/**
 * Nothing of a restricted case is given out anew: its keys may change, and guests who read it may be
 * let go or kept shorter, but none comes or goes further (docs/decisions/0019-holding.md).
 *
 * @throws ApiError `case_restricted`.
 */
export async function checkGuestsStay(
  db: Knex,
  row: CaseRow,
  entries: readonly NewEntry[],
): Promise<void> {
  if (row.restricted === 0) return;
  for (const entry of entries.filter(isEpochEntry)) {
    for (const { id, guest } of readEpochBody(entry).members) {
      if (guest === undefined) continue;
      if (!isWithin(guest, await guestTermsOf(db, row, id))) throw new ApiError('case_restricted');
    }
  }
}
