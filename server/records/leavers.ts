import type { Knex } from 'knex';
import { addDays, AGREED_REMOVAL_DAYS, type Day } from '../../crypto/public.js';
import type { CaseRow } from './rows.js';

/** Whose each row is, in every table that keeps something of cases for one reader alone. */
const ownRows = [
  { table: 'access', column: 'reader' },
  { table: 'grants', column: 'recipient' },
  { table: 'own_keys', column: 'reader' },
  { table: 'heads', column: 'reader' },
  { table: 'openings', column: 'reader' },
  { table: 'statistics', column: 'recipient' },
  { table: 'packs', column: 'reader' },
  { table: 'identity_questions', column: 'recipient' },
] as const;

/** Removes all that is kept in cases for a reader who left, see {@link forgetReader}. */
export type ForgetReader = (trx: Knex, reader: string) => Promise<void>;

/**
 * The day from which a handler whom all others left alone may act by themselves, counted from the day
 * on which something was proposed, or somebody went: as long as a removal waits on which two agreed.
 */
export function aloneFrom(day: Day): Day {
  return addDays(day, AGREED_REMOVAL_DAYS);
}

/**
 * Ends what a reader proposed about removing cases: whoever leaves, or whose account is closed, agrees
 * to nothing that comes later. What two agreed on stands.
 */
export async function endProposals(trx: Knex, reader: string): Promise<void> {
  await trx<CaseRow>('cases').where('removal_by', reader).update({ removal_by: null });
}

/**
 * Lets the time begin anew in every case of which somebody who leaves ever had a key, so that nobody's
 * leaving makes one of the others act alone at once, and ends what they proposed. To be called before {@link forgetReader}, which
 * removes what says which cases these are.
 */
export async function noteLeaving(trx: Knex, reader: string, day: Day): Promise<void> {
  await endProposals(trx, reader);
  const from = aloneFrom(day);
  await trx<CaseRow>('cases')
    .whereIn('id', trx('grants').where('recipient', reader).select('case_id'))
    .andWhere((where) => {
      void where.whereNull('alone_from_day').orWhere('alone_from_day', '<', from);
    })
    .update({ alone_from_day: from });
}

/**
 * Removes all that is kept in cases for a reader who left: nobody signs in for it any more, and
 * nobody else can open it, so that it would serve only a thief who has that person's keys. Others'
 * keys, and the entries that name the person among the members, stay as they are.
 *
 * Whole tables are searched: where somebody was taken off a case before, nothing but the rows
 * themselves says so. People leave rarely; an index would make every report dearer.
 */
export const forgetReader: ForgetReader = async (trx, reader) => {
  for (const { table, column } of ownRows) await trx(table).where(column, reader).delete();
};
