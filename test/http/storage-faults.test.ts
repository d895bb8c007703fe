import createKnex from 'knex';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, countRows, type Answer } from '../support/api.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { makeMessage, makeReport, type TestReport } from '../support/report.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { makeUpload, putChunk, startUpload } from '../support/upload.js';

const MIB = 1024 * 1024;
let server: TestServer;
let organisation: TestOrganisation;
let stored: TestReport;

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler'] });
  server = await startTestServer();
  await installOrganisation(server.db, organisation);
});
beforeEach(async () => {
  stored = makeReport(organisation);
  expect((await send(stored)).status).toBe(201);
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const send = (report: TestReport): Promise<Answer> =>
  ask(server, 'POST', '/api/cases', { json: report.request });
const read = (report: TestReport): Promise<Answer> =>
  ask(server, 'GET', '/api/case', { authorization: `Case ${report.keys.lookupToken}` });
const ready = (): Promise<Answer> => ask(server, 'GET', '/api/health/ready');
const pragma = async (text: string): Promise<number> => {
  const [row] = await server.db.raw<Record<string, number>[]>(`pragma ${text}`);
  return Number(Object.values(row ?? {})[0]);
};

/** What holds while the database takes nothing: it is said, nothing is half-stored, reading goes on. */
async function takesNothing(status: number, code: string): Promise<void> {
  const before = await countRows(server.db);
  const fresh = makeReport(organisation);
  const refused = await send(fresh);
  expect([refused.status, refused.code]).toEqual([status, code]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const last = stored.request.entries.at(-1);
  if (last === undefined) throw new Error('a report without entries');
  const message = await ask(server, 'POST', '/api/case/entries', {
    json: makeMessage(stored, last),
    authorization: `Case ${stored.keys.lookupToken}`,
  });
  expect(message.code).toBe(code);
  expect(await countRows(server.db)).toEqual(before);
  expect((await read(stored)).status).toBe(200);
  expect((await ask(server, 'GET', '/')).status).toBe(200);
  expect((await ask(server, 'GET', '/api/health/live')).status).toBe(204);
}

async function takesAgain(): Promise<void> {
  expect((await send(makeReport(organisation))).status).toBe(201);
  const last = stored.request.entries.at(-1);
  if (last === undefined) throw new Error('a report without entries');
  const message = await ask(server, 'POST', '/api/case/entries', {
    json: makeMessage(stored, last),
    authorization: `Case ${stored.keys.lookupToken}`,
  });
  expect(message.status).toBe(201);
  expect((await ready()).status).toBe(204);
  expect(await server.db.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
}

describe('a disk that is full', () => {
  it('takes nothing by halves, and everything again once there is room', async () => {
    const most = await pragma('max_page_count');
    // a report needs more pages than are free by now
    await pragma(`max_page_count = ${String(await pragma('page_count'))}`);
    await takesNothing(507, 'storage_full');
    await pragma(`max_page_count = ${String(most)}`);
    await takesAgain();
  });

  it('keeps the chunks of an upload that it took, and the rest can follow', async () => {
    const upload = await makeUpload(4 * MIB);
    await startUpload(server, upload);
    expect((await putChunk(server, upload, 0)).status).toBe(204);
    const most = await pragma('max_page_count');
    await pragma(`max_page_count = ${String(await pragma('page_count'))}`);
    const refused = await putChunk(server, upload, 1);
    expect([refused.status, refused.code]).toEqual([507, 'storage_full']);
    await pragma(`max_page_count = ${String(most)}`);
    expect((await putChunk(server, upload, 1)).status).toBe(204);
    const { authorization } = upload;
    const state = await ask(server, 'GET', `/api/attachments/${upload.id}`, { authorization });
    expect(state.json).toEqual({ chunks: 4, stored: [0, 1] });
  });
});

describe('a disk that can only be read', () => {
  it('is told as a fault that passes, and reading goes on', async () => {
    await pragma('query_only = on');
    await takesNothing(503, 'unavailable');
    expect((await ready()).code).toBe('unavailable');
    await pragma('query_only = off');
    await takesAgain();
  });
});

describe('a database that another process keeps locked', () => {
  it('is waited for, then told as a fault that passes', async () => {
    const other = createKnex({
      client: 'sqlite3',
      connection: { filename: server.config.database },
      useNullAsDefault: true,
    });
    await pragma('busy_timeout = 50');
    const lock = await other.transaction();
    await lock.raw('delete from jobs where name = ?', ['none']);
    const fresh = makeReport(organisation);
    const refused = await send(fresh);
    expect([refused.status, refused.code]).toEqual([503, 'unavailable']);
    expect((await ready()).code).toBe('unavailable');
    await lock.rollback();
    await other.destroy();
    await pragma('busy_timeout = 5000');
    expect((await send(fresh)).status).toBe(201);
    await takesAgain();
  });
});

describe('a database whose connection others hold', () => {
  it('keeps nobody waiting for long, and is told as a fault that passes', async () => {
    const busy = await startTestServer({ databaseWait: 200 });
    await installOrganisation(busy.db, organisation);
    const report = makeReport(organisation);
    const sendThere = (): Promise<Answer> =>
      ask(busy, 'POST', '/api/cases', { json: report.request });
    const held = await busy.db.transaction();
    const refused = await sendThere();
    expect([refused.status, refused.code]).toEqual([503, 'unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(busy, 'GET', '/api/health/ready')).code).toBe('unavailable');
    expect(await ask(busy, 'GET', '/api/health/live')).toMatchObject({ status: 204, text: '' });
    await held.rollback();
    expect((await sendThere()).status).toBe(201);
    expect(busy.faults).toEqual([]);
    expect(busy.logged.join('\n')).toContain('"code":"KnexTimeoutError"');
    expect(busy.logged.join('\n')).not.toMatch(/select|update|insert|SQL/u);
    await busy.stop();
  });
});

describe('the log', () => {
  it('says what failed, and nothing else', () => {
    const lines = server.logged.map((line) => JSON.parse(line) as object);
    const codes = new Set(lines.map((line) => JSON.stringify({ ...line, day: '' })));
    expect([...codes].sort()).toEqual(
      ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_READONLY'].map((code) =>
        JSON.stringify({ day: '', event: 'storage failed', code }),
      ),
    );
  });
});
