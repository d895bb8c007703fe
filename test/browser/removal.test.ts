import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newestFromReporter } from '../../client/casework/newest.js';
import { addDays, dayOf, reporterKeys } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { launchBrowser } from '../support/browser.js';
import { goTo, openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  unusedKey,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// An administrator says that a public body answers for a channel. Two handlers do not agree to remove a
// case, which stays; they agree about another, its reporter writes and it stays; they agree again, for an
// archive, and it goes on the day that all were shown. With a real server, and a page for each. The tests
// are steps of one story.

let browser: Browser;
let installation: Installation;
let words: string[];
let id: string;
let keptWords: string[];

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const { handlers } = installation;
  ({ words } = await installation.report({ text: 'The contract of March is a sham.' }));
  ({ words: keptWords } = await installation.report({ text: 'The seal of the tank is broken.' }));
  id = reporterKeys(words).caseId;
  const why = { what: 'The whole case', text: 'The act on archives demands it.' };
  const told = { basis: 'obligation', to: 'City archive', ...why } as const;
  await handlers[0].desk.talkIdentity(id, told);
  const closure = { kind: 'closure', outcome: 'spam', text: 'Nothing to look at.' } as const;
  for (const each of [words, keptWords]) {
    await handlers[0].desk.reply(reporterKeys(each).caseId, closure, [], silent);
  }
}, 120_000);
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function deskOf({ name, passphrase }: InstallationPerson): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, name, passphrase);
  return page;
}

/** A closed case at somebody's desk, where its removal is decided. */
async function recordOf(
  person: InstallationPerson,
  title = 'The contract of March',
): Promise<Page> {
  const page = await deskOf(person);
  await goTo(page, 'inbox');
  await partOf(page, 'state').selectOption('closed');
  await page.locator('.row-open', { hasText: title }).click();
  await page.click('#tab-record');
  return page;
}

const dayText = (day: string, dateStyle: 'long' | 'medium'): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle, timeZone: 'UTC' }).format(new Date(day));

async function propose(page: Page, ground: string, fill: Record<string, string>): Promise<void> {
  await partOf(page, 'propose').locator('summary').click();
  const form = partOf(page, 'propose-form');
  await partOf(form, 'ground').selectOption(ground);
  for (const [name, value] of Object.entries(fill)) await partOf(form, name).fill(value);
  await form.locator('[type=submit]').click();
  await state(page).getByText('A colleague has to confirm').waitFor();
}

const state = (page: Page): Locator => partOf(page, 'disposal-state');

/**
 * While somebody looks at a proposal, another takes its place: they cannot agree to what they see, then
 * see nothing but the new one, and agree to that.
 */
async function expectReplaced(first: Page, second: Page): Promise<void> {
  const facts = partOf(second, 'removal-facts');
  const confirm = partOf(second, 'confirm-form');
  expect(await facts.innerText()).toContain('Nobody needs it any more.');
  await installation.handlers[0].desk.work(id, {
    kind: 'removal_proposal',
    id: null,
    ground: 'outcome',
    decidedBy: 'The board',
    archive: '',
    reference: 'B 12',
    text: 'The time for this outcome is over.',
  });
  await confirm.locator('[type=submit]').click();
  const problem = partOf(confirm, 'problem');
  await problem.getByText('A colleague has decided about this meanwhile').waitFor();
  await partOf(second, 'reload').click();
  await facts.getByText('The time for this outcome is over.').waitFor();
  expect(await facts.innerText()).toContain('B 12');
  expect(await facts.innerText()).not.toContain('Nobody needs it');
  const said = await state(second).innerText();
  expect(said).toContain('The outcome has a shorter time. Decided by: The board.');
  expect(said).not.toContain('The head of legal');
  await partOf(first, 'reload').click();
  await partOf(first, 'removal-facts').getByText('The time for this outcome is over.').waitFor();
  expect(await partOf(first, 'confirm-form').isVisible()).toBe(false);
  await confirm.locator('[type=submit]').click();
}

