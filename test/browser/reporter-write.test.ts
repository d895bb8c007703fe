import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReporter } from '../../client/reporter.js';
import type { ReporterCaseView } from '../../client/models.js';
import { launchBrowser } from '../support/browser.js';
import {
  dayFromNow,
  expectAccessible,
  leakyFields,
  openReporterPage,
  saveKey,
  sendReport,
  startReporterSite,
  writeReport,
  type ReporterSite,
} from '../support/reporter-page.js';

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

const open = async (address = '/en/write', options: { hurried?: boolean } = {}): Promise<Page> =>
  (await openReporterPage(browser, site, address, options)).page;

/** What arrived, read by the engine itself with the words of the key. */
const arrived = (words: string[]): Promise<ReporterCaseView> =>
  createReporter({ address: site.server.url, fetch, today: () => dayFromNow(0) }).open(words);

const report = async (words: string[]) => {
  const content = (await arrived(words)).entries[0]?.content;
  if (content?.kind !== 'report') throw new Error('no report');
  return content;
};

const draftOf = (page: Page): Promise<string> =>
  page.evaluate(() => sessionStorage.getItem('d') ?? '');

/** Waits until what was typed is sealed. */
const kept = async (page: Page, before = ''): Promise<string> => {
  await page.waitForFunction((old) => (sessionStorage.getItem('d') ?? old) !== old, before);
  return draftOf(page);
};

const isInView = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};

