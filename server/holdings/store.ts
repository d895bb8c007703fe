import type { Knex } from 'knex';

/** How many cases a reader can open, and in how many of them nobody of some others can. */
export interface Held {
  cases: number;
  alone: number;
}

/**
 * Counts the cases of a reader.
 *
 * @param others who would keep a case from being the reader's alone.
 */
export async function casesHeld(
  db: Knex,
  reader: string,
  others: readonly string[],
): Promise<Held> {
  const [row] = await db('access as held')
    .where('held.reader', reader)
    .select<{ cases: number; shared: number | null }[]>(
      db.raw('count(*) as cases'),
      db.raw(
        `sum(exists (select 1 from access as other
           where other.case_id = held.case_id
             and other.reader in (select value from json_each(?)))) as shared`,
        [JSON.stringify(others.filter((other) => other !== reader))],
      ),
    );
  const cases = row?.cases ?? 0;
  return { cases, alone: cases - (row?.shared ?? 0) };
}
