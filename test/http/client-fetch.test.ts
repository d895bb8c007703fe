import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FetchRequest } from '../../client/api.js';
import { createFetch } from '../../client/node/fetch.js';
import { createReporter } from '../../client/reporter.js';
import { CHUNK_BYTES, type Day } from '../../crypto/private.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

const certificate = readFileSync(new URL('../fixtures/tls/certificate.pem', import.meta.url));
const key = readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Listening {
  address: string;
  port: number;
  /** Connections accepted so far. */
  connections: () => number;
}

async function listen(server: http.Server | https.Server): Promise<Listening> {
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${String(port)}`, port, connections: () => connections };
}

const serve = (listener: RequestListener): Promise<Listening> =>
  listen(http.createServer(listener));

const asking = (rest: Partial<FetchRequest> = {}): FetchRequest => ({
  method: 'GET',
  headers: {},
  cache: 'no-store',
  credentials: 'omit',
  redirect: 'error',
  referrerPolicy: 'no-referrer',
  ...rest,
});

const failed = { name: 'TypeError', message: 'fetch failed' };

describe('against a real installation', () => {
  let server: TestServer;
  let organisation: TestOrganisation;
  const clock = createTestClock('2026-03-02T10:00:00Z');

  beforeAll(async () => {
    organisation = await makeOrganisation();
    server = await startTestServer({ clock: clock.now });
    await installOrganisation(server.db, organisation);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('a report with a file goes there, is read again and answered', async () => {
    const reporter = createReporter({
      address: server.url,
      fetch: createFetch(),
      today: () => '2026-03-02' as Day,
    });
    const bytes = Buffer.alloc(5 * CHUNK_BYTES + 77, 'a long recording ');
    const source = {
      name: 'evidence.wav',
      type: 'audio/wav',
      size: bytes.length,
      lastModified: 1,
      read: (start: number, end: number) => Promise.resolve(bytes.subarray(start, end)),
    };
    const words = await reporter.newCaseKey();
    const input = {
      words,
      channel: organisation.channel.id,
      language: 'en',
      category: 'fraud',
      relation: 'worker',
      text: 'Listen.',
      answers: {},
      leftOut: [],
    } as const;
    await reporter.submit({ ...input, leftOut: [] }, [source], () => undefined);
    const view = await reporter.send(words, 'More.', [], () => undefined);
    expect(view.warnings).toEqual([]);
    const [file] = view.entries.flatMap(({ content }) => ('files' in content ? content.files : []));
    if (file === undefined) throw new Error('no file');
    const pieces: Uint8Array[] = [];
    for await (const piece of reporter.download(words, file, () => undefined)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const others = await reporter.newCaseKey();
    await expect(reporter.open(others)).rejects.toMatchObject({ code: 'case_not_found' });
  });

  it('answers are what the platform’s fetch makes of them', async () => {
    const own = createFetch();
    const requests: [string, FetchRequest][] = [
      ['/api/directory', asking()],
      ['/api/case', asking({ headers: { Authorization: 'Case x' } })],
      ['/api/nowhere', asking()],
      ['/en/', asking()],
      ['/api/attachments', asking({ method: 'POST' })],
      [
        '/api/attachments',
        asking({
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"name":"Ångström"}',
        }),
      ],
      ['/api/draft-keys', asking({ method: 'DELETE' })],
    ];
    for (const [path, request] of requests) {
      const [a, b] = [
        await own(`${server.url}${path}`, request),
        await fetch(`${server.url}${path}`, request),
      ];
      expect([path, a.status, a.ok]).toEqual([path, b.status, b.ok]);
      expect(await a.text()).toBe(await b.text());
    }
  });
});

describe('answers', () => {
  it('come as text, JSON or bytes', async () => {
    const json = '\ufeff{"a":"å𝒳"}';
    const { address } = await serve((_request, response) => {
      response.end(json);
    });
    const ask = () => createFetch()(address, asking());
    expect(await (await ask()).text()).toBe('{"a":"å𝒳"}');
    expect(await (await ask()).json()).toEqual({ a: 'å𝒳' });
    expect(Buffer.from(await (await ask()).arrayBuffer()).toString()).toBe(json);
    const nothing = await serve((_request, response) => response.writeHead(204).end());
    const empty = await createFetch()(nothing.address, asking({ method: 'PUT' }));
    expect([empty.status, empty.ok, (await empty.arrayBuffer()).byteLength]).toEqual([
      204,
      true,
      0,
    ]);
    await expect(empty.json()).rejects.toThrow(SyntaxError);
  });

  it('that lead elsewhere are refused, and nobody goes there', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      let elsewhere = 0;
      const other = await serve((_request, response) => {
        elsewhere += 1;
        response.end();
      });
      const { address } = await serve((_request, response) =>
        response.writeHead(status, { Location: other.address }).end(),
      );
      const credential = asking({ headers: { Authorization: 'Case secret' } });
      await expect(createFetch()(address, credential)).rejects.toMatchObject(failed);
      expect(elsewhere).toBe(0);
    }
  });

  it('that are compressed although nobody asked for it are refused', async () => {
    const { address } = await serve((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{}')),
    );
    await expect(createFetch()(address, asking())).rejects.toMatchObject(failed);
  });

  it('that are cut off are failures, not short answers', async () => {
    for (const length of ['100', undefined]) {
      const { address } = await serve((_request, response) => {
        response.writeHead(200, length === undefined ? {} : { 'Content-Length': length });
        response.write('{"half":');
        setTimeout(() => response.destroy(), 10);
      });
      await expect(createFetch()(address, asking())).rejects.toMatchObject(failed);
    }
  });

  it('larger than any case are refused, announced or not', async () => {
    for (const headers of [{ 'Content-Length': '1001' }, {}]) {
      const { address } = await serve((_request, response) => {
        response.writeHead(200, headers);
        response.write(Buffer.alloc(900));
        response.end(Buffer.alloc(101));
      });
      const limited = createFetch({ limits: { bytes: 1000 } });
      await expect(limited(address, asking())).rejects.toMatchObject(failed);
      const enough = await createFetch({ limits: { bytes: 1001 } })(address, asking());
      expect((await enough.arrayBuffer()).byteLength).toBe(1001);
    }
  });

  it('that do not come, or never end, are not waited for', async () => {
    const silent = await serve(() => undefined);
    const limited = createFetch({ limits: { silence: 50 } });
    await expect(limited(silent.address, asking())).rejects.toMatchObject(failed);
    const dripping = await serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 10);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const patient = createFetch({ limits: { silence: 10_000, whole: 100 } });
    await expect(patient(dripping.address, asking())).rejects.toMatchObject(failed);
  });

  it('that come before everything was sent count, and the rest is not sent', async () => {
    let received = 0;
    const { address } = await serve((request, response) => {
      request.once('data', (piece: Buffer) => {
        received += piece.length;
        request.pause();
        response.writeHead(413).end('{"error":{"code":"too_large"}}');
      });
    });
    const body = new Uint8Array(64 * 1024 * 1024);
    const answer = await createFetch()(address, asking({ method: 'PUT', body }));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({ error: { code: 'too_large' } });
    expect(received).toBeLessThan(body.length);
  });

  it('of nobody are failures', async () => {
    const { address } = await serve(() => undefined);
    for (const close of closing.splice(0)) await close();
    await expect(createFetch()(address, asking())).rejects.toMatchObject(failed);
    for (const wrong of ['ftp://127.0.0.1/', 'file:///etc/hostname', 'nothing']) {
      await expect(createFetch()(wrong, asking())).rejects.toMatchObject(failed);
    }
  });
});

describe('requests', () => {
  it('say what they carry, and nothing of the program', async () => {
    const seen: { headers: http.IncomingHttpHeaders; body: Buffer }[] = [];
    const { address, connections } = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        seen.push({ headers: request.headers, body: Buffer.concat(pieces) });
        response.writeHead(200, { 'Set-Cookie': 'trace=1' }).end('{}');
      });
    });
    const ask = createFetch();
    const host = new URL(address).host;
    const rest = { host, connection: 'keep-alive', 'accept-encoding': 'identity' };
    await ask(address, asking());
    const json = { 'Content-Type': 'application/json' };
    await ask(address, asking({ method: 'POST', headers: json, body: '"å"' }));
    const bytes = new Uint8Array(CHUNK_BYTES + 40).fill(7);
    const raw = { 'Content-Type': 'application/octet-stream', Authorization: 'Upload x' };
    await ask(address, asking({ method: 'PUT', headers: raw, body: bytes }));
    await ask(address, asking({ method: 'DELETE' }));
    expect(seen.map(({ headers }) => headers)).toEqual([
      rest,
      { ...rest, 'content-type': 'application/json', 'content-length': '4' },
      {
        ...rest,
        'content-type': 'application/octet-stream',
        authorization: 'Upload x',
        'content-length': String(CHUNK_BYTES + 40),
      },
      { ...rest, 'content-length': '0' },
    ]);
    expect(seen[1]?.body.toString()).toBe('"å"');
    expect(seen[2]?.body.equals(bytes)).toBe(true);
    expect(connections()).toBe(1);
  });

  it('stop when they are aborted: before, while waiting and in the middle of an answer', async () => {
    let gone = 0;
    let begun: () => void = () => undefined;
    const { address } = await serve((request, response) => {
      response.on('close', () => {
        gone += 1;
      });
      if (request.url === '/half') response.writeHead(200).write('{');
      begun();
    });
    const reason = new Error('enough');
    await expect(
      createFetch()(address, asking({ signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    expect(gone).toBe(0);
    for (const path of ['/', '/half']) {
      const stop = new AbortController();
      const arrived = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const asked = createFetch()(`${address}${path}`, asking({ signal: stop.signal }));
      const refused = expect(asked).rejects.toBe(reason);
      await arrived;
      stop.abort(reason);
      await refused;
    }
    await expect.poll(() => gone).toBe(2);
  });

  it('go through other agents where they are given, such as those of a proxy', async () => {
    const { port } = await serve((_request, response) => response.end('"from afar"'));
    class Detour extends http.Agent {
      override createConnection(
        options: http.ClientRequestArgs,
        done?: (error: Error | null, stream: Duplex) => void,
      ) {
        return super.createConnection({ ...options, host: '127.0.0.1', port }, done);
      }
    }
    const agents = { http: new Detour(), https: new https.Agent() };
    const answer = await createFetch({ agents })('http://hidden.onion', asking());
    expect(await answer.json()).toBe('from afar');
  });
});

describe('over TLS', () => {
  const secured = () =>
    listen(
      https.createServer({ cert: certificate, key }, (_request, response) => response.end('1')),
    );
  const trusting = () =>
    createFetch({
      agents: { http: new http.Agent(), https: new https.Agent({ ca: certificate }) },
    });

  it('a certificate that nobody vouches for is refused', async () => {
    const { port } = await secured();
    const address = `https://localhost:${String(port)}`;
    await expect(createFetch()(address, asking())).rejects.toMatchObject({
      ...failed,
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    const answer = await trusting()(address, asking());
    expect(await answer.json()).toBe(1);
  });

  it('a certificate of another host is refused', async () => {
    const { port } = await secured();
    await expect(trusting()(`https://127.0.0.1:${String(port)}`, asking())).rejects.toMatchObject({
      ...failed,
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('no variable of the environment switches the check off', async () => {
    const { port } = await secured();
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(
        createFetch()(`https://localhost:${String(port)}`, asking()),
      ).rejects.toMatchObject(failed);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });
});