describe('the form', () => {
  it('leads from the text to a case that the key opens, and tells the dates to come back', async () => {
    const page = await open();
    const length = await page.evaluate(() => history.length);
    await page.selectOption('#category', 'work_safety');
    await page.selectOption('#relation', 'worker');
    await page.fill('#q-where', ' Warehouse 2 ');
    await page.check('#q-when-unknown');
    await page.fill('#q-who', 'not kept');
    await page.check('#q-who-unknown');
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Doors are locked.\nEvery evening.');
    await page.click('#form button[type=submit]');
    const bytes = Buffer.from('what the photo shows '.repeat(60_000));
    await page.setInputFiles('#file-input', [
      { name: 'door.jpg', mimeType: 'image/jpeg', buffer: bytes },
      { name: 'taken back.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
    ]);
    await page.click('#file-list li:nth-child(2) button');
    await page.click('#step-files [data-go=next]');
    await page.check('#reader-boxes label:nth-child(2) input');
    const words = await saveKey(page);
    const summary = await page.innerText('#send-summary');
    expect(summary).toContain('One file, 1.3 MB');
    expect(summary).toContain('Reader 1 and Reader 3');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    const shown = await page.innerText('#step-done');
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
    for (const days of [0, 7]) expect(shown).toContain(day.format(new Date(dayFromNow(days))));
    expect(page.url()).toBe(`${site.server.url}/en/write`);
    expect(await page.evaluate(() => history.length)).toBe(length);

    const { leftOut, files, ...content } = await report(words);
    expect(content).toMatchObject({
      language: 'en',
      category: 'work_safety',
      relation: 'worker',
      text: 'Doors are locked.\nEvery evening.',
      answers: {
        where: { known: true, text: 'Warehouse 2' },
        when: { known: false },
        who: { known: false },
      },
      practice: false,
    });
    expect(Object.keys(content.answers)).toHaveLength(3);
    expect(leftOut).toEqual([site.organisation.readers[1]?.record.id]);
    expect(files.map(({ name, size }) => [name, size])).toEqual([['door.jpg', bytes.length]]);
    await page.context().close();
  });

  it.each(['en', 'sv', 'fi', 'nb'])(
    'hints at personal data before it goes on, once for each sort: %s',
    async (lang) => {
      const page = await open(`/${lang}/write`);
      await page.waitForSelector('#step-write:not([hidden])');
      const next = page.locator('#form button[type=submit]');
      const hint = page.locator('.personal[data-for="text"]');
      await page.fill('#text', 'Ask a.b@example.org.');
      await next.click();
      await hint.waitFor();
      expect(await hint.evaluate(isInView)).toBe(true);
      expect(await page.locator('#step-files').isVisible()).toBe(false);
      await expectAccessible(page);
      // what is there already changes with the text; a new one comes with the press
      await page.fill('#text', 'Or ask somebody.');
      expect(await hint.isVisible()).toBe(false);
      await page.fill('#text', 'Or call +46 70 123 45 67.');
      await next.click();
      await hint.waitFor();
      expect(await page.locator('#step-files').isVisible()).toBe(false);
      await next.click();
      await page.waitForSelector('#step-files:not([hidden])');
      await page.click('#step-files [data-go=back]');
      await next.click();
      await page.waitForSelector('#step-files:not([hidden])');
      await page.context().close();
    },
  );

  it('needs the text and nothing else, and says so beside the field', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    expect(await page.innerText('#step-write')).toContain('Do not write your name here');
    await page.fill('#text', '  ');
    await page.click('#form button[type=submit]');
    expect(await page.innerText('#text-error')).toContain('at least a sentence');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('text');
    await expectAccessible(page);
    const words = await sendReport(page, 'Only this.');
    expect(await report(words)).toMatchObject({
      category: 'unknown',
      relation: 'not_said',
      answers: {},
    });
    await page.context().close();
  });

  it('is accessible in every step, and each step begins at its heading', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Something.');
    await page.fill('#q-how', 'Call anna@example.org');
    await page.locator('#q-how').blur();
    expect(await page.innerText('[data-for=q-how]')).toContain('e-mail address');
    await expectAccessible(page);
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.id);
    await page.click('#form button[type=submit]');
    expect(await focused()).toBe('step-files-title');
    await page.setInputFiles('#file-input', {
      name: 'a.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('a'),
    });
    await expectAccessible(page);
    await page.click('#step-files [data-go=next]');
    expect(await focused()).toBe('step-readers-title');
    await expectAccessible(page);
    await page.click('#readers-next');
    expect(await focused()).toBe('step-key-title');
    await page.waitForSelector('#key-words li');
    await page.click('[data-way=file]');
    await expectAccessible(page);
    await page.click('#key-saved');
    await page.locator('#key-fields input').first().pressSequentially('ab');
    await page.waitForSelector('#key-fields li');
    await expectAccessible(page);
    expect(await leakyFields(page, ['key-words'])).toEqual([]);
    await page.context().close();
  });

  it('can be filled in and sent with the keyboard alone', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses += 1) {
        if (await page.evaluate((css) => document.activeElement?.matches(css), selector)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${selector} cannot be reached`);
    };
    await tabTo('#text');
    await page.keyboard.type('By keyboard.');
    await tabTo('#form button[type=submit]');
    await page.keyboard.press('Enter');
    await tabTo('#step-files [data-go=next]');
    await page.keyboard.press('Enter');
    await tabTo('#readers-next');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#key-words li');
    const words = await page.locator('#key-words li').allTextContents();
    await tabTo('#key-saved');
    await page.keyboard.press('Enter');
    for (const input of await page.locator('#key-fields input').all()) {
      const id = (await input.getAttribute('id')) ?? '';
      const word = words[Number(id.replace('confirm-', ''))] ?? '';
      await tabTo(`#${id}`);
      if (word.length <= 4) {
        await page.keyboard.type(word);
        continue;
      }
      await page.keyboard.type(word.slice(0, 4));
      await page.waitForFunction(
        ([list, start]) =>
          document.querySelector(`#${list} li`)?.textContent.startsWith(start) === true,
        [`${id}-list`, word.slice(0, 4)] as const,
      );
      await page.keyboard.press('Enter');
      expect(await input.inputValue()).toBe(word);
    }
    await tabTo('#key-confirm button[type=submit]');
    await page.keyboard.press('Enter');
    await tabTo('#send-now');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(await report(words)).toMatchObject({ text: 'By keyboard.' });
    await page.context().close();
  });
});

