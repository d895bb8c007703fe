import {
  receiptCommitment,
  receiptFields,
  sign,
  toBase64,
  writeReceipt,
  type Day,
  type ReceiptClaim,
  type RecordHash,
  type ReporterKeys,
  type SigningKeys,
} from '../../crypto/private.js';
import type { TestOrganisation } from './organisation.js';

/** The organisation with receipts switched on, signed by these keys; those of before end on a day. */
export function givingReceipts(
  organisation: TestOrganisation,
  { publicKey }: Pick<SigningKeys, 'publicKey'>,
  ended: Day = organisation.directory.date,
): TestOrganisation {
  return organisation.next((directory) => ({
    ...directory,
    channels: directory.channels.map((channel) => ({ ...channel, receipts: true })),
    receiptKeys: [
      ...directory.receiptKeys.map((key) => ({ ...key, until: key.until ?? ended })),
      { sig: toBase64(publicKey), until: null },
    ],
  }));
}

/** A receipt as an honest server and client make it, or otherwise where `change` says so. */
export function makeReceipt(
  { directory }: TestOrganisation,
  keys: ReporterKeys,
  record: RecordHash,
  { secretKey }: Pick<SigningKeys, 'secretKey'>,
  change: Partial<ReceiptClaim> = {},
): Uint8Array {
  const claim: ReceiptClaim = {
    installation: directory.installation,
    day: directory.date,
    practice: false,
    commitment: receiptCommitment(keys.caseId, record, keys.receiptSalt),
    ...change,
  };
  const signature = sign(secretKey, 'receipt', ...receiptFields(claim));
  return writeReceipt(keys, record, claim, toBase64(signature));
}
