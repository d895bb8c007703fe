import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import {
  expectAccessible,
  openReporterPage,
  startReporterSite,
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

const open = async (address: string, width = 390): Promise<Page> => {
  const options = { viewport: { width, height: 800 } };
  return (await openReporterPage(browser, site, address, options)).page;
};

/** From the form on to where words of the key are typed back. */
const toConfirmation = async (page: Page): Promise<void> => {
  await writeReport(page, 'Something.');
  await page.click('#readers-next');
  await page.waitForSelector('#key-words li');
  await page.click('#key-saved');
  await page.waitForSelector('#key-fields input');
};

/** Types until the list stands open. */
const openList = async (page: Page, input: Locator, letters = 'ab'): Promise<Locator> => {
  await input.pressSequentially(letters);
  const list = page.locator(`[id="${(await input.getAttribute('id')) ?? ''}-list"]`);
  await list.locator('li').first().waitFor();
  return list;
};

/** One press of a mouse in the middle of an element: no scrolling, no waiting, no second try. */
const pressOnce = async (page: Page, target: Locator): Promise<void> => {
  const box = await target.boundingBox();
  if (box === null) throw new Error('nothing to press');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.up();
};

/** What can be pressed and lies under this element. */
const covered = (list: Locator): Promise<string[]> =>
  list.evaluate((element) => {
    const own = element.getBoundingClientRect();
    return [...document.querySelectorAll('button, a, input, textarea, summary')]
      .filter((each) => {
        const box = each.getBoundingClientRect();
        const isShown = box.width > 0 && !each.closest('header');
        return (
          isShown &&
          box.left < own.right &&
          box.right > own.left &&
          box.top < own.bottom &&
          box.bottom > own.top
        );
      })
      .map((each) => each.id || each.textContent);
  });

describe.each([320, 390, 768, 1280])('the words offered at %i pixels', (width) => {
  it('cover nothing that can be pressed', async () => {
    const page = await open('/en/write', width);
    await toConfirmation(page);
    for (const input of await page.locator('#key-fields input').all()) {
      const list = await openList(page, input);
      expect(await covered(list)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      await input.fill('');
    }
    await page.goto(`${site.server.url}/en/return`);
    await page.click('#enter-switch');
    for (const number of [1, 6, 12]) {
      const input = page.locator(`#word-${String(number)}`);
      expect(await covered(await openList(page, input))).toEqual([]);
    }
    await page.context().close();
  });
});

describe.each([390, 1280])('with the words still offered, at %i pixels', (width) => {
  it('one press of the mouse on the button of the confirmation arrives', async () => {
    const page = await open('/en/write', width);
    await toConfirmation(page);
    const list = await openList(page, page.locator('#key-fields input').last());
    const button = page.locator('#key-confirm button[type=submit]');
    await button.scrollIntoViewIfNeeded();
    await pressOnce(page, button);
    await page.waitForSelector('#key-error:not([hidden])');
    expect(await list.isVisible()).toBe(false);
    expect(await page.locator('#key-fields input').last().inputValue()).toBe('ab');
    await page.context().close();
  });

  it('one press of the mouse opens the case key that was entered word by word', async () => {
    const page = await open('/en/return', width);
    await page.click('#enter-switch');
    const list = await openList(page, page.locator('#word-12'));
    const button = page.locator('#enter-open');
    await button.scrollIntoViewIfNeeded();
    await pressOnce(page, button);
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await list.isVisible()).toBe(false);
    await page.context().close();
  });

  it('a press elsewhere closes them, and what is below comes back up', async () => {
    const page = await open('/en/return', width);
    await page.click('#enter-switch');
    const button = page.locator('#enter-open');
    const place = (): Promise<number> =>
      button.evaluate((each) => each.getBoundingClientRect().top + scrollY);
    const before = await place();
    const list = await openList(page, page.locator('#word-12'));
    await page.click('.hint >> visible=true');
    await list.waitFor({ state: 'hidden' });
    // the room that the list had goes after the list, so that no press lands beside its aim
    await expect.poll(place).toBe(before);
    await page.context().close();
  });
});

describe('a field for a word', () => {
  it('closes its list when the word is whole, and not while a longer one begins with it', async () => {
    const page = await open('/en/return');
    await page.click('#enter-switch');
    const input = page.locator('#word-1');
    const list = await openList(page, input, 'act');
    expect((await list.locator('li').allTextContents()).slice(0, 2)).toEqual(['act', 'action']);
    await input.fill('action');
    await list.waitFor({ state: 'hidden' });
    expect(await input.getAttribute('aria-expanded')).toBe('false');
    await page.context().close();
  });

  it('keeps to the pattern of a combobox: arrows, Enter, Escape, leaving', async () => {
    const page = await open('/en/return');
    await page.click('#enter-switch');
    const input = page.locator('#word-1');
    const state = async (): Promise<(string | null)[]> => [
      await input.getAttribute('aria-expanded'),
      await input.getAttribute('aria-activedescendant'),
    ];
    const list = await openList(page, input, 'act');
    expect(await input.getAttribute('aria-controls')).toBe('word-1-list');
    expect(await state()).toEqual(['true', null]);
    await expectAccessible(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await state()).toEqual(['true', 'word-1-1']);
    expect(await list.locator('[aria-selected=true]').allTextContents()).toEqual(['action']);
    await page.keyboard.press('ArrowUp');
    expect(await state()).toEqual(['true', 'word-1-0']);
    await page.keyboard.press('Escape');
    expect(await state()).toEqual(['false', null]);
    expect(await list.isVisible()).toBe(false);
    expect(await input.inputValue()).toBe('act');
    await page.keyboard.press('ArrowDown');
    await list.waitFor();
    await page.keyboard.press('ArrowUp');
    expect(await list.locator('[aria-selected=true]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await state()).toEqual(['false', null]);
    expect(await list.isVisible()).toBe(false);
    await page.context().close();
  });

  it('takes the word that is pressed when the press ends on it, and keeps it from what lies below', async () => {
    const page = await open('/en/return');
    await page.click('#enter-switch');
    const list = await openList(page, page.locator('#word-1'), 'ban');
    const word = list.locator('li', { hasText: 'banana' });
    const box = await word.boundingBox();
    if (box === null) throw new Error('no word');
    await page.mouse.move(box.x + 20, box.y + box.height / 2);
    await page.mouse.down();
    expect(await page.inputValue('#word-1')).toBe('ban');
    await page.mouse.up();
    expect(await page.inputValue('#word-1')).toBe('banana');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('word-2');
    await page.context().close();
  });
});