describe('leaving out readers', () => {
  it('shows an authority and goes no further where no handler remains', async () => {
    const page = await open();
    await writeReport(page, 'About both of you.');
    await page.check('#reader-boxes label:nth-child(1) input');
    expect(await page.locator('#nobody').isVisible()).toBe(false);
    await page.check('#reader-boxes label:nth-child(2) input');
    expect(await page.innerText('#nobody')).toContain('Arbetsmiljöverket');
    expect(await page.isDisabled('#readers-next')).toBe(true);
    await expectAccessible(page);
    await page.uncheck('#reader-boxes label:nth-child(2) input');
    expect(await page.isDisabled('#readers-next')).toBe(false);
    await page.context().close();
  });
});

describe('the case key', () => {
  it('must be typed back: a wrong word is named', async () => {
    const page = await open();
    await writeReport(page, 'Something.');
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    await page.click('#key-saved');
    expect(await page.locator('#key-words').isVisible()).toBe(false);
    const label = await page.locator('#key-fields label').first().innerText();
    await page.click('#key-confirm button[type=submit]');
    expect(await page.innerText('#key-error')).toContain(label.replace('Word ', ''));
    await expectAccessible(page);
    expect(await page.locator('#step-send').isVisible()).toBe(false);
    await page.context().close();
  });

  it('is copied, saved or printed only after its warning', async () => {
    const { page } = await openReporterPage(browser, site, '/en/write', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await writeReport(page, 'Something.');
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    const words = await page.locator('#key-words li').allTextContents();
    await page.click('[data-way=copy]');
    expect(await page.innerText('#key-copy')).toContain('Other programs can read');
    await page.click('[data-do=copy]');
    await page.waitForSelector('#key-done:not(:empty)');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(words.join(' '));
    await page.click('[data-way=file]');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('[data-do=file]'),
    ]);
    expect(download.suggestedFilename()).toBe('words.txt');
    await page.click('[data-way=print]');
    expect(await page.innerText('#key-print')).toContain('Do not use a printer at work');
    expect(await page.locator('#key-file').isVisible()).toBe(false);
    const printed = page.evaluate(
      () =>
        new Promise(
          (resolve) =>
            (window.print = () => {
              resolve(true);
            }),
        ),
    );
    await page.click('[data-do=print]');
    expect(await printed).toBe(true);
    await page.context().close();
  });

  it('stands alone on paper, without the page’s address', async () => {
    const page = await open();
    await writeReport(page, 'Something.');
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    const words = await page.locator('#key-words li').allTextContents();
    await page.emulateMedia({ media: 'print' });
    const printed = await page.evaluate(() => document.body.innerText.split(/\s+/));
    expect(printed.filter((word) => word !== '')).toEqual(words);
    await page.context().close();
  });

  it('is never stored, in no address and no title', async () => {
    const page = await open();
    const asked: string[] = [];
    page.on('request', (request) => {
      asked.push(
        `${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`,
      );
    });
    const words = await sendReport(page, 'Something.');
    const places = await page.evaluate(() =>
      JSON.stringify([
        Object.entries(sessionStorage),
        Object.entries(localStorage),
        location.href,
        document.title,
        history.state,
        document.body.textContent,
      ]),
    );
    const run = words.slice(0, 3).join(' ');
    for (const place of [places, ...asked]) expect(place).not.toContain(run);
    await page.context().close();
  });
});

