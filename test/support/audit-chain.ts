import { auditContentHash, auditHash, type AuditEntry } from '../../crypto/private.js';
import type { TestServer } from './server.js';

interface Row {
  scope: string;
  sequence: number;
  content: string;
  salt: string;
  content_hash: string;
  previous: string | null;
  hash: string;
}

/** The rows of one chain, in order. */
export function chainRows({ db }: TestServer, scope: string): Promise<Row[]> {
  return db<Row>('audit').where({ scope }).orderBy('sequence').select();
}

/**
 * Writes a chain anew as whoever runs the server can: contents changed or left out, and every link
 * made again, so that the chain by itself holds.
 *
 * @param change gives the content of an entry as it shall be, null to leave the entry out.
 */
export async function rewriteChain(
  server: TestServer,
  scope: string,
  change: (content: string, sequence: number) => string | null,
): Promise<void> {
  const rows = await chainRows(server, scope);
  const made: Row[] = [];
  for (const row of rows) {
    const content = change(row.content, row.sequence);
    if (content === null) continue;
    const before = made.at(-1);
    const link: Pick<AuditEntry, 'scope' | 'sequence' | 'previous' | 'contentHash'> = {
      scope,
      sequence: made.length + 1,
      previous: before?.hash ?? null,
      contentHash: auditContentHash(content, row.salt),
    };
    made.push({
      scope,
      sequence: link.sequence,
      content,
      salt: row.salt,
      content_hash: link.contentHash,
      previous: link.previous,
      hash: auditHash(link),
    });
  }
  await server.db('audit').where({ scope }).delete();
  for (const row of made) await server.db('audit').insert(row);
}

/** Cuts the newest entries of a chain off. */
export async function truncateChain(
  { db }: TestServer,
  scope: string,
  keep: number,
): Promise<void> {
  await db('audit').where({ scope }).andWhere('sequence', '>', keep).delete();
}
