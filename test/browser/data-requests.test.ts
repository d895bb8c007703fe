import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import {
  openCaseOf,
  openPage,
  partOf,
  readableIn,
  signInInBrowser,
  takeOutWhole,
} from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { loaded, overflow } from './desk-page.js';

// Somebody asks what an organisation holds on them, and no case is known: from the register to the
// answer, which says nothing of any report, and the closing; or into the case that it turns out to be
// about, where another handler answers it. Against a real server.

let browser: Browser;
let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let page: Page;
const complaints: string[][] = [];

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  [hanna, harald] = installation.handlers;
  const opened = await openPage(browser, `${installation.address}/desk/en/`);
  complaints.push(opened.complaints);
  ({ page } = opened);
  await signInInBrowser(page, hanna.name, hanna.passphrase);
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  expect(complaints.flat()).toEqual([]);
  await installation.stop();
});

const dayOf = (offset: number): string =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe('a request about data that belongs to no case', () => {
  it('is written down from the register, without whom it leaves out', async () => {
    await page.click('[data-go=requests]');
    await partOf(page, 'write').click();
    const form = partOf(page, 'form');
    await partOf(form, 'who').fill('Kim Berg');
    await partOf(form, 'received').fill(dayOf(-10));
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('Write what the person asks for').waitFor();
    await partOf(form, 'text').fill('Do you hold any data on me?');
    await partOf(form, 'readers').getByText('Harald').click();
    await expectAccessible(page);
    await form.locator('button[type=submit]').click();
    await partOf(page, 'done-title').waitFor();
    await expectAccessible(page);
    await page.getByText('Ready texts for letters').click();
    await partOf(page, 'which').selectOption('request_nothing_given');
    expect(await partOf(page, 'text').last().inputValue()).toContain('neither that there is');
    await partOf(page, 'open').click();
    await page.getByText('A request about data, and no report').waitFor();
    const timeline = await partOf(page, 'timeline').innerText();
    expect(timeline).toContain('data request');
    expect(timeline).not.toMatch(/acknowledg|feedback/iu);
    await expectAccessible(page);
    const { rows } = await harald.desk.inbox('open');
    expect(rows.filter(({ dataRequest }) => dataRequest)).toEqual([]);
  });

  it('is closed as it was answered, and not before', async () => {
    const writing = partOf(page, 'writing');
    await partOf(writing, 'text').fill('By letter.');
    await partOf(writing, 'submit').click();
    await partOf(writing, 'problem').getByText('waits for its answer').waitFor();
    await page.click('#tab-record');
    const panel = page.locator('#panel-record');
    await panel.getByText('Answer a request').click();
    const form = partOf(panel, 'answer-form');
    await partOf(form, 'answer').selectOption('nothing_given');
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('complaint and the court').waitFor();
    await partOf(form, 'remedies').check();
    await expectAccessible(page);
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'requests').getByText('nothing to give out').waitFor();
    await page.click('#tab-conversation');
    await partOf(writing, 'submit').click();
    await partOf(writing, 'confirm-text').getByText('nothing to give out').waitFor();
    await partOf(writing, 'confirm-do').click();
    await partOf(page, 'state').getByText('Closed').waitFor();
    await partOf(writing, 'title').getByText('The request is closed').waitFor();
  });

  it('is taken out as what its handler wrote down for somebody, and as no report', async () => {
    const copy = readableIn(await takeOutWhole(page));
    const [, first = ''] = copy.split('<article');
    expect(first).toContain('Hanna Handler, for the person who asks');
    expect(first).toContain(': Request about data');
    expect(first).toContain('Do you hold any data on me?');
    expect(copy).not.toContain('Through a key that a handler made');
    expect(copy).not.toContain('Reporter, ');
    await page.click('#tab-conversation');
  });

  it('is opened again in its own words, and only then answered otherwise', async () => {
    const writing = partOf(page, 'writing');
    const panel = page.locator('#panel-record');
    const change = panel.getByRole('button', { name: 'Change the answer' });
    await page.click('#tab-record');
    expect(await change.count()).toBe(0);
    await page.click('#tab-conversation');
    expect(await partOf(writing, 'text-label').innerText()).toContain('Why it is opened again');
    await partOf(writing, 'submit').getByText('Reopen the request').click();
    await partOf(writing, 'problem').getByText('Write why it is opened again').waitFor();
    await partOf(writing, 'text').fill('The answer was mistaken.');
    await expectAccessible(page);
    await partOf(writing, 'submit').click();
    await partOf(writing, 'confirm-do').getByText('Reopen the request').click();
    await partOf(writing, 'title').getByText('Close this request').waitFor();
    await page.click('#tab-record');
    await change.click();
    const form = partOf(panel, 'answer-form');
    expect(await partOf(form, 'remedies').isChecked()).toBe(true);
    await partOf(form, 'answer').selectOption('refused');
    await partOf(form, 'text').fill('Not theirs.');
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'requests').getByText('refused').waitFor();
    await page.click('#tab-conversation');
    await partOf(writing, 'text').fill('By letter.');
    await partOf(writing, 'submit').click();
    await partOf(writing, 'confirm-text').getByText('refused').waitFor();
    await partOf(writing, 'confirm-do').getByText('Close the request').click();
    await partOf(page, 'state').getByText('Closed').waitFor();
  });

  it('stands in the register, in the list by its own filter, and in no figure', async () => {
    await page.click('[data-go=requests]');
    await page.getByRole('button', { name: 'Gather the requests' }).click();
    await partOf(page, 'found').waitFor();
    await partOf(page, 'settled').check();
    const list = partOf(page, 'list');
    expect(await list.innerText()).toMatch(/Access: Kim Berg[^]*Belongs to no case/u);
    await expectAccessible(page);
    await page.click('[data-go=inbox]');
    await partOf(page, 'category').first().selectOption('data_request');
    const row = page.locator('.row');
    await row.first().waitFor();
    expect(await row.count()).toBe(1);
    expect(await row.innerText()).toContain('Request about data');
    const { figures } = await hanna.desk.figures(null, () => undefined);
    expect(figures).toMatchObject({ open: 0, years: [] });
  });
});

