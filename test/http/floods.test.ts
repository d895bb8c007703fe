import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFetch } from '../../client/node/fetch.js';
import { createReporter } from '../../client/reporter.js';
import { proofOf } from '../../client/work.js';
import type { SendProgress } from '../../client/models.js';
import { WorkAnswer, type Entry } from '../../crypto/private.js';
import { SHARE } from '../../server/records/budget.js';
import { PACE } from '../../server/reports/service.js';
import { ask, countRows } from '../support/api.js';
import { randomFile, reportInput } from '../support/fixtures.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { makeMessage, makeReport, type TestReport } from '../support/report.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';
import { makeUpload, putChunk, sendUpload, startUpload } from '../support/upload.js';

const MIB = 1024 * 1024;
const clock = createTestClock('2026-03-02T10:00:00Z');
let organisation: TestOrganisation;

async function startWith(env: Readonly<Record<string, string>>): Promise<TestServer> {
  const server = await startTestServer({ clock: clock.now, env });
  await installOrganisation(server.db, organisation);
  return server;
}

const send = (server: TestServer, json: unknown, work?: string) =>
  ask(server, 'POST', '/api/cases', {
    json,
    headers: work === undefined ? {} : { 'Casekey-Work': work },
  });

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler'] });
});

describe('while more reports arrive than the channel is used to', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startWith({
      CASEKEY_CALM_REPORTS: '2',
      CASEKEY_CALM_UPLOAD_BYTES: String(4 * MIB),
    });
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  it('a report without work is refused, and nothing of it stored', async () => {
    for (let sent = 0; sent < 2; sent += 1) {
      expect((await send(server, makeReport(organisation).request)).status).toBe(201);
    }
    const before = await countRows(server.db);
    const refused = await send(server, makeReport(organisation).request);
    expect([refused.status, refused.code]).toEqual([428, 'work_needed']);
    expect(await countRows(server.db)).toEqual(before);
  });

  it('one that breaks the rules is asked for work before its entries are looked at', async () => {
    const { request } = makeReport(organisation);
    const [first, { signature, ...entry }] = request.entries;
    const broken = { ...request, entries: [first, { ...entry, signature: first.signature }] };
    expect(signature).not.toBe(first.signature);
    expect((await send(server, broken)).code).toBe('work_needed');
    const asked = await ask(server, 'POST', '/api/work', { json: { for: 'report' } });
    const proof = await proofOf(v.parse(WorkAnswer, asked.json).challenge);
    expect((await send(server, broken, proof)).code).toBe('wrong_signature');
    // which used it up
    expect((await send(server, broken, proof)).code).toBe('work_needed');
  });

  it('one that arrived can be sent again and again only so often', async () => {
    const report = makeReport(organisation);
    const calm = await startWith({});
    const codes: (string | null)[] = [];
    for (let sent = 0; sent <= PACE.count + 1; sent += 1) {
      codes.push((await send(calm, report.request)).code);
    }
    expect([codes.at(-2), codes.at(-1)]).toEqual([null, 'too_many_requests']);
    await calm.stop();
  });

  it('what arrived is confirmed again without work', async () => {
    const calm = await startWith({ CASEKEY_CALM_REPORTS: '1' });
    const report = makeReport(organisation);
    const first = await send(calm, report.request);
    const again = await send(calm, report.request);
    expect(again.json).toEqual(first.json);
    expect((await send(calm, makeReport(organisation).request)).code).toBe('work_needed');
    await calm.stop();
  });

  it('the client does the work, tells it, and the report and its file arrive', async () => {
    const steps: SendProgress['step'][] = [];
    const reporter = createReporter({
      address: server.url,
      fetch: createFetch(),
      today: () => '2026-03-02' as never,
    });
    const words = await reporter.newCaseKey();
    const input = reportInput(organisation.channel.id, words);
    const receipt = await reporter.submit(
      input,
      [randomFile(4 * MIB), randomFile(100)],
      ({ step }) => {
        if (steps.at(-1) !== step) steps.push(step);
      },
    );
    expect(receipt.receivedOn).toBe('2026-03-02');
    expect(steps.filter((step) => step === 'working')).toHaveLength(2);
    expect((await reporter.open(words)).entries.length).toBeGreaterThan(0);
  });

  it('an announced upload is told its state again without work', async () => {
    const large = await makeUpload(2 * MIB);
    clock.addDays(1);
    expect((await startUpload(server, large)).status).toBe(201);
    expect((await startUpload(server, await makeUpload(2 * MIB))).status).toBe(201);
    const other = await makeUpload(4 * MIB);
    expect((await startUpload(server, other)).code).toBe('work_needed');
    expect((await startUpload(server, large)).status).toBe(201);
  });

  it('a challenge is given for known kinds alone', async () => {
    const asked = (json: unknown) => ask(server, 'POST', '/api/work', { json });
    expect((await asked({ for: 'report' })).status).toBe(200);
    for (const wrong of [{}, { for: 'purge' }, { for: 'report', easy: true }]) {
      expect((await asked(wrong)).code).toBe('malformed');
    }
  });
});

