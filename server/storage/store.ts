import type { Knex } from 'knex';

/** Bytes of the database that hold something, and those that are free inside its file. */
export async function databaseSpace(db: Knex): Promise<{ used: number; free: number }> {
  const ask = async (name: 'page_size' | 'page_count' | 'freelist_count'): Promise<number> => {
    const [row] = await db.raw<Record<string, number>[]>(`pragma ${name}`);
    return row?.[name] ?? 0;
  };
  const [size, pages, free] = [
    await ask('page_size'),
    await ask('page_count'),
    await ask('freelist_count'),
  ];
  return { used: (pages - free) * size, free: free * size };
}