/** An archive is no proceeding that could be jeopardised; what somebody chose for another falls away. */
async function expectNoJeopardy(making: Locator): Promise<void> {
  const [recipient, identity] = [partOf(making, 'recipient'), partOf(making, 'identity')];
  const jeopardy = identity.locator('option[value=jeopardy]');
  const hint = partOf(making, 'identity-hint');
  expect(await jeopardy.isDisabled()).toBe(true);
  expect(await hint.innerText()).toContain('An archive that takes a case over is no investigation');
  await recipient.fill('Police');
  await recipient.blur();
  expect(await hint.innerText()).not.toContain('An archive');
  await identity.selectOption('jeopardy');
  await partOf(making, 'jeopardy-field').waitFor();
  await recipient.fill('City archive');
  await recipient.blur();
  expect(await jeopardy.isDisabled()).toBe(true);
  expect(await identity.inputValue()).toBe('');
  expect(await partOf(making, 'jeopardy-field').isVisible()).toBe(false);
}

it('is for an archive once an administrator said that a public body answers, with a reason', async () => {
  const [hanna] = installation.handlers;
  const handler = await recordOf(hanna);
  const grounds = partOf(handler, 'propose-form').locator('option[value=archive]');
  expect(await grounds.count()).toBe(0);
  const page = await deskOf(installation.administrator);
  await goTo(page, 'channel');
  const form = page.locator('form', { has: partOf(page, 'public-body') });
  await page.locator('details', { has: form }).last().locator('> summary').click();
  await partOf(form, 'public-body').check();
  await partOf(form, 'preview').click();
  await partOf(form, 'problem').getByText('Choose a rule.').waitFor();
  await form.getByText('The default: removed 2 years after closure').click();
  await partOf(form, 'preview').click();
  await partOf(form, 'problem').getByText('Write why you decide so.').waitFor();
  await partOf(form, 'reason').fill('We are a city.');
  await partOf(form, 'preview').click();
  await partOf(form, 'moves').getByText('No closed case gets another day.').waitFor();
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await partOf(form, 'rule-publish').click();
  await partOf(form, 'rule-saved').getByText('Published.').waitFor();
  await page.context().close();

  await partOf(handler, 'reload').click();
  await expect.poll(() => grounds.count()).toBe(1);
  await goTo(handler, 'channel');
  const told = handler.locator('[data-part=changes]');
  await told.getByText('a public body answers for this channel').waitFor();
  await expectAccessible(handler);
  await handler.context().close();
}, 240_000);

it('does not come where a colleague says no, nor where one of the two thinks better of it', async () => {
  const [hanna, harald] = installation.handlers;
  const title = 'The seal of the tank';
  const first = await recordOf(hanna, title);
  const decided = { decided: 'The board', 'propose-text': 'It seems done.' };
  await propose(first, 'not_needed', decided);
  const second = await recordOf(harald, title);
  const no = partOf(second, 'decline-form');
  await partOf(no, 'decline-text').fill('A claim is before the court.');
  await expectAccessible(second);
  await no.locator('[type=submit]').click();
  await partOf(second, 'propose').waitFor();
  expect(await no.isVisible()).toBe(false);
  expect(await partOf(second, 'confirm-form').isVisible()).toBe(false);
  expect(await partOf(second, 'removal-facts').innerText()).toBe('');
  await partOf(first, 'reload').click();
  await partOf(first, 'propose').waitFor();
  expect(await state(first).innerText()).not.toContain('proposed');
  await first.click('#tab-notes');
  const line = 'Harald Handler took back the removal of the case. A claim is before the court.';
  await partOf(first, 'notes').getByText(line).waitFor();

  await second.bringToFront();
  await propose(second, 'not_needed', decided);
  await partOf(first, 'reload').click();
  await first.click('#tab-record');
  await partOf(first, 'confirm-form').locator('[type=submit]').click();
  const due = addDays(dayOf(installation.clock.now(), 'UTC'), 30);
  await state(first)
    .getByText(`Will be removed on ${dayText(due, 'medium')}`)
    .waitFor();
  await partOf(second, 'reload').click();
  await state(second).getByText('Two handlers agreed on').waitFor();
  await no.locator('[type=submit]').click();
  await partOf(second, 'propose').waitFor();
  expect(await state(second).innerText()).not.toContain(dayText(due, 'medium'));
  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, keptWords);
  expect(await reading.innerText('#case')).not.toContain(dayText(due, 'long'));
  for (const page of [first, second, reading]) await page.context().close();
}, 240_000);

