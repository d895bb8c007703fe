import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Router } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../support/api.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';
import { makeUpload, putChunk, startUpload, type TestUpload } from '../support/upload.js';

const MIB = 1024 * 1024;
const hasty = { request: 700, headers: 400, look: 50 };
let server: TestServer;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  expect(server.faults).toEqual([]);
  expect(server.logged).toEqual([]);
  await server.stop();
});

async function open(text = ''): Promise<Socket> {
  const socket = connect(server.config.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

/** Everything that comes until the server closes. */
async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  socket.resume();
  await once(socket, 'close');
  return text;
}

const answers = async (): Promise<boolean> => (await ask(server, 'GET', '/')).status === 200;

/** A chunk of which only the beginning is sent. */
function beginChunk(upload: TestUpload, index: number, more = ''): string {
  const bytes = upload.chunks[index]?.length ?? 0;
  return (
    `PUT /api/attachments/${upload.id}/chunks/${String(index)} HTTP/1.1\r\nHost: x\r\n` +
    `Authorization: ${upload.authorization}\r\nContent-Type: application/octet-stream\r\n` +
    `Content-Length: ${String(bytes)}\r\n${more}\r\nthe beginning`
  );
}

describe('a thousand connections that ask for nothing', () => {
  it('keep nobody from an answer', async () => {
    server = await startTestServer();
    await Promise.all(Array.from({ length: 1_000 }, () => open()));
    expect(await answers()).toBe(true);
    const upload = await makeUpload(100);
    expect((await startUpload(server, upload)).status).toBe(201);
    expect((await putChunk(server, upload, 0)).status).toBe(204);
  });

  it('give way to those who come, the longest idle first', async () => {
    server = await startTestServer({ connections: 20 });
    const idle: Socket[] = [];
    for (let count = 0; count < 20; count += 1) idle.push(await open());
    const [first, second] = idle;
    if (first === undefined || second === undefined) throw new Error('no connections');
    const gone = once(first, 'close');
    expect(await answers()).toBe(true);
    await gone;
    expect(second.destroyed).toBe(false);
  });

  it('go before requests whose bodies are on their way, and those before requests being answered', async () => {
    server = await startTestServer({ connections: 3 });
    const upload = await makeUpload(2 * MIB);
    await startUpload(server, upload);
    const slow = await open(beginChunk(upload, 0));
    const idle = await open();
    const idleGone = once(idle, 'close');
    const slowGone = once(slow, 'close');
    const more = [await open(beginChunk(upload, 1)), await open(beginChunk(upload, 1))];
    await idleGone;
    expect(slow.destroyed).toBe(false);
    more.push(await open(beginChunk(upload, 1)), await open());
    await slowGone;
    expect(await answers()).toBe(true);
  });
});

describe('connections whose answers nobody takes', () => {
  it('give way to those who come', async () => {
    const router = Router();
    router.get('/large', (_request, response) => {
      response.end(Buffer.alloc(32 * MIB));
    });
    router.get('/small', (_request, response) => {
      response.end();
    });
    server = await startTestServer({
      connections: 3,
      capabilities: () => [{ path: '/api/answers', router }],
    });
    for (let count = 0; count < 3; count += 1) {
      const socket = await open('GET /api/answers/large HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.pause();
      await once(socket, 'readable');
    }
    const newcomer = await open('GET /api/answers/small HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String(await once(newcomer, 'data'))).toMatch(/^HTTP\/1\.1 200/u);
  });
});

describe('requests sent before the one before was answered', () => {
  it('close their connection, and others are answered', async () => {
    server = await startTestServer();
    const many = 'GET /api/desk/installation HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000);
    const socket = await open(many);
    expect((await rest(socket)).match(/HTTP\/1\.1 200/gu) ?? []).toEqual([]);
    expect(await answers()).toBe(true);
  });

  it('are no matter where each waits for its answer', async () => {
    server = await startTestServer();
    const socket = await open();
    for (let count = 0; count < 20; count += 1) {
      const answer = once(socket, 'data');
      socket.write('GET /api/health/live HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(String(await answer)).toMatch(/^HTTP\/1\.1 204/u);
    }
  });
});

describe('large bodies that never end', () => {
  it('take memory from each other, and from no report of usual length', async () => {
    server = await startTestServer();
    const start = (bytes: number): string =>
      'POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${String(bytes)}\r\n\r\n${' '.repeat(bytes - 1)}`;
    const usual = await open(start(60_000));
    // of 2.4 MB each, 28 fit
    const large: Promise<string>[] = [];
    for (let count = 0; count < 40; count += 1) large.push(rest(await open(start(2_400_000))));
    const refused = await Promise.race(large);
    expect(refused).toMatch(/^HTTP\/1\.1 503[^]*"unavailable"/u);
    const answer = once(usual, 'data');
    usual.write('1');
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 400[^]*"malformed"/u);
  });
});

describe('a client that is slow', () => {
  it('with its headers is told so and closed, and others are answered meanwhile', async () => {
    server = await startTestServer({ patience: hasty });
    const socket = await open('GET / HTTP/1.1\r\nHost:');
    const text = rest(socket);
    expect(await answers()).toBe(true);
    expect(await text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('with a chunk is closed, and the chunk can be sent again', async () => {
    server = await startTestServer({ patience: hasty });
    const upload = await makeUpload(2 * MIB);
    await startUpload(server, upload);
    const socket = await open(beginChunk(upload, 0));
    const text = rest(socket);
    expect((await putChunk(server, upload, 1)).status).toBe(204);
    expect(await text).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect((await putChunk(server, upload, 0)).status).toBe(204);
  });

  it('and lets an upload rest for an hour finds what was sent, and the rest is taken', async () => {
    const clock = createTestClock();
    server = await startTestServer({ clock: clock.now, patience: hasty });
    const upload = await makeUpload(2 * MIB);
    await startUpload(server, upload);
    expect((await putChunk(server, upload, 0)).status).toBe(204);
    const stalled = await open(beginChunk(upload, 1));
    const closed = once(stalled.resume(), 'close');
    clock.set(new Date(clock.now().getTime() + 3_600_000));
    // its connection is not held for so long, and others are answered meanwhile
    expect(await answers()).toBe(true);
    await closed;
    const { authorization } = upload;
    const state = await ask(server, 'GET', `/api/attachments/${upload.id}`, { authorization });
    expect(state.json).toEqual({ chunks: 2, stored: [0] });
    expect((await putChunk(server, upload, 1)).status).toBe(204);
  });

  it('and goes away half-way leaves nothing behind', async () => {
    server = await startTestServer();
    const upload = await makeUpload(2 * MIB);
    await startUpload(server, upload);
    const socket = await open(beginChunk(upload, 0));
    socket.resetAndDestroy();
    const { authorization } = upload;
    const state = await ask(server, 'GET', `/api/attachments/${upload.id}`, { authorization });
    expect(state.json).toEqual({ chunks: 2, stored: [] });
    expect((await putChunk(server, upload, 0)).status).toBe(204);
  });
});

describe('what is no HTTP', () => {
  const broken = [
    'nonsense\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'GET / HTTP/1.1\r\n: empty\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nPadding: ${'x'.repeat(9_000)}\r\n\r\n`,
    `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  ];

  it('is closed with a bare refusal, and nothing of it is logged or said again', async () => {
    server = await startTestServer();
    for (const text of broken) {
      const answer = await rest(await open(text));
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).not.toContain('xxxx');
      expect(answer).not.toContain('nonsense');
    }
    expect(await answers()).toBe(true);
  });
});

describe('a server told to stop', () => {
  it('closes idle connections and answers what was asked', async () => {
    server = await startTestServer();
    const idle = await open();
    const upload = await makeUpload(100);
    await startUpload(server, upload);
    const socket = await open(beginChunk(upload, 0, 'Expect: 100-continue\r\n'));
    const [chunk] = upload.chunks;
    if (chunk === undefined) throw new Error('no chunk');
    // the server waits for the rest of it when it is told
    const [continued] = (await once(socket, 'data')) as [Buffer];
    expect(continued.toString()).toMatch(/^HTTP\/1\.1 100 /);
    const idleGone = once(idle.resume(), 'close');
    const answer = rest(socket);
    const stopped = server.stop();
    await idleGone;
    socket.write(chunk.subarray('the beginning'.length));
    expect(await answer).toMatch(/^HTTP\/1\.1 204 /);
    await stopped;
  });
});
