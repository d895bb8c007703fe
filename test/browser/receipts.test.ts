import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkReceipt,
  DirectoryAnswer,
  openReceipt,
  readReceipt,
  reporterKeys,
  toBase64,
  randomBytes,
  verifyDirectory,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { launchBrowser } from '../support/browser.js';
import { goTo, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const { administrator, channel } = installation;
  await administrator.desk.updateChannel(channel, { languages: ['en', 'sv'] });
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Sends a report; answers its case key. */
async function report(page: Page): Promise<string[]> {
  await page.waitForSelector('#step-write:not([hidden])');
  await page.fill('#text', 'The invoices of March were paid twice.');
  await page.click('#form button[type=submit]');
  await page.click('#step-files [data-go=next]');
  const key = await saveKey(page);
  await page.click('#send-now');
  await page.waitForSelector('#step-done:not([hidden])');
  return key;
}

const open = async (path: string): Promise<Page> =>
  (await openReporterPage(browser, installation, path)).page;

const isShown = (page: Page): Promise<boolean> => page.locator('#receipt').isVisible();

/** Opens the words about receipts and saves one, as a person would. */
async function save(page: Page): Promise<{ name: string; bytes: Uint8Array }> {
  await page.click('#receipt summary');
  const words = await page.locator('#receipt').innerText();
  expect(words).toContain('knows that somebody reported here on that day');
  expect(words).toContain('only as long as whoever runs this server is honest');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('#receipt-save'),
  ]);
  await page.locator('#receipt-done').getByText('note.txt').waitFor();
  return {
    name: download.suggestedFilename(),
    bytes: new Uint8Array(await readFile(await download.path())),
  };
}

async function verdictOn(bytes: Uint8Array): Promise<unknown> {
  const answer: unknown = await (await fetch(`${installation.address}/api/directory`)).json();
  const { directory } = verifyDirectory(v.parse(DirectoryAnswer, answer).directory);
  return checkReceipt(readReceipt(bytes), directory).verdict;
}

describe('receipts in the browser', () => {
  it('are offered nowhere while nobody switched them on', async () => {
    const page = await open('/en/write');
    const key = await report(page);
    expect(await isShown(page)).toBe(false);
    await page.goto(`${installation.address}/en/return`);
    await openCaseWith(page, key);
    expect(await isShown(page)).toBe(false);
    await page.context().close();
  });

  it('are switched on at the desk, which says why they are off and announces them', async () => {
    const { administrator } = installation;
    const { page, complaints } = await openPage(browser, `${installation.address}/desk/en/`);
    await signInInBrowser(page, administrator.name, administrator.passphrase);
    await goTo(page, 'channel');
    const settings = partOf(page, 'settings');
    expect(await settings.innerText()).toContain('Off by default, for the reporters’ safety');
    const box = partOf(settings, 'receipts');
    expect(await box.isChecked()).toBe(false);
    await box.check();
    await expectAccessible(page);
    await settings.locator('button[type=submit]').click();
    await partOf(settings, 'saved').getByText('Saved').waitFor();
    expect(await partOf(settings, 'receipt-key-other').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
    const [hanna] = installation.handlers;
    const other = await openPage(browser, `${installation.address}/desk/en/`);
    await signInInBrowser(other.page, hanna.name, hanna.passphrase);
    const changes = partOf(other.page, 'changes');
    await changes.getByText('reporters may take receipts from now on').waitFor();
    await changes.getByText('The server signs receipts by this key from now on').waitFor();
    await other.page.context().close();
  });

  it('are saved by a press below the words on what they tell, after sending', async () => {
    const page = await open('/en/write');
    const downloads: unknown[] = [];
    page.on('download', (download) => downloads.push(download));
    const key = await report(page);
    expect(await isShown(page)).toBe(true);
    // closed until somebody asks
    expect(await page.locator('#receipt-save').isVisible()).toBe(false);
    expect(downloads).toEqual([]);
    const { name, bytes } = await save(page);
    await expectAccessible(page);
    expect(name).toBe('note.txt');
    expect(await verdictOn(bytes)).toBe('holds');
    expect(openReceipt(readReceipt(bytes), reporterKeys(key))).toHaveLength(43);
    // the key went with the page's other secrets, and the receipt is nowhere but in the file
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0);
    await page.context().close();
  });

  it('are saved on returning too, in every language', async () => {
    const { words } = await installation.report();
    for (const language of ['en', 'sv', 'fi', 'nb']) {
      const page = await open(`/${language}/return`);
      await openCaseWith(page, words);
      await page.click('#receipt summary');
      expect(await page.locator('#receipt-lead').innerText()).toMatch(/\d{4}/u);
      await expectAccessible(page);
      if (language === 'en') {
        await page.click('#receipt summary');
        expect(await verdictOn((await save(page)).bytes)).toBe('holds');
      }
      await page.context().close();
    }
  });

  it('that do not hold are not offered, and the page says so', async () => {
    const { words } = await installation.report();
    const page = await open('/en/return');
    await page.route('**/api/case/receipt', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as object;
      await route.fulfill({
        response,
        json: { ...answer, signature: toBase64(randomBytes(64)) },
      });
    });
    await openCaseWith(page, words);
    await page.waitForSelector('#receipt-false:not([hidden])');
    expect(await page.locator('#receipt-false').innerText()).toContain('wrong_signature');
    expect(await isShown(page)).toBe(false);
    expect(await page.locator('#conversation').innerText()).toContain('invoices of March');
    await expectAccessible(page);
    await page.context().close();
  });

  it('that cannot be had keep nobody from reading what arrived', async () => {
    const { words } = await installation.report();
    const page = await open('/en/return');
    const said = async (): Promise<string> => {
      await openCaseWith(page, words);
      await page.waitForSelector('#receipt-failed:not([hidden])');
      expect(await isShown(page)).toBe(false);
      return page.locator('#receipt-failed').innerText();
    };
    await page.route('**/api/case/receipt', (route) => route.abort());
    expect(await said()).toContain('could not be reached');
    // a server that has lost its key for receipts says something else than a dead network
    await page.unroute('**/api/case/receipt');
    await page.route('**/api/case/receipt', (route) =>
      route.fulfill({ status: 409, json: { error: { code: 'receipts_off' } } }),
    );
    await page.goto(`${installation.address}/en/return`);
    expect(await said()).toContain('gave no receipt (for whoever helps you: receipts_off)');
    await page.context().close();
  });
});
