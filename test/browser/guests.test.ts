import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { fileOf } from '../support/fixtures.js';
import { openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible, openCaseWith, openReporterPage } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// A handler grants a case to a lawyer from outside, who accepts secrecy, reads and writes a note, until
// the last day; and an auditor sees log and figures. With a real server, and a page for each.

let browser: Browser;
let installation: Installation;
let lara: InstallationPerson;
let rita: InstallationPerson;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  lara = await installation.add('guest', 'lara', 'Lara Berg, lawyer');
  rita = await installation.add('auditor', 'rita', 'Rita Ek, auditor');
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}

async function deskOf(person: InstallationPerson): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

it('an auditor reads log and figures, and nothing else is there', async () => {
  const page = await deskOf(rita);
  await page.getByText('You see the log of the organisation').waitFor();
  expect(await page.locator('.desk-nav').innerText()).toBe('Figures\nAudit log\nMy account');
  await page.locator('.audit-line').first().waitFor();
  await page.getByRole('button', { name: 'Check the log' }).click();
  await page.getByText('The chains are whole').waitFor();
  await check(page);
  await page.click('[data-go=figures]');
  await page.getByText('You read no case').waitFor();
  await page.getByRole('button', { name: 'Count the figures' }).click();
  await page.locator('.figures-tables').waitFor();
  await check(page);
}, 120_000);

it('one who may only read finds no form for notes, and saves files only once that is allowed', async () => {
  const bytes = new TextEncoder().encode('Two of nine were paid.');
  const { words } = await installation.report({ text: 'The list of April is short.' }, [
    fileOf(bytes, { name: 'april.txt' }),
  ]);
  const until = new Date(installation.clock.now().getTime() + 7 * 86_400_000);
  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The list of April');
  await handler.click('#tab-access');
  const form = partOf(handler, 'guest-form');
  const grant = async (told: string): Promise<void> => {
    await partOf(form, 'guest-until').fill(until.toISOString().slice(0, 10));
    await form.locator('[type=submit]').click();
    await handler.locator('#panel-access [data-part=readers]').getByText(told).waitFor();
  };
  await grant('reads');

  const guest = await deskOf(lara);
  const terms = guest.locator('li', { hasText: 'You may read, and write nothing.' });
  expect(await terms.innerText()).toContain('You may not save its files');
  await partOf(terms, 'open').click();
  const secrecy = partOf(guest, 'secrecy');
  await partOf(secrecy, 'accepted').check();
  await secrecy.locator('[type=submit]').click();
  const file = guest.locator('.file', { hasText: 'april.txt' });
  await file.waitFor();
  expect(await guest.locator('textarea:visible').count()).toBe(0);
  expect(await guest.locator('[data-part=download]:visible').count()).toBe(0);
  await partOf(file, 'preview').click();
  const preview = guest.frameLocator('dialog iframe');
  await preview.getByText('Two of nine were paid.').waitFor();
  await guest.keyboard.press('Escape');
  await guest.waitForFunction(() => document.querySelector('iframe') === null);
  await check(guest);

  await partOf(form, 'guest-save').check();
  await grant('reads and saves files');
  await partOf(guest, 'back').click();
  const wider = guest.locator('li', { hasText: 'You may save its files.' });
  expect(await wider.innerText()).toContain('You may read, and write nothing.');
  await partOf(wider, 'open').click();
  await file.waitFor();
  expect(await guest.locator('textarea:visible').count()).toBe(0);
  const [saved] = await Promise.all([
    guest.waitForEvent('download'),
    partOf(file, 'download').click(),
  ]);
  expect(saved.suggestedFilename()).toBe('april.txt');
  expect(new Uint8Array(await readFile(await saved.path()))).toEqual(bytes);
  await check(guest);
  await installation.handlers[0].desk.revoke(reporterKeys(words).caseId, lara.id);
}, 240_000);

