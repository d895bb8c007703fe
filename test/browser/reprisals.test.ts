import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newestFromReporter } from '../../client/casework/newest.js';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { partOf, signInInBrowser } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { expectAccessible, openCaseWith } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { openDeskPage } from './desk-page.js';

// A closed case asks its reporter about reprisals: a real server, whose year passes, a reporter's page on
// a phone, and a handler's desk. The tests of this file are steps of one story.

const PHONE = { width: 390, height: 844 };

let browser: Browser;
let installation: Installation;
let words: string[];
let id: string;
const complaints: string[][] = [];

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  ({ words } = await installation.report({ text: 'The scales were set back.', language: 'en' }));
  id = reporterKeys(words).caseId;
  const [hanna] = installation.handlers;
  const closure = { kind: 'closure', outcome: 'substantiated', text: 'Mended.' } as const;
  await hanna.desk.reply(id, closure, [], silent);
}, 120_000);

afterAll(async () => {
  await browser.close();
  expect(complaints.flat()).toEqual([]);
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** The reporter's page, so many days after the case was closed. */
async function reading(ahead: number): Promise<Page> {
  const address = `${installation.address}/en/return`;
  const opened = await openDeskPage(browser, address, { ahead, viewport: PHONE });
  complaints.push(opened.complaints);
  await openCaseWith(opened.page, words);
  return opened.page;
}

const asks = (page: Page): Promise<boolean> => page.locator('#reprisals').isVisible();

/** Writes where the question leads to. */
async function answer(page: Page, text: string): Promise<void> {
  await page.click('#reprisals-write');
  await page.keyboard.type(text);
  await page.click('#answer [type=submit]');
  await page.locator('.entry', { hasText: text }).waitFor();
}

it('nothing is asked before three months are over', async () => {
  const page = await reading(80);
  expect(await asks(page)).toBe(false);
  await page.context().close();
});

it('after three months it is asked until the reporter writes, and a handler reads it', async () => {
  installation.clock.addDays(100);
  const page = await reading(100);
  expect(await asks(page)).toBe(true);
  await expectAccessible(page);
  await answer(page, 'I was moved to nights.');
  expect(await asks(page)).toBe(false);
  await page.context().close();

  const [hanna] = installation.handlers;
  const opened = await openDeskPage(browser, `${installation.address}/desk/en/`, { ahead: 100 });
  complaints.push(opened.complaints);
  const desk = opened.page;
  await signInInBrowser(desk, hanna.name, hanna.passphrase);
  await partOf(desk, 'state').selectOption('closed');
  await desk.locator('.row-open', { hasText: 'The scales' }).click();
  await desk.locator('.entry', { hasText: 'moved to nights' }).waitFor();
  await partOf(desk, 'timeline').getByText('asks about reprisals').first().waitFor();
  await desk.context().close();
  const own = await installation.signIn(hanna);
  const { entries } = await own.openCase(id);
  await own.decideNothingFurther(id, 'They have days again.', newestFromReporter(entries));
}, 120_000);

it('after twelve months it is asked once more', async () => {
  installation.clock.addDays(280);
  const page = await reading(380);
  expect(await asks(page)).toBe(true);
  await answer(page, 'Nothing since then.');
  expect(await asks(page)).toBe(false);
  await page.context().close();
}, 120_000);