describe('sending', () => {
  it('keeps everything when the network dies, and sends nothing twice', async () => {
    const page = await open('/en/write', { hurried: true });
    let isDead = false;
    const chunks: string[] = [];
    await page.context().route('**/api/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (isDead) return route.abort();
      if (pathname.includes('/chunks/')) chunks.push(pathname);
      if (pathname === '/api/cases') {
        // the report arrives and its answer is lost
        await route.fetch();
        isDead = true;
        return route.abort();
      }
      return route.continue();
    });
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Still here.');
    await page.click('#form button[type=submit]');
    const buffer = Buffer.alloc(2_500_000, 65);
    await page.setInputFiles('#file-input', { name: 'f', mimeType: 'text/plain', buffer });
    await page.click('#step-files [data-go=next]');
    const words = await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#send-error:not([hidden])', { timeout: 60_000 });
    expect(await page.innerText('#send-error')).toContain('could not be reached');
    expect(await page.innerText('#send-error')).toContain('still here');
    expect(await page.innerText('#send-now')).toBe('Try again');
    expect(await page.innerText('#send-lead')).toContain('may have arrived already');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await expectAccessible(page);
    await page.context().unroute('**/api/**');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(new Set(chunks).size).toBe(chunks.length);
    const view = await arrived(words);
    expect(view.entries).toHaveLength(1);
    await page.context().close();
  });

  it('can be cancelled, and shows which file is on its way', async () => {
    const page = await open();
    let held: (() => void) | undefined;
    await page.context().route('**/chunks/*', async (route) => {
      await new Promise<void>((resolve) => {
        held = resolve;
      });
      await route.abort().catch(() => undefined);
    });
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'With a file.');
    await page.click('#form button[type=submit]');
    const buffer = Buffer.alloc(1_500_000, 65);
    await page.setInputFiles('#file-input', { name: 'film.mp4', mimeType: 'video/mp4', buffer });
    await page.click('#step-files [data-go=next]');
    await saveKey(page);
    await page.click('#send-now');
    await page.waitForFunction(() =>
      document.getElementById('sending-what')?.textContent.includes('film.mp4'),
    );
    expect(await page.innerText('#sending-what')).toBe('File 1 of 1: film.mp4');
    await expectAccessible(page);
    await page.click('#sending-cancel');
    await page.waitForSelector('#send-error:not([hidden])');
    expect(await page.innerText('#send-error')).toContain('You cancelled. It was not sent.');
    held?.();
    await page.context().unroute('**/chunks/*');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    await page.context().close();
  });
});

describe('a cancel that may come too late', () => {
  it('does not say that nothing was sent, and the next try finds what arrived', async () => {
    const page = await open();
    await writeReport(page, 'Cancelled late.');
    const words = await saveKey(page);
    await page.context().route('**/api/cases', async (route) => {
      await route.fetch();
      // no answer ever comes
    });
    const out = page.waitForRequest('**/api/cases');
    await page.click('#send-now');
    await out;
    await page.click('#sending-cancel');
    await page.waitForSelector('#send-error:not([hidden])');
    expect(await page.innerText('#send-error')).toContain('may have arrived already');
    expect(await page.innerText('#step-send')).not.toContain('Nothing has been sent yet');
    await page.context().unroute('**/api/cases');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect((await arrived(words)).entries).toHaveLength(1);
    await page.context().close();
  });
});

