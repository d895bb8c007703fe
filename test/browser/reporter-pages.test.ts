import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RetentionClause } from '../../crypto/public.js';
import { startCountingProxy } from '../bench/counting-proxy.js';
import { launchBrowser } from '../support/browser.js';
import { installOrganisation } from '../support/organisation.js';
import {
  dayFromNow,
  expectAccessible,
  leakyFields,
  openReporterPage,
  sendReport,
  startReporterSite,
  type ReporterSite,
} from '../support/reporter-page.js';

/** The pages, and what is to be seen on each once all that it loads is there. */
const whole = {
  '': '#readers li',
  write: '#step-write:not([hidden])',
  return: '#enter:not([hidden])',
  privacy: 'h1',
  rights: 'h1',
  away: 'h1',
};

let browser: Browser;
let site: ReporterSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([
    launchBrowser(),
    startReporterSite({ parts: ['handler', 'handler', 'recovery_officer'] }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

describe('every reporter page', () => {
  it.each([
    ['en', 'light'],
    ['sv', 'dark'],
    ['fi', 'light'],
    ['nb', 'dark'],
  ] as const)(
    'is accessible, neutral, complains of nothing and fits: %s, %s',
    async (lang, colorScheme) => {
      const { page, complaints } = await openReporterPage(browser, site, `/${lang}/`, {
        colorScheme,
      });
      for (const [name, shown] of Object.entries(whole)) {
        if (name !== '') await page.goto(`${site.server.url}/${lang}/${name}`);
        await page.waitForSelector(shown);
        await expectAccessible(page);
        expect(await page.title()).toMatch(/^\p{L}+$/u);
        expect(await page.title()).not.toMatch(/whist|report|varsl|vissel|ilmoit|rapport/i);
        await page.setViewportSize({ width: 320, height: 640 });
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, name).toBeLessThanOrEqual(320);
        await page.setViewportSize({ width: 360, height: 740 });
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each(['/', '/nothing-here'])('%s, which has no language, is accessible', async (address) => {
    const { page } = await openReporterPage(browser, site, address, { colorScheme: 'dark' });
    await expectAccessible(page);
    await page.context().close();
  });

  it('keeps spelling, autofill, capitals, correction and translation off what is typed and decrypted', async () => {
    const regions = {
      write: ['file-list', 'files-lost-list', 'key-words', 'send-summary', 'sending-what'],
      return: ['conversation', 'chips', 'enter-faults', 'file-list', 'sending-what'],
    };
    for (const name of ['write', 'return'] as const) {
      const { page } = await openReporterPage(browser, site, `/en/${name}`);
      await page.waitForSelector(whole[name]);
      expect(await leakyFields(page, regions[name])).toEqual([]);
      await page.context().close();
    }
  });

  it('keeps them off the fields that scripts add', async () => {
    const { page } = await openReporterPage(browser, site, '/en/return');
    await page.click('#enter-switch');
    expect(await page.locator('#word-fields input').count()).toBe(12);
    expect(await leakyFields(page, ['word-12-list'])).toEqual([]);
    await page.context().close();
  });

  it('is covered while it is hidden', async () => {
    const { page } = await openReporterPage(browser, site, '/en/write');
    await page.waitForSelector('#step-write:not([hidden])');
    const become = (state: 'hidden' | 'visible'): Promise<void> =>
      page.evaluate((wanted) => {
        Object.defineProperty(document, 'visibilityState', { value: wanted, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await become('hidden');
    const atPoint = await page.evaluate(
      () => document.elementFromPoint(180, 400)?.closest('#cover')?.id,
    );
    expect(atPoint).toBe('cover');
    await become('visible');
    expect(await page.locator('#cover').isVisible()).toBe(false);
    await page.context().close();
  });

  it('says without JavaScript why it does not work and what to do, and waits for nothing', async () => {
    const levels = { en: 'Safest', sv: 'Säkrast', fi: 'Turvallisin', nb: 'Sikrest' };
    for (const [language, level] of Object.entries(levels)) {
      const { page } = await openReporterPage(browser, site, `/${language}/`, {
        javaScriptEnabled: false,
      });
      for (const name of ['', 'write', 'return']) {
        if (name !== '') await page.goto(`${site.server.url}/${language}/${name}`);
        const text = await page.locator('main noscript').innerText();
        expect(text).toContain(level);
        expect(text).toContain('casekey return --address');
        const waiting = page.locator('[role=status]:visible:not(.visually-hidden)');
        expect(await waiting.count()).toBe(0);
        // what only a script can do is not promised
        expect(await page.locator('#leave-hint').isVisible()).toBe(false);
        expect(await page.locator('footer noscript').innerText()).toContain('JavaScript');
        await page.locator('main noscript a').click();
        await page.waitForURL(`**/${language}/#authorities`);
        expect(await page.locator('#authorities').isVisible()).toBe(true);
      }
      await page.context().close();
    }
  });

  it('asks nobody else, sets no cookie and stores nothing', async () => {
    const { page } = await openReporterPage(browser, site, '/en/');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.click('#to-form');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.goto(`${site.server.url}/en/return`);
    await page.waitForLoadState('networkidle');
    const own = ['data:', 'blob:', site.server.url];
    expect(asked.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    const stored = await page.evaluate(async () => [
      localStorage.length + sessionStorage.length,
      (await indexedDB.databases()).length + (await caches.keys()).length,
    ]);
    expect(stored).toEqual([0, 0]);
    await page.context().close();
  });

  it('from the start to the form, the server sends at most 200 KB in at most 14 answers', async () => {
    const proxy = await startCountingProxy(site.server.url);
    const page = await browser.newPage();
    await page.goto(`${proxy.address}/en/`);
    await page.waitForSelector('#readers li');
    await page.click('#to-form');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.waitForLoadState('networkidle');
    const { answers } = proxy;
    const paths = answers.map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith('/assets/worker-reporter.'))).toHaveLength(1);
    expect(paths).toContain('/api/directory');
    expect(paths.length).toBeLessThanOrEqual(14);
    // assets are never stored: whatever is fetched twice counts twice
    const total = answers.reduce((sum, answer) => sum + answer.headerBytes + answer.bodyBytes, 0);
    expect(total).toBeLessThanOrEqual(200_000);
    await page.close();
    await proxy.stop();
  });
});

describe('from the start to the form', () => {
  it('leads no navigation, no entry of the history and no new worker', async () => {
    const { page, complaints } = await openReporterPage(browser, site, '/en/');
    await page.waitForSelector('#readers li');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const length = await page.evaluate(() => history.length);
    expect(await page.locator('#form').isVisible()).toBe(false);
    await page.click('#to-form');
    await page.waitForSelector('#step-write:not([hidden])');
    expect(await page.evaluate(() => history.length)).toBe(length);
    expect(page.workers()).toHaveLength(1);
    expect(asked).toEqual([]);
    expect(page.url()).toBe(`${site.server.url}/en/write`);
    expect(await page.title()).toBe('Form');
    expect(await page.locator('#start-part').isVisible()).toBe(false);
    expect(await page.evaluate(() => [document.activeElement?.id, scrollY])).toEqual([
      'step-write-title',
      0,
    ]);
    expect(await page.locator('.ways [aria-current=page]').allInnerTexts()).toEqual(['Form']);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('the draft comes along into another language and through a reload, and leaving wipes it', async () => {
    const { page } = await openReporterPage(browser, site, '/en/');
    await page.click('.ways a[href="/en/write"]');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Begun at the start.');
    await page.click('.languages a[hreflang=fi]');
    await page.waitForURL('**/fi/write');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Begun at the start.');
    await page.click('.ways a[href="/fi/"]');
    await page.waitForURL('**/fi/');
    await page.click('#to-form-below');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Begun at the start.');
    await page.reload();
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Begun at the start.');
    await page.click('#leave');
    await page.waitForURL('**/fi/away');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.context().close();
  });

  it('an older entry of the same document shows what its address says', async () => {
    const { page } = await openReporterPage(browser, site, '/en/');
    await page.waitForSelector('#readers li');
    await page.focus('.skip');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/en/#content');
    await page.click('#to-form');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Still here.');
    await page.goBack();
    await page.waitForSelector('#readers li');
    expect(await page.locator('#form').isVisible()).toBe(false);
    await page.goForward();
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await page.context().close();
  });

  it('waits for the directory, and says in the form what stands in its way', async () => {
    const { page } = await openReporterPage(browser, site, '/en/away');
    let isDead = true;
    await page.route('**/api/directory', (route) => (isDead ? route.abort() : route.continue()));
    await page.goto(`${site.server.url}/en/`);
    await page.click('#to-form');
    await page.waitForSelector('#form-again:not([hidden])');
    await expectAccessible(page);
    isDead = false;
    await page.click('#form-again');
    await page.waitForSelector('#step-write:not([hidden])');
    expect(await page.locator('#form-problem').isVisible()).toBe(false);
    await page.context().close();
  });
});

describe('a browser without WebAssembly', () => {
  it('checks who reads and sends a report all the same', async () => {
    const slow = await launchBrowser({ wasm: false });
    const { page } = await openReporterPage(slow, site, '/en/');
    await page.waitForSelector('#readers li', { timeout: 60_000 });
    await page.goto(`${site.server.url}/en/write`);
    await sendReport(page, 'Without WebAssembly.');
    await slow.close();
  });
});

describe('the start page', () => {
  it('names who reads, when the list was confirmed, the dates and the country’s authority', async () => {
    const { page } = await openReporterPage(browser, site, '/en/');
    await page.waitForSelector('#date-feedback:not(:empty)');
    const readers = await page.locator('#readers li').allInnerTexts();
    expect(readers.map((each) => each.split('\n')[0])).toEqual([
      'Reader 1',
      'Reader 2',
      'Reader 3',
    ]);
    expect(readers[2]).toContain('Key on paper in a safe');
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
    const shown = (days: number): string => day.format(new Date(dayFromNow(days)));
    expect(await page.innerText('#directory-checked')).toContain(shown(0));
    expect(await page.innerText('#date-ack')).toContain(shown(7));
    expect(await page.innerText('#retention')).toContain('24 months');
    const authority = await page.innerText('#authority-list');
    expect(authority).toContain('Arbetsmiljöverket');
    expect(authority).toContain(
      'Name read in the law itself. Address from a stored copy of a page.',
    );
    expect(await page.innerText('#basis')).toContain('Lag (2021:890)');
    expect(await page.locator('#fingerprint li').count()).toBe(8);
    expect(await page.innerText('#own-words-text')).toBe('Write to us.');
    await page.context().close();
  });

  it.each([
    ['en', 'the longer one counts'],
    ['sv', 'den längre tiden'],
    ['fi', 'pidempi aika'],
    ['nb', 'den lengste tiden'],
  ])('says which of two times counts where both cannot hold: %s', async (lang, said) => {
    const ruled = await startReporterSite();
    const clauses: RetentionClause[] = [
      { kind: 'at_most', months: 24, anchor: 'closure' },
      { kind: 'at_least', months: 60, anchor: 'receipt' },
    ];
    const retention = { clauses, wins: 'longer' as const, shorter: [], preset: null, reason: 'x' };
    const next = ruled.organisation.next((directory) => ({
      ...directory,
      channels: directory.channels.map((channel) => ({ ...channel, retention })),
    }));
    await installOrganisation(ruled.server.db, next);
    const { page } = await openReporterPage(browser, ruled, `/${lang}/`);
    await page.waitForSelector('#date-feedback:not(:empty)');
    expect(await page.innerText('#retention')).toContain(said);
    await page.context().close();
    await ruled.server.stop();
  });

  it.each(['en', 'sv', 'fi', 'nb'])(
    'says what happens, how to be safe and who else can be turned to: %s',
    async (lang) => {
      const { page } = await openReporterPage(browser, site, `/${lang}/`);
      await page.waitForSelector('#authority-list li');
      for (const part of ['who', 'what', 'next', 'anonymous', 'safer', 'protection', 'data']) {
        expect(await page.locator(`section[aria-labelledby=${part}]`).isVisible()).toBe(true);
      }
      for (const part of ['speak', 'authorities', 'advice']) {
        const said = await page.innerText(`section[aria-labelledby=${part}]`);
        expect(said.length).toBeGreaterThan(150);
      }
      await page.click('#authorities ~ details summary');
      expect(await page.locator('#authorities ~ details li').count()).toBeGreaterThan(27);
      await page.context().close();
    },
  );

  it('compares the poster’s code with the keys and takes it out of the address', async () => {
    const { root } = site.organisation.organisation;
    for (const [fragment, text, signal] of [
      [root, 'are the same as on the poster', false],
      [`${root.slice(1)}A`, 'are not the same', true],
    ] as const) {
      const { page } = await openReporterPage(browser, site, `/en/#${fragment}`);
      await page.waitForSelector('#poster:not([hidden])');
      expect(await page.innerText('#poster')).toContain(text);
      expect(await page.locator('#to-form').isVisible()).toBe(!signal);
      expect(page.url()).toBe(`${site.server.url}/en/`);
      await page.context().close();
    }
  });

  it('compares the poster’s code also for whoever writes before the list of readers is there', async () => {
    const { root } = site.organisation.organisation;
    const { page } = await openReporterPage(browser, site, '/en/away');
    let answer = (): void => undefined;
    const pressed = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/directory', async (route) => {
      await pressed;
      await route.continue();
    });
    await page.goto(`${site.server.url}/en/#${root.slice(1)}A`);
    await page.click('#to-form');
    await page.waitForSelector('#form-part:not([hidden])');
    answer();
    await page.waitForSelector('#form-problem:not([hidden])');
    expect(await page.locator('#step-write').isVisible()).toBe(false);
    await page.context().close();
  });

  it('hands the poster’s code on when a language is chosen', async () => {
    const { root } = site.organisation.organisation;
    const { page } = await openReporterPage(browser, site, `/#${root}`);
    expect(page.url()).toBe(`${site.server.url}/`);
    await page.click('a[hreflang=sv]');
    await page.waitForSelector('#poster:not([hidden])');
    expect(await page.innerText('#poster')).toContain('desamma');
    expect(page.url()).toBe(`${site.server.url}/sv/`);
    await page.context().close();
  });

  it('does not name readers whose list does not verify, and lets nobody write', async () => {
    const { page } = await openReporterPage(browser, site, '/en/away');
    await page.route('**/api/directory', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { directory: { signature: string } };
      const signature = answer.directory.signature.replace(/^./, (letter) =>
        letter === 'A' ? 'B' : 'A',
      );
      await route.fulfill({
        response,
        json: { ...answer, directory: { ...answer.directory, signature } },
      });
    });
    await page.goto(`${site.server.url}/en/`);
    await page.waitForSelector('#directory-problem:not([hidden])');
    expect(await page.innerText('#directory-problem')).toContain('could not be verified');
    expect(await page.locator('#readers li').count()).toBe(0);
    expect(await page.locator('#to-form').isVisible()).toBe(false);
    await expectAccessible(page);
    await page.goto(`${site.server.url}/en/write`);
    await page.waitForSelector('#form-problem:not([hidden])');
    expect(await page.locator('#form').isVisible()).toBe(false);
    await page.context().close();
  });

  it('offers another try when the server does not answer', async () => {
    const { page } = await openReporterPage(browser, site, '/en/away');
    let isDead = true;
    await page.route('**/api/directory', (route) => (isDead ? route.abort() : route.continue()));
    await page.goto(`${site.server.url}/en/`);
    await page.waitForSelector('#directory-again:not([hidden])');
    isDead = false;
    await page.click('#directory-again');
    await page.waitForSelector('#readers li');
    expect(await page.locator('#directory-problem').isVisible()).toBe(false);
    await page.context().close();
  });
});

describe('another organisation', () => {
  it.each([
    ['confirmed 31 days ago warns', 31, 'more than 30 days', true],
    ['confirmed 91 days ago refuses', 91, 'more than 90 days', false],
  ])('%s', async (_name, confirmed, text, canWrite) => {
    const other = await startReporterSite({ confirmed });
    const { page } = await openReporterPage(browser, other, '/en/');
    await page.waitForSelector('#directory-problem:not([hidden])');
    expect(await page.innerText('#directory-problem')).toContain(text);
    expect(await page.locator('#to-form').isVisible()).toBe(canWrite);
    await page.goto(`${other.server.url}/en/write`);
    await page.waitForSelector(canWrite ? '#form' : '#form-problem:not([hidden])');
    expect(await page.locator('#form').isVisible()).toBe(canWrite);
    await page.context().close();
    await other.server.stop();
  });

  it('not published yet says that only practice reports can be sent', async () => {
    const other = await startReporterSite({ published: false });
    const { page } = await openReporterPage(browser, other, '/en/');
    await page.waitForSelector('#start-practice:not([hidden])');
    await page.click('#to-form');
    await page.waitForSelector('#practice:not([hidden])');
    await expectAccessible(page);
    await page.context().close();
    await other.server.stop();
  });

  it.each([
    [
      'FI',
      'does not oblige it to confirm or answer reports without a name. (Read in the law itself.)',
    ],
    ['NO', 'does not set them. (From a source about the law, not from the law itself.)'],
    ['LV', 'may set them too'],
  ])('in %s only promises what the law does not oblige it to', async (country, text) => {
    const other = await startReporterSite({ country });
    const { page } = await openReporterPage(browser, other, '/en/');
    await page.waitForSelector('#readers li');
    expect(await page.innerText('#basis')).toContain('promises these dates');
    expect(await page.innerText('#basis')).toContain(text);
    if (country === 'FI') {
      expect(await page.innerText('#authority-condition')).toContain('no reports without a name');
      // whoever works elsewhere finds what another country's authority asks, too
      const danish = page.locator('details li', { hasText: 'Datatilsynet' });
      expect(await danish.textContent()).toContain('takes reports without a name');
    }
    await page.context().close();
    await other.server.stop();
  });

  it('whose law lets a date be left out or put off says so', async () => {
    const basisIn = async (country: string): Promise<string> => {
      const other = await startReporterSite({ country });
      const { page } = await openReporterPage(browser, other, '/en/');
      await page.waitForSelector('#date-feedback:not(:empty)');
      const basis = await page.innerText('#basis');
      await page.context().close();
      await other.server.stop();
      return basis;
    };
    expect(await basisIn('ES')).toContain('lets the answer take up to 3 months longer');
    expect(await basisIn('SE')).toContain('asks for no confirmation where you want none');
    expect(await basisIn('DK')).not.toMatch(/longer|no confirmation/);
  });

  it('that promises sooner dates says so, with the days of then', async () => {
    const promise = { from: dayFromNow(-1), ackDays: 1, feedbackDays: 30, reason: 'We can.' };
    const other = await startReporterSite({ deadlines: [promise] });
    const { page } = await openReporterPage(browser, other, '/en/');
    await page.waitForSelector('#date-feedback:not(:empty)');
    const basis = await page.innerText('#basis');
    expect(basis).toContain('Lag (2021:890)');
    expect(basis).toContain('be quicker: within 1 day it confirms that a report has arrived.');
    expect(basis).toContain('be quicker: within 30 days it tells you what was done');
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
    const shown = (days: number): string => day.format(new Date(dayFromNow(days)));
    expect(await page.innerText('#date-ack')).toContain(shown(1));
    expect(await page.innerText('#date-feedback')).toContain(shown(30));
    await page.context().close();
    await other.server.stop();
  });

  it.each([
    ['ES', 'In Spain, the law says that a channel like this has to take reports without a name.'],
    ['BE', 'In Belgium, the law says that organisations with 250 workers or more have to take'],
    ['DE', 'In Germany, the law says that reports without a name are to be handled too'],
    [
      'SE',
      'In Sweden, no law makes an organisation take reports without a name. This channel takes',
    ],
    [
      'LV',
      'Whether the law in Latvia makes an organisation take reports without a name has not been',
    ],
    ['FR', 'are to be handled too, in part under conditions.'],
  ])(
    'in %s says what its law says of reports without a name, from where and how sure that is',
    async (country, text) => {
      const sources: Partial<Record<string, string>> = {
        ES: 'Source: Ley 2/2023, art. 7(3), read in the law itself.',
        BE: 'Source: Loi/Wet 28.11.2022 (private sector), art. 8 §2, read in the law itself.',
        DE: 'Source: HinSchG, §16(1), read in the law itself.',
        SE: 'Source: Lag (2021:890), read in the law itself.',
        FR: 'From a source about Sapin II (as amended 2022-401) + Décret 2022-1284, not from the',
      };
      const other = await startReporterSite({ country });
      const { page } = await openReporterPage(browser, other, '/en/');
      await page.waitForSelector('#readers li');
      expect(await page.innerText('#anonymity')).toContain(text);
      const source = page.locator('#anonymity-source');
      // the sentence on Latvia says itself that nobody verified it
      expect(await source.isVisible()).toBe(country !== 'LV');
      expect(await source.innerText()).toContain(sources[country] ?? '');
      await page.context().close();
      await other.server.stop();
    },
  );

  it('that was never set up says so', async () => {
    const other = await startReporterSite();
    await other.server.db('stamps').delete();
    await other.server.db('directories').delete();
    const { page } = await openReporterPage(browser, other, '/en/');
    await page.waitForSelector('#directory-problem:not([hidden])');
    expect(await page.innerText('#directory-problem')).toContain('not ready yet');
    await page.context().close();
    await other.server.stop();
  });
});
