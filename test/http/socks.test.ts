import dns from 'node:dns';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../client/cli/run.js';
import { createFetch } from '../../client/node/fetch.js';
import { createNetwork } from '../../client/node/network.js';
import { socksAgents } from '../../client/node/socks.js';
import { createVisit } from '../../client/node/visit.js';
import type { Day } from '../../crypto/private.js';
import { installOrganisation, makeOrganisation } from '../support/organisation.js';
import {
  createTestClock,
  projectDist,
  startTestServer,
  type TestServer,
} from '../support/server.js';
import { startSocksServer, type SocksServer } from '../support/socks-server.js';
import { createTestTerminal } from '../support/terminal.js';

const day = '2026-03-02' as Day;
const clock = createTestClock(`${day}T12:00:00Z`);
const onion = 'casekeyxpracticeonly.onion';
const closing: (() => Promise<void>)[] = [];
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock: clock.now });
  await installOrganisation(server.db, await makeOrganisation({ day }));
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
});

afterAll(() => server.stop());

async function startProxy(
  options: Partial<Parameters<typeof startSocksServer>[0]> = {},
): Promise<SocksServer> {
  const { port } = new URL(server.url);
  const proxy = await startSocksServer({ lookUp: () => Number(port), ...options });
  closing.push(() => proxy.stop());
  return proxy;
}

async function casekey(args: readonly string[], socks: SocksServer) {
  const terminal = createTestTerminal();
  const exit = await run([...args, '--socks', `127.0.0.1:${String(socks.port)}`], {
    terminal,
    network: createNetwork,
    now: clock.now,
    signal: new AbortController().signal,
    build: projectDist,
  });
  return { exit, printed: terminal.printed, said: terminal.said };
}

const quick = { most: 1_000_000 };

describe('through a SOCKS proxy', () => {
  it('the commands of a reporter go, with the name looked up by the proxy and nobody else', async () => {
    const lookUp = vi.spyOn(dns, 'lookup');
    await createVisit()(server.url.replace('127.0.0.1', 'localhost'), {}, quick);
    expect(lookUp, 'the spy sees look-ups of this machine').toHaveBeenCalled();
    lookUp.mockClear();
    const proxy = await startProxy();
    const address = ['--address', `http://${onion}`];
    const opened = await casekey(['return', ...address, '--key-file', '/nowhere'], proxy);
    expect(opened.exit).toBe(6);
    const key = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const terminal = createTestTerminal({ input: key });
    const socks = ['--socks', `127.0.0.1:${String(proxy.port)}`];
    const exit = await run(['return', ...address, ...socks], {
      terminal,
      network: createNetwork,
      now: clock.now,
      signal: new AbortController().signal,
      build: projectDist,
    });
    expect([exit, terminal.said]).toEqual([4, expect.stringContaining('No case opens')]);
    expect(new Set(proxy.asked)).toEqual(new Set([`${onion}:80`]));
    expect(lookUp.mock.calls.filter(([host]) => net.isIP(host) === 0)).toEqual([]);
  });

  it('an installation is verified', async () => {
    const proxy = await startProxy();
    const { exit, printed } = await casekey(['verify', `http://${onion}`], proxy);
    expect(printed).toContain(`http://${onion} serves exactly what`);
    expect(exit).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set([`${onion}:80`]));
  });

  it('nothing goes another way when it is down or refuses', async () => {
    const proxy = await startProxy({ lookUp: () => null });
    const refused = createNetwork({ host: '127.0.0.1', port: proxy.port });
    await expect(refused.visit(server.url, {}, quick)).rejects.toMatchObject({ code: 'network' });
    const down = createNetwork({ host: '127.0.0.1', port: 9 });
    await expect(down.visit(server.url, {}, quick)).rejects.toMatchObject({ code: 'network' });
    expect(proxy.asked).toEqual([server.url.slice('http://'.length)]);
  });

  it('each run is a stranger to the one before, within one it stays the same', async () => {
    const proxy = await startProxy({ wantsName: true });
    const one = createNetwork({ host: '127.0.0.1', port: proxy.port });
    const two = createNetwork({ host: '127.0.0.1', port: proxy.port });
    for (const { visit } of [one, two]) {
      const asks = [visit(server.url, {}, quick), visit(server.url, {}, quick)];
      for (const { status } of await Promise.all(asks)) expect(status).toBe(200);
    }
    const [first, second, third, fourth] = proxy.identities;
    expect(first).toMatch(/^[0-9a-f]{32}:[0-9a-f]{32}$/u);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBe(third);
  });

  it.each([
    ['http://192.0.2.7:8080', '192.0.2.7:8080'],
    ['http://[2001:db8::7]:81', '20010db8000000000000000000000007:81'],
    ['http://[::1]:82', '00000000000000000000000000000001:82'],
  ])('an address in numbers goes as one: %s', async (address, asked) => {
    const proxy = await startProxy();
    await createNetwork({ host: '127.0.0.1', port: proxy.port }).visit(address, {}, quick);
    expect(proxy.asked).toEqual([asked]);
  });

  it('TLS is between the two ends, with the certificate of the name that was asked for', async () => {
    const certificate = readFileSync(new URL('../fixtures/tls/certificate.pem', import.meta.url));
    const key = readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url));
    const secured = https.createServer({ cert: certificate, key }, (_request, response) =>
      response.end('1'),
    );
    secured.listen(0, '127.0.0.1');
    await once(secured, 'listening');
    closing.push(async () => {
      const closed = once(secured, 'close');
      secured.close();
      secured.closeAllConnections();
      await closed;
    });
    const { port } = secured.address() as AddressInfo;
    const proxy = await startProxy({ lookUp: () => port });
    const through = { host: '127.0.0.1', port: proxy.port };
    const trusting = createVisit(socksAgents(through, { ca: certificate }));
    expect((await trusting('https://localhost', {}, quick)).status).toBe(200);
    const failed = { code: 'network' };
    await expect(trusting('https://elsewhere.example', {}, quick)).rejects.toMatchObject(failed);
    const strict = createVisit(socksAgents(through));
    await expect(strict('https://localhost', {}, quick)).rejects.toMatchObject(failed);
  });

  it.each([
    ['no SOCKS at all', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['the wish for a secret of a kind it was not offered', Buffer.from([5, 255])],
    ['nothing', Buffer.alloc(0)],
  ])('what answers with %s is an error', async (_name, answer) => {
    const odd = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer));
    });
    odd.listen(0, '127.0.0.1');
    await once(odd, 'listening');
    closing.push(async () => {
      const closed = once(odd, 'close');
      odd.close();
      await closed;
    });
    const { port } = odd.address() as AddressInfo;
    const fetchThrough = createFetch({ agents: socksAgents({ host: '127.0.0.1', port }) });
    const asking = {
      method: 'GET',
      headers: {},
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    } as const;
    await expect(fetchThrough(server.url, asking)).rejects.toMatchObject({ name: 'TypeError' });
  });

  it('connections are kept for the next request', async () => {
    const proxy = await startProxy();
    const agents = socksAgents({ host: '127.0.0.1', port: proxy.port });
    expect(agents.http).toBeInstanceOf(http.Agent);
    const visit = createVisit(agents);
    for (const path of ['/en/', '/sv/', '/fi/']) {
      expect((await visit(`${server.url}${path}`, {}, quick)).status).toBe(200);
    }
    expect(proxy.asked).toHaveLength(1);
  });
});
