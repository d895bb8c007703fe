import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { fixture } from '../support/cleaning.js';
import {
  openCaseWith,
  openReporterPage,
  saveKey,
  startReporterSite,
  type ReporterSite,
} from '../support/reporter-page.js';

/** What libsodium says, in a promise nobody waits for, before it takes its JavaScript fallback. */
const fallbackComplaint = 'WebAssembly is not defined';

describe('a reporter in Chromium with neither WebAssembly nor a compiler', () => {
  let browser: Browser;
  let site: ReporterSite;
  let words: string[];

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchBrowser({ wasm: false }), startReporterSite()]);
  });
  afterAll(async () => {
    await browser.close();
    await site.server.stop();
  });

  it('reports with a file that is cleaned, and saves a key', async () => {
    const { page, complaints } = await openReporterPage(browser, site, '/en/');
    expect(await page.evaluate(() => typeof WebAssembly)).toBe('undefined');
    await page.waitForSelector('#readers li');
    await page.click('#to-form');
    await page.fill('#text', 'The invoices of March were paid twice.');
    await page.click('#form button[type=submit]');
    const file = { name: 'desk.jpg', mimeType: 'image/jpeg', buffer: await fixture('photo.jpg') };
    await page.setInputFiles('#file-input', [file]);
    await page.locator('#file-list', { hasText: 'the place' }).waitFor();
    await page.click('#step-files [data-go=next]');
    words = await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(complaints.filter((each) => !each.includes(fallbackComplaint))).toEqual([]);
    await page.context().close();
  });

  it('returns with the key, reads, and writes on', async () => {
    const { page, complaints } = await openReporterPage(browser, site, '/en/return');
    await openCaseWith(page, words);
    expect(await page.innerText('#conversation')).toContain('paid twice');
    await page.fill('#answer-text', 'The head of accounting did.');
    await page.click('#answer-actions button');
    await page.locator('#conversation', { hasText: 'The head of accounting did.' }).waitFor();
    expect(complaints.filter((each) => !each.includes(fallbackComplaint))).toEqual([]);
    await page.context().close();
  });
});
