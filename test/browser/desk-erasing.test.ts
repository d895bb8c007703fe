import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, partOf, signInInBrowser } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible, openCaseWith, openReporterPage } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded, openDeskPage, overflow } from './desk-page.js';

// One handler proposes to erase a passage, another says no; then of a message and of a closing, another
// confirms, and the reporter sees it: real pages on a real server.

const text = 'The guard wrote four hours. Kim Berg is ill.';

let browser: Browser;
let installation: Installation;
let words: string[];
let id: string;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  ({ words } = await installation.report({ text: 'Invoices do not fit.' }));
  id = reporterKeys(words).caseId;
  await installation.newReporter().send(words, text, [], silent);
  const [hanna] = installation.handlers;
  await hanna.desk.work(id, {
    kind: 'disclosure',
    id: null,
    recipient: 'Police',
    ground: 'Investigation',
    scope: 'All of it',
    on: new Date().toISOString().slice(0, 10),
    state: 'made',
  });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await installation.stop();
});

const panel = '[data-panel=record]';

async function sitDown(
  { name, passphrase }: InstallationPerson,
  state: 'open' | 'closed' = 'open',
): Promise<Page> {
  const { page } = await openDeskPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, name, passphrase);
  if (state === 'closed') {
    await goTo(page, 'inbox');
    await partOf(page, 'state').selectOption(state);
  }
  await openCaseOf(page, 'Invoices do not fit.');
  await page.click('[data-tab=record]');
  return page;
}

it('is not done where a colleague says no, or where it is taken back', async () => {
  const [hanna, harald] = installation.handlers;
  const proposing = async (page: Page): Promise<void> => {
    await page.click(`${panel} [data-part=new] summary`);
    await page.selectOption('#erasure-of', 'dialogue 3');
    await page.check(`${panel} [data-part=form] [data-part=whole]`);
    await page.click(`${panel} [data-part=form] [data-part=do]`);
    await page.locator(`${panel} [data-part=proposals] > li`).waitFor();
  };
  const first = await sitDown(hanna);
  await proposing(first);
  const second = await sitDown(harald);
  const theirs = second.locator(`${panel} [data-part=proposals] > li`);
  expect(await theirs.locator('[data-part=now]').textContent()).toBe(text);
  await theirs.getByRole('button', { name: 'Decline' }).click();
  await theirs.waitFor({ state: 'detached' });
  await expectAccessible(second);
  await partOf(first, 'reload').click();
  const own = first.locator(`${panel} [data-part=proposals] > li`);
  await own.waitFor({ state: 'detached' });
  await first.click('[data-tab=conversation]');
  const said = partOf(first, 'conversation');
  await said.getByText('Harald Handler declined to erase something').waitFor();

  await first.click('[data-tab=record]');
  await proposing(first);
  await own.getByRole('button', { name: 'Take back' }).click();
  await own.waitFor({ state: 'detached' });
  await partOf(second, 'reload').click();
  await loaded(second);
  expect(await theirs.count()).toBe(0);
  await second.click('[data-tab=conversation]');
  const entry = second.locator('.entry.kind-message');
  expect(await entry.textContent()).toContain(text);
  expect(await entry.textContent()).not.toContain('rased');
  const { entries } = await installation.newReporter().open(words);
  expect(entries.map(({ content, erasure }) => [content.kind, erasure])).toEqual([
    ['report', null],
    ['message', null],
  ]);
  for (const page of [first, second]) await page.context().close();
}, 120_000);

