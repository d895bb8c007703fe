import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { goTo, openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { expectAccessible, openReporterPage, saveKey } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { madeVoice, plainWav } from '../support/voice.js';
import { overflow } from './desk-page.js';

// An administrator puts a form together from nothing, with every kind of question; a reporter answers
// it in Swedish and a handler reads it: with a real server, and a page for each.

let browser: Browser;
let installation: Installation;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'casekey-editor-'));
  const microphone = path.join(folder, 'microphone.wav');
  await writeFile(microphone, plainWav(madeVoice(120, 2, 48_000), 48_000));
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([
    launchBrowser({ microphone }),
    startInstallation({ clock }),
  ]);
  const { administrator, channel } = installation;
  await administrator.desk.updateChannel(channel, { languages: ['en', 'sv'] });
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Looks at the page at the width of a desk and of a phone. */
async function check(page: Page): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  }
}

async function deskOf(person: { name: string; passphrase: string }): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

/** The question with this English text. */
function named(questions: Locator, text: string): Locator {
  const label = questions.page().locator('summary > [data-part=label]').getByText(text, {
    exact: true,
  });
  return questions.locator('details.question-field').filter({ has: label });
}

/** Adds a question at the end of a section, with its words in both languages. */
async function add(section: Locator, type: string, en: string, sv: string): Promise<Locator> {
  await partOf(section, 'add-field').click();
  const added = section.locator('details.question-field').last();
  expect(await added.locator('summary').evaluate((each) => each === document.activeElement)).toBe(
    true,
  );
  await partOf(added, 'type').selectOption(type);
  await added.getByLabel('Question in English').fill(en);
  await added.getByLabel('Question in Swedish').fill(sv);
  return named(section, en);
}

/** Lets a question depend on another's answers. */
async function depend(question: Locator, on: string, ...answers: string[]): Promise<void> {
  await partOf(question, 'when').selectOption({ label: `Depending on “${on}”` });
  const any = partOf(question, 'any-part');
  for (const answer of answers) await any.getByLabel(answer, { exact: true }).check();
}

/** What a question says of its condition: that it is asked always, and why. */
async function expectDropped(question: Locator, why: string): Promise<void> {
  expect(await partOf(question, 'dropped').textContent()).toContain(why);
  expect(await partOf(question, 'dropped-tag').isVisible()).toBe(true);
  expect(await partOf(question, 'when').inputValue()).toBe('');
  expect(await question.page().locator('[data-part=announcer]').textContent()).toContain(why);
}

async function order(questions: Locator): Promise<string[]> {
  return questions.locator('summary > [data-part=label]').allTextContents();
}

