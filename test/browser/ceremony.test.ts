import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { goTo, openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible, openCaseWith, openReporterPage } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// Hanna alone reads a case whose reporter left Harald out, and has lost passphrase and kit. Anna asks
// that the paper is used, Hugo, who came later, agrees, and whoever keeps the paper types its words on
// a page of their own. With a real server, and a browser of its own for each.

let browser: Browser;
let installation: Installation;
let hugo: InstallationPerson;
let key: string[];
let paper: string[];
let otherPaper: string[];

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const { administrator, handlers } = installation;
  const [hanna, harald] = handlers;
  ({ words: paper } = await administrator.desk.prepareRecoveryOfficer());
  await administrator.desk.proposeRecoveryOfficer({ shownName: 'Chair of the board' });
  const [pending] = (await administrator.desk.members()).admissions;
  if (pending === undefined) throw new Error('no officer proposed');
  await hanna.desk.admit(pending);
  await administrator.desk.admit(pending);
  ({ words: otherPaper } = await administrator.desk.prepareRecoveryOfficer());
  const text = 'Lorries leave at night.';
  ({ words: key } = await installation.report({ text, leftOut: [harald.id] }));
  hugo = await installation.addHandler('hugo', 'Hugo Handler');
  await hanna.desk.signOut();
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function peopleOf(person: InstallationPerson): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  await goTo(page, 'people');
  return page;
}

async function looksWell(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}

it('a paper gives the case of somebody who lost everything to a colleague, and the reporter is told', async () => {
  const asking = await peopleOf(installation.administrator);
  const section = partOf(asking, 'ceremony');
  await section.locator('summary').click();
  const form = partOf(section, 'form');
  await form.getByLabel('Passphrase and recovery kit are lost').check();
  await partOf(form, 'lost').getByLabel('Hanna Handler').check();
  for (const name of ['Hugo Handler', 'Harald Handler']) {
    await partOf(form, 'to').getByLabel(name).check();
  }
  await looksWell(asking);
  await form.getByRole('button', { name: 'Sign and ask' }).click();
  await section.getByText('It waits for a second person.').waitFor();
  await asking.context().close();

  const handler = await peopleOf(hugo);
  const agreeing = partOf(handler, 'ceremony');
  await partOf(agreeing, 'agree').click();
  await partOf(agreeing, 'link').waitFor();
  await looksWell(handler);
  const link = await partOf(agreeing, 'link').inputValue();
  expect(link).toContain(`${installation.address}/desk/en/paper#`);

  const { page: officer, complaints } = await openPage(browser, link);
  const typeWords = async (words: readonly string[]): Promise<void> => {
    await partOf(officer, 'words').fill(words.join(' '));
    await officer.getByRole('button', { name: 'Look what was agreed' }).click();
  };
  await typeWords(otherPaper);
  await officer.getByText('or these are the words of another paper').waitFor();
  await looksWell(officer);
  await typeWords(paper);
  const facts = partOf(officer, 'facts');
  await facts.getByText('Cases that nobody else opens').waitFor();
  expect(await facts.locator('dd').last().innerText()).toBe('1');
  // nobody has signed in here: the time of the end says by which clock it is told
  expect(await facts.innerText()).toMatch(/Ends\s+\d[^\n]* \d\d:\d\d (?:[A-Z]{2,5}|GMT[+−-]\d+)/u);
  expect(await officer.locator('main').innerText()).not.toContain('Lorries');
  await looksWell(officer);
  await partOf(officer, 'give').click();
  await officer.getByText('Given on: 1.').waitFor();
  await looksWell(officer);
  expect(complaints).toEqual([]);
  await officer.context().close();

  await openCaseOf(handler, 'Lorries leave');
  const said = partOf(handler, 'conversation').locator('.written');
  await said.getByText('Lorries leave at night.').first().waitFor();
  await handler.click('#tab-access');
  const given =
    /Chair of the board gave the case to Hugo Handler, since .*Asked for by an administrator on .*, agreed to by Hugo Handler\./;
  await handler.locator('[data-panel=access]').getByText(given).waitFor();
  // whom the reporter left out was named, and is given nothing
  const [, harald] = installation.handlers;
  const refused = harald.desk.openCase(reporterKeys(key).caseId);
  await expect(refused).rejects.toMatchObject({ code: 'case_not_found' });

  const { page: reading } = await openReporterPage(browser, installation, '/en/return');
  await openCaseWith(reading, key);
  const own = await reading.innerText('#case');
  expect(own).toContain('Chair of the board');
  expect(own).toContain('Hugo Handler');
}, 240_000);
