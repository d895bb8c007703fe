import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { goTo, joinInBrowser, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';

// Two handlers and two administrators with a real server: one declares a conflict of interest, is then
// needed for another case, hands it over, and is taken out by an administrator who was let in meanwhile.

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const [hanna] = installation.handlers;
  await installation.report({ text: 'The manager Harald signs for himself.' });
  await installation.report({ text: 'Lorries leave at night.' });
  const { rows } = await hanna.desk.inbox('open');
  const alone = rows.find(({ title }) => title.startsWith('Lorries'));
  await hanna.desk.recuse(alone?.id ?? '');
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function deskOf(person: Pick<InstallationPerson, 'name' | 'passphrase'>): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

async function signFor(page: Page, name: string): Promise<void> {
  await goTo(page, 'people');
  const waiting = page.locator('.admission', { hasText: name });
  await waiting.getByRole('checkbox').check();
  await partOf(waiting, 'sign').click();
}

it('a conflict, a handover and a second administrator, from page to page', async () => {
  const [hanna, harald] = installation.handlers;
  const { administrator } = installation;
  const first = await deskOf(administrator);
  await goTo(first, 'people');
  await partOf(first, 'invited-part').selectOption('administrator');
  await partOf(first, 'shown-name').fill('Boris Berg');
  await first.getByRole('button', { name: 'Make the invitation' }).click();
  await partOf(first, 'link-box').waitFor();
  const link = await partOf(first, 'link').inputValue();
  await partOf(first, 'hide-link').click();

  const { page: joining } = await openPage(browser, link);
  await joining.getByRole('heading', { name: 'You are invited to administer' }).waitFor();
  expect(await partOf(joining, 'roles-field').isVisible()).toBe(false);
  await expectAccessible(joining);
  const boris = await joinInBrowser(joining, 'boris');
  await joining.context().close();

  const handler = await deskOf(hanna);
  await signFor(handler, 'Boris Berg');
  await handler.getByText('You have signed for Boris Berg').waitFor({ state: 'attached' });
  await goTo(first, 'channel');
  await signFor(first, 'Boris Berg');
  const listed = partOf(first, 'administrators').locator('.person', { hasText: 'boris' });
  await listed.getByText('number 2', { exact: true }).waitFor();
  await first.getByText('The names here are the server’s word').waitFor();
  await first.context().close();

  // the case about Harald is gone from his desk before he opened it
  const leaver = await deskOf(harald);
  const row = leaver.locator('[data-case]', { hasText: 'The manager Harald' });
  await row.locator('.row-choose').check();
  await partOf(leaver, 'bulk-conflict').click();
  await partOf(leaver, 'declare').click();
  await leaver.locator('.row-open', { hasText: 'Lorries leave' }).waitFor();
  expect(await row.count()).toBe(0);

  const second = await deskOf({ name: 'boris', passphrase: boris.passphrase });
  await goTo(second, 'people');
  const person = second.locator('.person', { hasText: 'Harald Handler' });
  await partOf(person, 'remove').click();
  await partOf(person, 'confirm-text').getByText('at the earliest 30 days').waitFor();
  await partOf(person, 'confirm-do').click();
  await partOf(person, 'needed').waitFor();
  expect(await partOf(person, 'confirm-do').isVisible()).toBe(false);
  await expectAccessible(second);

  // whoever declared a conflict is not offered, and nobody else is there
  await goTo(leaver, 'people');
  await partOf(leaver, 'handover').click();
  await leaver.getByRole('button', { name: 'Look through my cases' }).click();
  const found = partOf(leaver, 'found');
  await found.getByText('Nobody can be given this case.').waitFor();
  await expectAccessible(leaver);
  const nora = await installation.addHandler('nora', 'Nora New');
  await leaver.getByRole('button', { name: 'Look through my cases' }).click();
  await found.getByLabel('Choose one person for all of them').selectOption('Nora New');
  await leaver.getByRole('button', { name: 'Give these cases now' }).click();
  await found.getByRole('heading', { name: 'No case is left that only you read' }).waitFor();

  await goTo(second, 'channel');
  await goTo(second, 'people');
  await partOf(person, 'remove').click();
  await partOf(person, 'confirm-do').click();
  await person.waitFor({ state: 'detached' });
  const { rows } = await nora.desk.inbox('open');
  expect(rows.map(({ title }) => title)).toEqual([expect.stringContaining('Lorries leave')]);
}, 240_000);
