import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { downloadRoutes, uploadRoutes } from '../../server/attachments/routes.js';
import { createAttachments } from '../../server/attachments/service.js';
import { systemClock } from '../../server/clock.js';
import type { CaseId, Day } from '../../crypto/private.js';
import { calmWork, endlessStorage } from '../support/limits.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { makeUpload, putChunk, startUpload, type TestUpload } from '../support/upload.js';

let server: TestServer;

afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

/** A server that takes two chunks at once and lets two wait. */
async function startWith(patience: number): Promise<void> {
  const options = { count: 2, queue: 2, each: 2, patience };
  server = await startTestServer({
    capabilities: ({ db, config }) => {
      const today = () => '2026-03-02' as Day;
      const attachments = createAttachments({
        db,
        clock: systemClock,
        today,
        maxFileBytes: config.maxFileBytes,
        storage: endlessStorage,
        work: calmWork,
      });
      const access = () => Promise.resolve('none' as CaseId);
      return [
        { path: '/api/attachments', router: uploadRoutes(attachments, options) },
        { path: '/api/case', router: downloadRoutes(attachments, '/attachments', access, options) },
      ];
    },
  });
}

/** Begins to send a chunk and goes on very slowly; answers the connection. */
async function trickle(upload: TestUpload): Promise<Socket> {
  await startUpload(server, upload);
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const head = [
    `PUT /api/attachments/${upload.id}/chunks/0 HTTP/1.1`,
    `Host: ${hostname}`,
    `Authorization: ${upload.authorization}`,
    'Content-Type: application/octet-stream',
    `Content-Length: ${String(upload.chunks[0]?.length)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\nslow`);
  return socket;
}

test('the slow are left alone while nobody waits, and broken off once somebody does', async () => {
  await startWith(300);
  const slow = await Promise.all([
    trickle(await makeUpload(1000)),
    trickle(await makeUpload(1000)),
  ]);
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(slow.map(({ closed }) => closed)).toEqual([false, false]);

  const upload = await makeUpload(1000);
  await startUpload(server, upload);
  expect((await putChunk(server, upload, 0)).status).toBe(204);
  // one had to go; whether the other did too before nobody waited any more is a matter of timing
  const gone = async (socket: Socket) => socket.closed || (await once(socket, 'close'));
  await Promise.race(slow.map(gone));
  for (const socket of slow) socket.destroy();
});

test('who finds the queue full is told when to come again', async () => {
  await startWith(60_000);
  const slow = await Promise.all([1, 2, 3, 4].map(async () => trickle(await makeUpload(1000))));
  const upload = await makeUpload(1000);
  await startUpload(server, upload);
  // two have slots, two wait, as soon as the server has read their requests
  await new Promise((resolve) => setTimeout(resolve, 300));
  const answer = await putChunk(server, upload, 0);
  expect([answer.status, answer.code]).toEqual([503, 'unavailable']);
  expect(answer.headers.get('retry-after')).toBe('2');
  for (const socket of slow) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await putChunk(server, upload, 0)).status).toBe(204);
});

test('one file has its share of slots and queue, and another finds a place', async () => {
  await startWith(60_000);
  const greedy = await makeUpload(1000);
  const slow = [await trickle(greedy), await trickle(greedy)];
  await new Promise((resolve) => setTimeout(resolve, 300));
  const refused = await putChunk(server, greedy, 0);
  expect([refused.status, refused.code]).toEqual([503, 'unavailable']);
  const upload = await makeUpload(1000);
  await startUpload(server, upload);
  const waits = putChunk(server, upload, 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const socket of slow) socket.destroy();
  expect((await waits).status).toBe(204);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await putChunk(server, greedy, 0)).status).toBe(204);
});

test('slots are free again after errors, downloads that find nothing, and those who went away', async () => {
  await startWith(60_000);
  for (let round = 0; round < 5; round += 1) {
    const socket = await trickle(await makeUpload(1000));
    socket.destroy();
    const upload = await makeUpload(1000);
    await startUpload(server, upload);
    expect((await putChunk(server, upload, 0, new Uint8Array(3))).status).toBe(400);
    const missing = await fetch(`${server.url}/api/case/attachments/${upload.id}/chunks/0`);
    expect(missing.status).toBe(404);
  }
  const upload = await makeUpload(1000);
  await startUpload(server, upload);
  expect((await putChunk(server, upload, 0)).status).toBe(204);
});
