import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReporter } from '../../client/reporter.js';
import { launchBrowser } from '../support/browser.js';
import { sendReport as sendByEngine } from '../support/fixtures.js';
import {
  dayFromNow,
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
  startReporterSite,
  throwAway,
  writeReport,
  type ReporterSite,
} from '../support/reporter-page.js';

let browser: Browser;
let site: ReporterSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), startReporterSite()]);
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

const open = async (address = '/en/write', options: { hurried?: boolean } = {}): Promise<Page> =>
  (await openReporterPage(browser, site, address, options)).page;

const openForm = async (options: { hurried?: boolean } = {}): Promise<Page> => {
  const page = await open('/en/write', options);
  await page.waitForSelector('#step-write:not([hidden])');
  return page;
};

/** A case and the page on which it stands open. */
const openCase = async (
  options: { hurried?: boolean } = {},
): Promise<{ page: Page; words: string[] }> => {
  const engine = createReporter({ address: site.server.url, fetch, today: () => dayFromNow(0) });
  const { words } = await sendByEngine(engine, site.organisation.channel.id);
  const page = await open('/en/return', options);
  await openCaseWith(page, words);
  return { page, words };
};

/** Types as a person does, and waits until it lies sealed in the tab. */
const type = async (page: Page, field: string, text: string): Promise<void> => {
  await page.click(field);
  await page.keyboard.type(text);
  await sealed(page);
};

/** Waits until all that was typed is sealed: then nothing holds the page back any more. */
const sealed = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => {
    const mayGo = window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    return mayGo && sessionStorage.length > 0;
  });
  expect(await page.textContent('#draft-state')).toContain('kept in this tab');
};

const stored = (page: Page): Promise<number> => page.evaluate(() => sessionStorage.length);

const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(name) });

/** Answers of the server for such paths get lost, from now on. */
const kill = async (page: Page, path: string): Promise<void> => {
  await page.context().route(path, (route) => route.abort());
};

describe('a phone that throws the tab away', () => {
  it('while a picture is chosen for a report gives the text back', async () => {
    const page = await openForm();
    await page.fill('#text', 'Before the camera.');
    await page.click('#form button[type=submit]');
    await Promise.all([page.waitForEvent('filechooser'), page.click('label[for=file-input]')]);
    await sealed(page);
    const tab = await throwAway(browser, page);
    const text = 'document.getElementById("text")?.value';
    expect(await tab.until(text)).toBe('Before the camera.');
    expect(await tab.until('!document.getElementById("step-files").hidden')).toBe(true);
  });

  it('while a picture is chosen for an answer gives the text back', async () => {
    const { page, words } = await openCase();
    await page.fill('#answer-text', 'A secret thought.');
    await Promise.all([page.waitForEvent('filechooser'), page.click('label[for=file-input]')]);
    await sealed(page);
    const tab = await throwAway(browser, page);
    await tab.until('!document.getElementById("enter").hidden');
    await tab.until(
      `document.getElementById('words').value = ${JSON.stringify(words.join(' '))};
       document.getElementById('enter-open').click(); true`,
    );
    const text = 'document.getElementById("answer-text").value';
    expect(await tab.until(text)).toBe('A secret thought.');
  });
});