describe('the draft', () => {
  it('survives a reload and a change of language, sealed, and is wiped by sending', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'A secret sentence.');
    await page.selectOption('#category', 'fraud');
    await page.fill('#q-where', 'A secret place');
    await page.check('#q-how-unknown');
    const sealed = await kept(page);
    expect(sealed).not.toContain('secret');
    expect(sealed).toMatch(/^\{"id":"[\w-]+","sealed":"[\w-]+"\}$/);
    await page.click('.languages a[hreflang=sv]');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(page.url()).toContain('/sv/write');
    expect(await page.inputValue('#text')).toBe('A secret sentence.');
    await page.reload();
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('A secret sentence.');
    expect(await page.inputValue('#category')).toBe('fraud');
    expect(await page.inputValue('#q-where')).toBe('A secret place');
    expect(await page.isChecked('#q-how-unknown')).toBe(true);
    await expectAccessible(page);
    const words = await sendReport(page, 'A secret sentence, mended.');
    // nothing of what came back is left to confuse
    expect(await page.locator('#draft-notice').isVisible()).toBe(false);
    expect(await draftOf(page)).toBe('');
    expect(await report(words)).toMatchObject({ language: 'sv', category: 'fraud' });
    await page.context().close();
  });

  it('remembers who is left out, which files to choose again, and that a shown key is void', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Something.');
    await page.click('#form button[type=submit]');
    const buffer = Buffer.from('x');
    await page.setInputFiles('#file-input', { name: 'list.pdf', mimeType: 'text/plain', buffer });
    await page.click('#step-files [data-go=next]');
    await page.check('#reader-boxes label:nth-child(1) input');
    const before = await kept(page);
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    const words = await page.locator('#key-words li').allTextContents();
    await kept(page, before);
    await page.waitForTimeout(800);
    await page.reload();
    await page.waitForSelector('#step-files:not([hidden])');
    expect(await page.innerText('#files-lost-list')).toBe('list.pdf');
    expect(await page.innerText('#draft-text')).toContain('case key that was shown before is not');
    await page.click('#step-files [data-go=next]');
    expect(await page.isChecked('#reader-boxes label:nth-child(1) input')).toBe(true);
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    expect(await page.locator('#key-replaced').isVisible()).toBe(true);
    expect(await page.locator('#key-words li').allTextContents()).not.toEqual(words);
    await page.context().close();
  });

  it('waits where the server cannot be reached, and says so where its time is over', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Something.');
    await kept(page);
    let answer: 'dead' | 'gone' = 'dead';
    await page
      .context()
      .route('**/api/draft-keys', (route) =>
        answer === 'dead'
          ? route.abort()
          : route.fulfill({ status: 404, json: { error: { code: 'draft_key_gone' } } }),
      );
    await page.reload();
    await page.waitForSelector('#draft-again:not([hidden])', { timeout: 60_000 });
    expect(await page.locator('#form').isVisible()).toBe(false);
    expect(await draftOf(page)).not.toBe('');
    answer = 'gone';
    await page.click('#draft-again');
    await page.waitForSelector('#step-write:not([hidden])');
    expect(await page.innerText('#draft-text')).toContain('could not be brought back');
    expect(await draftOf(page)).toBe('');
    await page.context().close();
  });

  it('says that it cannot be kept while the server does not answer', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.context().route('**/api/draft-keys', (route) => route.abort());
    await page.fill('#text', 'Something.');
    await page.waitForFunction(
      () => document.getElementById('draft-state')?.textContent !== '',
      undefined,
      { timeout: 60_000 },
    );
    expect(await page.innerText('#draft-state')).toContain('Do not close or reload');
    await page.context().close();
  });
});

describe('an error nobody foresaw', () => {
  it('is told, and takes no text away', async () => {
    const page = await open();
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Still here.');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error('unforeseen');
      });
    });
    await page.waitForSelector('#fault-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await kept(page);
    await page.reload();
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await page.context().close();
  });
});

describe('leaving', () => {
  it.each(['button', 'Shift three times'])(
    'by %s clears the text, the draft and the way back',
    async (way) => {
      const page = await open('/en/away');
      await page.goto(`${site.server.url}/en/write`);
      await page.waitForSelector('#step-write:not([hidden])');
      await page.fill('#text', 'Something.');
      await kept(page);
      if (way === 'button') await page.click('#leave');
      else for (let press = 0; press < 3; press += 1) await page.keyboard.press('Shift');
      await page.waitForURL('**/en/away');
      expect(await page.innerText('main')).not.toMatch(/report|message/i);
      // what was before the form comes next, not the form
      await page.goBack();
      expect(page.url()).toContain('/en/away');
      await page.goto(`${site.server.url}/en/write`);
      await page.waitForSelector('#step-write:not([hidden])');
      expect(await page.inputValue('#text')).toBe('');
      expect(await draftOf(page)).toBe('');
      await page.context().close();
    },
  );
});
