import type { Knex } from 'knex';
import type {
  AttachmentId,
  CaseFacts,
  CaseId,
  Compartment,
  SealedStatistics,
} from '../../crypto/public.js';
import type { CaseRow } from './rows.js';

/** The first day on which a purge may remove a case, null while it is open. */
export type PurgeOn = (row: CaseRow) => CaseFacts['purgeOn'];

/** Reads the rules by which cases are purged now. */
export type ReadPurgeOn = (db: Knex) => Promise<PurgeOn>;

/** Nobody proposed or agreed to remove a case: what a case begins with, and what undoes it. */
export const NO_REMOVAL = { removal_by: null, removal_day: null } as const;

/** Gives uploads to a case, within the transaction that stores what they belong to. */
export type BindAttachments = (
  trx: Knex,
  caseId: CaseId,
  compartment: Compartment,
  ids: readonly AttachmentId[],
) => Promise<void>;

/**
 * Stores the statistics record of a case, a row for each recipient; answers whether none of them was
 * there.
 */
export type KeepStatistics = (trx: Knex, records: readonly SealedStatistics[]) => Promise<boolean>;

/** Takes files of a case away that entries there erase. */
export interface EraseFiles {
  /**
   * Makes them nobody's, in the transaction of the erasure.
   *
   * @throws ApiError `attachment_not_found` unless all are this case's and of this compartment.
   */
  release: BindAttachments;
  /**
   * Removes what the transaction left behind, in small steps, and cuts off the journal; after a crash
   * the next start of the server does the same.
   */
  finish(): Promise<void>;
}

/** What the server knows of a case and tells everyone who may open it. */
export function caseFacts(row: CaseRow, purgeOn: PurgeOn): CaseFacts {
  return {
    id: row.id,
    organisation: row.organisation,
    channel: row.channel,
    country: row.country,
    practice: row.practice === 1,
    receivedOn: row.received_day,
    closedOn: row.closed_day,
    purgeOn: purgeOn(row),
  };
}
