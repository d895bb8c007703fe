import { fromBase64, toBase64, type Field } from './bytes.js';
import { hash } from './derive.js';
import type { CaseId, RecordHash } from './ids.js';
import { signedBytes } from './signature.js';
import type { KeptReceipt } from './wire/receipt.js';

/** What a receipt's signature says. */
export type ReceiptClaim = Pick<KeptReceipt, 'installation' | 'day' | 'practice' | 'commitment'>;

/**
 * What stands in a receipt for a report: nobody can find the report by it without the salt, not even
 * with the database, and whoever has salt, case id and record hash can show that it is this report.
 *
 * @param salt 32 bytes in base64url that only the case key gives.
 */
export function receiptCommitment(caseId: CaseId, record: RecordHash, salt: string): string {
  const fields = [caseId, record, salt].map(fromBase64);
  return toBase64(hash('receipt commitment', ...fields));
}

/** The fields that a receipt signs. */
export function receiptFields({ installation, day, practice, commitment }: ReceiptClaim): Field[] {
  return [installation, day, practice ? 1 : 0, fromBase64(commitment)];
}

/** The bytes that a receipt's key signs: servers sign with what their platform has. */
export function receiptBytes(claim: ReceiptClaim): Uint8Array {
  return signedBytes('receipt', receiptFields(claim));
}
