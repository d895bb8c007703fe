import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AttachmentId,
  CHUNK_BYTES,
  checkHashes,
  newId,
  openChunk,
  toBase64,
  type Day,
} from '../../crypto/private.js';
import { createReporter } from '../../client/reporter.js';
import { removeAbandoned } from '../../server/attachments/removal.js';
import { ask, countRows, fingerprintOf } from '../support/api.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { makeMessage, makeReport } from '../support/report.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';
import {
  makeUpload,
  putChunk,
  sendUpload,
  startUpload,
  type TestUpload,
} from '../support/upload.js';

const MAX_FILE = 8 * CHUNK_BYTES;
const TWO_CHUNKS = CHUNK_BYTES + 1000;

let server: TestServer;
let organisation: TestOrganisation;
const clock = createTestClock('2026-03-02T10:00:00Z');

beforeAll(async () => {
  organisation = await makeOrganisation();
  server = await startTestServer({
    clock: clock.now,
    env: { CASEKEY_MAX_FILE_BYTES: String(MAX_FILE) },
  });
  await installOrganisation(server.db, organisation);
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const stateOf = (upload: TestUpload, authorization = upload.authorization) =>
  ask(server, 'GET', `/api/attachments/${upload.id}`, { authorization });
const cancel = (upload: TestUpload, authorization = upload.authorization) =>
  ask(server, 'DELETE', `/api/attachments/${upload.id}`, { authorization });
const report = (attachments: AttachmentId[]) => makeReport(organisation, { attachments });
const send = (json: unknown) => ask(server, 'POST', '/api/cases', { json });

describe('an upload', () => {
  test('is announced, sent in any order, taken up by a report and read again', async () => {
    const upload = await makeUpload(3 * CHUNK_BYTES - 5);
    const started = await startUpload(server, upload);
    expect([started.status, started.json]).toEqual([201, { chunks: 4, stored: [] }]);
    for (const index of [2, 0, 3, 1]) {
      const answer = await putChunk(server, upload, index);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    expect((await stateOf(upload)).json).toEqual({ chunks: 4, stored: [0, 1, 2, 3] });

    const made = report([upload.id]);
    expect((await send(made.request)).status).toBe(201);
    const authorization = `Case ${made.keys.lookupToken}`;
    const path = `/api/case/attachments/${upload.id}`;
    const hashes = await ask(server, 'GET', `${path}/hashes`, { authorization });
    expect(hashes.headers.get('content-type')).toBe('application/octet-stream');
    const list = checkHashes(upload.id, 3 * CHUNK_BYTES - 5, upload.hash, hashes.bytes);
    for (const [index, sealed] of upload.chunks.entries()) {
      const chunk = await ask(server, 'GET', `${path}/chunks/${String(index)}`, { authorization });
      expect(chunk.headers.get('content-length')).toBe(String(sealed.length));
      expect(chunk.bytes.equals(sealed)).toBe(true);
      await openChunk(upload.key, upload.id, 3 * CHUNK_BYTES - 5, list, index, chunk.bytes);
    }
  });

  test('keeps each chunk with its own hash while many come and go', async () => {
    const uploads = await Promise.all([makeUpload(MAX_FILE), makeUpload(MAX_FILE)]);
    for (const upload of uploads) await startUpload(server, upload);
    const left = uploads.flatMap((upload) =>
      [...upload.chunks.keys()].map((index) => ({ upload, index })),
    );
    // each answer lets another chunk in where the last one was read to
    const lane = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        expect((await putChunk(server, next.upload, next.index)).status).toBe(204);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    for (const { id, chunks, hashes } of uploads) {
      const rows: unknown[] = await server
        .db('chunks')
        .where({ attachment: id })
        .orderBy('position')
        .select('hash', 'data');
      expect(rows).toHaveLength(chunks.length);
      for (const [index, row] of rows.entries()) {
        const { hash, data } = row as { hash: Buffer; data: Buffer };
        expect(hash.equals(hashes[index] ?? data)).toBe(true);
        expect(data.equals(chunks[index] ?? hash)).toBe(true);
      }
    }
  });

  test('may be announced and sent again as it is', async () => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    await putChunk(server, upload, 1);
    const before = await fingerprintOf(server.db);
    expect((await startUpload(server, upload)).json).toEqual({ chunks: 2, stored: [1] });
    expect((await putChunk(server, upload, 1)).status).toBe(204);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('keeps its chunks: others in their place are refused', async () => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    await putChunk(server, upload, 0);
    const before = await fingerprintOf(server.db);
    const other = await putChunk(server, upload, 0, upload.chunks[1]);
    expect([other.status, other.code]).toEqual([409, 'chunk_taken']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('is stored once when the same chunk comes several times at once', async () => {
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    const answers = await Promise.all([1, 2, 3, 4].map(() => putChunk(server, upload, 0)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await stateOf(upload)).json).toEqual({ chunks: 1, stored: [0] });
  });

  test('that was announced with another size is refused', async () => {
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    const larger = { ...upload, start: { ...upload.start, size: 2 * CHUNK_BYTES } };
    const answer = await startUpload(server, larger);
    expect([answer.status, answer.code]).toEqual([409, 'attachment_taken']);
  });

  test('cannot be asked for by its id alone: all ids are refused unlooked-up', async () => {
    const free = await makeUpload(1000);
    const bound = await makeUpload(1000);
    await sendUpload(server, free);
    await sendUpload(server, bound);
    expect((await send(report([bound.id]).request)).status).toBe(201);
    const stranger = await makeUpload(1000);
    const queries: string[] = [];
    const note = ({ sql }: { sql: string }) => queries.push(sql);
    server.db.on('query', note);
    try {
      for (const { id } of [free, bound, await makeUpload(1000)]) {
        const other = { ...stranger, id, start: { ...stranger.start, id } };
        const begun = await startUpload(server, other);
        expect([begun.status, begun.text]).toEqual([400, '{"error":{"code":"malformed"}}']);
        const answers = [await stateOf(other), await putChunk(server, other, 0)];
        for (const answer of [...answers, await cancel(other)]) {
          expect([answer.status, answer.code]).toEqual([404, 'upload_not_found']);
        }
      }
      expect(queries).toEqual([]);
      expect((await stateOf(free)).status).toBe(200);
      expect(queries).not.toEqual([]);
    } finally {
      server.db.off('query', note);
    }
  });

  test('answers a wrong token as it does an unknown id', async () => {
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    const unknown = await makeUpload(1000);
    const answers = [
      await stateOf(unknown),
      await stateOf(upload, unknown.authorization),
      await stateOf(upload, ''),
      await stateOf(upload, upload.authorization.replace('Upload', 'Case')),
      await putChunk(server, { ...upload, authorization: unknown.authorization }, 0),
      await cancel(upload, unknown.authorization),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.text]).toEqual([404, '{"error":{"code":"upload_not_found"}}']);
    }
    expect((await stateOf(upload)).json).toEqual({ chunks: 1, stored: [] });
  });

  test('is removed when its maker cancels it', async () => {
    const before = await countRows(server.db);
    const upload = await makeUpload(4 * CHUNK_BYTES);
    await sendUpload(server, upload);
    expect((await cancel(upload)).status).toBe(204);
    expect(await countRows(server.db)).toEqual(before);
    expect((await putChunk(server, upload, 0)).code).toBe('upload_not_found');
  });

  test('that was removed behind the server’s back takes no more chunks', async () => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    await server.db('attachments').where({ id: upload.id }).delete();
    const before = await fingerprintOf(server.db);
    for (const index of [0, 1]) {
      const answer = await putChunk(server, upload, index);
      expect([answer.status, answer.code]).toEqual([404, 'upload_not_found']);
    }
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('stays when a report has taken it up', async () => {
    const upload = await makeUpload(1000);
    await sendUpload(server, upload);
    await send(report([upload.id]).request);
    const before = await fingerprintOf(server.db);
    const answer = await cancel(upload);
    expect([answer.status, answer.code]).toEqual([409, 'attachment_taken']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('that breaks off in the middle of a chunk leaves nothing of it', async () => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const [sealed] = upload.chunks;
    const head = [
      `PUT /api/attachments/${upload.id}/chunks/0 HTTP/1.1`,
      `Host: ${hostname}`,
      `Authorization: ${upload.authorization}`,
      'Content-Type: application/octet-stream',
      `Content-Length: ${String(sealed?.length)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(sealed?.subarray(0, 500_000) ?? '');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await stateOf(upload)).json).toEqual({ chunks: 2, stored: [] });
    expect((await putChunk(server, upload, 0)).status).toBe(204);
  });

  test.each([
    ['bytes missing', 0, -1],
    ['bytes too many', 0, 1],
    ['no bytes', 0, -CHUNK_BYTES - 40],
    ['half a chunk where the last one ends', 1, -20],
  ])('refuses a chunk with %s: wrong_chunk_size', async (_name, index, change) => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    const length = (upload.chunks[index]?.length ?? 0) + change;
    const before = await fingerprintOf(server.db);
    const answer = await putChunk(server, upload, index, new Uint8Array(length));
    expect([answer.status, answer.json]).toEqual([400, { error: { code: 'wrong_chunk_size' } }]);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('refuses a chunk of unannounced length that is too long: wrong_chunk_size', async () => {
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    const response = await fetch(`${server.url}/api/attachments/${upload.id}/chunks/0`, {
      method: 'PUT',
      headers: {
        Authorization: upload.authorization,
        'Content-Type': 'application/octet-stream',
      },
      body: new Blob([new Uint8Array(70_000)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: { code: 'wrong_chunk_size' } });
  });

  test.each(['2', '-1', '01', '1e0', '99999999999', 'canary', '1.5'])(
    'refuses a chunk at place %s: wrong_chunk',
    async (index) => {
      const upload = await makeUpload(TWO_CHUNKS);
      await startUpload(server, upload);
      const { authorization, chunks } = upload;
      const path = `/api/attachments/${upload.id}/chunks/${index}`;
      const bytes = chunks[0] ?? new Uint8Array(0);
      const answer = await ask(server, 'PUT', path, { authorization, bytes });
      expect([answer.status, answer.json]).toEqual([400, { error: { code: 'wrong_chunk' } }]);
    },
  );

  test('refuses a chunk of another type: unsupported_media_type', async () => {
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    const answer = await ask(server, 'PUT', `/api/attachments/${upload.id}/chunks/0`, {
      authorization: upload.authorization,
      bytes: upload.chunks[0] ?? new Uint8Array(0),
      headers: { 'Content-Type': 'text/plain' },
    });
    expect([answer.status, answer.code]).toEqual([415, 'unsupported_media_type']);
  });

  type Start = TestUpload['start'];
  test.each([
    ['a size that is no class', (good: Start) => ({ ...good, size: 70_000 }), 400, 'wrong_size'],
    ['a size too small', (good: Start) => ({ ...good, size: 1 }), 400, 'wrong_size'],
    ['a size too large', (good: Start) => ({ ...good, size: 2 * MAX_FILE }), 413, 'file_too_large'],
    ['an enormous size', (good: Start) => ({ ...good, size: 2 ** 53 - 1 }), 413, 'file_too_large'],
    ['no size', (good: Start) => ({ ...good, size: 0 }), 400, 'malformed'],
    ['half a byte', (good: Start) => ({ ...good, size: 65536.5 }), 400, 'malformed'],
    ['an id too short', (good: Start) => ({ ...good, id: 'canary' }), 400, 'malformed'],
    [
      'an id in another spelling',
      (good: Start) => ({ ...good, id: `${'A'.repeat(21)}B` }),
      400,
      'malformed',
    ],
    [
      'an id that is not its token’s',
      (good: Start) => ({ ...good, id: newId(AttachmentId) }),
      400,
      'malformed',
    ],
    ['a name', (good: Start) => ({ ...good, name: 'canary.pdf' }), 400, 'malformed'],
  ])('refuses to begin with %s', async (_name, make, status, code) => {
    const { start } = await makeUpload(1000);
    const before = await fingerprintOf(server.db);
    const answer = await ask(server, 'POST', '/api/attachments', { json: make(start) });
    expect([answer.status, answer.json]).toEqual([status, { error: { code } }]);
    expect(await fingerprintOf(server.db)).toBe(before);
  });
});

describe('a file', () => {
  test('that is not all there cannot be taken up', async () => {
    const upload = await makeUpload(TWO_CHUNKS);
    await startUpload(server, upload);
    await putChunk(server, upload, 1);
    const made = report([upload.id]);
    const before = await fingerprintOf(server.db);
    const early = await send(made.request);
    expect([early.status, early.code]).toEqual([409, 'upload_incomplete']);
    expect(await fingerprintOf(server.db)).toBe(before);
    await putChunk(server, upload, 0);
    expect((await send(made.request)).status).toBe(201);
  });

  test('is taken up once', async () => {
    const upload = await makeUpload(1000);
    await sendUpload(server, upload);
    const made = report([upload.id]);
    await send(made.request);
    const before = await fingerprintOf(server.db);
    const other = await send(report([upload.id]).request);
    expect([other.status, other.code]).toEqual([409, 'upload_incomplete']);
    const message = makeMessage(made, made.request.entries[1], { attachments: [upload.id] });
    const again = await ask(server, 'POST', '/api/case/entries', {
      json: message,
      authorization: `Case ${made.keys.lookupToken}`,
    });
    expect([again.status, again.code]).toEqual([409, 'upload_incomplete']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('of another case is refused as one that the server does not know', async () => {
    const upload = await makeUpload(1000);
    await sendUpload(server, upload);
    await send(report([upload.id]).request);
    const known = await send(report([upload.id]).request);
    const unknown = await send(report([(await makeUpload(1000)).id]).request);
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
  });

  test('named twice is refused', async () => {
    const upload = await makeUpload(1000);
    await sendUpload(server, upload);
    const before = await fingerprintOf(server.db);
    const answer = await send(report([upload.id, upload.id]).request);
    expect([answer.status, answer.code]).toEqual([400, 'malformed']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('is found in its own case only', async () => {
    const upload = await makeUpload(1000);
    const free = await makeUpload(1000);
    await sendUpload(server, upload);
    await sendUpload(server, free);
    const owner = report([upload.id]);
    const other = report([]);
    await send(owner.request);
    await send(other.request);
    const fetchAs = (token: string, id: string, rest: string) =>
      ask(server, 'GET', `/api/case/attachments/${id}${rest}`, { authorization: `Case ${token}` });
    expect((await fetchAs(owner.keys.lookupToken, upload.id, '/chunks/0')).status).toBe(200);
    const missing = [
      await fetchAs(other.keys.lookupToken, upload.id, '/chunks/0'),
      await fetchAs(other.keys.lookupToken, upload.id, '/hashes'),
      await fetchAs(owner.keys.lookupToken, free.id, '/hashes'),
      await fetchAs(owner.keys.lookupToken, (await makeUpload(1)).id, '/chunks/0'),
      await fetchAs(owner.keys.lookupToken, upload.id, '/chunks/1'),
    ];
    for (const answer of missing) {
      expect([answer.status, answer.text]).toEqual([
        404,
        '{"error":{"code":"attachment_not_found"}}',
      ]);
    }
    const stranger = await fetchAs(toBase64(new Uint8Array(32)), upload.id, '/chunks/0');
    expect([stranger.status, stranger.code]).toEqual([404, 'case_not_found']);
  });

  test('goes from a client to the server and back whole', async () => {
    const reporter = createReporter({
      address: server.url,
      fetch,
      today: () => '2026-03-02' as Day,
    });
    const bytes = Buffer.alloc(2 * CHUNK_BYTES + 77, 'sealed, sent, fetched, opened; ');
    const source = {
      name: 'evidence.txt',
      type: 'text/plain',
      size: bytes.length,
      lastModified: 1,
      read: (start: number, end: number) => Promise.resolve(bytes.subarray(start, end)),
    };
    const words = await reporter.newCaseKey();
    await reporter.submit(
      {
        words,
        channel: organisation.channel.id,
        language: 'en',
        category: 'fraud',
        relation: 'worker',
        text: 'See the file.',
        answers: {},
        leftOut: [],
      },
      [source],
      () => undefined,
    );
    const sent = await reporter.send(words, 'And this one.', [source, source], () => undefined);
    const files = sent.entries.flatMap(({ content }) => ('files' in content ? content.files : []));
    expect(files).toHaveLength(3);
    for (const file of files) {
      const pieces: Uint8Array[] = [];
      for await (const piece of reporter.download(words, file, () => undefined)) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    }
  });
});

describe('abandoned uploads', () => {
  test('are removed two days after they were announced, and nothing else', async () => {
    const bound = await makeUpload(1000);
    const old = await makeUpload(3 * CHUNK_BYTES);
    const empty = await makeUpload(1000);
    await sendUpload(server, bound);
    await sendUpload(server, old);
    await startUpload(server, empty);
    const made = report([bound.id]);
    await send(made.request);
    clock.addDays(1);
    const fresh = await makeUpload(TWO_CHUNKS);
    await sendUpload(server, fresh);
    clock.addDays(-1);

    expect(await removeAbandoned(server.db, '2026-03-03' as Day)).toBe(0);
    expect((await stateOf(old)).status).toBe(200);
    expect(await removeAbandoned(server.db, '2026-03-04' as Day)).toBeGreaterThanOrEqual(2);
    expect((await stateOf(old)).code).toBe('upload_not_found');
    expect((await stateOf(empty)).code).toBe('upload_not_found');
    expect((await stateOf(fresh)).json).toEqual({ chunks: 2, stored: [0, 1] });
    expect((await stateOf(bound)).json).toEqual({ chunks: 1, stored: [0] });
    const orphans: unknown[] = await server
      .db('chunks')
      .whereNotIn('attachment', server.db('attachments').select('id'))
      .select('id');
    expect(orphans).toEqual([]);
    expect(await removeAbandoned(server.db, '2026-03-05' as Day)).toBe(1);
  });
});
