import type { Knex } from 'knex';
import type { TestServer } from './server.js';

/** What came back from a request. */
export interface Answer {
  status: number;
  /** The stable code of an error, null where there is none. */
  code: string | null;
  text: string;
  json: unknown;
  bytes: Buffer;
  headers: Headers;
}

/** Asks a server, with JSON or raw bytes as the body. */
export async function ask(
  server: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  options: {
    readonly json?: unknown;
    readonly raw?: string;
    readonly bytes?: Uint8Array;
    readonly authorization?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers };
  let body: string | Uint8Array | undefined = options.raw;
  if (options.json !== undefined) body = JSON.stringify(options.json);
  if (body !== undefined) headers['Content-Type'] ??= 'application/json';
  if (options.bytes !== undefined) {
    body = options.bytes;
    headers['Content-Type'] ??= 'application/octet-stream';
  }
  if (options.authorization !== undefined) headers['Authorization'] = options.authorization;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // raw bytes, or nothing
  }
  return {
    status: response.status,
    code: codeOf(json),
    text,
    json,
    bytes,
    headers: response.headers,
  };
}

function codeOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('error' in json)) return null;
  const { error } = json;
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Every table that a case fills. */
const tables = [
  'cases',
  'entries',
  'grants',
  'own_keys',
  'heads',
  'overviews',
  'readings',
  'access',
  'attachments',
  'chunks',
  'audit',
];

/** How many rows each table of cases has. */
export async function countRows(db: Knex): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const row = await db(table).count<{ rows: number }[]>({ rows: '*' }).first();
    counts[table] = Number(row?.rows);
  }
  return counts;
}

/**
 * Everything in the cases' tables as one text, to see that nothing changed. Chunks count by their
 * hashes.
 */
export async function fingerprintOf(db: Knex): Promise<string> {
  const contents: unknown[] = [];
  for (const table of tables) {
    const rows: unknown[] =
      table === 'chunks'
        ? await db('chunks').select('attachment', 'position', 'hash')
        : await db(table).select();
    contents.push(table, rows.map((row) => JSON.stringify(row)).sort());
  }
  return JSON.stringify(contents);
}
