import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// What the desk says of a case in which something is wrong, with made-up cases in the place of the
// engine; desk-trouble.test.ts shows the same with the real one.

const desk = useFakeDesk();
let page: Page;

async function enter(options: { path?: string; width?: number } = {}): Promise<void> {
  const { path = 'en/', width = 1280 } = options;
  ({ page } = await desk.enter('warnings', { path, viewport: { width, height: 900 } }));
}

async function open(id: string): Promise<void> {
  await page.click(`[data-case="${id}"] .row-open`);
  await page.waitForSelector('.entry');
  await loaded(page);
}

const notices = (): Promise<string[]> => page.locator('.case-notice').allInnerTexts();
const writing = '[data-part=writing]';

async function tab(name: string): Promise<void> {
  await page.click(`[data-tab=${name}]`);
}

/** How every form of the open case stands: whether it can be sent, and why not. */
async function forms(): Promise<{ closed: boolean; reason: string }[]> {
  const found: { closed: boolean; reason: string }[] = [];
  const all = [
    ['conversation', writing],
    ['notes', '[data-part=note-writing]'],
    ['access', '[data-part=grant-form]'],
  ] as const;
  for (const [name, form] of all) {
    await tab(name);
    const reason = page.locator(`${form} [data-part=blocked]`);
    found.push({
      closed: await page.locator(`${form} [type=submit]`).isDisabled(),
      reason: (await reason.isVisible()) ? await reason.innerText() : '',
    });
  }
  await tab('conversation');
  return found;
}

describe('a case that the server does not show as it is', () => {
  it('says what happened, what is safe and what to do, and closes every form with the reason', async () => {
    await enter();
    await open('g');
    const [notice] = await notices();
    expect(notice).toContain('not shown as it is');
    expect(notice).toContain('Entries that this desk has seen before are others now');
    expect(notice).toContain('signed by the people named there');
    expect(notice).toContain('tell whoever runs the server');
    expect(await forms()).toEqual(
      Array.from({ length: 3 }, () => ({
        closed: true,
        reason: expect.stringContaining('Nothing can be written here') as string,
      })),
    );
    const fields = page.locator(`${writing} textarea`);
    expect(await fields.count()).toBe(2);
    expect(await fields.evaluateAll((all) => all.every((each) => each.matches(':read-only')))).toBe(
      true,
    );
    expect(await page.isDisabled('[data-part=rename]')).toBe(true);
    await tab('access');
    expect(await page.locator('[data-part=take]:visible').isDisabled()).toBe(true);
    expect(await page.locator('[data-part=renew]').count()).toBe(0);
    await tab('conversation');
    await page.click(`${writing} [data-part=to-notice]`);
    expect(
      await page.evaluate(() => document.activeElement?.closest('.case-notice') !== null),
    ).toBe(true);
  });

  it('keeps an answer that was begun', async () => {
    await enter();
    await open('lost');
    await page.evaluate(() => {
      const text = document.querySelector<HTMLTextAreaElement>('[data-part=writing] textarea');
      if (text === null) return;
      text.value = 'Begun before.';
      text.dispatchEvent(new Event('input'));
    });
    await page.waitForFunction(
      () => document.querySelector('[data-part=draft-note]')?.textContent !== '',
    );
    await page.click('[data-part=back]');
    await open('lost');
    expect(await page.inputValue(`${writing} textarea`)).toBe('Begun before.');
  });
});

