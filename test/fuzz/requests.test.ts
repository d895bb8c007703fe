import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../server/app.js';
import { errorStatus } from '../../server/http/errors.js';
import { makeAccessWorld, type AccessWorld, type Asker } from '../support/access.js';
import { CASE_ROWS } from '../support/access-cases.js';
import { DESK_ROWS } from '../support/access-desk.js';
import {
  changedBytes,
  changedDocument,
  changes,
  fuzz,
  FUZZ_TIMEOUT,
  type Change,
} from '../support/fuzz.js';
import { routesOf } from '../support/routes.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

/** Stands in everything that is sent, and may stand in no answer and no line of the log. */
const CANARY = 'canary-7f1c';
/** The same requests, as they are allowed to whoever may do most. */
const ROWS = [...DESK_ROWS, ...CASE_ROWS];
const ASKING = ['nobody', 'reporter', 'uploader', 'member', 'administrator', 'invited'] as const;

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

let server: TestServer;
let world: AccessWorld;
let routes: readonly string[] = [];
const authorizations = new Map<Asker, string>();

beforeAll(async () => {
  const clock = createTestClock();
  server = await startTestServer({
    clock: clock.now,
    capabilities: (context) => {
      const capabilities = capabilitiesOf(context);
      routes = routesOf(capabilities).map(({ method, path }) => `${method} ${path}`);
      return capabilities;
    },
  });
  world = await makeAccessWorld(server, clock);
});
afterAll(async () => {
  await world.close();
  await server.stop();
});

/** Sends bytes as they are: neither headers nor path are made better on the way. */
function sendOnce(sent: Sent): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = sent;
    const asked = httpRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, text });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/**
 * The same, where headers are too large (server/start.ts) with the 431 that Node answers by itself: it
 * closes while the body is on its way, and in some versions a reset overtakes that answer.
 */
async function send(sent: Sent): ReturnType<typeof sendOnce> {
  try {
    return await sendOnce(sent);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isTooLarge = JSON.stringify(sent.headers).length > 8000;
    if (isTooLarge && (code === 'ECONNRESET' || code === 'EPIPE')) return { status: 431, text: '' };
    throw error;
  }
}

/** What is done to a request besides its document, each by a number: 0 leaves it as it is. */
const METHODS = ['', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'];
const TYPES = [
  '',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'text/plain',
  `application/${CANARY}`,
  'multipart/form-data; boundary=x',
  'application/octet-stream',
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'Content-Encoding': 'gzip' },
  { 'Transfer-Encoding': 'chunked' },
  { 'Casekey-Work': CANARY },
  { 'Casekey-Work': 'A'.repeat(8000) },
  { Range: 'bytes=0-1' },
  { 'If-None-Match': '*' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { 'X-Forwarded-For': CANARY, 'X-Forwarded-Host': CANARY },
  { Host: CANARY },
  { Cookie: `session=${CANARY}` },
  { Expect: '100-continue' },
  { Accept: 'text/html', 'Accept-Language': CANARY },
];
const SCHEMES = ['Desk', 'Case', 'Upload', 'Setup', 'Invitation', 'Basic', 'Bearer', ''];
const PIECES = [
  '%00',
  '..',
  '%2e%2e%2f',
  '%',
  '%ff',
  '%e0%a4%a',
  '__proto__',
  'constructor',
  '0',
  '-1',
];

const inputs = fc.record({
  row: fc.nat(ROWS.length - 1),
  asker: fc.nat(ASKING.length - 1),
  document: changes(),
  bytes: fc.oneof(fc.constant([]), changes(2)),
  path: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, changes(2)),
  method: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(METHODS.length - 1)),
  type: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(TYPES.length - 1)),
  header: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(HEADERS.length - 1)),
  token: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(40)),
});
type Input = Parameters<Parameters<typeof inputs.map>[0]>[0];

