import { createReporter } from '../../client/reporter.js';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../support/cleaning.js';
import {
  findFirefox,
  launchFirefox,
  openInFirefox,
  press,
  showsText,
  write,
  type TorLevel,
} from '../support/firefox.js';
import { dayFromNow, startReporterSite, type ReporterSite } from '../support/reporter-page.js';
import { temporaryFolder } from '../support/server.js';

const firefox = findFirefox();
const missing = 'left out: no Firefox ESR here, and CASEKEY_FIREFOX names none';
const name = (text: string): string => (firefox === null ? `${text} (${missing})` : text);

/** What libsodium says, in a promise nobody waits for, before it takes its JavaScript fallback. */
const fallbackComplaint = 'WebAssembly is not defined';

const begin = (level: TorLevel): Promise<Browser> => launchFirefox(firefox ?? '', level);

/** From the files' step on: the key is shown, noted and typed back; its words. */
async function keepKey(page: Page): Promise<string[]> {
  await press(page, '#step-files [data-go=next]');
  await press(page, '#readers-next');
  await page.waitForSelector('#key-words li');
  const words = await page.$$eval('#key-words li', (all) => all.map((each) => each.innerText));
  await press(page, '#key-saved');
  await page.waitForSelector('#key-fields input', { visible: true });
  const fields = await page.$$eval('#key-fields input', (all) => all.map(({ id }) => id));
  for (const id of fields) {
    await write(page, `#${id}`, words[Number(id.replace('confirm-', ''))] ?? '');
  }
  await press(page, '#key-confirm button[type=submit]');
  await page.waitForSelector('#step-send', { visible: true });
  return words;
}

async function writeText(page: Page, text: string): Promise<void> {
  await write(page, '#text', text);
  await press(page, '#form button[type=submit]');
  await page.waitForSelector('#step-files', { visible: true });
}

const engine = (site: ReporterSite) =>
  createReporter({ address: site.server.url, fetch, today: () => dayFromNow(0) });

describe.skipIf(firefox === null).each(['Safer', 'Standard'] as const)(
  name('a reporter at Tor Browser’s level "%s"'),
  (level) => {
    let browser: Browser;
    let site: ReporterSite;
    let folder: string;
    let words: string[];
    const complained: string[][] = [];

    const open = async (address: string): Promise<Page> => {
      const { page, complaints } = await openInFirefox(browser, site.server.url + address);
      complained.push(complaints);
      return page;
    };

    beforeAll(async () => {
      [browser, site, folder] = await Promise.all([
        begin(level),
        startReporterSite(),
        temporaryFolder(),
      ]);
    });
    afterAll(async () => {
      await browser.close();
      await site.server.stop();
      await rm(folder, { recursive: true });
    });

    it('has what that level leaves', async () => {
      const page = await open('/en/');
      const has = await page.evaluate(() => typeof WebAssembly);
      expect(has).toBe(level === 'Safer' ? 'undefined' : 'object');
      await page.close();
    });

    it('reports with a file that is cleaned, and saves a key', async () => {
      const page = await open('/en/');
      await page.waitForSelector('#readers li');
      await press(page, '#to-form');
      await writeText(page, 'The invoices of March were paid twice.');
      const file = path.join(folder, 'desk.jpg');
      await writeFile(file, await fixture('photo.jpg'));
      const input = await page.$('input#file-input');
      if (input === null) throw new Error('no field for files');
      await input.uploadFile(file);
      await showsText(page, '#file-list', 'the place');
      words = await keepKey(page);
      await press(page, '#send-now');
      await page.waitForSelector('#step-done', { visible: true });
      const { entries } = await engine(site).open(words);
      expect(entries).toHaveLength(1);
      await page.close();
    });

    it('returns with the key, reads and writes on', async () => {
      const page = await open('/en/return');
      await write(page, '#words', words.join(' '));
      await press(page, '#enter-open');
      await showsText(page, '#conversation', 'The invoices of March were paid twice.');
      await write(page, '#answer-text', 'The head of accounting did.');
      await press(page, '#answer-actions button');
      await showsText(page, '#conversation', 'The head of accounting did.');
      expect((await engine(site).open(words)).entries).toHaveLength(2);
      await page.close();
    });

    it('leaves, and Back gives nothing of it', async () => {
      const page = await open('/en/');
      await page.goto(`${site.server.url}/en/return`);
      await write(page, '#words', words.join(' '));
      await press(page, '#enter-open');
      await showsText(page, '#conversation', 'The invoices of March');
      await Promise.all([page.waitForNavigation(), press(page, '#leave')]);
      expect(page.url()).toBe(`${site.server.url}/en/away`);
      expect(await page.title()).toBe('Page');
      await page.goBack();
      // the case's page was replaced in the history: what came before it is what one comes back to
      expect(page.url()).toBe(`${site.server.url}/en/`);
      const shown = await page.evaluate(() => [
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll('textarea, input')].map((each) =>
          'value' in each ? String(each.value) : '',
        ),
        JSON.stringify(Object.entries(sessionStorage)),
      ]);
      for (const each of shown) {
        expect(each).not.toContain('invoices of March');
        expect(each).not.toContain(words.slice(0, 3).join(' '));
      }
      await page.close();
    });

    it('makes the browser complain about nothing', () => {
      expect(complained.flat().filter((text) => !text.includes(fallbackComplaint))).toEqual([]);
      expect(site.server.faults).toEqual([]);
    });
  },
);

describe.skipIf(firefox === null)(name('a reporter at Tor Browser’s level "Safer"'), () => {
  it('does the calculation that a busy server asks for', async () => {
    const busy = await startReporterSite({ env: { CASEKEY_CALM_REPORTS: '1' } });
    const browser = await begin('Safer');
    for (let reports = 0; reports < 2; reports += 1) {
      const { page } = await openInFirefox(browser, `${busy.server.url}/en/write`);
      await writeText(page, 'One of many.');
      const words = await keepKey(page);
      await press(page, '#send-now');
      await page.waitForSelector('#step-done', { visible: true, timeout: 90_000 });
      expect((await engine(busy).open(words)).entries).toHaveLength(1);
      await page.close();
    }
    await browser.close();
    await busy.server.stop();
  });
});

describe.skipIf(firefox === null)(name('at Tor Browser’s level "Safest"'), () => {
  it('every page says why it does not work and what to do', async () => {
    const site = await startReporterSite();
    const browser = await begin('Safest');
    const told: Record<string, string> = {
      '/en/': 'choose “Safer” instead of “Safest”',
      '/sv/write': 'välj ”Säkrare” i stället för ”Säkrast”',
      '/fi/return': 'valitse ”Turvallisempi” tason ”Turvallisin” sijaan',
      '/nb/write': 'velg «Sikrere» i stedet for «Sikrest»',
      '/desk/en/': 'choose the level “Standard”',
      '/desk/sv/join': 'Välj nivån ”Standard”',
    };
    for (const [address, text] of Object.entries(told)) {
      const { page } = await openInFirefox(browser, site.server.url + address);
      const { said, leadsOn } = await page.evaluate(() => ({
        said: document.body.innerText,
        leadsOn: document.querySelector('noscript a[href$="#authorities"]') !== null,
      }));
      expect(said).toContain(text);
      if (!address.startsWith('/desk/')) {
        expect(said).toContain('casekey report --address');
        expect(leadsOn).toBe(true);
      }
      await page.close();
    }
    await browser.close();
    await site.server.stop();
  });
});
