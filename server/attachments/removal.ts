import type { Knex } from 'knex';
import { addDays, type Day } from '../../crypto/public.js';
import {
  abandonedSince,
  attachmentById,
  deleteAttachment,
  deleteChunks,
  ERASED_DAY,
} from './store.js';

/** Days for which an upload that no entry took up is kept. */
const KEPT_DAYS = 2;
/** Chunks removed in one transaction: reports wait no longer for them than for an upload. */
const REMOVED_AT_ONCE = 8;

/**
 * Removes an upload in small transactions; between them it is an upload that lacks chunks. Answers
 * false, and removes nothing more, once an entry took it up.
 */
export async function removeUpload(db: Knex, id: string): Promise<boolean> {
  for (;;) {
    const done = await db.transaction(async (trx) => {
      const row = await attachmentById(trx, id);
      if (row === undefined) return true;
      if (row.case_id !== null) return false;
      if ((await deleteChunks(trx, id, REMOVED_AT_ONCE)) > 0) return null;
      await deleteAttachment(trx, id);
      return true;
    });
    if (done !== null) return done;
  }
}

/**
 * Removes the uploads that were announced two days before `today` or earlier and that no entry took
 * up. Others work on in between; it may stop at any point and go on later.
 *
 * @returns how many there were.
 */
export async function removeAbandoned(db: Knex, today: Day): Promise<number> {
  return removeSince(db, addDays(today, -KEPT_DAYS));
}

/** Removes the files that erasures made nobody's; answers how many there were. */
export async function removeErased(db: Knex): Promise<number> {
  return removeSince(db, ERASED_DAY);
}

async function removeSince(db: Knex, last: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const id = await abandonedSince(db, last);
    if (id === undefined) return removed;
    if (await removeUpload(db, id)) removed += 1;
  }
}
