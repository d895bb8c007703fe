import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capabilitiesOf } from '../../server/app.js';
import { fromJsonBytes, Release, reporterKeys } from '../../crypto/private.js';
import { ask } from '../support/api.js';
import { setUpDesk, type TestDesk } from '../support/desk.js';
import { collect, fileOf, silent } from '../support/fixtures.js';
import { startInstallation } from '../support/installation.js';
import { fillPath, routesOf, type Route } from '../support/routes.js';
import {
  createTestClock,
  projectDist,
  startTestServer,
  type TestServer,
} from '../support/server.js';

/*
 * Decision 0006: there is no cookie anywhere in the product, and nothing is left in a cache. Every
 * route is asked, and every page; a whole story shows the answers of those that do something.
 */

let server: TestServer;
let desk: TestDesk;
let routes: readonly Route[] = [];

beforeAll(async () => {
  server = await startTestServer({
    clock: createTestClock().now,
    capabilities: (context) => {
      const capabilities = capabilitiesOf(context);
      routes = routesOf(capabilities);
      return capabilities;
    },
  });
  desk = await setUpDesk(server);
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

/** What a browser would remember, or let others recognise it by. */
const REMEMBERED = ['set-cookie', 'etag', 'last-modified', 'expires', 'age', 'refresh', 'link'];

function expectNothingKept(where: string, headers: Headers): void {
  expect([where, headers.get('cache-control')]).toEqual([where, 'no-store']);
  for (const name of REMEMBERED) {
    expect([where, name, headers.get(name)]).toEqual([where, name, null]);
  }
}

describe('an answer of the API', () => {
  it('sets no cookie and stays in no cache, whatever the route and whoever asks', async () => {
    expect(routes.length).toBeGreaterThan(35);
    const tokens = ['', `Desk ${desk.administrator.token}`, `Desk ${desk.handler.token}`];
    for (const { method, path: pattern } of routes) {
      if (pattern === '/api/desk/sessions' && method === 'DELETE') continue;
      for (const authorization of tokens) {
        const answer = await ask(server, method, fillPath(pattern), { authorization });
        expectNothingKept(`${method} ${pattern}`, answer.headers);
        expect(answer.headers.get('clear-site-data')).toBeNull();
      }
      const other = await ask(server, 'PATCH', fillPath(pattern), { json: {} });
      expectNothingKept(`PATCH ${pattern}`, other.headers);
    }
  });

  it('nor does it while people set up, join, report, read, answer, and change what opens their keys', async () => {
    const answered = new Set<string>();
    const fetched = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const response = await fetched(input, init);
      const method = init?.method ?? 'GET';
      const { pathname } = new URL(input as string);
      expectNothingKept(`${method} ${pathname}`, response.headers);
      if (response.ok) answered.add(`${method} ${pathname}`);
      return response;
    });
    const installation = await startInstallation();
    try {
      const [hanna, harald] = installation.handlers;
      const { words } = await installation.report({}, [fileOf(new Uint8Array(9))]);
      const { caseId } = reporterKeys(words);
      const reporter = installation.newReporter();
      const { entries } = await reporter.open(words);
      const report = entries[0]?.content;
      const [file] = report?.kind === 'report' ? report.files : [];
      if (file === undefined) throw new Error('the file is missing');
      await collect(reporter.download(words, file, silent));
      await reporter.send(words, 'One more thing.', [], silent);
      await reporter.draftKey(null);
      await hanna.desk.openCase(caseId);
      await hanna.desk.reply(caseId, { kind: 'reply', text: 'Seen.' }, [], silent);
      await hanna.desk.revoke(caseId, harald.id);
      await hanna.desk.audit();
      await hanna.desk.startOneTimeCode();
      await hanna.desk.setMail('hanna@example.org');
      await hanna.desk.prepareChange(hanna.passphrase);
      await hanna.desk.finishChange();
      const recovering = installation.newDesk();
      await recovering.prepareRecovery(harald.name, harald.recoveryWords);
      await recovering.finishRecovery();
      await hanna.desk.signOut();
    } finally {
      vi.restoreAllMocks();
      await installation.stop();
    }
    // the story did what it says
    const patterns = routes.map(({ method, path: pattern }) => ({
      name: `${method} ${pattern}`,
      matches: new RegExp(`^${method} ${pattern.replace(/:\w+/g, '[\\w-]+')}$`),
    }));
    const well = patterns
      .filter(({ matches }) => [...answered].some((each) => matches.test(each)))
      .map(({ name }) => name);
    expect(well).toEqual(
      expect.arrayContaining([
        'POST /api/desk/set-up',
        'POST /api/desk/sessions',
        'DELETE /api/desk/sessions',
        'POST /api/desk/recovery',
        'PUT /api/desk/account/credentials',
        'PUT /api/desk/account/memory',
        'POST /api/desk/invitations/:id/join',
        'GET /api/desk/cases',
        'POST /api/desk/cases/:id/entries',
        'POST /api/cases',
        'GET /api/case',
        'POST /api/case/entries',
        'PUT /api/attachments/:id/chunks/:index',
        'GET /api/case/attachments/:id/chunks/:index',
        'POST /api/draft-keys',
        'GET /api/directory',
      ]),
    );
  });

  it('is never given for a cookie: a session in one is none', async () => {
    const { token } = desk.handler;
    for (const cookie of [
      token,
      `token=${token}`,
      `Desk=${token}`,
      `Authorization=Desk ${token}`,
    ]) {
      const headers = { Cookie: cookie };
      const answer = await ask(server, 'GET', '/api/desk/members', { headers });
      expect(answer).toMatchObject({ status: 401, code: 'sign_in_needed' });
    }
  });
});

describe('a page, script, style or worker', () => {
  it('sets no cookie and stays in no cache; the harmless page clears what is there', async () => {
    const manifest = await readFile(path.join(projectDist, 'manifest.json'));
    const { files } = fromJsonBytes(Release, manifest);
    const addresses = Object.entries(files).map(([address, { kind }]) => ({ address, kind }));
    expect(addresses.length).toBeGreaterThan(30);
    for (const { address, kind } of addresses) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const { headers } = await ask(server, method, address);
        expectNothingKept(`${method} ${address}`, headers);
        const clears = kind === 'away' && method !== 'POST';
        expect([address, headers.get('clear-site-data')]).toEqual([
          address,
          clears ? '"cache", "storage"' : null,
        ]);
      }
    }
    expect(addresses.filter(({ kind }) => kind === 'away').map(({ address }) => address)).toEqual(
      expect.arrayContaining(['/en/away', '/sv/away', '/fi/away', '/nb/away']),
    );
    for (const address of ['/nowhere', '/en', '/sv/write/', '/desk/en']) {
      const response = await fetch(server.url + address, { redirect: 'manual' });
      await response.arrayBuffer();
      expectNothingKept(address, response.headers);
    }
  });
});
