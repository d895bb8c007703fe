import type { Browser } from 'playwright-core';
import { parse } from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Day } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { waiting } from '../support/waiting.js';
import { loaded, overflow } from './desk-page.js';

// A handler of one organisation is invited as a guest by another one, takes the words along, and
// goes from one desk to the other. With two real servers, and a page for each.

const NAME = 'hanna north';
let browser: Browser;
let north: Installation;
let south: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, north, south] = await Promise.all([
    launchBrowser(),
    startInstallation({ clock, published: false }),
    startInstallation({ clock }),
  ]);
});
afterAll(async () => {
  await browser.close();
  expect([...north.server.faults, ...south.server.faults]).toEqual([]);
  await Promise.all([north.stop(), south.stop()]);
});

it('the words of one desk open an account at another, and a link leads from desk to desk', async () => {
  const [hanna] = north.handlers;
  const inviter = south.handlers[0].desk;
  const { fragment } = await inviter.invite({ shownName: 'Hanna from North', part: 'guest' });
  const { page, complaints } = await openPage(browser, `${south.address}/desk/en/join#${fragment}`);
  await partOf(page, 'join-name').fill(NAME);
  await partOf(page, 'join-own').click();
  const step = partOf(page, 'step-own');
  await expectAccessible(page);
  const take = step.getByRole('button', { name: 'Take these words' });
  const problem = partOf(step, 'problem');
  await partOf(step, 'passphrase').fill(hanna.passphrase);
  await partOf(step, 'again').fill(hanna.passphrase.replace(/\S+$/, 'zoo'));
  await take.click();
  await problem.getByText('not the same').waitFor();
  await partOf(step, 'again').fill(hanna.passphrase);
  await partOf(step, 'kit').fill([...hanna.recoveryWords].reverse().join(' '));
  await take.click();
  await problem.getByText('do not belong together').waitFor();
  await partOf(step, 'kit').fill(hanna.recoveryWords.join(' '));
  await take.click();
  await problem.getByText('tick that it is the same operator').waitFor();
  await partOf(step, 'agreed').check();
  await take.click();
  await partOf(page, 'step-words').waitFor();
  const words = await partOf(page, 'own-words').locator('li').allTextContents();
  for (const field of await page.locator('[data-part=step-own] [type=password], textarea').all()) {
    expect(await field.inputValue()).toBe('');
  }

  const pending = waiting((await inviter.members()).admissions[0]);
  expect(pending.words).toEqual(words);
  await inviter.admit(pending);
  await south.administrator.desk.admit(pending);
  for (const text of ['The first of South.', 'The second of South.']) await south.report({ text });
  const { rows } = await inviter.inbox('open');
  const given = rows.find(({ title }) => title === 'The first of South.');
  const until = parse(Day, new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10));
  await inviter.grantGuest(given?.id ?? '', pending.id, { until, write: true, save: false });

  await page.getByRole('link', { name: 'Go to signing in' }).click();
  await partOf(page, 'at').getByText('Example').waitFor();
  await signInInBrowser(page, NAME, hanna.passphrase);
  await page.locator('[data-part=cases] > li').first().waitFor();
  expect(await page.locator('[data-part=cases] > li').count()).toBe(1);

  expect(await partOf(page, 'here').isVisible()).toBe(false);
  await page.click('[data-go=account]');
  const others = page.locator('section[aria-labelledby=account-desks]');
  await partOf(others, 'name').fill('North');
  for (const [address, said] of [
    ['http://north.example', 'begins with https'],
    [`${south.address}/sv/`, 'the desk you are at'],
  ] as const) {
    await partOf(others, 'address').fill(address);
    await others.getByRole('button', { name: 'Add' }).click();
    await partOf(others, 'problem').getByText(said).waitFor();
  }
  await partOf(others, 'address').fill(`${north.address}/desk/sv/`);
  await others.getByRole('button', { name: 'Add' }).click();
  await partOf(others, 'desks').getByText('North').waitFor();
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);

  await page.click('[data-go=guest]');
  await page.locator('.desk-switch summary').click();
  const [there] = await Promise.all([
    page.context().waitForEvent('page'),
    partOf(page, 'here').getByRole('link', { name: 'North' }).click(),
  ]);
  expect(there.url()).toBe(`${north.address}/desk/en/`);
  expect(await there.evaluate(() => [document.referrer, opener === null])).toEqual(['', true]);
  await signInInBrowser(there, hanna.name, hanna.passphrase);
  await loaded(there);
  expect(await there.locator('body').innerText()).not.toContain('South');
  expect(complaints).toEqual([]);
}, 120_000);
