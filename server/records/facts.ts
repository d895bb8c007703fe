import type { Knex } from 'knex';
import type { AttachmentId, CaseFacts, CaseId } from '../../crypto/public.js';
import type { CaseRow } from './rows.js';

/** The day from which a case may be purged, null while it is open. */
export type PurgeOn = (db: Knex, row: CaseRow) => Promise<CaseFacts['purgeOn']>;

/** Gives uploads to a case, within the transaction that stores what they belong to. */
export type BindAttachments = (
  trx: Knex,
  caseId: CaseId,
  ids: readonly AttachmentId[],
) => Promise<void>;

/** What the server knows of a case and tells everyone who may open it. */
export async function caseFacts(db: Knex, row: CaseRow, purgeOn: PurgeOn): Promise<CaseFacts> {
  return {
    id: row.id,
    organisation: row.organisation,
    channel: row.channel,
    country: row.country,
    practice: row.practice === 1,
    receivedOn: row.received_day,
    closedOn: row.closed_day,
    purgeOn: await purgeOn(db, row),
  };
}
