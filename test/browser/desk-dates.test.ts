import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { signInInBrowser } from '../support/desk-page.js';
import { expectAccessible } from '../support/reporter-page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { loaded, openDeskPage, overflow } from './desk-page.js';

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
  expect(row).toMatch(/Task by .+: today\n/);
  expect(row).toMatch(/Give feedback by .+ \(law\): \d+ days left$/);
  expect(complaints).toEqual([]);
});
