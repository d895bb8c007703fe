import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// One handler asks whether a case may go out, another sees what is asked and says yes, and the first
// saves that and nothing else: with a real server, and a page for each.

const REPORT = 'The invoices of March were paid twice.';
let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const { administrator, channel } = installation;
  await administrator.desk.updateChannel(channel, { exportsByTwo: true });
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflow(page)).toBe(0);
  }
}

async function recordOf(person: InstallationPerson, title = REPORT): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  await openCaseOf(page, title);
  await page.click('#tab-record');
  return page;
}

it('saves the very text for the very recipient that a second handler was shown, until the reporter writes', async () => {
  const { words } = await installation.report({ text: REPORT });
  const [hanna, harald] = installation.handlers;
  const asking = await recordOf(hanna);
  await partOf(asking, 'export-fold').locator('summary').click();
  await partOf(asking, 'form-redacted').check();
  await partOf(asking, 'purpose').fill('For the insurance company.');
  await partOf(asking, 'export-form').locator('[type=submit]').click();
  const make = partOf(asking, 'export-make');
  await partOf(make, 'summary').fill('A supplier was paid twice. We asked for the money.');
  await partOf(make, 'recipient').fill('Insurance Ltd');
  await partOf(make, 'ground').fill('The contract');
  await partOf(make, 'scope').fill('A summary');
  await partOf(make, 'identity').selectOption('no');
  await check(asking);
  await partOf(make, 'save').click();
  await make.waitFor({ state: 'hidden' });
  await partOf(asking, 'exports').getByText('waits for a second person').waitFor();

  const second = await recordOf(harald);
  const shown = partOf(second, 'exports');
  const asked = await shown.innerText();
  for (const said of [
    'Purpose: For the insurance company.',
    'It is to go to Insurance Ltd.',
    'The contract',
    'Does it tell who the reporter is? No',
    'A supplier was paid twice. We asked for the money.',
  ]) {
    expect(asked).toContain(said);
  }
  await check(second);
  const yes = shown.getByRole('button', { name: 'Yes, this may be taken out' });
  await installation.newReporter().send(words, 'They paid it back.', [], silent);
  await yes.click();
  await shown.getByText('that you have not read').waitFor();
  await partOf(second, 'reload').click();
  await second.locator('.entry', { hasText: 'They paid it back.' }).waitFor({ state: 'attached' });
  await yes.click();
  await shown.getByText('confirmed').waitFor();

  await partOf(asking, 'reload').click();
  await asking.getByRole('button', { name: 'Go on to saving' }).click();
  expect(await make.innerText()).toContain('A supplier was paid twice.');
  expect(await partOf(make, 'summary').isVisible()).toBe(false);
  expect(await partOf(make, 'recipient').isVisible()).toBe(false);
  await check(asking);
  await installation.newReporter().send(words, 'All of it.', [], silent);
  await partOf(make, 'save').click();
  await partOf(make, 'problem').getByText('after this was asked or confirmed').waitFor();
  const id = reporterKeys(words).caseId;
  expect((await harald.desk.openCase(id)).disclosures).toEqual([]);

  await partOf(asking, 'reload').click();
  const mine = partOf(asking, 'exports');
  await mine.getByText('asked before something changed').waitFor();
  expect(await mine.getByRole('button', { name: 'Go on to saving' }).count()).toBe(0);
  await mine.getByRole('button', { name: 'Ask again' }).click();
  await mine.getByText('waits for a second person').waitFor();
  await partOf(second, 'reload').click();
  await shown.getByText('waits for a second person').waitFor();
  await yes.click();
  await shown.getByText('confirmed').waitFor();
  await partOf(asking, 'reload').click();
  await mine.getByRole('button', { name: 'Go on to saving' }).click();
  const [file] = await Promise.all([asking.waitForEvent('download'), partOf(make, 'save').click()]);
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain('A supplier was paid twice. We asked for the money.');
  expect(text).not.toContain(REPORT);
  const after = await harald.desk.openCase(id);
  expect(after.disclosures).toMatchObject([{ recipient: 'Insurance Ltd', scope: 'A summary' }]);

  // nobody knows whether it was saved: it is asked for and taken out again, by the same disclosure
  await mine.getByText('written down as taken out').waitFor();
  expect(await partOf(asking, 'export-known').isVisible()).toBe(true);
  await check(asking);
  await partOf(second, 'reload').click();
  await shown.getByText('written down as taken out').waitFor();
  expect(await shown.getByRole('button', { name: 'Take out again' }).count()).toBe(0);
  await mine.getByRole('button', { name: 'Take out again' }).click();
  await mine.getByText('waits for a second person').waitFor();
  await partOf(second, 'reload').click();
  await shown.getByText('waits for a second person').waitFor();
  expect(await shown.innerText()).toContain('It is to go to Insurance Ltd.');
  await yes.click();
  await shown.getByText('confirmed').waitFor();
  await partOf(asking, 'reload').click();
  await mine.getByRole('button', { name: 'Go on to saving' }).click();
  await Promise.all([asking.waitForEvent('download'), partOf(make, 'save').click()]);
  const { disclosures } = await harald.desk.openCase(id);
  expect(disclosures).toEqual(after.disclosures);
}, 240_000);