it('a case goes to somebody from outside until a day, and the reporter sees who', async () => {
  const { words } = await installation.report({ text: 'The contract of March is a sham.' });
  const until = new Date(installation.clock.now().getTime() + 7 * 86_400_000);
  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The contract of March');
  await handler.click('#tab-access');
  const form = partOf(handler, 'guest-form');
  await form.locator('[type=submit]').click();
  await form.getByText('Choose the last day').waitFor();
  await partOf(form, 'guest-until').fill(until.toISOString().slice(0, 10));
  await partOf(form, 'guest-write').check();
  await form.locator('[type=submit]').click();
  const readers = handler.locator('#panel-access [data-part=readers]');
  await readers.getByText('from outside the organisation, until').waitFor();
  await handler.locator('.timeline').getByText('access ends: Lara Berg, lawyer').waitFor();
  await check(handler);

  const guest = await deskOf(lara);
  await guest.getByText('Secrecy not accepted yet').waitFor();
  expect(await guest.locator('.desk-nav').innerText()).toBe('Cases\nMy account');
  expect(await guest.locator('body').innerText()).not.toContain('sham');
  await check(guest);
  await guest.getByRole('button', { name: 'Open the case received' }).click();
  const secrecy = partOf(guest, 'secrecy');
  await partOf(guest, 'terms').getByText('You may write notes').waitFor();
  await secrecy.locator('[type=submit]').click();
  await secrecy.getByText('Tick the box first').waitFor();
  await check(guest);
  // the handler changes what was granted while the guest reads it
  await partOf(form, 'guest-until').fill(until.toISOString().slice(0, 10));
  await partOf(form, 'guest-write').check();
  await partOf(form, 'guest-save').check();
  await form.locator('[type=submit]').click();
  await readers.getByText('writes notes and saves files').waitFor();
  await partOf(secrecy, 'accepted').check();
  await secrecy.locator('[type=submit]').click();
  await secrecy.getByText('Nothing was accepted').waitFor();
  expect(await partOf(guest, 'terms').innerText()).toContain('You may save its files.');
  expect(await partOf(secrecy, 'accepted').isChecked()).toBe(false);
  await check(guest);
  await partOf(secrecy, 'accepted').check();
  await secrecy.locator('[type=submit]').click();
  const text = 'The contract of March is a sham.';
  await partOf(guest, 'conversation').getByText(text).waitFor();
  const writing = partOf(guest, 'writing');
  await partOf(writing, 'text').fill('Ask for the board');
  await partOf(guest, 'back').click();
  await guest.getByRole('button', { name: 'Open the case received' }).click();
  // what was begun is still there, and goes on
  await partOf(guest, 'conversation').getByText(text).waitFor();
  expect(await partOf(writing, 'text').inputValue()).toBe('Ask for the board');
  await partOf(writing, 'text').pressSequentially(' minutes.');
  await writing.locator('[type=submit]').click();
  await partOf(guest, 'notes').getByText('Ask for the board minutes.').waitFor();
  await check(guest);

  await partOf(handler, 'reload').click();
  await handler.click('#tab-notes');
  const notes = handler.locator('#panel-notes');
  await notes.getByText('Ask for the board minutes.').waitFor();
  expect(await notes.innerText()).toContain('Lara Berg, lawyer (from outside the organisation)');
  expect(await notes.innerText()).toContain('I keep secret what this case says');

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  expect(await reading.locator('#who-reads').innerText()).toMatch(
    /Lara Berg, lawyer \(from outside the organisation, until /,
  );
  await check(reading);

  installation.clock.addDays(8);
  await guest.reload();
  await signInInBrowser(guest, lara.name, lara.passphrase);
  await guest.getByText('No case is open to you now.').waitFor();
  const [hanna] = installation.handlers;
  await installation.signIn(hanna);
  const after = await hanna.desk.openCase(reporterKeys(words).caseId);
  expect(after.readers.map(({ part }) => part)).toEqual(['handler', 'handler']);
}, 240_000);
