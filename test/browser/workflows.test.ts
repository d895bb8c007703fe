import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible, openReporterPage, sendReport } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded, openDeskPage, overflow } from './desk-page.js';

// What an administrator and two handlers do together on a real server, each at a desk of their own that
// stays open.

const DAY = 86_400_000;
const command = fileURLToPath(new URL('../../dist/client/casekey.js', import.meta.url));

let browser: Browser;
let installation: Installation;
let anna: Page;
let hanna: Page;
let harald: Page;
let words: string[];
const complaints: string[][] = [];

async function deskOf({ name, passphrase }: InstallationPerson): Promise<Page> {
  const opened = await openDeskPage(browser, `${installation.address}/desk/en/`);
  complaints.push(opened.complaints);
  await signInInBrowser(opened.page, name, passphrase);
  return opened.page;
}

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}

/** Loads the list of cases anew. */
async function refresh(page: Page): Promise<void> {
  await goTo(page, 'inbox');
  await partOf(page, 'refresh').click();
  await loaded(page);
}

function rowOf(page: Page, title: string): Locator {
  return page.locator('.row', { hasText: title });
}

beforeAll(async () => {
  const now = new Date();
  const clock = createTestClock(new Date(now.getTime() - 6 * DAY));
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const [first, second] = installation.handlers;
  await installation.addHandler('nora', 'Nora New');
  await installation.report({ text: 'The canteen takes cash only.' });
  ({ words } = await installation.report({ text: 'Gate three stands open at night.' }));
  const missing = await installation.report({ text: 'A key to gate four is missing.' });
  await first.desk.openCase(reporterKeys(words).caseId);
  for (const each of [words, missing.words]) {
    const { caseId } = reporterKeys(each);
    await second.desk.work(caseId, { kind: 'responsible', readers: [second.id], text: '' });
  }
  await installation.administrator.desk.updateChannel(installation.channel, {
    languages: ['en', 'sv'],
  });
  clock.set(now);
  [anna, hanna, harald] = await Promise.all([
    deskOf(installation.administrator),
    deskOf(first),
    deskOf(second),
  ]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  expect(complaints.flat()).toEqual([]);
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

it('the organisation’s own words go from the handbook into a case and to its reporter', async () => {
  await goTo(anna, 'handbook');
  const handbook = anna.locator('.handbook form');
  await partOf(handbook, 'add-stage').click();
  const stage = handbook.locator('.handbook-stage');
  await partOf(stage, 'progress').selectOption('investigation');
  await partOf(stage, 'name-en').fill('Guards heard');
  await partOf(handbook, 'labels').fill('Gates\nSite north');
  const question = handbook.locator('details').nth(1);
  await question.locator('summary').click();
  await partOf(question, 'text').first().fill('Which gate is it, and [since when]?');
  await check(anna);
  await handbook.locator('[type=submit]').click();
  await anna.getByText('Number 1, saved on').waitFor();

  await refresh(hanna);
  await openCaseOf(hanna, 'Gate three');
  await hanna.click('[data-tab=work]');
  await hanna.selectOption('#work-progress', 'investigation');
  await hanna.getByRole('button', { name: 'Guards heard' }).click();
  await partOf(hanna, 'progress-form').locator('[type=submit]').click();
  await partOf(hanna, 'facts').getByText('Guards heard').waitFor();
  await hanna.getByRole('button', { name: 'Gates' }).click();
  await partOf(hanna, 'labels-form').locator('[type=submit]').click();
  await partOf(hanna, 'facts').getByText('Gates').waitFor();
  await hanna.click('[data-tab=conversation]');
  const writing = partOf(hanna, 'writing').locator('form');
  await writing.locator('[value=reply]').check();
  await partOf(writing, 'ready-insert').click();
  await partOf(writing, 'submit').click();
  const problem = writing.locator('> [data-part=problem]');
  expect(await problem.innerText()).toContain('[since when]');
  await partOf(writing, 'text').fill('Which gate is it, and since May?');
  await partOf(writing, 'submit').click();
  await partOf(hanna, 'conversation').getByText('Which gate is it, and since May?').waitFor();

  await refresh(harald);
  await rowOf(harald, 'Gate three').getByText('Gates').waitFor();
  await rowOf(harald, 'Gate three').getByText('Under investigation').waitFor();
  await openCaseOf(harald, 'Gate three');
  await partOf(harald, 'facts').getByText('Guards heard').waitFor();
  const { entries } = await installation.newReporter().open(words);
  expect(JSON.stringify(entries)).toContain('Which gate is it, and since May?');
}, 120_000);

it('who is away is seen by the others, and the substitute lists what is due', async () => {
  await goTo(harald, 'account');
  const away = harald.locator('section:has(> #account-away)');
  const until = new Date(Date.now() + 7 * DAY).toISOString().slice(0, 10);
  await partOf(away, 'until').fill(until);
  await partOf(away, 'substitute').selectOption({ label: 'Hanna Handler' });
  await partOf(away, 'form').locator('[type=submit]').click();
  await away.getByText('Hanna Handler stands in.').waitFor();
  await away.getByRole('button', { name: 'Look for cases' }).click();
  await away.getByText('can open every one of them').waitFor();

  await refresh(hanna);
  await partOf(hanna, 'standing-in').getByText('You stand in for Harald Handler').waitFor();
  const today = hanna.locator('.group-today');
  await today.getByText('Nobody has opened this for 6 days').waitFor();
  await partOf(hanna, 'stand-in').check();
  expect(await today.locator('.row-title').allInnerTexts()).toEqual([
    'A key to gate four is missing.',
  ]);
  expect(await today.innerText()).toContain('Hanna Handler stands in');
  expect(await today.innerText()).toContain('Acknowledge by');
  await check(hanna);

  await partOf(away, 'back').click();
  await away.getByText('You are not away.').waitFor();
  await refresh(hanna);
  await partOf(hanna, 'standing-in').waitFor({ state: 'hidden' });
  await rowOf(hanna, 'The canteen').waitFor();
}, 120_000);

/** What the real command says of an archive. */
function verified(file: string): Promise<{ exit: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, 'verify-export', file], (error, stdout, stderr) => {
      resolve({ exit: Number(error?.code ?? 0), said: stdout + stderr });
    });
  });
}

