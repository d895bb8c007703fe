import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProtocolFault } from '../../crypto/private.js';
import { Channel, ReaderPart } from '../../crypto/wire/directory.js';
import { errorStatus } from '../../server/http/errors.js';
import { faultKind } from '../../views/browser/desk/case-faults.js';
import { sharedKey } from '../../views/browser/desk/failures.js';
import { launchBrowser } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { readSources } from '../support/source-types.js';

// Whatever code, fault or action the program can come up with, a person at the desk gets words for.
// What there is to have words for comes from the sources themselves, so that a new one is missed here.

/**
 * What no person is ever shown, what is itself the word for everything else, and what only reporters
 * are answered.
 */
const NEVER_SHOWN = ['cancelled', 'unexpected', 'receipts_off'];

let browser: Browser;
let page: Page;
let server: TestServer;
/** What the server's log says that somebody did, and the names of what it says beside. */
let actions: readonly string[];
let details: readonly string[];
/** Every fault of the protocol that the desk's worker can find. */
let protocolFaults: readonly string[];
/** Every code that a call of the desk's worker can fail with. */
let codes: readonly string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
  page = await browser.newPage();
  const ofServer = readSources(['server/app.ts', 'server/start.ts']);
  actions = [...ofServer.valuesOf('action', 'actor')];
  details = [...ofServer.keysOf('details', 'actor')];
  const ofDesk = readSources([
    'views/browser/worker/desk.ts',
    'views/browser/pages/desk.ts',
    'views/browser/pages/desk-administrator.ts',
    'views/browser/pages/desk-join.ts',
    'views/browser/pages/desk-set-up.ts',
  ]);
  protocolFaults = [...ofDesk.thrown('ProtocolError')];
  const found = [
    ...Object.keys(errorStatus),
    ...ofDesk.thrown('ClientError'),
    ...ofDesk.thrown('RemoteError'),
    ...protocolFaults,
  ];
  codes = [...new Set(found)].filter((code) => !NEVER_SHOWN.includes(code)).sort();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** The keys of all strings that a page of the desk carries for its scripts. */
async function keysOn(path: string): Promise<Set<string>> {
  await page.goto(`${server.url}/desk/${path}`);
  const keys = await page.evaluate(() => {
    const template = document.getElementById('strings') as HTMLTemplateElement;
    return Object.keys(JSON.parse(template.content.textContent) as Record<string, string>);
  });
  return new Set(keys);
}

describe.each(['en', 'sv'])('the desk in %s', (language) => {
  it.each(['', 'administrator', 'join', 'set-up'])(
    'has words for every code on its page “%s”',
    async (name) => {
      const keys = await keysOn(`${language}/${name}`);
      expect(codes.length).toBeGreaterThan(Object.keys(errorStatus).length);
      const silent = codes.filter(
        (code) =>
          !keys.has(`desk.error.${code}`) &&
          (['reading', 'sending'] as const).some(
            (during) => !keys.has(sharedKey(code, during) ?? ''),
          ),
      );
      expect(silent).toEqual([]);
    },
  );

  it('says of every fault of a case what happened', async () => {
    const keys = await keysOn(`${language}/`);
    const silent = protocolFaults.filter(
      (fault) => !keys.has(`desk.fault.${faultKind(fault as ProtocolFault)}`),
    );
    expect(silent).toEqual([]);
  });

  it('has words for every action, detail and change that the server logs', async () => {
    const keys = await keysOn(`${language}/`);
    expect(actions).toEqual(expect.arrayContaining(['purge', 'entry_added', 'one_time_code_on']));
    expect(details).toEqual(expect.arrayContaining(['compartment', 'length']));
    const values = [
      ...Object.keys(Channel.entries).filter(
        (field) => !['id', 'organisation', 'published'].includes(field),
      ),
      ...ReaderPart.options,
    ];
    const wanted = [
      ...actions.map((action) => `desk.action.${action}`),
      ...details.map((detail) => `desk.detail.${detail}`),
      ...values.map((value) => `desk.detail_value.${value}`),
    ];
    expect(wanted.filter((key) => !keys.has(key))).toEqual([]);
  });
});
