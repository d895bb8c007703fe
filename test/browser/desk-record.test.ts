import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { signInInBrowser } from '../support/desk-page.js';
import { expectAccessible, leakyFields } from '../support/reporter-page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { goTo, loaded, openDeskPage, overflow, type DeskPage } from './desk-page.js';

// Persons, requests about data and disclosures in a case, with made-up cases in the place of the
// engine.

let browser: Browser;
let server: TestServer;
let opened: DeskPage;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
});

afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.page.context().unrouteAll({ behavior: 'ignoreErrors' });
  await opened.page.context().close();
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function enter(language: string, options: BrowserContextOptions = {}): Promise<Page> {
  const address = `${server.url}/desk/${language}/`;
  opened = await openDeskPage(browser, address, { ...options, scenario: 'usual' });
  const { page } = opened;
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await loaded(page);
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  await loaded(page);
  return page;
}

async function check(page: Page): Promise<void> {
  expect(await overflow(page)).toBe(0);
  await expectAccessible(page);
  expect(await leakyFields(page, [])).toEqual([]);
}

/** Opens a form by the summary above it, and gives the form. */
async function unfold(page: Page, form: string): Promise<string> {
  const selector = `[data-part=${form}-form]`;
  await page
    .locator('details', { has: page.locator(selector) })
    .locator('summary')
    .click();
  return selector;
}

async function send(page: Page, form: string): Promise<void> {
  await page.click(`${form} [type=submit]`);
  await loaded(page);
}

async function writePerson(page: Page): Promise<void> {
  await page.click('[data-tab=persons]');
  const form = await unfold(page, 'person');
  await page.fill(`${form} [data-part=name]`, 'Kim Berg');
  await send(page, form);
}

const list = (page: Page, name: string): Promise<string> =>
  page.innerText(`[data-part=${name}]:visible`);

describe('persons in a case', () => {
  it('are told or deferred, heard and told of the outcome, and stand among the notes', async () => {
    const page = await enter('en');
    await writePerson(page);
    expect(await list(page, 'persons')).toMatch(/Kim Berg Person concerned by .* left/);
    await page.click('button[aria-label="Told or deferred: Kim Berg"]');
    await page.selectOption('[data-part=inform-form] [data-part=state]', 'deferred');
    await page.fill('[data-part=inform-form] [data-part=day]', '2100-01-31');
    await send(page, '[data-part=inform-form]');
    expect(await page.innerText('[data-part=inform-form] [role=alert]')).toBe('Write the reasons.');
    await page.fill('[data-part=inform-form] [data-part=text]', 'Evidence could be lost.');
    await check(page);
    await send(page, '[data-part=inform-form]');
    expect(await list(page, 'persons')).toContain('looked at again by 31 Jan 2100. Evidence');
    for (const [button, form, text] of [
      ['Heard', 'hear', 'Saw nothing.'],
      ['Told of the outcome', 'outcome', 'Nothing was found.'],
    ]) {
      await page.click(`button[aria-label="${String(button)}: Kim Berg"]`);
      await page.fill(`[data-part=${String(form)}-form] [data-part=text]`, String(text));
      await send(page, `[data-part=${String(form)}-form]`);
      expect(await list(page, 'persons')).toContain(text);
    }
    await page.click('[data-tab=notes]');
    expect(await list(page, 'notes')).toContain('Hanna Ek noted that telling Kim Berg waits');
  });

  it('get an extract that was compared with the texts of the reporter', async () => {
    const page = await enter('en');
    await writePerson(page);
    await page.click('button[aria-label="Extract: Kim Berg"]');
    const form = '[data-part=extract-form]';
    const text = `${form} [data-part=text]`;
    expect(await page.inputValue(text)).toBe('');
    expect(await page.innerText(`${form} [data-part=sources]`)).toContain('Hamnen, grind 3');
    await page.fill(text, 'Det sägs att vi fakturerar vi fyra väktare på nattskiftet.');
    await send(page, form);
    const findings = `${form} [data-part=findings]`;
    expect(await page.innerText(findings)).toContain('”fakturerar vi fyra väktare på nattskiftet”');
    expect(await page.locator('[data-part=extracts] li').count()).toBe(0);
    await check(page);
    await page.fill(text, 'It was said that more people were charged for than worked.');
    await send(page, form);
    expect(await list(page, 'extracts')).toContain('more people were charged for');
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await page.click('button[aria-label="Print: Kim Berg"]');
    const sheet = await page.textContent('.print-sheet');
    expect(sheet).toContain('more people were charged for');
    expect(sheet).not.toContain('Invoices');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.click('button[aria-label="Save as text: Kim Berg"]'),
    ]);
    expect(file.suggestedFilename()).toMatch(/^extract-.*\.txt$/);
  });
});

