import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible, openReporterPage } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, openDeskPage, overflow } from './desk-page.js';

// What an administrator and a handler decide about a channel, and take back: on a real server, each at
// a desk of their own.

let browser: Browser;
let installation: Installation;
let anna: Page;
let hanna: Page;
const complaints: string[][] = [];

async function deskOf({ name, passphrase }: InstallationPerson): Promise<Page> {
  const opened = await openDeskPage(browser, `${installation.address}/desk/en/`);
  complaints.push(opened.complaints);
  await signInInBrowser(opened.page, name, passphrase);
  return opened.page;
}

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  anna = await deskOf(installation.administrator);
  hanna = await deskOf(installation.handlers[0]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  expect(complaints.flat()).toEqual([]);
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}

/** The page of the channel, as it is now. */
async function channelAnew(page: Page): Promise<Locator> {
  await goTo(page, 'account');
  await goTo(page, 'channel');
  await partOf(page, 'channel-readers').locator('li').first().waitFor();
  return partOf(page, 'roster');
}

/** What new reporters are offered now. */
async function onlyChannel(): Promise<{ closed: boolean; published: boolean; readers: string[] }> {
  const [channel] = (await installation.newReporter().directory()).channels;
  if (channel === undefined) throw new Error('no channel');
  const readers = channel.readers.map(({ name }) => name);
  return { closed: channel.closed, published: channel.published, readers };
}

it('a handler takes back the agreement to other readers, and an administrator drops the proposal', async () => {
  const proposal = await channelAnew(anna);
  const form = partOf(anna, 'readers-form');
  await form.getByLabel('Harald Handler').uncheck();
  await form.locator('[type=submit]').click();
  await proposal.getByText('One of these handlers has to agree').waitFor();

  const agreeing = await channelAnew(hanna);
  await agreeing.getByText('Not any more: Harald Handler').waitFor();
  expect(await partOf(agreeing, 'refuse').isVisible()).toBe(false);
  await agreeing.getByRole('button', { name: 'Agree', exact: true }).click();
  await agreeing.getByText('An administrator puts it in force').waitFor();
  await channelAnew(anna);
  const inForce = proposal.getByRole('button', { name: 'Put in force' });
  await inForce.waitFor();

  await agreeing.getByRole('button', { name: 'Take back my agreement' }).click();
  await agreeing.getByRole('button', { name: 'Agree', exact: true }).waitFor();
  expect(await partOf(agreeing, 'take-back').isVisible()).toBe(false);
  await check(hanna);
  // a desk that still shows the agreement puts nothing in force
  await inForce.click();
  await partOf(proposal, 'problem').first().waitFor();
  expect((await onlyChannel()).readers).toContain('Harald Handler');
  await channelAnew(anna);
  await proposal.getByText('One of these handlers has to agree').waitFor();
  expect(await inForce.isVisible()).toBe(false);

  await partOf(proposal, 'refuse').click();
  await proposal.getByText('Who reads the channel stays as it is').waitFor();
  await check(anna);
  await partOf(proposal, 'confirm-cancel').click();
  expect(await proposal.innerText()).toContain('Other readers are proposed');
  await partOf(proposal, 'refuse').click();
  await partOf(proposal, 'confirm-do').click();
  await proposal.getByText('Other readers are proposed').waitFor({ state: 'detached' });
  await channelAnew(hanna);
  expect((await installation.handlers[0].desk.rosters()).length).toBe(0);
  expect(await partOf(hanna, 'channel-readers').innerText()).toContain('Harald Handler');
  expect((await onlyChannel()).readers).toContain('Harald Handler');
}, 120_000);

it('an administrator closes a channel to new reports, and opens it again', async () => {
  const { words } = await installation.report({ text: 'The gate is never locked.' });
  await channelAnew(anna);
  const closing = partOf(anna, 'closing');
  await partOf(closing, 'close').click();
  await closing.getByText('will be told that it is closed').waitFor();
  await check(anna);
  await partOf(closing, 'confirm-cancel').click();
  expect(await onlyChannel()).toMatchObject({ closed: false, published: true });
  await partOf(closing, 'close').click();
  await partOf(closing, 'confirm-do').click();
  await anna.getByText('The channel is closed: it takes no new reports.').waitFor();
  await check(anna);
  await channelAnew(hanna);
  await hanna.getByText('The channel is closed: it takes no new reports.').waitFor();
  expect(await hanna.getByRole('button', { name: 'Open it again' }).isVisible()).toBe(false);

  const { page: reporting } = await openReporterPage(browser, installation, '/en/write');
  await reporting.getByText('No reports are taken here now').waitFor();
  expect(await reporting.locator('#step-write').isVisible()).toBe(false);
  await check(reporting);
  await expect(installation.report()).rejects.toThrow();
  // whoever reported before still can write
  const { entries } = await installation.newReporter().open(words);
  expect(entries).toHaveLength(1);

  await anna.getByRole('button', { name: 'Open it again' }).click();
  await partOf(anna, 'unpublished').waitFor();
  expect(await onlyChannel()).toMatchObject({ closed: false, published: false });
  await anna.locator('[data-part=publish]:not([disabled])').click();
  await partOf(anna, 'published').waitFor();
  expect(await onlyChannel()).toMatchObject({ closed: false, published: true });
  await reporting.reload();
  await reporting.waitForSelector('#step-write:not([hidden])');
  await installation.report({ text: 'The gate is open again.' });
}, 120_000);