describe('a dead network', () => {
  it('holds the page back while something is not sealed, and seals by itself when it is over', async () => {
    const page = await openForm();
    await kill(page, '**/api/draft-keys');
    await page.click('#text');
    await page.keyboard.type('Not sealed yet.');
    await page.waitForSelector('#draft-state.error');
    await page.click('.languages a[hreflang=sv]');
    await page.waitForSelector('#stay-notice:not([hidden])');
    expect(await page.innerText('#stay-notice')).toContain('you are still on the same page');
    expect(page.url()).toContain('/en/write');
    await expectAccessible(page);
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => {
      setTimeout(() => {
        location.reload();
      });
    });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(await page.inputValue('#text')).toBe('Not sealed yet.');
    await page.context().unroute('**/api/draft-keys');
    await sealed(page);
    expect(await page.locator('#stay-notice').isVisible()).toBe(false);
    await page.click('.languages a[hreflang=sv]');
    await page.waitForURL('**/sv/write');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Not sealed yet.');
    await page.context().close();
  });

  it('never stops "Leave this page"', async () => {
    const page = await openForm();
    await kill(page, '**/api/draft-keys');
    await page.click('#text');
    await page.keyboard.type('Not sealed.');
    await page.waitForSelector('#draft-state.error');
    await page.click('#leave');
    await page.waitForURL('**/en/away');
    expect(await stored(page)).toBe(0);
    await page.context().close();
  });

  it('on the way to another language and back loses nothing, whatever is clicked meanwhile', async () => {
    const page = await openForm();
    await type(page, '#text', 'Still here.');
    await kill(page, '**/api/directory');
    await page.click('.languages a[hreflang=fi]');
    await page.waitForSelector('#form-again:not([hidden])', { timeout: 60_000 });
    await expectAccessible(page);
    await page.click('.languages a[hreflang=en]');
    await page.waitForURL('**/en/write');
    await page.waitForSelector('#form-again:not([hidden])', { timeout: 60_000 });
    expect(await page.innerText('#form-problem')).toContain('still in this tab');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error('unforeseen');
      });
    });
    await page.waitForSelector('#fault-notice:not([hidden])');
    await page.context().unroute('**/api/directory');
    await page.click('#form-again');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await page.context().close();
  });

  it('that takes away what encrypts is told as one, and the next try works', async () => {
    const page = await openForm();
    await type(page, '#text', 'Still here.');
    await kill(page, '**/assets/libsodium.*.wasm');
    await page.reload();
    await page.waitForSelector('#form-again:not([hidden])');
    expect(await page.innerText('#form-problem')).toContain('The server could not be reached.');
    expect(await page.innerText('#form-problem')).toContain('still in this tab');
    await page.click('#form-again');
    await page.waitForSelector('#form-again:not([hidden])');
    await page.context().unroute('**/assets/libsodium.*.wasm');
    await page.click('#form-again');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await page.context().close();
  });

  it('after the report went out does not make its key worthless', async () => {
    const page = await openForm({ hurried: true });
    await writeReport(page, 'It arrived.');
    const words = await saveKey(page);
    await page.context().route('**/api/cases', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.click('#send-now');
    await page.waitForSelector('#send-error:not([hidden])', { timeout: 60_000 });
    await sealed(page);
    await page.reload();
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.innerText('#draft-text')).toContain('it may have arrived');
    expect(await page.innerText('#draft-text')).not.toContain('throw');
    await expectAccessible(page);
    await page.click('#readers-next');
    await page.waitForSelector('#key-words li');
    expect(await page.innerText('#key-replaced')).toContain('Use it only if');
    await page.click('.ways a[href="/en/return"]');
    await openCaseWith(page, words);
    expect(await page.innerText('#conversation')).toContain('It arrived.');
    await page.context().close();
  });
});

describe('the browser’s own buttons', () => {
  it('Back and Forward bring the text back', async () => {
    const page = await open('/en/privacy');
    await page.goto(`${site.server.url}/en/write`);
    await page.waitForSelector('#step-write:not([hidden])');
    await type(page, '#text', 'Still here.');
    // a page that comes out of the browser's memory loads nothing to wait for
    const travel = async (by: number, address: string): Promise<void> => {
      await page.evaluate((steps) => {
        history.go(steps);
      }, by);
      await page.waitForURL(address, { waitUntil: 'commit' });
    };
    await travel(-1, '**/en/privacy');
    await travel(1, '**/en/write');
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Still here.');
    await page.context().close();
  });

  it('Reload names every file that must be chosen again, until it was', async () => {
    const page = await openForm();
    await page.fill('#text', 'With files.');
    await page.click('#form button[type=submit]');
    const lost = (): Promise<string[]> => page.locator('#files-lost-list li').allInnerTexts();
    const reload = async (): Promise<void> => {
      await sealed(page);
      await page.reload();
      await page.waitForSelector('#step-files:not([hidden])');
    };
    await page.setInputFiles('#file-input', [file('one.txt'), file('two.txt')]);
    await reload();
    expect(await lost()).toEqual(['one.txt', 'two.txt']);
    await page.setInputFiles('#file-input', file('one.txt'));
    expect(await lost()).toEqual(['two.txt']);
    await reload();
    expect((await lost()).sort()).toEqual(['one.txt', 'two.txt']);
    await page.setInputFiles('#file-input', [file('one.txt'), file('two.txt')]);
    expect(await page.locator('#files-lost').isVisible()).toBe(false);
    await page.context().close();
  });
});

