import type { Knex } from 'knex';
import { CHUNK_BYTES } from '../../crypto/public.js';

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

/** Bytes of files that were announced and have not arrived yet. */
export async function unsentBytes(db: Knex): Promise<number> {
  const [announced] = await db('attachments')
    .whereNull('case_id')
    .sum<{ bytes: number | string | null }[]>({ bytes: 'size' });
  const [stored] = await db('chunks')
    .whereIn('attachment', db('attachments').whereNull('case_id').select('id'))
    .count<{ chunks: number | string }[]>({ chunks: '*' });
  const bytes = Number(announced?.bytes ?? 0) - Number(stored?.chunks ?? 0) * CHUNK_BYTES;
  return Math.max(0, bytes);
}
