import type { Knex } from 'knex';

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