it('is proposed by one handler, confirmed by another, and told to the reporter', async () => {
  const [hanna, harald] = installation.handlers;
  const first = await sitDown(hanna);
  await first.click(`${panel} [data-part=new] summary`);
  await first.selectOption('#erasure-of', 'dialogue 3');
  const field = first.locator(`${panel} [data-field=text]`);
  await field.locator('[data-part=cut]').click();
  await expect
    .poll(() => first.textContent(`${panel} [data-part=form] [data-part=problem]`))
    .toContain('Select some words');
  await field.locator('textarea').evaluate((area: HTMLTextAreaElement) => {
    area.focus();
    const from = area.value.indexOf('Kim Berg is ill.');
    area.setSelectionRange(from, from + 'Kim Berg is ill.'.length);
  });
  await field.locator('[data-part=cut]').click();
  await expect
    .poll(() => field.locator('[data-part=left]').textContent())
    .toBe('The guard wrote four hours. […]');
  await expectAccessible(first);
  await first.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(first)).toBeLessThanOrEqual(0);
  await first.selectOption('#erasure-ground', 'irrelevant');
  await first.click(`${panel} [data-part=form] [data-part=do]`);
  await loaded(first);
  const own = first.locator(`${panel} [data-part=proposals] > li`);
  await own.waitFor();
  expect(await own.locator('[data-part=erase]').isVisible()).toBe(false);
  await first.context().close();

  const second = await sitDown(harald);
  expect(await second.textContent('[data-part=notices]')).toContain('proposes to erase');
  const proposal = second.locator(`${panel} [data-part=proposals] > li`);
  expect(await proposal.locator('[data-part=now]').textContent()).toBe(text);
  expect(await proposal.locator('[data-part=then]').textContent()).toBe(
    'The guard wrote four hours. […]',
  );
  expect(await proposal.locator('[data-part=recipients]').textContent()).toContain('Police');
  await proposal.locator('[data-part=erase]').click();
  await expectAccessible(second);
  await proposal.locator('[data-part=confirm-do]').click();
  await expect.poll(() => proposal.count(), { timeout: 20_000 }).toBe(0);
  expect(await second.content()).not.toContain('Kim Berg');
  await second.click('[data-tab=conversation]');
  const entry = second.locator('.entry.kind-message');
  expect(await entry.textContent()).toContain('The guard wrote four hours. […]');
  expect(await entry.locator('.notice').textContent()).toContain('Partly erased by');
  await second.click('[data-tab=record]');
  // the recipient of the disclosure is to be told now
  expect(await second.textContent(panel)).toContain('Police');
  await second.context().close();

  const { page } = await openReporterPage(browser, installation, '/en/return');
  await openCaseWith(page, words);
  const message = page.locator('.entry', { hasText: 'The guard wrote four hours. […]' });
  expect(await message.textContent()).toContain('Part of what stood here was erased on');
  expect(await message.textContent()).toContain('It had nothing to do with the report.');
  expect(await page.content()).not.toContain('Kim Berg');
  await page.context().close();
}, 120_000);

it('takes a name from a closing text, and the case is closed as before for its reporter', async () => {
  const [hanna, harald] = installation.handlers;
  const closing = 'Robin Ek changed the invoices. The accounts are put right.';
  const closure = { kind: 'closure', outcome: 'substantiated', text: closing } as const;
  await hanna.desk.reply(id, closure, [], silent);

  const first = await sitDown(hanna, 'closed');
  await first.click(`${panel} [data-part=new] summary`);
  const named = first.locator('#erasure-of option', { hasText: /^Closure,/ });
  await first.selectOption('#erasure-of', (await named.getAttribute('value')) ?? '');
  expect(await first.locator(`${panel} [data-part=effect-hint]`).isVisible()).toBe(true);
  const field = first.locator(`${panel} [data-field=text]`);
  await field.locator('textarea').evaluate((area: HTMLTextAreaElement) => {
    area.focus();
    area.setSelectionRange(0, 'Robin Ek'.length);
  });
  await field.locator('[data-part=cut]').click();
  const left = '[…] changed the invoices. The accounts are put right.';
  await expect.poll(() => field.locator('[data-part=left]').textContent()).toBe(left);
  await expectAccessible(first);
  await first.click(`${panel} [data-part=form] [data-part=do]`);
  await first.locator(`${panel} [data-part=proposals] > li`).waitFor();
  await first.context().close();

  const second = await sitDown(harald, 'closed');
  const proposal = second.locator(`${panel} [data-part=proposals] > li`);
  expect(await proposal.locator('[data-part=now]').textContent()).toBe(closing);
  expect(await proposal.locator('[data-part=then]').textContent()).toBe(left);
  await proposal.locator('[data-part=erase]').click();
  await proposal.locator('[data-part=confirm-do]').click();
  await expect.poll(() => proposal.count(), { timeout: 20_000 }).toBe(0);
  await second.click('[data-tab=conversation]');
  const closed = second.locator('.entry.kind-closure');
  expect(await closed.textContent()).toContain(left);
  expect(await closed.textContent()).toContain('The report proved true');
  expect(await closed.locator('.notice').textContent()).toContain('Partly erased by');
  expect(await second.content()).not.toContain('Robin');
  await second.context().close();

  const { page } = await openReporterPage(browser, installation, '/en/return');
  await openCaseWith(page, words);
  const told = page.locator('.entry', { hasText: left });
  expect(await told.textContent()).toContain('The case was closed');
  expect(await told.textContent()).toContain('Part of what stood here was erased on');
  const stays = 'That the case was closed, and with which outcome, stays.';
  expect(await told.textContent()).toContain(`It had nothing to do with the report. ${stays}`);
  expect(await page.content()).not.toContain('Robin');
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.context().close();
}, 120_000);
