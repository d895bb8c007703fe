import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loaded } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// What the desk's pages show while nobody looks at them, with made-up cases in the place of the
// engine.

const desk = useFakeDesk();
let page: Page;

async function openCase(options: BrowserContextOptions = {}): Promise<void> {
  ({ page } = await desk.enter('usual', options));
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  await loaded(page);
}

async function become(state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((wanted) => {
    Object.defineProperty(document, 'visibilityState', { value: wanted, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

/** Whether the cover, and nothing else, is to be seen anywhere on the screen. */
function covered(): Promise<boolean> {
  return page.evaluate(() => {
    const at = (part: number, of: number): number => Math.floor((of * part) / 8) + 1;
    return [0, 1, 2, 3, 4, 5, 6, 7].every((x) =>
      [0, 1, 2, 3, 4, 5, 6, 7].every((y) => {
        const top = document.elementFromPoint(at(x, innerWidth), at(y, innerHeight));
        return top?.closest('#cover') instanceof HTMLElement;
      }),
    );
  });
}

describe('a page of the desk that is hidden', () => {
  it.each(['', 'set-up', 'join'])(
    'is covered before anybody signs in: /desk/en/%s',
    async (path) => {
      const scenario = path === 'set-up' ? 'set-up' : 'usual';
      ({ page } = await desk.visit(scenario, { path: `en/${path}` }));
      await page.waitForSelector('h1:visible');
      expect(await covered()).toBe(false);
      await become('hidden');
      expect(await covered()).toBe(true);
      await become('visible');
      expect(await page.locator('#cover').isVisible()).toBe(false);
    },
  );

  it('keeps what is being typed, and where', async () => {
    await openCase();
    await page.click('[data-tab=notes]');
    const text = page.locator('[data-part=note-writing] textarea').first();
    await text.fill('Half a sentence');
    await become('hidden');
    expect(await covered()).toBe(true);
    await become('visible');
    await page.keyboard.type(' and the rest');
    expect(await text.inputValue()).toBe('Half a sentence and the rest');
  });

  it('covers a preview that is open, and gives it back', async () => {
    await openCase();
    await page.click('.entry [data-part=preview] >> nth=0');
    await page.waitForSelector('dialog.preview[open]');
    await become('hidden');
    expect(await covered()).toBe(true);
    await become('visible');
    await page.click('dialog.preview [data-part=close]');
    await page.waitForSelector('dialog.preview', { state: 'detached' });
    await become('hidden');
    expect(await covered()).toBe(true);
  });

  it('prints without the cover', async () => {
    await openCase();
    await become('hidden');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#cover').isVisible()).toBe(false);
  });
});

describe('a page of the desk on a touch screen', () => {
  const touch = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 740 } };
  const blur = (): Promise<boolean> => page.evaluate(() => window.dispatchEvent(new Event('blur')));

  it('is covered as soon as another app takes the focus, until it is tapped', async () => {
    await openCase(touch);
    await blur();
    expect(await covered()).toBe(true);
    await page.tap('#cover');
    expect(await covered()).toBe(false);
  });

  it('is not covered by a tap into a preview', async () => {
    await openCase(touch);
    await page.tap('.entry [data-part=preview] >> nth=0');
    const frame = page.locator('dialog.preview iframe');
    await frame.waitFor();
    await frame.focus();
    await blur();
    expect(await page.locator('#cover').isVisible()).toBe(false);
  });
});
