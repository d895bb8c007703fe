import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReporter } from '../../client/reporter.js';
import { launchBrowser } from '../support/browser.js';
import {
  dayFromNow,
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
  sendReport,
  startReporterSite,
  type ReporterSite,
} from '../support/reporter-page.js';

const LARGEST = 3_000_000;

let browser: Browser;
let site: ReporterSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([
    launchBrowser(),
    startReporterSite({ env: { CASEKEY_MAX_FILE_BYTES: String(LARGEST) } }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

/** Opens the form at the step in which files are added. */
const openFiles = async (lang = 'en'): Promise<Page> => {
  const { page } = await openReporterPage(browser, site, `/${lang}/write`);
  await page.waitForSelector('#step-write:not([hidden])');
  await page.fill('#text', 'With files.');
  await page.click('#form button[type=submit]');
  return page;
};

const file = (name: string, size: number) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.alloc(size, 65),
});

const names = (page: Page): Promise<string[]> =>
  page.locator('#file-list .file-name').allInnerTexts();

describe('how large a file may be', () => {
  it.each([
    ['en', 'up to 3 MB', 'too large', 'watermark'],
    ['sv', 'högst 3 MB', 'för stor', 'vattenstämpel'],
    ['fi', 'enintään 3 Mt', 'liian suuri', 'vesileima'],
    ['nb', 'opptil 3 MB', 'for stor', 'vannmerke'],
  ])(
    'is said before one is chosen, and again when one is larger: %s',
    async (lang, most, said, marks) => {
      const page = await openFiles(lang);
      // numbers and units stand together with a space that never breaks
      const shown = async (selector: string): Promise<string> =>
        (await page.innerText(selector)).replaceAll('\u00a0', ' ');
      expect(await shown('#files-limit')).toContain(most);
      // what no program takes out
      expect(await shown('#step-files')).toContain(marks);
      expect(await page.getAttribute('#file-input', 'aria-describedby')).toBe('files-limit');
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const files = [file('small.bin', LARGEST), file('film.mov', LARGEST + 1)];
      await page.setInputFiles('#file-input', files);
      expect(await shown('#file-error')).toContain('film.mov');
      expect(await shown('#file-error')).toContain(said);
      expect(await shown('#file-error')).toContain(most);
      expect(await names(page)).toEqual(['small.bin']);
      expect(asked.filter((url) => url.includes('attachments'))).toEqual([]);
      await expectAccessible(page);
      await page.click('#file-list button');
      expect(await page.locator('#file-error').isVisible()).toBe(false);
      await page.context().close();
    },
  );

  it('never sounds larger than it is, nor a file that is too large smaller', async () => {
    const other = await startReporterSite();
    const { page } = await openReporterPage(browser, other, '/en/write');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'With files.');
    await page.click('#form button[type=submit]');
    // 1,073,741,824 bytes
    expect(await page.innerText('#files-limit')).toContain('up to 1 GB');
    await page.context().close();
    await other.server.stop();
  });

  it('is said where an answer is written too', async () => {
    const { page } = await openReporterPage(browser, site, '/en/write');
    const words = await sendReport(page, 'A report.');
    await page.goto(`${site.server.url}/en/return`);
    await openCaseWith(page, words);
    expect(await page.innerText('#files-limit')).toContain('up to 3 MB');
    await page.setInputFiles('#file-input', file('film.mov', LARGEST + 1));
    expect(await page.innerText('#file-error')).toContain('film.mov (3.1 MB) is too large');
    await expectAccessible(page);
    await page.context().close();
  });
});

describe('files', () => {
  it('that are dropped are added where files are asked for, and never take the page’s place', async () => {
    const page = await openFiles();
    const drop = (): Promise<boolean> =>
      page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
        const init = { dataTransfer, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('dragover', init));
        return !document.body.dispatchEvent(new DragEvent('drop', init));
      });
    expect(await drop()).toBe(true);
    expect(await names(page)).toEqual(['dropped.txt']);
    await page.click('#step-files [data-go=back]');
    expect(await drop()).toBe(true);
    await page.click('#form button[type=submit]');
    expect(await names(page)).toEqual(['dropped.txt']);
    await page.context().close();
  });

  it('can be many, and those beyond the most are named as such', async () => {
    const page = await openFiles();
    const all = Array.from({ length: 101 }, (_, index) => file(`${String(index)}.txt`, index));
    await page.setInputFiles('#file-input', all);
    expect(await page.locator('#file-list li').count()).toBe(100);
    expect(await page.innerText('#file-error')).toContain('At most 100 files');
    await page.click('#file-list li:first-child button');
    expect(await page.locator('#file-list li').count()).toBe(99);
    await page.context().close();
  });

  it('arrive although every chunk is lost once, and nothing of it needs a person', async () => {
    const page = await openFiles();
    const lost = new Set<string>();
    await page.context().route('**/chunks/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (lost.has(pathname)) return route.continue();
      lost.add(pathname);
      return route.abort();
    });
    await page.setInputFiles('#file-input', [file('one.bin', 2_500_000), file('two.bin', 1)]);
    await page.click('#step-files [data-go=next]');
    const words = await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(lost.size).toBeGreaterThan(3);
    const reporter = createReporter({
      address: site.server.url,
      fetch,
      today: () => dayFromNow(0),
    });
    const content = (await reporter.open(words)).entries[0]?.content;
    const sent = content !== undefined && 'files' in content ? content.files : [];
    expect(sent.map(({ name, size }) => [name, size])).toEqual([
      ['one.bin', 2_500_000],
      ['two.bin', 1],
    ]);
    await page.context().close();
  });
});