describe('the record of a case', () => {
  it('holds requests, disclosures and who is to be told, and all requests in one list', async () => {
    const page = await enter('en');
    await page.click('[data-tab=record]');
    const disclosure = await unfold(page, 'disclosure');
    await page.fill(`${disclosure} [data-part=recipient]`, 'Police');
    await page.fill(`${disclosure} [data-part=ground]`, 'Criminal investigation');
    await page.fill(`${disclosure} [data-part=scope]`, 'The report');
    await page.selectOption(`${disclosure} [data-part=identity]`, 'no');
    await send(page, disclosure);
    expect(await list(page, 'disclosures')).toContain('Disclosed: The report');
    const request = await unfold(page, 'request');
    await page.selectOption(`${request} [data-part=right]`, 'rectification');
    await page.selectOption(`${request} [data-part=by]`, 'named');
    await page.fill(`${request} [data-part=name]`, 'Kim Berg');
    await page.fill(`${request} [data-part=received]`, '2026-01-31');
    await check(page);
    await send(page, request);
    expect(await list(page, 'requests')).toContain('by 28 Feb 2026');
    const extend = await unfold(page, 'extend');
    await page.fill(`${extend} [data-part=text]`, 'Many files.');
    await send(page, extend);
    const late = await list(page, 'requests');
    expect(late).toContain('by 28 Feb 2026');
    expect(late).toContain('after the first month');
    await unfold(page, 'extend');
    await page.fill(`${extend} [data-part=on]`, '2026-02-20');
    await page.fill(`${extend} [data-part=text]`, 'Many files.');
    await send(page, extend);
    expect(await list(page, 'requests')).toContain('by 30 Apr 2026');

    await page.click('button[aria-label="Answer: Rectification: Kim Berg"]');
    const answer = '[data-part=answer-form]';
    // nobody granted anything by leaving a field as it was
    expect(await page.inputValue(`${answer} [data-part=answer]`)).toBe('');
    await send(page, answer);
    expect(await page.innerText(`${answer} [role=alert]`)).toBe('Choose the answer first.');
    await page.selectOption(`${answer} [data-part=answer]`, 'partly');
    await page.fill(`${answer} [data-part=text]`, 'One date was wrong.');
    await send(page, answer);
    expect(await page.innerText(`${answer} [role=alert]`)).toContain(
      'how this person was identified',
    );
    await page.click('button[aria-label="Change: Rectification: Kim Berg"]');
    await page.fill(`${request} [data-part=identified]`, 'Passport');
    await send(page, request);
    await send(page, answer);
    expect(await page.innerText(`${answer} [role=alert]`)).toContain('complaint and the court');
    await page.check(`${answer} [data-part=remedies]`);
    await send(page, answer);
    expect(await list(page, 'requests')).toContain('granted in part');
    expect(await list(page, 'notices')).toContain('Police: rectification of');
    await page.click('[data-part=notices] button');
    await send(page, '[data-part=notice-form]');
    expect(await list(page, 'notices')).toContain('told');
    await check(page);

    await goTo(page, 'requests');
    await page.click('[data-part=start]:visible');
    await page.check('[data-part=settled]');
    expect(await list(page, 'list')).toContain('Case: Invoices for guards');
    await check(page);
    const [table] = await Promise.all([
      page.waitForEvent('download'),
      page.click('[data-part=save]:visible'),
    ]);
    expect(table.suggestedFilename()).toMatch(/^casekey-requests-.*\.csv$/);
  });

  it('lets an answer be put right, and asks before a request is taken back', async () => {
    const page = await enter('en');
    await page.click('[data-tab=record]');
    for (const name of ['Kim Berg', 'Lo Lind']) {
      const request = await unfold(page, 'request');
      await page.selectOption(`${request} [data-part=by]`, 'named');
      await page.fill(`${request} [data-part=name]`, name);
      await page.fill(`${request} [data-part=identified]`, 'Passport');
      await send(page, request);
    }
    const answer = '[data-part=answer-form]';
    await page.click('button[aria-label="Answer: Access: Kim Berg"]');
    await page.selectOption(`${answer} [data-part=answer]`, 'granted');
    await page.fill(`${answer} [data-part=text]`, 'A copy was given.');
    await send(page, answer);
    expect(await list(page, 'requests')).toContain('Access: Kim Berg granted');
    await page.click('button[aria-label="Change the answer: Access: Kim Berg"]');
    expect(await page.inputValue(`${answer} [data-part=answer]`)).toBe('granted');
    expect(await page.inputValue(`${answer} [data-part=text]`)).toBe('A copy was given.');
    await page.selectOption(`${answer} [data-part=answer]`, 'refused');
    await page.fill(`${answer} [data-part=text]`, 'Not theirs.');
    // what was begun for one request does not become the answer to another
    await page.click('button[aria-label="Answer: Access: Lo Lind"]');
    expect(await page.innerText(`${answer} [role=alert]`)).toContain('You have begun a text here');
    const chosen = page.locator(`${answer} [data-part=request] option:checked`);
    expect(await chosen.innerText()).toBe('Access: Kim Berg');
    expect(await page.inputValue(`${answer} [data-part=text]`)).toBe('Not theirs.');
    await page.check(`${answer} [data-part=remedies]`);
    await check(page);
    await send(page, answer);
    expect(await list(page, 'requests')).toContain('Access: Kim Berg refused');
    expect(await list(page, 'requests')).not.toContain('A copy was given');
    const offered = page.locator(`${answer} [data-part=request] option`);
    expect(await offered.allTextContents()).toEqual(['Access: Lo Lind']);

    const asked = page.locator('.record-item', { hasText: 'Lo Lind' });
    const takeBack = 'button[aria-label="The person took it back: Access: Lo Lind"]';
    await page.click(takeBack);
    await asked.getByText('This cannot be undone').waitFor();
    await check(page);
    await asked.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.innerText(`.record-item:has-text("Lo Lind")`)).not.toContain('undone');
    expect(await list(page, 'requests')).not.toContain('Lo Lind taken back');
    await page.click(takeBack);
    await asked.locator('[data-part=confirm-do]').click();
    await loaded(page);
    expect(await list(page, 'requests')).toContain('Lo Lind taken back');
  });

  it('asks before a person or a disclosure leaves the lists as noted by mistake', async () => {
    const page = await enter('sv');
    await writePerson(page);
    const mistaken = async (name: string): Promise<void> => {
      const item = page.locator('.record-item', { hasText: name });
      await page.click(`button[aria-label="Antecknat av misstag: ${name}"]`);
      await item.getByText('inlägget finns kvar bland anteckningarna').waitFor();
      expect(await item.isVisible()).toBe(true);
      await check(page);
      await item.locator('[data-part=confirm-do]').click();
      await loaded(page);
      expect(await item.count()).toBe(0);
    };
    await mistaken('Kim Berg');
    await page.click('[data-tab=record]');
    const disclosure = await unfold(page, 'disclosure');
    await page.fill(`${disclosure} [data-part=recipient]`, 'Polisen');
    await page.fill(`${disclosure} [data-part=ground]`, 'Utredning');
    await page.fill(`${disclosure} [data-part=scope]`, 'Rapporten');
    await page.selectOption(`${disclosure} [data-part=identity]`, 'no');
    await send(page, disclosure);
    await mistaken('Polisen');
    await page.click('[data-tab=notes]');
    expect(await list(page, 'notes')).toContain('Polisen');
  });

  it('fits a phone, in Swedish and in the dark', async () => {
    const page = await enter('sv', {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    await writePerson(page);
    for (const form of ['inform', 'hear', 'outcome', 'extract']) await unfold(page, form);
    await check(page);
    await page.click('[data-tab=record]');
    for (const form of ['request', 'disclosure']) await unfold(page, form);
    await check(page);
    await goTo(page, 'requests');
    await page.click('[data-part=start]:visible');
    await check(page);
  });
});
