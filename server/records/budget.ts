import type { Knex } from 'knex';
import type { CaseId, NewEntry, Party } from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import type { SlotOptions } from '../http/slots.js';
import { writtenBy } from './store.js';

/**
 * What one author may write into one case. Each has a share of their own, so that nobody can fill a
 * case for the others, and no case grows past what a server can hand out in one answer.
 */
export const SHARE = { bytes: 8 * 1024 * 1024, entries: 2_000, epochs: 50 } as const;

/** Whole cases handed out at once, to reporters and to handlers: what they hold stays bounded. */
export const WHOLE_CASES: SlotOptions = { count: 8, queue: 500, each: 4, patience: 30_000 };
/** Bytes of bodies up to which a case is a small one, as nearly all are. */
export const SMALL_CASE = 256 * 1024;
/** The same for small ones: whoever takes a large case of their own slowly keeps none of them waiting. */
export const SMALL_CASES: SlotOptions = { count: 128, queue: 500, each: 4, patience: 30_000 };

/**
 * Checks an author's share of a case with what is about to be added.
 *
 * @throws ApiError `case_full` where it would be exceeded.
 */
export async function checkShare(
  db: Knex,
  caseId: CaseId,
  author: Party,
  entries: readonly NewEntry[],
): Promise<void> {
  const before = await writtenBy(db, caseId, author);
  const added = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  const epochs = entries.filter(({ header }) => header.form === 'epoch').length;
  const fits =
    before.bytes + added <= SHARE.bytes &&
    before.entries + entries.length <= SHARE.entries &&
    before.epochs + epochs <= SHARE.epochs;
  if (!fits) throw new ApiError('case_full');
}

/** Bytes of an entry's body as it is stored, or a little more. */
function sizeOf(entry: NewEntry): number {
  const text = 'ciphertext' in entry ? entry.ciphertext : entry.body;
  return Math.ceil(text.length * 0.75);
}
