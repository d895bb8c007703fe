import type { Knex } from 'knex';
import { addDays, AGREED_REMOVAL_DAYS, type CaseId, type Day } from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';

/** What a purge needs to know of a closed case. */
export type ClosedCase = Pick<
  CaseRow,
  | 'id'
  | 'channel'
  | 'practice'
  | 'audit_scope'
  | 'received_day'
  | 'active_day'
  | 'processed_day'
  | 'processed_paused'
  | 'paused_day'
  | 'paused_days'
  | 'removal_day'
> & {
  closed_day: Day;
};

const closedColumns = [
  'id',
  'channel',
  'practice',
  'audit_scope',
  'received_day',
  'active_day',
  'closed_day',
  'processed_day',
  'processed_paused',
  'paused_day',
  'paused_days',
  'removal_day',
] as const;

/** Directories above a version, oldest first. */
export async function directoriesAfter(
  db: Knex,
  version: number,
): Promise<{ version: number; document: string; day: Day }[]> {
  return db<{ version: number; document: string; day: Day }>('directories')
    .where('version', '>', version)
    .orderBy('version')
    .select('version', 'document', 'day');
}

/**
 * Cases closed on a day or before, after a place in the order of closing, no decision pending, none
 * held or restricted.
 */
export async function closedUntil(
  db: Knex,
  last: Day,
  after: Pick<ClosedCase, 'closed_day' | 'id'> | null,
  limit: number,
): Promise<ClosedCase[]> {
  const place = after ?? { closed_day: '', id: '' };
  return db('cases')
    .where({ purging: 0, decision_due_day: null, paused_day: null })
    .andWhere('closed_day', '<=', last)
    .andWhereRaw('(closed_day, id) > (?, ?)', [place.closed_day, place.id])
    .orderBy(['closed_day', 'id'])
    .limit(limit)
    .select<ClosedCase[]>(...closedColumns);
}

/** Lets cases whose removal was agreed on a day or before go so many days later. */
export async function putOffRemovals(trx: Knex, agreed: Day, days: number): Promise<void> {
  await trx('cases')
    .where('removal_day', '<=', addDays(agreed, AGREED_REMOVAL_DAYS))
    .andWhere('purging', 0)
    .update({ removal_day: trx.raw("date(removal_day, '+' || ? || ' days')", [days]) });
}

/** Cases whose purge began. */
export async function begunCases(db: Knex, limit: number): Promise<ClosedCase[]> {
  return db('cases')
    .where({ purging: 1 })
    .limit(limit)
    .select<ClosedCase[]>(...closedColumns);
}

/**
 * Begins the purge of a case, unless it was reopened or held, its reporter or a handler wrote, or an
 * agreement to remove it was taken back meanwhile. From
 * here on nobody can open it: its token is forgotten with the same statement.
 */
export async function beginPurge(
  trx: Knex,
  {
    id,
    closed_day,
    active_day,
    processed_day,
    paused_days,
    removal_day,
  }: Omit<ClosedCase, 'channel' | 'practice' | 'audit_scope' | 'received_day' | 'paused_day'>,
): Promise<boolean> {
  const changed = await trx<CaseRow>('cases')
    .where({
      id,
      closed_day,
      active_day,
      processed_day,
      paused_days,
      removal_day,
      decision_due_day: null,
      paused_day: null,
      purging: 0,
    })
    .update({ purging: 1, token_hash: null });
  return changed === 1;
}

/** Tables of small rows, access first, with the columns that follow the case in their keys. */
const smallTables = [
  { table: 'access', key: ['reader'] },
  { table: 'grants', key: ['compartment', 'epoch', 'recipient'] },
  { table: 'own_keys', key: ['reader', 'compartment', 'epoch'] },
  { table: 'heads', key: ['reader'] },
  { table: 'readings', key: ['sequence'] },
  { table: 'openings', key: ['reader'] },
  { table: 'identity_requests', key: ['id'] },
  { table: 'identity_questions', key: ['recipient', 'request'] },
  { table: 'overviews', key: [] },
] as const;

/** Removes up to `most` small rows of some cases; answers how many there were. */
export async function deleteSmallRows(
  trx: Knex,
  ids: readonly CaseId[],
  most: number,
): Promise<number> {
  let removed = 0;
  for (const { table, key } of smallTables) {
    const left = most - removed;
    if (left <= 0) break;
    const columns = ['case_id', ...key];
    const rows = trx(table).whereIn('case_id', ids);
    removed += await rows
      .clone()
      .whereIn(columns, rows.clone().limit(left).select(columns))
      .delete();
  }
  return removed;
}

interface EntryPlace {
  case_id: CaseId;
  compartment: string;
  sequence: number;
  bytes: number;
}

/** Removes entries of some cases up to so many bytes, one at least; answers how many there were. */
export async function deleteEntries(
  trx: Knex,
  ids: readonly CaseId[],
  mostRows: number,
  mostBytes: number,
): Promise<number> {
  const found: EntryPlace[] = await trx('entries')
    .whereIn('case_id', ids)
    .limit(mostRows)
    .select('case_id', 'compartment', 'sequence', trx.raw('length(body) as bytes'));
  let bytes = 0;
  const chosen = found.filter((entry, index) => {
    bytes += entry.bytes;
    return index === 0 || bytes <= mostBytes;
  });
  if (chosen.length === 0) return 0;
  return trx('entries')
    .whereIn(
      ['case_id', 'compartment', 'sequence'],
      chosen.map(({ case_id, compartment, sequence }) => [case_id, compartment, sequence]),
    )
    .delete();
}

/** Removes up to `most` chunks of some cases' files; answers how many there were. */
export async function deleteChunks(
  trx: Knex,
  ids: readonly CaseId[],
  most: number,
): Promise<number> {
  const rows = trx('chunks')
    .join('attachments', 'attachments.id', 'chunks.attachment')
    .whereIn('attachments.case_id', ids)
    .limit(most)
    .select('chunks.id');
  return trx('chunks').whereIn('id', rows).delete();
}

/** Removes the files of some cases once all their chunks are gone. */
export async function deleteAttachments(trx: Knex, ids: readonly CaseId[]): Promise<void> {
  await trx('attachments').whereIn('case_id', ids).delete();
}

/** Removes the last row of each of some cases whose purge began; answers how many there were. */
export async function deleteCases(trx: Knex, ids: readonly CaseId[]): Promise<number> {
  return trx('cases').whereIn('id', ids).andWhere('purging', 1).delete();
}

/** A closed case whose day of decision lies before a day. */
export async function undecidedBefore(db: Knex, day: Day): Promise<CaseRow | undefined> {
  return db<CaseRow>('cases')
    .where('decision_due_day', '<', day)
    .andWhere('purging', 0)
    .orderBy('decision_due_day')
    .first();
}
