import { openBox, sealBox } from './box.js';
import { concat, fromBase64, toBase64 } from './bytes.js';
import type { ReporterKeys } from './case-key.js';
import { daysBetween } from './day.js';
import { ProtocolError } from './errors.js';
import type { RecordHash } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { receiptCommitment, receiptFields, type ReceiptClaim } from './receipt.js';
import { verify } from './signature.js';
import type { Directory } from './wire/directory.js';
import { KeptReceipt } from './wire/receipt.js';

const LINE_END = 0x0a;
/** A receipt's day is the server's, a key's last day an administrator's, who may live elsewhere. */
const DAYS_OF_GRACE = 1;

function context({ installation, day, commitment }: ReceiptClaim): string[] {
  return [installation, day, commitment];
}

/**
 * The bytes of a receipt's file. The record hash goes along sealed, so that the case key alone shows
 * that the receipt is this reporter's, also when the case was removed long ago.
 */
export function writeReceipt(
  keys: Pick<ReporterKeys, 'receiptKey'>,
  record: RecordHash,
  claim: ReceiptClaim,
  signature: string,
): Uint8Array {
  const { installation, day, practice, commitment } = claim;
  const box = sealBox(keys.receiptKey, 'receipt', context(claim), fromBase64(record));
  const document: KeptReceipt = {
    format: 'casekey receipt 1',
    installation,
    day,
    practice,
    commitment,
    signature,
    opening: toBase64(box),
  };
  return concat(toJsonBytes(document), Uint8Array.of(LINE_END));
}

/**
 * Reads a receipt's file. The line's end may be missing; nothing else may differ from what
 * {@link writeReceipt} writes. Throws `malformed`. It says nothing of whether the receipt holds.
 */
export function readReceipt(bytes: Uint8Array): KeptReceipt {
  const last = bytes.length - 1;
  return fromJsonBytes(KeptReceipt, bytes[last] === LINE_END ? bytes.subarray(0, last) : bytes);
}

/**
 * Whether a receipt holds by a directory, which the caller has verified: `holds`; `elsewhere`, of
 * another installation; `unsigned`, by none of the directory's keys, so that something was changed or
 * made up; `after_key`, for a day on which its key no longer counted.
 */
export type ReceiptVerdict =
  | { verdict: 'holds'; /** By a key that another has replaced. */ formerKey: boolean }
  | { verdict: 'elsewhere' | 'unsigned' | 'after_key' };

/** See {@link ReceiptVerdict}. */
export function checkReceipt(receipt: KeptReceipt, directory: Directory): ReceiptVerdict {
  if (receipt.installation !== directory.installation) return { verdict: 'elsewhere' };
  const signature = fromBase64(receipt.signature);
  const fields = receiptFields(receipt);
  const key = directory.receiptKeys.find(({ sig }) =>
    verify(fromBase64(sig), signature, 'receipt', ...fields),
  );
  if (key === undefined) return { verdict: 'unsigned' };
  if (key.until !== null && daysBetween(key.until, receipt.day) > DAYS_OF_GRACE) {
    return { verdict: 'after_key' };
  }
  return { verdict: 'holds', formerKey: key.until !== null };
}

/**
 * The record hash of the report that a receipt is of, for whoever has its case key. Throws
 * `wrong_commitment` where it is of another case key's report, or was changed, and `does_not_open`.
 */
export function openReceipt(receipt: KeptReceipt, keys: ReporterKeys): RecordHash {
  const box = fromBase64(receipt.opening);
  const opened = openBox(keys.receiptKey, 'receipt', context(receipt), box);
  const record = toBase64(opened) as RecordHash;
  if (receiptCommitment(keys.caseId, record, keys.receiptSalt) !== receipt.commitment) {
    throw new ProtocolError('wrong_commitment', 'receipt');
  }
  return record;
}
