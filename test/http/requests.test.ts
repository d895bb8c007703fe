import { connect } from 'node:net';
import { Router } from 'express';
import * as v from 'valibot';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../build/main.js';
import type { Folders } from '../../build/folders.js';
import { readInto, readJson } from '../../server/http/body.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

const canary = 'canary-2c9e41';

let site: Folders;
let server: TestServer;

beforeAll(async () => {
  site = await fixtureSite();
  await build(site);
  server = await startTestServer({
    dist: site.out,
    capabilities: ({ limits, db }) => {
      const router = Router();
      router.post('/json', async (request, response) => {
        const body = await readJson(request, v.strictObject({ name: v.string() }), 100);
        response.json({ length: body.name.length });
      });
      router.put('/bytes/:id', async (request, response) => {
        const target = new Uint8Array(1000);
        await readInto(request, target);
        response.json({ first: target[0], last: target[999] });
      });
      router.get('/fault/:id', async () => {
        await db('no_such_table').insert({ name: canary });
      });
      router.get('/throw', () => {
        throw new Error(canary);
      });
      router.get('/limited', limits.perAddress({ count: 2, seconds: 9 }), (_request, response) => {
        response.json({});
      });
      return [{ path: '/api/test', router }];
    },
  });
});

afterAll(async () => {
  await server.stop();
  await rm(path.dirname(site.out), { recursive: true });
});

function post(
  body: BodyInit | Uint8Array,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Response> {
  return fetch(`${server.url}/api/test/json`, { method: 'POST', body: body as BodyInit, headers });
}

async function codeOf(response: Response): Promise<string> {
  const text = await response.text();
  expect(text).not.toContain(canary);
  return `${response.status} ${(JSON.parse(text) as { error: { code: string } }).error.code}`;
}

describe('a JSON body', () => {
  it('is read when it is what the schema says', async () => {
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      const response = await post('{"name":"åäö"}', { 'Content-Type': type });
      expect(await response.json()).toEqual({ length: 3 });
    }
  });

  it.each([
    ['no JSON', `{"name":"${canary}`],
    ['nothing', ''],
    ['another type', `{"name":["${canary}"]}`],
    ['an unknown field', `{"name":"x","${canary}":1}`],
    ['a byte order mark', '\ufeff{"name":"x"}'],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('is refused as malformed when it holds %s', async (_what, body) => {
    expect(await codeOf(await post(body))).toBe('400 malformed');
  });

  it.each([
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/jsonp' },
    { 'Content-Type': 'application/json; charset=utf-16' },
    { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
  ])('is refused when it comes as %o', async (headers) => {
    expect(await codeOf(await post('{"name":"x"}', headers))).toBe('415 unsupported_media_type');
  });

  it('is refused when it is too large, announced or not', async () => {
    const large = `{"name":"${canary.repeat(20)}"}`;
    expect(await codeOf(await post(large))).toBe('413 too_large');
    const stream = new Blob([large]).stream();
    const response = await fetch(`${server.url}/api/test/json`, {
      method: 'POST',
      body: stream,
      headers: { 'Content-Type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    expect(await codeOf(response)).toBe('413 too_large');
    expect(response.headers.get('connection')).toBe('close');
  });
});

describe('a raw body', () => {
  const put = (body: Uint8Array, type: string) =>
    fetch(`${server.url}/api/test/bytes/${canary}`, {
      method: 'PUT',
      body: body as BodyInit,
      headers: { 'Content-Type': type },
    });

  it('is read when it is as long as expected', async () => {
    const response = await put(new Uint8Array(1000).fill(7), 'application/octet-stream');
    expect(await response.json()).toEqual({ first: 7, last: 7 });
    for (const length of [999, 1001]) {
      const other = await put(new Uint8Array(length), 'application/octet-stream');
      expect(await codeOf(other)).toBe('400 wrong_chunk_size');
    }
  });

  it('is refused as another type', async () => {
    const response = await put(new Uint8Array(3), 'image/png');
    expect(await codeOf(response)).toBe('415 unsupported_media_type');
  });

  it('that breaks off is no fault of ours', async () => {
    const before = server.logged.length;
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'PUT /api/test/bytes/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n' +
            'Content-Type: application/octet-stream\r\n\r\nhalf',
          () => {
            socket.destroy();
            setTimeout(resolve, 100);
          },
        );
      });
    });
    expect(server.logged.length).toBe(before);
  });
});

describe('a request from another site', () => {
  it.each([
    [{ 'Sec-Fetch-Site': 'cross-site' }, false],
    [{ 'Sec-Fetch-Site': 'same-site' }, false],
    [{ 'Sec-Fetch-Site': 'none' }, false],
    [{ 'Sec-Fetch-Site': 'same-origin' }, true],
    [{ Origin: 'https://evil.example' }, false],
    [{ Origin: 'null' }, false],
    [{}, true],
  ])('with %o: allowed %s', async (headers: Record<string, string>, allowed) => {
    const response = await post('{"name":"x"}', { 'Content-Type': 'application/json', ...headers });
    if (allowed) expect(response.status).toBe(200);
    else expect(await codeOf(response)).toBe('403 cross_site');
  });

  it('is known by the host that was asked', async () => {
    const headers = { 'Content-Type': 'application/json', Origin: server.url };
    expect((await post('{"name":"x"}', headers)).status).toBe(200);
  });
});

describe('the API', () => {
  it('carries its headers on every answer', async () => {
    for (const address of ['/api/nowhere', '/api/test/limited', '/api/test/json']) {
      const response = await fetch(server.url + address);
      const { headers } = response;
      await response.text();
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; ?sandbox;/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      for (const name of ['etag', 'x-powered-by', 'set-cookie', 'ratelimit-limit']) {
        expect(headers.get(name), name).toBeNull();
      }
    }
  });

  it('answers unknown routes and broken addresses with a code', async () => {
    const unknown = await fetch(`${server.url}/api/${canary}?${canary}`);
    expect(await codeOf(unknown)).toBe('404 not_found');
    const broken = await fetch(`${server.url}/api/test/fault/%E0%A4%A`);
    expect(await codeOf(broken)).toBe('400 malformed');
  });

  it('tells nothing of a fault but an incident, and logs nothing of the request', async () => {
    const before = server.logged.length;
    for (const address of [`/api/test/fault/${canary}?q=${canary}`, '/api/test/throw']) {
      const response = await fetch(server.url + address, {
        headers: { Authorization: canary, 'User-Agent': canary },
      });
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(text).toMatch(/^\{"error":\{"code":"internal","incident":"[0-9a-f]{12}"\}\}$/);
    }
    const lines = server.logged.slice(before).map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({ code: 'SQLITE_ERROR', route: '/api/test/fault/:id' }),
      expect.objectContaining({ code: 'Error', route: '/api/test/throw' }),
    ]);
    expect(server.logged.join('')).not.toContain(canary);
    expect(server.logged.join('')).not.toContain('127.0.0.1');
  });

  it('slows down an address that asks too often', async () => {
    const ask = () => fetch(`${server.url}/api/test/limited`);
    let last = await ask();
    for (let count = 0; count < 2; count += 1) last = await ask();
    expect(last.headers.get('retry-after')).toBe('9');
    expect(await codeOf(last)).toBe('429 too_many_requests');
  });
});