it('puts a form of every kind of question together from nothing, which is answered and read', async () => {
  const desk = await deskOf(installation.administrator);
  await goTo(desk, 'channel');
  const questions = desk.locator('.channel-questions');
  const state = partOf(questions, 'state');
  expect(await state.innerText()).toContain('five built-in questions');
  const sign = questions.locator('[type=submit]');
  const problem = partOf(questions, 'problem');

  await partOf(questions, 'begin-empty').click();
  await sign.click();
  expect(await problem.innerText()).toContain('A section has no question');
  await check(desk);
  const sections = questions.locator('.question-section');
  const [first, second] = [sections.nth(0), sections.nth(1)];
  await partOf(questions, 'add-section').click();
  await first.getByLabel('Heading in English').fill('The matter');
  await first.getByLabel('Heading in Swedish').fill('Saken');
  await partOf(first.locator('details'), 'remove').click();
  // the section stays, empty
  expect(await first.getByLabel('Heading in English').inputValue()).toBe('The matter');
  expect(await first.locator('details').count()).toBe(0);
  await sign.click();
  expect(await problem.innerText()).toContain('A section has no question');

  await add(first, 'text', 'What is it about?', 'Vad gäller det?');
  await add(first, 'long_text', 'What happened?', 'Vad hände?');
  await add(first, 'place', 'Where?', 'Var?');
  await add(first, 'period', 'When?', 'När?');
  await add(first, 'person', 'Who?', 'Vem?');
  await add(first, 'yes_no', 'Told?', 'Berättat?');
  await add(first, 'text', 'Told whom?', 'Berättat för vem?');
  const [told, whom] = [named(questions, 'Told?'), named(questions, 'Told whom?')];
  await partOf(questions, 'add-section').click();
  await partOf(second.locator('details'), 'remove').click();
  const which = await add(second, 'choice', 'Which site?', 'Vilken plats?');
  const options = which.locator('.question-option');
  expect(await options.count()).toBe(2);
  await partOf(which, 'add-option').click();
  expect(
    await options
      .nth(2)
      .locator('input')
      .first()
      .evaluate((each) => each === document.activeElement),
  ).toBe(true);
  const sites: [string, string][] = [
    ['The mine', 'Gruvan'],
    ['The mill', 'Kvarnen'],
    ['Nowhere', 'Ingenstans'],
  ];
  for (const [index, [en, sv]] of sites.entries()) {
    await options.nth(index).getByLabel('English').fill(en);
    await options.nth(index).getByLabel('Swedish').fill(sv);
  }
  const what = await add(second, 'choices', 'What was touched?', 'Vad rördes?');
  for (const [index, [en, sv]] of [
    ['The meter', 'Mätaren'],
    ['The books', 'Böckerna'],
  ].entries()) {
    await what
      .locator('.question-option')
      .nth(index)
      .getByLabel('English')
      .fill(en ?? '');
    await what
      .locator('.question-option')
      .nth(index)
      .getByLabel('Swedish')
      .fill(sv ?? '');
  }
  await add(second, 'file', 'Any papers?', 'Några papper?');
  await add(second, 'voice', 'Tell us', 'Berätta');

  // what has no answers to choose from cannot be named, and no question names itself
  const offered = await partOf(whom, 'when').locator('option').allTextContents();
  expect(offered).toEqual(['Always', 'Depending on “Told?”']);
  await depend(whom, 'Told?', 'Yes');
  // a choice that is taken away leaves a condition on it open, and its question is named
  await depend(what, 'Which site?', 'Nowhere');
  await partOf(options.nth(2), 'option-remove').click();
  await what.locator('summary').click();
  await sign.click();
  expect(await problem.innerText()).toContain('“What was touched?” says on what it depends');
  const boxes = partOf(what, 'any-part');
  expect(await boxes.locator('label').allTextContents()).toEqual([' The mine', ' The mill']);
  // a choice that is called otherwise is so at once in the conditions on it
  await options.nth(1).getByLabel('English').fill('The old mill');
  await boxes.getByLabel('The old mill').check();

  await partOf(told, 'type').selectOption('text');
  await expectDropped(whom, 'which has no answers to choose from any more');
  await check(desk);
  await partOf(told, 'type').selectOption('yes_no');
  await depend(whom, 'Told?', 'Yes');
  expect(await partOf(whom, 'dropped').isVisible()).toBe(false);
  await partOf(whom, 'up').click();
  expect((await order(questions)).slice(5, 7)).toEqual(['Told whom?', 'Told?']);
  await expectDropped(whom, 'which is no longer asked before it');
  await partOf(whom, 'down').click();
  await depend(whom, 'Told?', 'Yes');
  expect(await partOf(whom, 'down').isVisible()).toBe(false);

  // a section above the one that it depends on, and a question that is removed
  await partOf(questions, 'add-section').click();
  const third = sections.nth(2);
  await third.getByLabel('Question in English').fill('Left over');
  const left = named(questions, 'Left over');
  await depend(left, 'What was touched?', 'The meter');
  await partOf(third, 'section-up').click();
  await expectDropped(left, 'which is no longer asked before it');
  expect((await order(questions))[7]).toBe('Left over');
  await partOf(sections.nth(1), 'section-remove').click();
  expect(await order(questions)).not.toContain('Left over');
  await add(first, 'yes_no', 'Soon gone', 'Snart borta');
  const stays = await add(first, 'text', 'Stays', 'Blir kvar');
  await depend(stays, 'Soon gone', 'No', 'I don’t know');
  await partOf(named(questions, 'Soon gone'), 'remove').click();
  await expectDropped(named(questions, 'Stays'), '“Soon gone”, which was removed');
  await partOf(named(questions, 'Stays'), 'remove').click();

  // a question that lacks words is named and opened
  const place = named(questions, 'Where?');
  await place.getByLabel('Question in Swedish').fill(' ');
  await place.locator('summary').click();
  await sign.click();
  expect(await problem.innerText()).toContain('“Where?” has no words in Swedish');
  await place.getByLabel('Question in Swedish').fill('Var?');

  const preview = partOf(questions, 'preview');
  await partOf(questions, 'preview-language').selectOption('sv');
  expect(await preview.locator('> [lang=sv]').count()).toBe(1);
  expect(await preview.getByLabel('Berättat för vem?').isVisible()).toBe(false);
  await preview.getByLabel('Berättat?').selectOption('yes');
  expect(await preview.getByLabel('Berättat för vem?').isVisible()).toBe(true);
  await preview.getByLabel('Vilken plats?').selectOption({ label: 'Kvarnen' });
  expect(await preview.getByRole('group', { name: 'Vad rördes?' }).isVisible()).toBe(true);
  await check(desk);
  await sign.click();
  await questions.getByText('Signed. New reports').waitFor();
  expect(await state.innerText()).toContain('own questions');

  const { page } = await openReporterPage(browser, installation, '/sv/write', {
    permissions: ['microphone'],
  });
  await page.waitForSelector('#step-write:not([hidden])');
  await page.fill('#text', 'The meter runs backwards.');
  const own = page.locator('#own-questions');
  expect(await own.locator('h2').first().innerText()).toBe('Saken');
  await own.getByLabel('Vad gäller det?').fill('Elmätaren');
  await own.getByLabel('Vad hände?').fill('Den vreds tillbaka.');
  await own.getByLabel('Var?', { exact: true }).fill('I norra hallen');
  const days = own.getByRole('group', { name: 'När?' }).locator('[type=date]');
  await days.first().fill('2026-01-05');
  await days.last().fill('2026-02-06');
  await own.getByRole('group', { name: 'Vem?' }).locator('input').first().fill('Berit Holm');
  expect(await own.getByLabel('Berättat för vem?').isVisible()).toBe(false);
  await own.getByLabel('Berättat?').selectOption('yes');
  await own.getByLabel('Berättat för vem?').fill('En förman');
  const touched = own.getByRole('group', { name: 'Vad rördes?' });
  expect(await touched.isVisible()).toBe(false);
  await own.getByLabel('Vilken plats?').selectOption({ label: 'Kvarnen' });
  await touched.getByLabel('Mätaren').check();
  await touched.getByLabel('Böckerna').check();
  const papers = own.getByRole('group', { name: 'Några papper?' });
  const bill = { name: 'bill.txt', mimeType: 'text/plain', buffer: Buffer.from('4 000') };
  await papers.locator('input[type=file]').setInputFiles([bill]);
  await papers.getByText('bill.txt').waitFor();
  const spoken = own.getByRole('group', { name: 'Berätta', exact: true });
  await spoken.locator('[data-slot=voice-open]').click();
  await spoken.locator('[data-slot=start]').click();
  await spoken.getByText(/: 0:(?:0[1-9]|[1-9])/u).waitFor();
  await spoken.locator('[data-slot=stop]').click();
  await spoken.locator('[data-slot=take]').click();
  await spoken.locator('.file-name').waitFor();
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await page.click('#form button[type=submit]');
  await page.click('#step-files [data-go=next]');
  await saveKey(page);
  await page.click('#send-now');
  await page.waitForSelector('#step-done:not([hidden])');

  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The meter runs backwards.');
  const entry = handler.locator('.entry.kind-report');
  await entry.getByText('These were the channel’s signed questions').waitFor();
  const answers = partOf(entry, 'answers');
  const given = await answers
    .locator('dt')
    .evaluateAll((terms) =>
      terms.map((term) => [
        term.textContent,
        (term.nextElementSibling?.textContent ?? '').replaceAll(/\s+/gu, ' ').trim(),
      ]),
    );
  expect(given.slice(0, 10)).toEqual([
    ['Saken', ''],
    ['Vad gäller det?', 'Elmätaren'],
    ['Vad hände?', 'Den vreds tillbaka.'],
    ['Var?', 'I norra hallen'],
    ['När?', '5 Jan 2026 to 6 Feb 2026'],
    ['Vem?', 'Berit Holm'],
    ['Berättat?', 'Yes'],
    ['Berättat för vem?', 'En förman'],
    ['Vilken plats?', 'Kvarnen'],
    ['Vad rördes?', 'Mätaren Böckerna'],
  ]);
  expect(given.slice(10).map(([question]) => question)).toEqual(['Några papper?', 'Berätta']);
  expect(given[10]?.[1]).toContain('bill.txt');
  expect(given[11]?.[1]).toContain('inspelning-1.wav');
  await check(handler);

  await partOf(questions, 'built-in').click();
  await desk
    .getByText('New reports are asked the built-in questions from now on')
    .first()
    .waitFor();
  expect(await state.innerText()).toContain('five built-in questions');
}, 300_000);
