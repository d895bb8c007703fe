import type { Directory } from '../wire/directory.js';
import { fail } from './check.js';

/** No key twice; the newest alone may be in use, and is where a channel gives receipts. */
export function checkReceiptKeys({ receiptKeys, channels }: Directory): void {
  if (new Set(receiptKeys.map(({ sig }) => sig)).size !== receiptKeys.length) {
    fail('receipt key twice');
  }
  if (receiptKeys.slice(0, -1).some(({ until }) => until === null)) fail('receipt keys in use');
  const isGiven = channels.some(({ receipts }) => receipts);
  if (isGiven && receiptKeyInUse({ receiptKeys }) === null) fail('receipts without a key');
}

/** The public key (base64url) under which receipts are signed now, null where there is none. */
export function receiptKeyInUse({ receiptKeys }: Pick<Directory, 'receiptKeys'>): string | null {
  const newest = receiptKeys.at(-1);
  return newest?.until === null ? newest.sig : null;
}

/** Keys of receipts are added at the end, and end once; else old receipts would not verify. */
export function checkReceiptKeysFollow(before: Directory, after: Directory): void {
  for (const [index, { sig, until }] of before.receiptKeys.entries()) {
    const now = after.receiptKeys[index];
    if (now?.sig !== sig) fail('a receipt key was dropped');
    if (until !== null && now.until !== until) fail('a receipt key counts again');
  }
}
