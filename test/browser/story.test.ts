import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpLink } from '../../server/accounts/set-up.js';
import { launchBrowser } from '../support/browser.js';
import { fixture, letters, PLANTED } from '../support/cleaning.js';
import {
  goTo,
  joinInBrowser,
  openCaseOf,
  openPage,
  partOf,
  setUpInBrowser,
  signInInBrowser,
  writeInCase,
  type Paper,
} from '../support/desk-page.js';
import { openCaseWith, saveKey, sendReport } from '../support/reporter-page.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

// One story from an empty installation to the purge, told by people in real browsers. Each part
// goes on where the one before ended.
describe('a channel from set-up to purge', () => {
  const clock = createTestClock(new Date());
  const today = clock.now().toISOString().slice(0, 10);
  let browser: Browser;
  let server: TestServer;
  let papers: { administrator: Paper; handler: Paper };
  let administrator: Page;
  let handler: Page;
  let key: string[];
  const complaints: string[][] = [];

  async function open(path: string): Promise<Page> {
    const opened = await openPage(browser, `${server.url}${path}`);
    complaints.push(opened.complaints);
    return opened.page;
  }

  beforeAll(async () => {
    [browser, server] = await Promise.all([
      launchBrowser({ memory: 'usual' }),
      startTestServer({ clock: clock.now }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  it('is set up with the one-time link, which then opens nothing any more', async () => {
    const link = await setUpLink(server.db, server.config);
    const path = new URL(link ?? '').pathname + new URL(link ?? '').hash;
    const page = await open(path);
    expect(page.url()).not.toContain('#');
    papers = await setUpInBrowser(page);
    const again = await open(path);
    await partOf(again, 'already').waitFor();
  });

  it('takes a second handler by invitation, with two signatures', async () => {
    administrator = await open('/desk/en/');
    await signInInBrowser(administrator, 'Anna', papers.administrator.passphrase);
    handler = await open('/desk/en/');
    await signInInBrowser(handler, 'Hanna', papers.handler.passphrase);
    await goTo(handler, 'account');
    expect(await partOf(handler, 'mail-none').innerText()).toContain('sends no mail');
    await goTo(handler, 'people');
    await partOf(handler, 'shown-name').fill('Harald Handler');
    await partOf(handler, 'invite-form').getByRole('button').click();
    await partOf(handler, 'link-box').waitFor();
    const link = new URL(await partOf(handler, 'link').inputValue());
    const joining = await open(link.pathname + link.hash);
    expect(joining.url()).not.toContain('#');
    const joined = await joinInBrowser(joining, 'Harald');
    for (const page of [handler, administrator]) {
      await goTo(page, 'account');
      await goTo(page, 'people');
      const admission = page.locator('.admission');
      await admission.waitFor();
      expect(await partOf(admission, 'words').locator('li').allTextContents()).toEqual(
        joined.words,
      );
      await partOf(admission, 'compared').check();
      await partOf(admission, 'sign').click();
      await partOf(page.locator('.admission'), 'sign').waitFor({ state: 'hidden' });
    }
    await partOf(administrator, 'readers').getByText('Harald Handler', { exact: true }).waitFor();
    const second = await open('/desk/en/');
    await signInInBrowser(second, 'Harald', joined.passphrase);
    await second.context().close();
  });

  it('is published once a practice report was read', async () => {
    const practising = await open('/en/write');
    await practising.waitForSelector('#practice:not([hidden])');
    await sendReport(practising, 'Just practising.');
    await goTo(administrator, 'channel');
    expect(await partOf(administrator, 'publish').isEnabled()).toBe(false);
    await openCaseOf(handler, 'Just practising.');
    await goTo(administrator, 'account');
    await goTo(administrator, 'channel');
    await partOf(administrator, 'publish').click();
    await partOf(administrator, 'published').waitFor();
    await practising.goto(`${server.url}/en/`);
    await practising.waitForSelector('#readers li');
    expect(await practising.locator('#practice').isVisible()).toBe(false);
    expect(await partOf(administrator, 'address-own').innerText()).toContain('this computer only');
    const code = partOf(administrator, 'poster').locator('svg, canvas, img').first();
    expect(await code.isVisible()).toBe(true);
  });

  it('takes a report with a file, confirmed by words of its key', async () => {
    const page = await open('/en/');
    await page.waitForSelector('#readers li');
    await page.click('#to-form');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'The invoices of March were paid twice.');
    await page.click('#form button[type=submit]');
    await page.setInputFiles('#file-input', [
      {
        name: 'invoices.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('Invoice 1: 100. Invoice 1 again: 100.'),
      },
      { name: 'desk.jpg', mimeType: 'image/jpeg', buffer: await fixture('photo.jpg') },
    ]);
    await page.locator('#file-list', { hasText: 'the place' }).waitFor();
    await page.click('#step-files [data-go=next]');
    key = await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(page.url()).toBe(`${server.url}/en/write`);
    await page.context().close();
  });

  it('is read and answered by a handler', async () => {
    await openCaseOf(handler, 'The invoices of March');
    const text = handler.locator('[data-part="conversation"] .written').first();
    expect(await text.textContent()).toBe('The invoices of March were paid twice.');
    await handler.click('#tab-files');
    await handler.locator('#panel-files [data-part="preview"]').first().click();
    // the dialog stops saying that it works when the frame has told what became of the file
    await handler.waitForFunction(
      () => document.querySelector('dialog[open] [data-part=working]')?.textContent === '',
      undefined,
      { timeout: 0 },
    );
    const frame = handler.frameLocator('iframe');
    expect(await frame.getByText('Invoice 1 again: 100.').isVisible()).toBe(true);
    await handler.keyboard.press('Escape');
    const [photo] = await Promise.all([
      handler.waitForEvent('download'),
      handler.locator('#panel-files [data-part="download"]').nth(1).click(),
    ]);
    expect(photo.suggestedFilename()).toBe('desk.jpg');
    // neither where it was taken nor who took it with what
    expect(letters(await readFile(await photo.path()))).not.toMatch(PLANTED);
    await handler.click('#tab-conversation');
    await writeInCase(handler, 'acknowledgement', 'We have your report.');
    await writeInCase(handler, 'reply', 'Who approved the second payment?');
  });

  it('lets the reporter return, see the answer and write on', async () => {
    const page = await open('/en/return');
    await openCaseWith(page, key);
    const conversation = await page.innerText('#conversation');
    expect(conversation).toContain('Who approved the second payment?');
    expect(conversation).toContain('We have your report.');
    await page.fill('#answer-text', 'The head of accounting did.');
    await page.click('#answer-actions button');
    await page.locator('#conversation', { hasText: 'The head of accounting did.' }).waitFor();
    await openCaseOf(handler, 'The invoices of March');
    const texts = await handler.locator('[data-part="conversation"] .written').allTextContents();
    expect(texts).toContain('The head of accounting did.');
    await page.context().close();
  });

  it('closes with an outcome that the reporter sees, and a day of removal', async () => {
    await writeInCase(handler, 'feedback', 'The payment was taken back.');
    await writeInCase(handler, 'closure', 'Thank you for telling us.', 'substantiated');
    const page = await open('/sv/return');
    await openCaseWith(page, key);
    expect(await page.innerText('#conversation')).toContain('Thank you for telling us.');
    const year = String(Number(today.slice(0, 4)) + 2);
    expect(await page.innerText('#timeline')).toContain(year);
    await page.context().close();
  });

  it('forgets the case two years later: its key is answered like one that never was', async () => {
    clock.addDays(2 * 365 + 2 - 8);
    clock.set(clock.now().toISOString().replace(/T.*/, 'T12:00:00Z'));
    // a clock that jumps this far is doubted for a week
    await server.scheduler.tick();
    clock.addDays(8);
    await server.scheduler.tick();
    // a clock that jumps this far is doubted for a week
    clock.addDays(7);
    await server.scheduler.tick();
    expect(await server.db('cases').where({ practice: 0 })).toEqual([]);
    const page = await open('/en/return');
    await page.waitForSelector('#enter:not([hidden])');
    await page.fill('#words', key.join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    const purged = await page.innerText('#enter-faults');
    await page.fill(
      '#words',
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
    );
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await page.innerText('#enter-faults')).toBe(purged);
    await page.context().close();
  });

  it('made no browser complain, but for the answers that were refusals', () => {
    const serious = complaints.flat().filter((text) => !/status of (404|409)/.test(text));
    expect(serious).toEqual([]);
    expect(server.faults).toEqual([]);
  });
});
