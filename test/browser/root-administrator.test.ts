import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPaperKey } from '../../crypto/private.js';
import { administratorLink } from '../../server/accounts/appointing.js';
import { launchBrowser } from '../support/browser.js';
import { confirmPaper, goTo, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// Anna, the only administrator, has lost passphrase and kit. Clara fetches the root from the safe and
// opens the link that whoever runs the server made. With a real server, from page to page.

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function looksWell(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await overflow(page)).toBe(0);
  await page.setViewportSize({ width: 1280, height: 900 });
}

it('link and root make an administrator, whom every desk announces', async () => {
  const { db, config } = installation.server;
  const link = (await administratorLink({ db, clock: installation.clock.now, config })) ?? '';
  const { page, complaints } = await openPage(
    browser,
    link.replace(config.publicAddress, installation.address),
  );
  await page.getByRole('heading', { name: 'A new administrator by the root' }).waitFor();
  const first = partOf(page, 'step-root');
  await partOf(first, 'found').waitFor();
  // the secret is neither on the screen nor in the history
  expect(page.url()).not.toContain('#');
  expect(await partOf(first, 'fingerprint').locator('li').allTextContents()).toEqual(
    installation.fingerprint,
  );
  expect(await partOf(first, 'administrators').innerText()).toBe('Number 1: anna');
  expect(await partOf(first, 'readers').innerText()).toBe('Hanna Handler and Harald Handler');
  await looksWell(page);

  const typeWords = async (words: readonly string[]): Promise<void> => {
    await partOf(first, 'words').fill(words.join(' '));
    await first.getByRole('button', { name: 'Check the words' }).click();
  };
  await typeWords(installation.rootWords.slice(1));
  await first.getByText('The root has 24 words; you typed 23.').waitFor();
  await typeWords(newPaperKey());
  await first.getByText('not the root of this organisation').waitFor();
  await looksWell(page);
  await typeWords(installation.rootWords);

  const account = partOf(page, 'step-name');
  await account.waitFor();
  await account.getByRole('button', { name: 'Next' }).click();
  await account.getByText('Fill in the name to sign in with.').waitFor();
  await looksWell(page);
  await partOf(account, 'name').fill('hanna');
  await account.getByRole('button', { name: 'Next' }).click();
  const secrets = partOf(page, 'step-secrets');
  await looksWell(page);
  const [passphrase = []] = await confirmPaper(partOf(secrets, 'paper'));
  await account
    .getByText('Somebody already signs in with this name.')
    .waitFor({ timeout: 120_000 });
  await partOf(account, 'name').fill('Clara');
  await account.getByRole('button', { name: 'Next' }).click();
  const done = partOf(page, 'step-done');
  await done.waitFor({ timeout: 120_000 });
  const words = await partOf(done, 'own-words').locator('li').allTextContents();
  expect(words).toHaveLength(8);
  await looksWell(page);
  expect(await page.content()).not.toContain(installation.rootWords.slice(0, 4).join(' '));
  await done.getByRole('link', { name: 'Go to signing in' }).click();
  await signInInBrowser(page, 'clara', passphrase.join(' '));
  await goTo(page, 'people');
  const administrators = partOf(page, 'administrators');
  await administrators.getByText('clara', { exact: true }).waitFor();
  expect(await administrators.innerText()).not.toContain('anna');
  expect(complaints).toEqual([]);
  await page.context().close();

  const [hanna] = installation.handlers;
  const { page: handler } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(handler, hanna.name, hanna.passphrase);
  const changes = partOf(handler, 'changes');
  await partOf(changes, 'by-root').waitFor();
  const said = await changes.innerText();
  expect(said).toContain('used the organisation’s root');
  expect(said).toContain(words.join(' '));
  expect(said).toContain('An administrator was removed (number 1)');
  await looksWell(handler);
  await partOf(changes, 'seen').click();
  await goTo(handler, 'audit');
  await handler.getByText('became administrator by the root, in the place of all before').waitFor();
  await handler.context().close();

  // the link is used up, and says so before anything is typed
  const { page: again } = await openPage(
    browser,
    link.replace(config.publicAddress, installation.address),
  );
  await again.getByText('This link does not work').waitFor();
  expect(await partOf(again, 'words').isVisible()).toBe(false);
  await looksWell(again);
}, 240_000);