it('keeps a text back whose words were restricted after a second handler said yes to it', async () => {
  const said = 'The warehouse in Malmo was empty in May.';
  const { words } = await installation.report({ text: said });
  const id = reporterKeys(words).caseId;
  const [hanna, harald] = installation.handlers;
  const copy = { copy: 'They say that the warehouse in Malmo was empty.', attachments: [] };
  const { entries } = await hanna.desk.work(id, {
    ...{ kind: 'export', id: null, form: 'redacted', text: 'For the landlord.' },
    ...{ disclosure: null, state: 'asked', ...copy },
  });
  const asked = entries.find(({ content }) => content.kind === 'export');
  const reported = entries.find(({ content }) => content.kind === 'report');
  const known = reported?.hash ?? '';
  const yes = { kind: 'export_confirmed', answer: 'yes', text: '', known } as const;
  await harald.desk.work(id, { ...yes, of: asked?.hash ?? '' });

  const asking = await recordOf(hanna, said);
  await asking.getByRole('button', { name: 'Go on to saving' }).click();
  const { keeping } = await harald.desk.work(id, {
    ...{ kind: 'part_restriction', id: null, ground: 'accuracy', text: 'Contested by letter.' },
    of: { compartment: 'dialogue', sequence: reported?.sequence ?? 0 },
    part: { after: null, passages: [{ field: 'text', from: 0, to: 39 }], files: [] },
    review: '2099-04-01',
  });
  const make = partOf(asking, 'export-make');
  await partOf(make, 'save').click();
  await partOf(make, 'problem').getByText('after this was asked or confirmed').waitFor();
  await partOf(asking, 'reload').click();
  const mine = partOf(asking, 'exports');
  await mine.getByText('asked before something changed').waitFor();
  expect(await mine.getByRole('button', { name: 'Go on to saving' }).count()).toBe(0);
  await mine.getByRole('button', { name: 'Ask again' }).click();
  await mine.getByText('is restricted: it may not be changed, erased or given out').waitFor();
  await check(asking);
  const after = await harald.desk.openCase(id);
  expect(after.entries.filter(({ content }) => content.kind === 'export')).toHaveLength(1);

  // a second person has no yes for what the case has overtaken
  const second = await recordOf(harald, '[■■■]');
  const shown = partOf(second, 'exports');
  await shown.getByText('asked before something changed').waitFor();
  expect(await shown.getByRole('button', { name: 'Yes, this may be taken out' }).count()).toBe(0);
  const end = { kind: 'part_unrestriction', text: 'Told.', last: true } as const;
  await harald.desk.work(id, { ...end, id: keeping.parts[0]?.id ?? '' });
}, 240_000);

it('lets who came back under new keys withdraw what the keys from before asked for, and nobody waits for it', async () => {
  const said = 'The lift was signed off without a look at it.';
  const { administrator } = installation;
  const vera = await installation.addHandler('vera', 'Vera Handler');
  const { words } = await installation.report({ text: said });
  const id = reporterKeys(words).caseId;
  await vera.desk.work(id, {
    ...{ kind: 'export', id: null, form: 'whole', text: 'For the auditors.' },
    ...{ disclosure: null, state: 'asked' },
  });
  await administrator.desk.remove(vera.id);
  const again = await installation.add('handler', 'verona', 'Vera Handler', vera.id);
  await installation.handlers[0].desk.grant(id, again.id);
  const page = await recordOf(again, said);
  const shown = partOf(page, 'exports');
  await shown.getByText('waits for a second person').waitFor();
  expect(await shown.getByRole('button').allInnerTexts()).toEqual(['Withdraw']);
  await check(page);
  await shown.getByRole('button', { name: 'Withdraw' }).click();
  await shown.getByText('refused').waitFor();
  expect(await shown.getByRole('button').count()).toBe(0);
  const { rows } = await again.desk.inbox('open');
  expect(rows.find((row) => row.id === id)?.exportWaits).toBe(false);
}, 240_000);
