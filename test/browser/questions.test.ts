import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { goTo, openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// An administrator asks a channel's own questions, a reporter answers, a handler reads them as they
// stood, also after others were signed: with a real server, and a page for each.

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
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

async function deskOf(person: { name: string; passphrase: string }): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

it('keeps a report with the questions as they stood', async () => {
  const desk = await deskOf(installation.administrator);
  await goTo(desk, 'channel');
  const questions = desk.locator('.channel-questions');
  await partOf(questions, 'begin-suggested').click();
  const preview = partOf(questions, 'preview');
  // the preview is the form itself: conditions work in it
  expect(await preview.getByLabel('To whom, and what came of it?').isVisible()).toBe(false);
  await preview.getByLabel('Has it been told to somebody already?').selectOption('yes');
  expect(await preview.getByLabel('To whom, and what came of it?').isVisible()).toBe(true);

  const others = questions.locator('[data-field=others_who]');
  await others.locator('summary').click();
  await others.getByLabel('Question in English').fill('What is your name?');
  expect(await partOf(questions, 'invites').innerText()).toContain('What is your name?');
  await preview.getByLabel('Does anybody else know about it?').selectOption('yes');
  expect(await preview.innerText()).toContain('You need not answer it');
  await others.getByLabel('Question in English').fill('Who else knows about it?');
  expect(await partOf(questions, 'invites').isVisible()).toBe(false);
  await check(desk);
  await questions.locator('[type=submit]').click();
  await questions.getByText('Signed. New reports').waitFor();

  const writing = (await openReporterPage(browser, installation, '/en/write')).page;
  await writing.waitForSelector('#step-write:not([hidden])');
  expect(await writing.locator('#q-where').isVisible()).toBe(false);
  const own = writing.locator('#own-questions');
  await writing.fill('#text', 'The meter was turned back.');
  await own.getByLabel('Where did it happen?').fill('In the north hall');
  const named = own.getByRole('group', { name: 'Who is involved?' });
  await named.getByLabel('Name, if you know it').fill('Berit Holm');
  await named.getByRole('button', { name: 'Name another person' }).click();
  await named.getByLabel('Who the person is').nth(1).fill('a driver');
  await own.getByLabel('Has it been told to somebody already?').selectOption('yes');
  await own.getByLabel('To whom, and what came of it?').fill('A foreman, nothing');
  // what was answered stays in sight whatever it depended on
  await own.getByLabel('Has it been told to somebody already?').selectOption('no');
  expect(await own.getByLabel('To whom, and what came of it?').isVisible()).toBe(true);
  await check(writing);
  await writing.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(writing)).toBe(0);
  // the draft keeps the answers
  await writing.waitForFunction(() => sessionStorage.length > 0);
  await writing.reload();
  await writing.waitForSelector('#step-write:not([hidden])');
  expect(await own.getByLabel('Where did it happen?').inputValue()).toBe('In the north hall');
  expect(await named.getByLabel('Who the person is').nth(1).inputValue()).toBe('a driver');

  // other questions are signed while the report is being written
  await others.locator('summary').click();
  await questions.locator('[data-field=where] summary').click();
  await questions
    .locator('[data-field=where]')
    .getByLabel('Question in English')
    .fill('At which site?');
  await questions.locator('[type=submit]').click();
  await questions.getByText('Signed. New reports').waitFor();

  await writing.click('#form button[type=submit]');
  await writing.click('#step-files [data-go=next]');
  const words = await saveKey(writing);
  await writing.click('#send-now');
  await writing.waitForSelector('#step-done:not([hidden])');

  const handler = await deskOf(installation.handlers[0]);
  expect(await partOf(handler, 'changes').innerText()).toContain('“At which site?” changed');
  await openCaseOf(handler, 'The meter was turned back.');
  const entry = handler.locator('.entry.kind-report');
  await entry.getByText('These were the channel’s signed questions').waitFor();
  const read = await entry.innerText();
  for (const text of ['Where did it happen?', 'In the north hall', 'Berit Holm', 'a driver']) {
    expect(read).toContain(text);
  }
  expect(read).toContain('A foreman, nothing');
  expect(read).toContain('Left empty');
  expect(read).not.toContain('At which site?');
  await check(handler);

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  expect(await reading.locator('.entry').first().innerText()).toContain('In the north hall');
}, 240_000);