it('says before the closing that whoever reported is to be told of the archive first', async () => {
  const [hanna] = installation.handlers;
  await installation.report({ text: 'The bridge was never inspected.' });
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, hanna.name, hanna.passphrase);
  await openCaseOf(page, 'The bridge was never inspected.');
  const form = partOf(page, 'writing').locator('form');
  const before = partOf(form, 'archive-first');
  expect(await before.isVisible()).toBe(false);
  await form.locator('input[type=radio][value="closure"]').check();
  expect(await before.innerText()).toContain('with the name of the archive');
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  }
  await page.context().close();
}, 120_000);

it('goes when two agreed and its reporter said nothing, and the key then answers as one that never was', async () => {
  const [hanna, harald] = installation.handlers;
  const first = await recordOf(hanna);
  const decided = { decided: 'The head of legal', 'propose-text': 'Nobody needs it any more.' };
  await propose(first, 'not_needed', decided);
  const second = await recordOf(harald);
  await expectReplaced(first, second);
  await state(second).getByText('Two handlers agreed on').waitFor();
  const due = addDays(dayOf(installation.clock.now(), 'UTC'), 30);
  expect(await state(second).innerText()).toContain(dayText(due, 'medium'));

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  expect(await reading.innerText('#case')).toContain(dayText(due, 'long'));
  await reading.fill('#answer-text', 'Please keep it.');
  await reading.click('#answer button[type=submit]');
  await reading.locator('.entry', { hasText: 'Please keep it.' }).waitFor();
  expect(await reading.innerText('#case')).not.toContain(dayText(due, 'long'));

  await partOf(first, 'reload').click();
  await partOf(first, 'propose').waitFor();
  expect(await state(first).innerText()).not.toContain('agreed');
  const { entries } = await hanna.desk.openCase(id);
  await hanna.desk.decideNothingFurther(id, '', newestFromReporter(entries));
  await partOf(first, 'reload').click();
  const archive = { ...decided, archive: 'City archive' };
  await propose(first, 'archive', archive);
  const confirm = partOf(second, 'confirm-form');
  const agree = async (): Promise<void> => {
    await partOf(second, 'reload').click();
    await partOf(confirm, 'received').fill('Letter 7');
    await confirm.locator('[type=submit]').click();
  };
  await agree();
  await partOf(confirm, 'problem').getByText('going outside to the archive').waitFor();
  await partOf(first, 'export-fold').locator('summary').first().click();
  const form = partOf(first, 'export-form');
  await partOf(form, 'purpose').fill('For the archive');
  await form.locator('[type=submit]').click();
  const making = partOf(first, 'export-make');
  // it goes to the archive that was named, unless somebody says otherwise
  expect(await partOf(making, 'outside').isChecked()).toBe(true);
  expect(await partOf(making, 'recipient').inputValue()).toBe('City archive');
  await expectNoJeopardy(making);
  await partOf(making, 'ground').fill('The act on archives');
  await partOf(making, 'scope').fill('The whole case');
  const told = 'law demands it, and the reporter was told why';
  const basis = partOf(making, 'identity').locator('option', { hasText: told });
  await partOf(making, 'identity').selectOption((await basis.getAttribute('value')) ?? '');
  await expectAccessible(first);
  await Promise.all([first.waitForEvent('download'), partOf(making, 'save').click()]);
  await partOf(first, 'disclosures').getByText('City archive').first().waitFor();
  await agree();
  await state(second).getByText('Two handlers agreed on').waitFor();
  for (const page of [second, reading]) {
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  }

  installation.clock.addDays(30);
  const { server, clock } = installation;
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  expect((await retention.run())?.purged.cases).toBe(1);
  // the one that was not agreed about is still there
  expect((await installation.newReporter().open(keptWords)).state).toBe('closed');
  const answers: string[] = [];
  for (const key of [words, await unusedKey()]) {
    const { page } = await openReporterPage(browser, installation, '/en/return');
    await page.fill('#words', key.join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    answers.push(await page.innerText('#enter-faults'));
  }
  expect(answers[0]).toBe(answers[1]);
}, 240_000);
