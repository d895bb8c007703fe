import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
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
import { allTypes } from '../support/questions.js';
import { createTestClock } from '../support/server.js';
import { madeVoice, plainWav } from '../support/voice.js';
import { overflow } from './desk-page.js';

// An administrator asks a channel's own questions, a reporter answers, a handler reads them as they
// stood, also after others were signed: with a real server, and a page for each.

let browser: Browser;
let installation: Installation;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'casekey-questions-'));
  const microphone = path.join(folder, 'microphone.wav');
  await writeFile(microphone, plainWav(madeVoice(120, 2, 48_000), 48_000));
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([
    launchBrowser({ microphone }),
    startInstallation({ clock }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
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
  const changes = partOf(handler, 'changes');
  expect(await changes.innerText()).not.toContain('At which site?');
  await changes.getByText('one change to what reporters are asked').click();
  expect(await changes.innerText()).toContain('“At which site?” changed');
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

it('takes files and a disguised voice as answers, and warns where a question asks for a name', async () => {
  const { administrator, channel } = installation;
  const nosy = {
    titles: { en: 'How can we reach you?' },
    fields: [
      { id: 'day', type: 'text', labels: { en: 'Best day' }, help: {}, options: [], when: null },
    ],
  } as const;
  const [all, more] = allTypes.sections;
  if (all === undefined || more === undefined) throw new Error('no sections');
  const named = (id: string, over: object): typeof all.fields =>
    all.fields.map((field) => (field.id === id ? { ...field, ...over } : field));
  const fields = named('place', { help: { en: 'With your phone number' } });
  const [choice] = more.fields;
  if (choice === undefined) throw new Error('no choice');
  const offered = { ...choice, options: [{ id: 'one', labels: { en: 'Your name' } }] };
  await administrator.desk.updateChannel(channel, {
    questionnaire: {
      sections: [
        { ...all, fields },
        { ...more, fields: [offered] },
        structuredClone(nosy) as never,
      ],
    },
  });

  const { page } = await openReporterPage(browser, installation, '/en/write', {
    permissions: ['microphone'],
  });
  await page.waitForSelector('#step-write:not([hidden])');
  const own = page.locator('#own-questions');
  // beside a question whose help, whose choices or whose heading ask who somebody is, and no other
  const warned = own.locator('.question').filter({ hasText: 'You need not answer it' });
  expect(await warned.locator('label, legend').allTextContents()).toEqual([
    'Where?',
    'Which one?',
    'Best day',
  ]);

  await page.fill('#text', 'The bill is wrong, listen.');
  const papers = own.getByRole('group', { name: 'Any papers?' });
  const bill = { name: 'bill.txt', mimeType: 'text/plain', buffer: Buffer.from('4 000') };
  await papers.locator('input[type=file]').setInputFiles([bill]);
  await papers.getByText('bill.txt').waitFor();
  // it comes back with the question, and says what did not
  await page.waitForFunction(() => sessionStorage.length > 0);
  await page.reload();
  await papers.getByText('not kept once the page was left').waitFor();
  await papers.locator('input[type=file]').setInputFiles([bill]);
  expect(await papers.getByText('not kept once the page was left').isVisible()).toBe(false);
  const spoken = own.getByRole('group', { name: 'Tell us' });
  await spoken.locator('[data-slot=voice-open]').click();
  await spoken.locator('[data-slot=start]').click();
  await spoken.getByText(/Recording: 0:(?:0[1-9]|[1-9])/u).waitFor();
  await spoken.locator('[data-slot=stop]').click();
  await spoken.locator('[data-slot=listen]').waitFor();
  await page.click('#form button[type=submit]');
  await spoken.getByText('Decide about your recording first').waitFor();
  await check(page);
  await spoken.locator('[data-slot=take]').click();
  await spoken.getByText('recording-1.wav').waitFor();
  await page.click('#form button[type=submit]');
  const list = page.locator('#file-list');
  await list.getByText('For: Any papers?').waitFor();
  await list.getByText('For: Tell us').waitFor();
  await list.getByText('No hidden details were found').nth(1).waitFor();
  await check(page);
  await page.click('#step-files [data-go=next]');
  const words = await saveKey(page);
  await page.click('#send-now');
  await page.waitForSelector('#step-done:not([hidden])');

  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The bill is wrong, listen.');
  const entry = handler.locator('.entry.kind-report');
  await entry.getByText('These were the channel’s signed questions').waitFor();
  const given = partOf(entry, 'answers').locator('dd');
  expect(await given.locator('[data-part=name]').allTextContents()).toEqual([
    'bill.txt',
    'recording-1.wav',
  ]);
  // under its question alone
  expect(await entry.getByText('bill.txt').count()).toBe(1);
  expect(await given.getByRole('button', { name: 'Listen: recording-1.wav' }).isVisible()).toBe(
    true,
  );
  await check(handler);

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  expect(await reading.locator('.entry dl').first().innerText()).toContain('recording-1.wav');
}, 240_000);