/** Harald writes what is to go out and asks, Hanna confirms it, and Harald saves that. */
async function confirmedExport(
  form: 'whole' | 'redacted',
  purpose: string,
  write: (make: Locator) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  await partOf(harald, 'export-fold').locator('summary').click();
  const asking = partOf(harald, 'export-form');
  await asking.locator(`[value=${form}]`).check();
  await partOf(asking, 'purpose').fill(purpose);
  await asking.locator('[type=submit]').click();
  const make = partOf(harald, 'export-make');
  await write(make);
  await partOf(make, 'save').click();
  const asked = partOf(harald, 'exports').locator('li', { hasText: purpose });
  await asked.getByText('waits for a second person').waitFor();
  await partOf(hanna, 'reload').click();
  await hanna.getByText('A colleague asks to take this case out').waitFor();
  const shown = partOf(hanna, 'exports').locator('li', { hasText: purpose });
  await shown.getByRole('button', { name: 'Yes, this may be taken out' }).click();
  await shown.getByText('confirmed', { exact: true }).waitFor();
  await partOf(harald, 'reload').click();
  await asked.getByRole('button', { name: 'Go on to saving' }).click();
  return savedFrom(make);
}

async function savedFrom(form: Locator): Promise<string> {
  const [file] = await Promise.all([harald.waitForEvent('download'), partOf(form, 'save').click()]);
  return file.path();
}

it('a case is taken out once a second person confirms, and the command verifies the file', async () => {
  await goTo(harald, 'inbox');
  await openCaseOf(harald, 'Gate three');
  await harald.click('[data-tab=record]');
  await goTo(anna, 'channel');
  const settings = partOf(anna, 'settings');
  await partOf(settings, 'exports-by-two').check();
  await settings.locator('[type=submit]').click();
  await settings.getByText('Saved').waitFor();
  // a desk that was open meanwhile follows the new rule and announces it
  await partOf(harald, 'reload').click();
  await partOf(harald, 'changes').getByText('a second handler confirms each export').waitFor();
  await openCaseOf(hanna, 'Gate three');
  await hanna.click('[data-tab=record]');

  const whole = await confirmedExport('whole', 'The board asked for it.');
  const told = await verified(whole);
  expect(told.exit, told.said).toBe(0);
  expect(told.said).toContain('it is as Harald Handler signed it');
  const bytes = await readFile(whole);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(whole, bytes);
  expect(await verified(whole)).toMatchObject({ exit: 5 });

  const redacted = await confirmedExport('redacted', 'For the insurer.', async (form) => {
    await partOf(form, 'recipient').fill('Insurer');
    await partOf(form, 'ground').fill('A claim');
    await partOf(form, 'scope').fill('A text');
    await partOf(form, 'identity').selectOption('no');
    await partOf(form, 'summary').fill('Somebody wrote: it stands open at night.');
    await partOf(form, 'save').click();
    await partOf(form, 'findings').getByText('stands open at night').waitFor();
    await check(harald);
    await partOf(form, 'summary').fill('It is about a door.');
  });
  const outside = await verified(redacted);
  expect(outside.exit, outside.said).toBe(0);
  expect(outside.said).toContain('redacted, for outsiders');
  const text = await readFile(redacted, 'latin1');
  expect(text).toContain('It is about a door.');
  expect(text).not.toContain('Gate three');
}, 120_000);