describe('a request that turns out to be about a case', () => {
  const asks = 'What did Robin tell you?';

  it('goes on in that case with its day, but in none that somebody who reads it may not know', async () => {
    await installation.report({ text: 'The gate is left open.' });
    const secretOf = { text: 'The night shift is never paid.', leftOut: [harald.id] };
    await installation.report(secretOf);
    await page.click('[data-go=requests]');
    await partOf(page, 'write').click();
    const writing = partOf(page, 'form');
    await partOf(writing, 'who').fill('Robin Ek');
    await partOf(writing, 'received').fill(dayOf(-5));
    await partOf(writing, 'text').fill(asks);
    await writing.locator('button[type=submit]').click();
    await partOf(page, 'done-title').waitFor();
    await page.click('[data-go=inbox]');
    await partOf(page, 'category').first().selectOption('');
    await partOf(page, 'refresh').click();
    await loaded(page);
    await page.locator('.row-open', { hasText: asks }).click();
    await page.click('#tab-record');
    const panel = page.locator('#panel-record');
    await panel.getByRole('button', { name: 'Move into a case: ' }).click();
    const form = partOf(panel, 'move-form');
    expect(await partOf(form, 'move-who').innerText()).toBe('Robin Ek');
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('Choose the case first.').waitFor();
    // neither a request about data nor a practice report is one to choose
    expect((await partOf(form, 'to').locator('option').allTextContents()).sort()).toEqual([
      'Choose a case',
      'The gate is left open.',
      'The night shift is never paid.',
    ]);
    await partOf(form, 'to').selectOption({ label: 'The night shift is never paid.' });
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('would learn from it').waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 900 });
    await partOf(form, 'to').selectOption({ label: 'The gate is left open.' });
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'requests').getByText('goes on in a case').waitFor();
    expect(await partOf(panel, 'move-fold').isVisible()).toBe(false);
    await expectAccessible(page);
  });

  it('is answered there by the other handler, and stands once in the register of both', async () => {
    const opened = await openPage(browser, `${installation.address}/desk/en/`);
    complaints.push(opened.complaints);
    const other = opened.page;
    await signInInBrowser(other, harald.name, harald.passphrase);
    await openCaseOf(other, 'The gate is left open.');
    await other.click('#tab-record');
    const item = partOf(other, 'requests').locator('> li', { hasText: 'Robin Ek' });
    expect(await item.innerText()).toContain(asks);
    await item.getByRole('button', { name: 'Answer' }).click();
    const form = partOf(other, 'answer-form');
    await partOf(form, 'answer').selectOption('refused');
    await partOf(form, 'text').fill('Others would be named.');
    await partOf(form, 'remedies').check();
    await form.locator('button[type=submit]').click();
    await item.getByText('refused').waitFor();
    for (const desk of [other, page]) {
      await desk.click('[data-go=requests]');
      await desk.getByRole('button', { name: 'Gather the requests' }).click();
      await partOf(desk, 'found').waitFor();
      await partOf(desk, 'settled').check();
      const found = partOf(desk, 'list').locator('> li', { hasText: 'Robin Ek' });
      await found.first().waitFor();
      expect(await found.count()).toBe(1);
      expect(await found.innerText()).toMatch(/refused[^]*The gate is left open\./u);
      await expectAccessible(desk);
    }
  });
});
