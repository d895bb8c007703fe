import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { signInInBrowser } from '../support/desk-page.js';
import { expectAccessible } from '../support/reporter-page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { goTo, loaded, openDeskPage, overflow } from './desk-page.js';

// A case's dates as handlers see and decide them, with made-up cases in the place of the engine.

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

it('stand in one list in their order, and follow what handlers decide', async () => {
  const { page, complaints } = await openDeskPage(browser, `${server.url}/desk/en/`, {
    scenario: 'spain',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  });
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await loaded(page);
  const spanish = page.locator('.row', { hasText: 'Batteries in the server room' });
  expect(await spanish.innerText()).toMatch(/Give feedback by .+ \(law\): .+ nine tenths/);
  await spanish.locator('.row-open').click();
  await page.waitForSelector('.entry');
  const steps = (): Promise<string[]> => page.locator('.timeline .step-name').allTextContents();
  expect(await steps()).toEqual(['Received', 'Acknowledged', 'Give feedback by']);
  await page.click('[data-tab=work]');
  // the act of this country knows no waiver
  expect(await page.locator('[data-part=waiver-form]').isVisible()).toBe(false);
  const extension = page.locator('[data-part=extension-form]');
  await extension.locator('button').click();
  expect(await extension.innerText()).toContain('Write the reason.');
  await extension.locator('textarea').fill('Witnesses abroad.');
  await extension.locator('button').click();
  await page.locator('[data-part=tell]').waitFor();
  expect(await steps()).toContain('Feedback put off');
  await page.fill('[data-part=task-name]', 'Ask the bank');
  await page.fill('[data-part=task-due]', new Date().toISOString().slice(0, 10));
  await page.click('[data-part=task-form] [type=submit]');
  await page.locator('.timeline .step-name', { hasText: 'Ask the bank' }).waitFor();
  expect((await steps()).at(-1)).toBe('Give feedback by');
  expect(await page.innerText('.timeline')).toContain('own plan');
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await page.click('[data-part=tell-do]');
  expect(await page.inputValue('[data-part=writing] textarea')).toContain('Vi behöver mer tid');
  await page.click('[data-part=back]');
  await loaded(page);
  const row = await spanish.innerText();
  expect(row).toMatch(/Task by .+ \(own plan\): today\n/);
  expect(row).toMatch(/Give feedback by .+ \(law\): \d+ days left$/);
  expect(complaints).toEqual([]);
});

