import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import {
  openCaseWith,
  openReporterPage,
  saveKey,
  sendReport,
  startReporterSite,
  writeReport,
  type ReporterSite,
} from '../support/reporter-page.js';

// What a visit leaves in the browser and on paper, for whoever uses the machine next.

const secret = 'The doors are locked.';
const languages = ['en', 'sv', 'fi', 'nb'];

let browser: Browser;
let site: ReporterSite;
let key: string[];

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), startReporterSite()]);
  const page = await open('/en/write');
  key = await sendReport(page, secret);
  await page.context().close();
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

const open = async (address: string): Promise<Page> =>
  (await openReporterPage(browser, site, address)).page;

/** Every entry of the tab's history: its address and its title. */
async function entriesOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  await session.detach();
  return entries.map(({ url, title }) => `${url.replace(site.server.url, '')} ${title}`);
}

/** All that a page shows, holds and keeps, as one text. */
const held = (page: Page): Promise<string> =>
  page.evaluate(() =>
    JSON.stringify([
      document.documentElement.outerHTML,
      [...document.querySelectorAll('textarea, input')].map((each) =>
        'value' in each ? each.value : '',
      ),
      Object.entries(sessionStorage),
      Object.entries(localStorage),
      window.history.state as unknown,
    ]),
  );

function expectNothingOf(text: string, words: readonly string[]): void {
  expect(text).not.toContain(secret);
  // single words stand on the pages for other reasons: two in a row are of the key
  const letters = text.replaceAll(/<[^>]*>|[^a-z]/gu, ' ').replaceAll(/ +/gu, ' ');
  const pairs = words.slice(1).map((word, index) => `${words[index] ?? ''} ${word}`);
  expect(pairs.filter((pair) => ` ${letters} `.includes(` ${pair} `))).toEqual([]);
}

describe('after "Leave this page", Back gives nothing', () => {
  it('of what was written, wherever in the form it was left', async () => {
    const steps: Record<string, (page: Page) => Promise<string[]>> = {
      text: async (page) => {
        await page.waitForSelector('#step-write:not([hidden])');
        await page.fill('#text', secret);
        await page.waitForFunction(() => sessionStorage.getItem('d') !== null);
        return key;
      },
      shown: async (page) => {
        await writeReport(page, secret);
        await page.click('#readers-next');
        await page.waitForSelector('#key-words li');
        return page.locator('#key-words li').allTextContents();
      },
      saved: async (page) => {
        await writeReport(page, secret);
        return saveKey(page);
      },
      sent: (page) => sendReport(page, secret),
    };
    for (const reach of Object.values(steps)) {
      const page = await open('/en/');
      await page.waitForSelector('#readers li');
      await page.goto(`${site.server.url}/en/write`);
      const words = await reach(page);
      await page.click('#leave');
      await page.waitForURL('**/en/away');
      expect(await entriesOf(page)).toEqual(['about:blank ', '/en/ Start', '/en/away Page']);
      await page.goBack();
      await page.waitForSelector('#readers li');
      expectNothingOf(await held(page), words);
      await page.goto(`${site.server.url}/en/write`);
      await page.waitForSelector('#step-write:not([hidden])');
      expectNothingOf(await held(page), words);
      expect(await page.locator('#draft-notice').isVisible()).toBe(false);
      await page.context().close();
    }
  });

  it('of the case that stood open, by the button and by three times Shift', async () => {
    for (const leave of [
      (page: Page) => page.click('#leave'),
      async (page: Page) => {
        for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Shift');
      },
    ]) {
      const page = await open('/en/');
      await page.goto(`${site.server.url}/en/return`);
      await openCaseWith(page, key);
      await page.fill('#answer-text', 'And the windows too.');
      await leave(page);
      await page.waitForURL('**/en/away');
      expect(await entriesOf(page)).toEqual(['about:blank ', '/en/ Start', '/en/away Page']);
      await page.goBack();
      await page.waitForSelector('#readers li');
      expectNothingOf(await held(page), key);
      await page.context().close();
    }
  });
});

describe('titles and addresses', () => {
  it('tell nothing in any language, and do not change with what is done', async () => {
    const ordinary: Record<string, string[]> = {
      en: ['Start', 'Form', 'Messages', 'Details', 'Rights', 'Page'],
      sv: ['Start', 'Formulär', 'Meddelanden', 'Detaljer', 'Rättigheter', 'Sida'],
      fi: ['Alku', 'Lomake', 'Viestit', 'Lisätietoja', 'Oikeudet', 'Sivu'],
      nb: ['Start', 'Skjema', 'Meldinger', 'Detaljer', 'Rettigheter', 'Side'],
    };
    for (const language of languages) {
      const page = await open(`/${language}/`);
      const titles = [await page.title()];
      for (const name of ['write', 'return', 'privacy', 'rights', 'away']) {
        await page.goto(`${site.server.url}/${language}/${name}`);
        titles.push(await page.title());
      }
      expect(titles).toEqual(ordinary[language]);
      await page.goto(`${site.server.url}/${language}/nothing-here`);
      expect(await page.title()).toBe('Page');
      await page.context().close();
    }
  });

  it('are the same two in the history after a report and a return, and hold no word of the key', async () => {
    const page = await open('/en/');
    await page.click('#to-form');
    const words = await sendReport(page, secret);
    expect(await page.title()).toBe('Form');
    expectNothingOf(
      await page.evaluate(() => JSON.stringify([window.history.state, location.href])),
      words,
    );
    await page.goto(`${site.server.url}/en/return`);
    await openCaseWith(page, words);
    expect(await page.title()).toBe('Messages');
    expect(await entriesOf(page)).toEqual([
      'about:blank ',
      '/en/write Form',
      '/en/return Messages',
    ]);
    await page.context().close();
  });
});

describe('on paper', () => {
  /**
   * The words of a print with the browser's own lines of title, date and address switched on, in its
   * own margins: with others than its own it does not look at the page's.
   */
  async function printed(page: Page): Promise<string> {
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send('Page.printToPDF', { displayHeaderFooter: true });
    await session.detach();
    const document = await getDocument({ data: new Uint8Array(Buffer.from(data, 'base64')) })
      .promise;
    const texts: string[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const { items } = await (await document.getPage(number)).getTextContent();
      texts.push(...items.map((item) => (item as TextItem).str));
    }
    await document.destroy();
    return texts.join(' ');
  }
  const host = (): string => new URL(site.server.url).host;

  it('a page of no special style has the line with its address', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.server.url}/api/health/nowhere`);
    expect(await printed(page)).toContain(host());
    await page.close();
  });

  it('no page of the reporter’s has it, nor the key, nor the case', async () => {
    for (const address of [
      '/',
      '/en/',
      '/en/write',
      '/en/return',
      '/en/privacy',
      '/en/rights',
      '/en/away',
    ]) {
      const page = await open(address);
      await page.waitForLoadState('networkidle');
      expect(await printed(page)).not.toContain(host());
      await page.context().close();
    }
    const form = await open('/en/write');
    await writeReport(form, secret);
    await form.click('#readers-next');
    await form.waitForSelector('#key-words li');
    const words = await form.locator('#key-words li').allTextContents();
    const paper = await printed(form);
    expect(paper.match(/[a-z]+/gu)).toEqual(words);
    await form.context().close();
    const messages = await open('/en/return');
    await openCaseWith(messages, key);
    const shown = await printed(messages);
    expect(shown).toContain(secret);
    expect(shown).not.toContain(host());
    await messages.context().close();
  });
});
