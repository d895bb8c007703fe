import type { Knex } from 'knex';
import type { Day, ReaderId } from '../../crypto/public.js';
import type { AccessRow, CaseRow } from '../records/rows.js';

/**
 * The cases that a guest may read on a day, the newest activity first, or the one of this id: those
 * whose access did not end before.
 */
export async function guestCases(
  db: Knex,
  guest: ReaderId,
  today: Day,
  id?: string,
): Promise<CaseRow[]> {
  const all = db<AccessRow>('access')
    .join('cases', (on) => on.on('access.case_id', 'cases.id'))
    .where({ 'access.reader': guest, 'cases.purging': 0 })
    .where('access.last_day', '>=', today);
  return (id === undefined ? all : all.where('cases.id', id))
    .orderBy([
      { column: 'cases.active_day', order: 'desc' },
      { column: 'cases.id', order: 'desc' },
    ])
    .select<CaseRow[]>('cases.*');
}