describe('one reporter', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startWith({});
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  const newest = (report: TestReport): Entry => {
    const entry = report.request.entries.at(-1);
    if (entry === undefined) throw new Error('a report without entries');
    return entry;
  };
  const append = (report: TestReport, json: unknown) =>
    ask(server, 'POST', '/api/case/entries', {
      json,
      authorization: `Case ${report.keys.lookupToken}`,
    });

  it('cannot fill a case past its share, and the case can be read whole', async () => {
    const report = makeReport(organisation);
    await send(server, report.request);
    let previous = newest(report);
    const text = 'x'.repeat(100_000);
    let taken = 0;
    for (;;) {
      const message = makeMessage(report, previous, { text });
      const answer = await append(report, message);
      if (answer.status !== 201) {
        expect([answer.status, answer.code]).toEqual([409, 'case_full']);
        break;
      }
      taken += 1;
      if (taken % 50 === 0) clock.addDays(1);
      previous = message.entry;
    }
    expect(taken).toBe(SHARE.bytes / (128 * 1024) - 1);
    const read = await ask(server, 'GET', '/api/case', {
      authorization: `Case ${report.keys.lookupToken}`,
    });
    expect((read.json as { entries: unknown[] }).entries).toHaveLength(taken + 2);
  });

  it('cannot fill a case with files past what all may have together', async () => {
    const small = await startWith({ CASEKEY_MAX_FILE_BYTES: '65536' });
    const uploads = await Promise.all(Array.from({ length: 33 }, () => makeUpload(65_536)));
    for (const upload of uploads) await sendUpload(small, upload);
    const [last, ...others] = uploads.map(({ id }) => id);
    const report = makeReport(organisation, { attachments: others });
    expect((await send(small, report.request)).status).toBe(201);
    const before = await countRows(small.db);
    const refused = await ask(small, 'POST', '/api/case/entries', {
      json: makeMessage(report, newest(report), { attachments: last === undefined ? [] : [last] }),
      authorization: `Case ${report.keys.lookupToken}`,
    });
    expect([refused.status, refused.code]).toEqual([409, 'case_full']);
    expect(await countRows(small.db)).toEqual(before);
    await small.stop();
  });

  it('who takes a large case slowly keeps nobody from theirs', async () => {
    const report = makeReport(organisation);
    const other = makeReport(organisation);
    await send(server, report.request);
    await send(server, other.request);
    let previous = newest(report);
    for (let count = 0; count < 50; count += 1) {
      const message = makeMessage(report, previous, { text: 'x'.repeat(100_000) });
      expect((await append(report, message)).status).toBe(201);
      previous = message.entry;
    }
    const sockets: Socket[] = [];
    const wrong = Buffer.alloc(32).toString('base64url');
    for (const token of [...Array<string>(20).fill(report.keys.lookupToken), wrong]) {
      const socket = connect(server.config.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(`GET /api/case HTTP/1.1\r\nHost: x\r\nAuthorization: Case ${token}\r\n\r\n`);
      sockets.push(socket);
    }
    await Promise.all(sockets.map((socket) => once(socket, 'readable')));
    const read = await ask(server, 'GET', '/api/case', {
      authorization: `Case ${other.keys.lookupToken}`,
    });
    expect(read.status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('is slowed down in the own case alone', async () => {
    const report = makeReport(organisation);
    const other = makeReport(organisation);
    await send(server, report.request);
    await send(server, other.request);
    let previous = newest(report);
    for (let sent = 0; sent < PACE.count; sent += 1) {
      const message = makeMessage(report, previous);
      expect((await append(report, message)).status).toBe(201);
      previous = message.entry;
    }
    const refused = await append(report, makeMessage(report, previous));
    expect([refused.status, refused.code]).toEqual([429, 'too_many_requests']);
    expect(refused.headers.get('retry-after')).toBe(String(PACE.seconds));
    expect((await append(other, makeMessage(other, newest(other)))).status).toBe(201);
    clock.addDays(1);
    expect((await append(report, makeMessage(report, previous))).status).toBe(201);
  });
});

describe('a server whose room ends', () => {
  it('refuses files first and takes in reports', async () => {
    const server = await startWith({ CASEKEY_MAX_STORAGE_BYTES: String(264 * MIB) });
    const [small, second, large] = [
      await makeUpload(2 * MIB),
      await makeUpload(4 * MIB),
      await makeUpload(16 * MIB),
    ];
    const refused = await startUpload(server, large);
    expect([refused.status, refused.code]).toEqual([507, 'storage_full']);
    expect((await startUpload(server, small)).status).toBe(201);
    // what was announced and has not arrived takes its room already
    expect((await startUpload(server, second)).status).toBe(201);
    const third = await makeUpload(4 * MIB);
    expect((await startUpload(server, third)).code).toBe('storage_full');
    // but not for long, if nothing of it comes
    clock.addDays(1);
    expect((await putChunk(server, small, 0)).status).toBe(204);
    expect((await startUpload(server, third)).status).toBe(201);
    const fourth = await makeUpload(4 * MIB);
    expect((await startUpload(server, fourth)).code).toBe('storage_full');
    expect((await send(server, makeReport(organisation).request)).status).toBe(201);
    const lines = server.logged.filter((line) => line.includes('storage full'));
    expect(lines.length).toBeGreaterThan(0);
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  it('keeps little of it for files that are announced and never sent', async () => {
    const server = await startWith({ CASEKEY_MAX_STORAGE_BYTES: String(2048 * MIB) });
    for (let count = 0; count < 10; count += 1) {
      const upload = await makeUpload(1000);
      const start = { ...upload.start, size: 1024 * MIB };
      const { status } = await startUpload(server, { ...upload, start });
      expect(status).toBe(201);
    }
    expect((await startUpload(server, await makeUpload(4 * MIB))).status).toBe(201);
    await server.stop();
  });
});