describe('a case that needs new keys', () => {
  it('opens its forms again once the keys are renewed from the notice', async () => {
    await enter();
    await open('lost');
    expect((await forms()).map(({ closed }) => closed)).toEqual([true, true, true]);
    const [notice] = await notices();
    expect(notice).toContain('The key that you were given');
    expect(notice).toContain('the reporter’s browser');
    await page.click('.case-notice [data-part=renew]');
    const question = await page.innerText('.case-notice [data-part=confirm]');
    expect(question).toContain('Hanna Ek, Vera Strand, and the reporter');
    expect(question).toContain('older entries whose key is lost stay unreadable');
    await page.click('.case-notice [data-part=confirm-cancel]');
    expect(await page.isVisible('.case-notice [data-part=confirm]')).toBe(false);
    await page.click('.case-notice [data-part=renew]');
    await page.click('.case-notice [data-part=confirm-do]');
    await page.waitForFunction(() => document.querySelector('.case-notice') === null);
    expect((await forms()).map(({ closed }) => closed)).toEqual([false, false, false]);
    expect(await page.innerText('[data-part=announcer]')).toContain('renewed');
    expect(await page.innerText('.kind-unreadable')).toContain('Cannot be read');
  });

  it('names whom the reporter left out and who let them in, and takes them off', async () => {
    await enter();
    await open('let-in');
    const [notice] = await notices();
    expect(notice).toContain('Omar Lind can read this case although the reporter left them out');
    expect(notice).toContain('Karin Holm let them in');
    await tab('access');
    const panel = '[data-panel=access]';
    await page.click(`${panel} [data-part=renew]`);
    expect(await page.innerText(`${panel} [data-part=going]`)).toContain('Omar Lind');
    await page.click(`${panel} [data-part=departed] [data-part=confirm-do]`);
    await page.waitForFunction(() => document.querySelectorAll('.reader').length === 2);
    const [after] = await notices();
    expect(after).toContain('could read this case for a time');
    expect(after).toContain('You can work in the case as usual');
    expect((await forms())[0]).toEqual({ closed: false, reason: '' });
  });
});

describe('what hinders nobody', () => {
  it('is told calmly: a reader of the past, a line that does not open, an entry without a key', async () => {
    await enter();
    expect(await page.innerText('[data-case=past]')).toContain('This line does not open');
    await open('past');
    const [past, line] = await notices();
    expect(past).toContain('Omar Lind had access, given by Karin Holm, and has none any more');
    expect(line).toContain('The next entry mends it');
    expect(await page.locator('.case-notice.signal').count()).toBe(0);
    expect((await forms()).map(({ closed }) => closed)).toEqual([false, false, false]);
    const [entry, remains] = await page.locator('.kind-unreadable').allInnerTexts();
    expect(entry).toContain('You were given no key to this entry');
    expect(entry).toContain('Ask whoever wrote it');
    expect(entry).not.toMatch(/\d{4}/);
    // what was erased is not asked for again
    expect(remains).toContain('What is left of this entry does not open');
    expect(remains).toContain('Partly erased by');
    expect(remains).not.toContain('Ask the reporter');
    await page.click('[data-part=back]');
    expect(await page.innerText('[data-case=past]')).not.toContain('does not open');
  });

  it('is told where the report contradicts the server, or itself', async () => {
    await enter();
    await open('odd');
    const [itself, toServer] = await notices();
    expect(itself).toContain('It leaves out Vera Strand, and yet');
    expect(toServer).toContain('The report says that it is real');
    expect(toServer).toContain('nobody can tell from here');
    expect(await page.locator('.case-notice').count()).toBe(2);
    expect((await forms()).map(({ closed }) => closed)).toEqual([false, false, false]);
    await tab('access');
    expect(await page.locator('[data-part=take]:visible').isEnabled()).toBe(true);
  });

  it('offers new keys where somebody left the organisation', async () => {
    await enter();
    await open('past');
    await tab('access');
    const panel = page.locator('[data-panel=access]');
    expect(await panel.locator('[data-part=departed-text]').innerText()).toContain(
      'Vera Strand left the organisation',
    );
    expect(await panel.locator('.reader').last().innerText()).toContain('Left the organisation');
    await panel.locator('[data-part=renew]').click();
    expect(await panel.locator('[data-part=going]').innerText()).toContain('Vera Strand');
  });
});

describe.each([
  ['1280 pixels, English', { width: 1280, path: 'en/' }],
  ['360 pixels, Swedish', { width: 360, path: 'sv/' }],
])('each of the notices, %s', (_name, options) => {
  it('fits, and is for everybody', async () => {
    await enter(options);
    for (const id of ['g', 'lost', 'let-in', 'past', 'odd']) {
      await open(id);
      if (id === 'lost') await page.click('.case-notice [data-part=renew]');
      await expectAccessible(page);
      expect(await overflow(page)).toBe(0);
      await page.click('[data-part=back]');
      await page.waitForSelector('.row-open');
    }
  });
});