/** Hanna and then the administrator sign who reads the second channel. */
async function signReaders(name: string): Promise<void> {
  const boxes = partOf(anna, 'readers-form');
  await boxes.getByLabel(name).check();
  await boxes.locator('[type=submit]').click();
  await partOf(anna, 'roster').getByText('One of these handlers has to agree').waitFor();
  await goTo(hanna, 'channel');
  await partOf(hanna, 'which').selectOption({ label: 'Oslo' });
  await partOf(hanna, 'roster').getByText(name).first().waitFor();
  await check(hanna);
  await partOf(hanna, 'roster').getByRole('button', { name: 'Agree' }).click();
  await partOf(hanna, 'roster').getByText('An administrator puts it in force').waitFor();
  await chooseOslo();
  await partOf(anna, 'roster').getByRole('button', { name: 'Put in force' }).click();
  await partOf(anna, 'channel-readers').getByText(name).waitFor();
}

/** The page of the second channel, as it is now. */
async function chooseOslo(): Promise<void> {
  await goTo(anna, 'handbook');
  await goTo(anna, 'channel');
  await partOf(anna, 'which').selectOption({ label: 'Oslo' });
}

/** The administrator keeps the default in the channel that is shown, and says why. */
async function decideKeeping(reason: string): Promise<void> {
  expect(await partOf(anna, 'publish').isEnabled()).toBe(false);
  const form = partOf(anna, 'retention-change');
  await form.locator('summary').click();
  await form.locator('[data-part=choices] label', { hasText: 'The default' }).click();
  await partOf(form, 'reason').fill(reason);
  await partOf(form, 'preview').click();
  await partOf(form, 'rule-publish').click();
  await anna.locator('[data-part=publish]:enabled').waitFor();
}

it('a second channel has its readers by two signatures, and nobody else sees its cases', async () => {
  await goTo(anna, 'channel');
  await partOf(anna, 'add').locator('summary').click();
  const adding = partOf(anna, 'add-form');
  await partOf(adding, 'new-country').selectOption('NO');
  await partOf(adding, 'channel').first().fill('Oslo');
  await partOf(adding, 'about').first().fill('For the warehouse in Oslo.');
  await partOf(adding, 'text').first().fill('Write to us in Oslo.');
  await adding.locator('[type=submit]').click();
  await anna.getByText('Nobody reads this channel yet.').waitFor();
  await check(anna);
  await partOf(anna, 'readers-form').getByLabel('Nora New').check();
  await signReaders('Hanna Handler');
  const address = await anna.locator('dd[data-part=address]').innerText();

  const { pathname, hash } = new URL(address);
  const { page: reporting } = await openReporterPage(browser, installation, pathname + hash);
  const report = async (text: string): Promise<void> => {
    // the same address again would only move within the page
    await reporting.goto('about:blank');
    let answer = (): void => undefined;
    const pressed = new Promise<void>((resolve) => (answer = resolve));
    await reporting.route(
      '**/api/directory',
      async (route) => {
        await pressed;
        await route.continue();
      },
      { times: 1 },
    );
    await reporting.goto(address);
    // whoever is quicker than the list of readers still writes to the channel of the address
    await reporting.click('#to-form');
    answer();
    await sendReport(reporting, text);
  };
  await reporting.waitForSelector('#start-practice:not([hidden])');
  await report('Practising in Oslo.');
  await openCaseOf(hanna, 'Practising in Oslo.');
  await chooseOslo();
  await decideKeeping('Both countries allow two years.');
  await partOf(anna, 'publish').click();
  await partOf(anna, 'published').waitFor();
  await report('Crates vanish in Oslo.');
  await refresh(hanna);
  await rowOf(hanna, 'Crates vanish').waitFor();
  await refresh(harald);
  await rowOf(harald, 'The canteen').waitFor();
  expect(await rowOf(harald, 'Oslo').count()).toBe(0);

  await signReaders('Harald Handler');
  await refresh(harald);
  await partOf(harald, 'changes').getByText('New: Harald Handler.').waitFor();
  await report('Another crate is gone.');
  await refresh(harald);
  await rowOf(harald, 'Another crate').waitFor();
  // what came before stays with those to whom it was sealed
  expect(await rowOf(harald, 'vanish').count()).toBe(0);
  await reporting.context().close();
}, 120_000);
