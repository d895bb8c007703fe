import type { Knex } from 'knex';
import type { AttachmentId, CaseFacts, CaseId, SealedStatistics } from '../../crypto/public.js';
import type { CaseRow } from './rows.js';

/** The first day on which a purge may remove a case, null while it is open. */
export type PurgeOn = (row: CaseRow) => CaseFacts['purgeOn'];

/** Reads the rules by which cases are purged now. */
export type ReadPurgeOn = (db: Knex) => Promise<PurgeOn>;

/** Gives uploads to a case, within the transaction that stores what they belong to. */
export type BindAttachments = (
  trx: Knex,
  caseId: CaseId,
  ids: readonly AttachmentId[],
) => Promise<void>;

/**
 * Stores the statistics record of a case, a row for each recipient; answers whether none of them was
 * there.
 */
export type KeepStatistics = (trx: Knex, records: readonly SealedStatistics[]) => Promise<boolean>;

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
