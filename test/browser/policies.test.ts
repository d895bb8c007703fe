import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../build/main.js';
import type { Folders } from '../../build/folders.js';
import { launchBrowser } from '../support/browser.js';
import { findFirefox, launchFirefox, openInFirefox, showsText } from '../support/firefox.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

let site: Folders;
let server: TestServer;

beforeAll(async () => {
  site = await fixtureSite();
  await build(site);
  server = await startTestServer({ dist: site.out });
});

afterAll(async () => {
  await server.stop();
  await rm(path.dirname(site.out), { recursive: true });
});

/** What libsodium says, in a promise nobody waits for, before it takes its JavaScript fallback. */
const fallbackComplaint = 'WebAssembly is not defined';

/** Opens a page and gathers what the browser complains about. */
async function openPage(browser: Browser, address: string): Promise<[Page, string[]]> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url + address);
  return [page, complaints];
}

const text = (page: Page, id: string, wanted: RegExp): Promise<string> =>
  page
    .waitForFunction(
      ([element, pattern]) => {
        const shown = document.getElementById(element)?.textContent ?? '';
        return new RegExp(pattern).test(shown) ? shown : null;
      },
      [id, wanted.source] as const,
    )
    .then((handle) => handle.jsonValue())
    .then(String);

describe.each([
  ['with WebAssembly', true],
  ['without WebAssembly', false],
])('in Chromium %s', (_name, wasm) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser({ wasm });
  });

  afterAll(() => browser.close());

  it('page, strings and the reporter’s worker work under the policies', async () => {
    const [page, complaints] = await openPage(browser, '/sv/');
    expect(await text(page, 'status', /./)).toBe('open sv');
    expect(await text(page, 'files', /1.?200/)).toMatch(/^1\s200 files of 2$/);
    const answer = await text(page, 'answer', /./);
    expect(answer).toMatch(/^It said “[0-9a-f]{32} (no )?wasm” & more$/);
    expect(answer.includes('no wasm')).toBe(!wasm);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(complaints.filter((each) => each !== fallbackComplaint)).toEqual([]);
    await page.close();
  });

  it('the worker that reads people’s files gets the file, and neither network nor more code', async () => {
    const [page] = await openPage(browser, '/en/');
    await text(page, 'answer', /./);
    // first where they are allowed: what is kept from the other is not merely missing
    await page.evaluate(() => document.getElementById('worker')?.click());
    const allowed = `fetch XMLHttpRequest importScripts${wasm ? ' WebAssembly' : ''}`;
    expect(await text(page, 'attempts', /./)).toBe(`file: ${allowed}`);
    await page.evaluate(() => document.getElementById('workerCleaning')?.click());
    expect(await text(page, 'attempts', /file: $/)).toBe('file: ');
    await page.close();
  });

  it('the desk’s worker has Argon2id, and the preview frame no origin and no network', async () => {
    const [page, complaints] = await openPage(browser, '/desk/en/');
    expect(await text(page, 'answer', /./)).toMatch(/^[0-9a-f]{32} argon2$/);
    expect(await text(page, 'frame', /./)).toBe('rgb(4, 5, 6), null, no network');
    // the only complaint is the policy that kept the frame from the network
    const others = complaints.filter((each) => each !== fallbackComplaint);
    expect(others.filter((each) => !each.includes('connect'))).toEqual([]);
    await page.close();
  });
});

const firefox = findFirefox();
const missing =
  firefox === null ? ' (left out: no Firefox here, and CASEKEY_FIREFOX names none)' : '';

describe.skipIf(firefox === null)(`in Firefox${missing}`, () => {
  it('the worker that reads people’s files gets the file, and neither network nor more code', async () => {
    const browser = await launchFirefox(firefox ?? '', 'Standard');
    const { page } = await openInFirefox(browser, `${server.url}/en/`);
    const answerOf = async (worker: string): Promise<string> => {
      await showsText(page, '#answer', 'It said');
      await page.evaluate((id) => document.getElementById(id)?.click(), worker);
      const shown = await page.waitForFunction(
        () => document.getElementById('attempts')?.textContent,
      );
      await page.reload();
      return String(await shown.jsonValue());
    };
    expect(await answerOf('worker')).toBe('file: fetch XMLHttpRequest importScripts WebAssembly');
    expect(await answerOf('workerCleaning')).toBe('file: ');
    await browser.close();
  });
});

describe('in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  it('markup from text, inline scripts and foreign requests are blocked', async () => {
    const [page] = await openPage(browser, '/en/');
    const outcome = await page.evaluate(async () => {
      const blocked: string[] = [];
      try {
        document.body.innerHTML = '<p>x</p>';
      } catch {
        blocked.push('markup');
      }
      const inline = document.createElement('script');
      try {
        inline.text = 'window.ran = true';
        document.head.append(inline);
      } catch {
        blocked.push('script');
      }
      await fetch('https://example.org/').catch(() => blocked.push('request'));
      return { blocked, ran: 'ran' in window };
    });
    expect(outcome).toEqual({ blocked: ['markup', 'script', 'request'], ran: false });
    await page.close();
  });

  it('a script without its hash is not loaded, although it is the site’s own', async () => {
    const [page] = await openPage(browser, '/en/');
    const script = await page.locator('script[src]').first().getAttribute('src');
    const load = (integrity: string): Promise<string> =>
      page.evaluate(
        ([src, hash]) =>
          new Promise((resolve) => {
            const link = document.createElement('link');
            Object.assign(link, { rel: 'preload', as: 'script', href: src, crossOrigin: '' });
            if (hash !== '') link.integrity = hash;
            link.onload = () => {
              resolve('loaded');
            };
            link.onerror = () => {
              resolve('refused');
            };
            document.head.append(link);
          }),
        [script ?? '', integrity] as const,
      );
    const hash = await page.locator('script[src]').first().getAttribute('integrity');
    expect(await load('')).toBe('refused');
    expect(await load(hash ?? '')).toBe('loaded');
    await page.close();
  });

  it('the page one leaves for empties the storage', async () => {
    const [page] = await openPage(browser, '/en/');
    await page.evaluate(() => {
      sessionStorage.setItem('draft', 'x');
    });
    await page.goto(`${server.url}/en/away`);
    await page.goto(`${server.url}/en/`);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.close();
  });
});
