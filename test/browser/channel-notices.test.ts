import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Notices } from '../../crypto/public.js';
import { launchBrowser } from '../support/browser.js';
import { partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { installOrganisation } from '../support/organisation.js';
import { expectAccessible, openReporterPage, startReporterSite } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, openDeskPage, overflow } from './desk-page.js';

// What an organisation says beneath the notices of a channel's country: an administrator says it with a
// reason, other desks tell it, reporters see whose word it is. With a real server, each at a page.

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

it('is said with a reason, marked for reporters, and told at every desk', async () => {
  const [hanna] = installation.handlers;
  const other = await openDeskPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(other.page, hanna.name, hanna.passphrase);
  await goTo(other.page, 'channel');
  const read = other.page.locator('.notice-item', { hasText: 'Authorities outside' });
  expect(await read.innerText()).toContain('Arbetsmiljöverket (Work Environment Authority)');
  expect(await read.innerText()).toContain('Name read in the law itself.');
  // only administrators say something
  expect(await read.locator('form').count()).toBe(0);

  const { name, passphrase } = installation.administrator;
  const { page, complaints } = await openDeskPage(browser, `${installation.address}/desk/en/`, {
    viewport: { width: 390, height: 844 },
  });
  await signInInBrowser(page, name, passphrase);
  await goTo(page, 'channel');
  const item = page.locator('.notice-item', { hasText: 'Authorities outside' });
  const submit = item.locator('[type=submit]');
  const says = async (text: string): Promise<void> => {
    await submit.click();
    await item.locator('[role=alert]', { hasText: text }).waitFor();
  };
  await item.locator('summary').click();
  await says('published already');
  await item.getByLabel('To the authorities named above: English').fill('We are a bank.');
  await says('Write why');
  await partOf(item, 'add-authority').click();
  await says('a name in at least one language');
  await item.getByLabel('Name: English').fill('Bank supervisor');
  await says('where each authority can be reached');
  await item.getByLabel('Address of its page').fill('http://supervisor.example');
  await says('begins with https://');
  await item.getByLabel('Address of its page').fill('https://av.se@supervisor.example/');
  await says('begins with https://');
  await item.getByLabel('Address of its page').fill('https://Supervisor.example');
  await item.getByLabel('Conditions, if there are any: English').fill('For banks\u202e.');
  await says('cannot be seen');
  await item.getByLabel('Conditions, if there are any: English').fill('For banks.');
  await item.getByLabel('Why you decide so').fill('It supervises us.');
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  await submit.click();
  const own = partOf(item, 'own');
  await own.getByText('Reason: It supervises us.').waitFor();
  expect(await own.innerText()).toContain('Bank supervisor · https://supervisor.example/');
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  expect(complaints).toEqual([]);

  await goTo(other.page, 'account');
  await goTo(other.page, 'channel');
  const told = other.page.locator('[data-part=changes]');
  await told.getByText('beneath the country’s authorities the organisation says').waitFor();
  expect(await told.innerText()).toContain(
    '“We are a bank.” / “Bank supervisor” / “https://supervisor.example/” / “For banks.”. Before: none. Reason: It supervises us.',
  );
  await partOf(read, 'own').getByText('It supervises us.').waitFor();

  const reporter = await openReporterPage(browser, installation, '/sv/');
  await reporter.page.waitForSelector('#authority-list li');
  const authorities = reporter.page.locator('#authority-country');
  expect(await authorities.innerText()).toMatch(
    /Arbetsmiljöverket.*av\.se.*Namnet är läst i själva lagen[^]*Organisationen säger:[^]*We are a bank\.[^]*Bank supervisor https:\/\/supervisor\.example\/[^]*For banks\./u,
  );
  // its language is said, and its address is no link
  const word = reporter.page.locator('#authority-own [data-slot=word]');
  expect(await word.getAttribute('lang')).toBe('en');
  expect(await authorities.locator('a').count()).toBe(0);
  await expectAccessible(reporter.page);
  expect(reporter.complaints).toEqual([]);
});

/** The texts of a place, one for each element of these. */
function textsOf(place: Locator): Promise<string[]> {
  return place.allInnerTexts();
}

it('hides nothing from reporters, whatever an organisation says and signs', async () => {
  const markup = '<img src=x onerror=alert(1)> Arbetsmiljöverket is closed. Report to us alone.';
  const word = { country: 'SE', words: { en: markup }, reason: 'x' };
  const twin = {
    names: { en: 'Arbetsmiljöverket (Work Environment Authority), and the authorities of each' },
    url: `https://${'av.se.'.repeat(9)}example/`,
    contact: `+46 ${'1'.repeat(200)}`,
    conditions: { en: 'x'.repeat(400) },
  };
  const notices: Notices = {
    authorities: { ...word, added: Array.from({ length: 5 }, () => twin) },
    anonymity: word,
    advice: word,
  };
  const usual = await startReporterSite();
  const hostile = await startReporterSite();
  const next = hostile.organisation.next((directory) => ({
    ...directory,
    channels: directory.channels.map((channel) => ({ ...channel, notices })),
  }));
  await installOrganisation(hostile.server.db, next);
  const shown = async (site: typeof usual): Promise<string[]> => {
    const { page, complaints } = await openReporterPage(browser, site, '/en/', {
      viewport: { width: 320, height: 640 },
    });
    await page.waitForSelector('#authority-list li');
    await page.locator('#authorities ~ details summary').click();
    const places = ['#authority-list li', '#anonymity', '#anonymity-source', '#advice + p'];
    const texts = await Promise.all(places.map((place) => textsOf(page.locator(place))));
    const all = await textsOf(page.locator('details li'));
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(await overflow(page)).toBe(0);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    if (site === hostile) {
      for (const place of ['authority', 'anonymity', 'advice']) {
        const own = page.locator(`#${place}-own`);
        expect(await own.innerText()).toMatch(/^The organisation says:\s+<img src=x/);
        const before = own.locator('xpath=preceding-sibling::*[not(@hidden)]');
        expect(await before.count()).toBeGreaterThan(0);
      }
    }
    await page.context().close();
    return [...texts.flat(), ...all];
  };
  expect(await shown(hostile)).toEqual(await shown(usual));
  await usual.server.stop();
  await hostile.server.stop();
});

it('stands beneath no other country’s notices, and the desk says so', async () => {
  const { name, passphrase, desk } = installation.administrator;
  const change = { country: 'NO', countryReason: 'The company moved.' };
  await desk.updateChannel(installation.channel, change);
  const { page } = await openDeskPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, name, passphrase);
  await goTo(page, 'channel');
  const item = page.locator('.notice-item', { hasText: 'Authorities outside' });
  await item.getByText('Reporters do not see this').waitFor();
  expect(await partOf(item, 'elsewhere').innerText()).toContain('Sweden');
  await expectAccessible(page);

  const reporter = await openReporterPage(browser, installation, '/en/');
  await reporter.page.getByText('In Norway', { exact: true }).waitFor();
  expect(await reporter.page.innerText('#authority-list')).toContain('Arbeidstilsynet');
  expect(await reporter.page.locator('#authority-own > *').count()).toBe(0);
});