it('show an acknowledgement left out, further feedback and a confirmation as they were decided', async () => {
  const { page, complaints } = await openDeskPage(browser, `${server.url}/desk/en/`, {
    scenario: 'usual',
    viewport: { width: 390, height: 844 },
  });
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await loaded(page);
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  const steps = (): Promise<string[]> => page.locator('.timeline .step-name').allTextContents();
  const step = (name: string): Promise<void> =>
    page.locator('.timeline .step-name', { hasText: name }).waitFor();
  expect(await steps()).toContain('Acknowledge by');
  await page.click('[data-tab=work]');
  const waiver = page.locator('[data-part=waiver-form]');
  await waiver.locator('select').selectOption('would_identify');
  await waiver.locator('[type=submit]').click();
  await step('Acknowledgement left out');
  expect(await steps()).not.toContain('Acknowledge by');
  await waiver.waitFor({ state: 'hidden' });
  const further = page.locator('[data-part=further-form]');
  await further.locator('[data-part=further-months]').fill('13');
  await further.locator('[type=submit]').click();
  await further.locator('[data-part=problem]').waitFor();
  await expectAccessible(page);
  await further.locator('[data-part=further-months]').fill('2');
  await further.locator('[type=submit]').click();
  await step('Further feedback asked for');
  const confirming = page.locator('[data-part=confirmation-form]');
  await confirming.locator('[type=submit]').click();
  const asked = confirming.locator('[data-part=confirmations] li');
  await asked.getByText('to be confirmed by').waitFor();
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await asked.locator('[data-part=given]').click();
  await asked.waitFor({ state: 'detached' });
  await further.locator('[data-part=further-end]').click();
  await page
    .locator('.timeline .step-name', { hasText: 'Further feedback' })
    .waitFor({ state: 'detached' });
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

it('stand in ready texts as they were promised', async () => {
  const { page, complaints } = await openDeskPage(browser, `${server.url}/desk/en/`, {
    scenario: 'promise',
  });
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await loaded(page);
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  expect(await page.innerText('.timeline')).toContain('promise');
  const text = '[data-part=writing] textarea';
  // received five days ago, with feedback promised within thirty
  const promised = new Intl.DateTimeFormat('sv', { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.now() + 25 * 24 * 60 * 60 * 1000,
  );
  await page.click('[data-part=ready-insert]');
  expect(await page.inputValue(text)).toContain(`senast ${promised}`);
  await page.check('input[value=reply]');
  await page.fill(text, '');
  await page.selectOption('[data-part=writing] [data-part=ready]', {
    label: 'More time is needed',
  });
  await page.click('[data-part=ready-insert]');
  expect(await page.inputValue(text)).toContain(promised);
  expect(complaints).toEqual([]);
});

it('are those of the country of then, and say where nobody read its act', async () => {
  const { page, complaints } = await openDeskPage(browser, `${server.url}/desk/en/`, {
    scenario: 'spain',
  });
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await loaded(page);
  const openCase = async (title: string): Promise<string[]> => {
    await page.locator('.row', { hasText: title }).locator('.row-open').click();
    await page.waitForSelector('.entry');
    const texts = [await page.innerText('[data-part=law]'), await page.innerText('.timeline')];
    await page.click('[data-part=back]');
    await loaded(page);
    return texts;
  };
  const [oldLaw, oldDates] = await openCase('Supplier pays for a holiday');
  expect(oldLaw).toContain('Décret 2022-1284');
  expect(oldLaw).toContain('This comes from a source about the act, not from the act itself.');
  expect(oldDates).toContain('not read in the act itself');
  const [newLaw, newDates] = await openCase('Batteries in the server room');
  expect(newLaw).toContain('Ley 2/2023');
  expect(`${String(newLaw)} ${String(newDates)}`).not.toMatch(/source about|not read in the act/);

  await goTo(page, 'channel');
  const dates = page.locator('section:has(> #channel-dates)');
  const lines = await dates.locator('li').allInnerTexts();
  expect(lines).toEqual([
    'Acknowledgement: within 7 days from receipt.',
    'Feedback: 3 months from receipt. It can be put off by 3 months with a reason.',
    'A meeting on request: within 7 days. Fairly sure: from a source about the act, not the act itself.',
  ]);
  expect(await dates.innerText()).toContain('Source: Ley 2/2023. Sure: read in the act itself.');
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

it('can be promised sooner by an administrator, for reports to come and with a reason', async () => {
  const { page, complaints } = await openDeskPage(browser, `${server.url}/desk/en/`, {
    scenario: 'administrator',
    viewport: { width: 390, height: 844 },
  });
  await signInInBrowser(page, 'hanna', 'seven words that nobody else has at all');
  await goTo(page, 'channel');
  const dates = page.locator('section:has(> #channel-dates)');
  await dates.locator('summary').click();
  const submit = dates.locator('[type=submit]');
  const problem = dates.locator('[data-part=problem]');
  await submit.click();
  expect(await problem.innerText()).toBe('That is promised already.');
  await dates.locator('[data-part=acknowledgement]').fill('7');
  await submit.click();
  expect(await problem.innerText()).toContain('up to 6 for the acknowledgement');
  await dates.locator('[data-part=acknowledgement]').fill('2');
  await dates.locator('[data-part=feedback]').fill('60');
  await submit.click();
  expect(await problem.innerText()).toContain('Write why');
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await dates.locator('[data-part=promise-reason]').fill('We can.');
  await submit.click();
  await dates.locator('[data-part=promises] li').waitFor();
  expect(await dates.locator('[data-part=promises]').innerText()).toMatch(
    /^For reports received from .+ on your organisation promises: acknowledgement within 2 days of receipt and feedback within 60 days of receipt\. Reason: We can\.$/,
  );

  const settings = page.locator('[data-part=settings]');
  const why = settings.locator('[data-part=country-reason]');
  expect(await why.isVisible()).toBe(false);
  await settings.locator('[data-part=country-choice]').selectOption('NO');
  await settings.locator('[type=submit]').click();
  expect(await settings.locator('[data-part=problem]').innerText()).toContain('Write why');
  await why.fill('The company moved.');
  await settings.locator('[type=submit]').click();
  await dates.locator('[data-part=country-why]', { hasText: 'The company moved.' }).waitFor();
  expect(await why.isVisible()).toBe(false);
  expect(complaints).toEqual([]);
});