describe('an answer that is being written', () => {
  it('survives a change of language', async () => {
    const { page, words } = await openCase();
    await type(page, '#answer-text', 'Not finished.');
    await page.click('.languages a[hreflang=nb]');
    await page.waitForURL('**/nb/return');
    await openCaseWith(page, words);
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#answer-text')).toBe('Not finished.');
    await page.context().close();
  });

  it('is not taken away by a reload in the midst of a word', async () => {
    const { page, words } = await openCase();
    await type(page, '#answer-text', 'First');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.evaluate(() => {
      const area = document.getElementById('answer-text');
      if (!(area instanceof HTMLTextAreaElement)) throw new Error('no field');
      area.value += ' and second';
      area.dispatchEvent(new Event('input', { bubbles: true }));
      setTimeout(() => {
        location.reload();
      });
    });
    await page.waitForSelector('#enter:not([hidden])');
    await openCaseWith(page, words);
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#answer-text')).toMatch(/^First/);
    await page.context().close();
  });

  it('waits where its key cannot be had, and comes before what was typed meanwhile', async () => {
    const { page, words } = await openCase();
    await type(page, '#answer-text', 'Earlier.');
    await page.reload();
    await kill(page, '**/api/draft-keys');
    await openCaseWith(page, words);
    await page.waitForSelector('#draft-again', { timeout: 60_000 });
    await expectAccessible(page);
    await page.fill('#answer-text', 'Later.');
    await page.context().unroute('**/api/draft-keys');
    await page.click('#draft-again');
    await page.waitForFunction(() => {
      const area = document.getElementById('answer-text');
      return area instanceof HTMLTextAreaElement && area.value.startsWith('Earlier.');
    });
    expect(await page.inputValue('#answer-text')).toBe('Earlier.\n\nLater.');
    await page.context().close();
  });

  it('is not offered again when it arrived although no answer came', async () => {
    const { page, words } = await openCase({ hurried: true });
    await type(page, '#answer-text', 'It arrived.');
    let isDead = false;
    await page.context().route('**/api/**', async (route) => {
      if (route.request().url().endsWith('/entries') && !isDead) {
        isDead = true;
        await route.fetch();
      }
      return isDead ? route.abort() : route.continue();
    });
    await page.click('#answer button[type=submit]');
    await page.waitForSelector('#send-error:not([hidden])', { timeout: 60_000 });
    expect(await page.inputValue('#answer-text')).toBe('It arrived.');
    await page.context().unroute('**/api/**');
    await page.reload();
    await openCaseWith(page, words);
    await page.waitForFunction(() => sessionStorage.getItem('m') === null);
    expect(await page.inputValue('#answer-text')).toBe('');
    expect(await page.innerText('#conversation .entry:last-child')).toContain('It arrived.');
    await page.context().close();
  });

  it('is wiped by "Leave this page"', async () => {
    const { page } = await openCase();
    await type(page, '#answer-text', 'A secret thought.');
    expect(await stored(page)).toBe(1);
    await page.click('#leave');
    await page.waitForURL('**/en/away');
    expect(await stored(page)).toBe(0);
    await page.context().close();
  });
});