function changedPath(path: string, list: readonly Change[]): string {
  return list.reduce<string>((before, { kind, at, value }) => {
    const parts = before.split('/');
    const index = 2 + (at % Math.max(1, parts.length - 2));
    const piece = PIECES[value % PIECES.length] ?? '';
    if (kind % 4 === 0) parts[index] = piece;
    else if (kind % 4 === 1) parts.splice(index, 0, piece);
    else if (kind % 4 === 2) parts[index] = `${parts[index] ?? ''}${piece}`;
    else return `${before}?${CANARY}=${piece}&after=${piece}&scope=${piece}&state=${piece}`;
    return parts.join('/');
  }, path);
}

/** The header's token in another scheme, cut, or with letters of a body's own spelling. */
function changedToken(authorization: string, token: number): string {
  if (token === 0) return authorization;
  const [, own = CANARY] = authorization.split(' ');
  const scheme = SCHEMES[token % SCHEMES.length] ?? '';
  const pieces = [own, own.slice(1), `${own}=`, `${own} ${own}`, CANARY];
  return `${scheme} ${pieces[token % pieces.length] ?? ''}`;
}

async function madeOf(input: Input): Promise<Sent> {
  const row = ROWS[input.row];
  if (row === undefined) throw new Error('no row');
  const asker = ASKING[input.asker] ?? 'nobody';
  const made = await row.request(world);
  const authorization = changedToken(await tokenFor(asker), input.token);
  const document = changedDocument(made.json, input.document);
  const json = document === undefined ? '' : JSON.stringify(document).replaceAll('field ', CANARY);
  const plain = made.bytes === undefined ? Buffer.from(json) : Buffer.from(made.bytes);
  const own = made.bytes === undefined ? 'application/json' : 'application/octet-stream';
  const method = METHODS[input.method] ?? '';
  const body = Buffer.from(changedBytes(plain, input.bytes));
  const headers: Record<string, string> = {
    'Content-Type': TYPES[input.type] === '' ? own : (TYPES[input.type] ?? own),
    'User-Agent': CANARY,
    ...(authorization === '' ? {} : { Authorization: authorization }),
    ...HEADERS[input.header],
  };
  if (headers['Transfer-Encoding'] === undefined) headers['Content-Length'] = String(body.length);
  return {
    method: method === '' ? (row.route.split(' ')[0] ?? 'GET') : method,
    path: changedPath(made.path, input.path),
    headers,
    body,
  };
}

/** Signed in once, and anew after somebody signed out. */
async function tokenFor(asker: Asker): Promise<string> {
  const known = authorizations.get(asker);
  const token = known ?? (await world.authorization(asker));
  authorizations.set(asker, token);
  return token;
}

describe('a request that was changed in any way', { timeout: FUZZ_TIMEOUT }, () => {
  it('starts from one for every route', () => {
    const known = new Set<string>(ROWS.map(({ route }) => route));
    expect(routes.filter((route) => !known.has(route))).toEqual([]);
  });

  it('is answered with a known code, stores nothing where refused, and comes back nowhere', async () => {
    await fuzz(inputs, 1000, async (input) => {
      const sent = await madeOf(input);
      const before = await world.version();
      const faults = server.faults.length;
      const { status, text } = await send(sent);
      expect(server.faults.slice(faults)).toEqual([]);
      expect(status === 503 || status === 507 || status < 500).toBe(true);
      const isApi = sent.path.startsWith('/api/');
      if (status >= 400) {
        const refusedFor = isApi && sent.method !== 'HEAD' ? text : '';
        if (refusedFor !== '') {
          const { code } = (JSON.parse(refusedFor) as { error: { code: string } }).error;
          expect([code, (errorStatus as Record<string, number>)[code]]).toEqual([code, status]);
        }
        expect(text).not.toContain(CANARY);
        expect([status, await world.version()]).toEqual([status, before]);
      }
      expect(server.logged.join('')).not.toContain(CANARY);
      if (sent.method === 'DELETE' && status === 204) authorizations.clear();
    });
  });
});
