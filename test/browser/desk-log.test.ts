import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { goTo, overflow, type DeskPage } from './desk-page.js';
import { useFakeDesk, type FakeDeskOptions } from './fake-desk.js';

// The audit log's checks and the review of access, with made-up findings in the place of the engine.

/** The day so many days from now, where this machine is. */
function day(offset: number): string {
  const date = new Date();
  date.setDate(date.getDate() + offset);
  return date.toLocaleDateString('sv-SE');
}

const { enter } = useFakeDesk();

async function check({ page, complaints }: DeskPage): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
  expect(complaints).toEqual([]);
}

async function review(page: Page): Promise<void> {
  await goTo(page, 'review');
  await page.click('.review [data-part=start]');
  await page.waitForSelector('.review [data-part=found]:not([hidden])');
}

async function saved(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return {
    name: download.suggestedFilename(),
    text: await readFile(await download.path(), 'utf8'),
  };
}

const looks: [string, FakeDeskOptions][] = [
  ['1280 pixels, light, English', { viewport: { width: 1280, height: 900 }, path: 'en/' }],
  [
    '390 pixels, dark, Swedish',
    { viewport: { width: 390, height: 844 }, colorScheme: 'dark', path: 'sv/' },
  ],
];

describe.each(looks)('at %s', (_name, options) => {
  it('what speaks against the log stands above every view, and in whole on its page', async () => {
    const opened = await enter('warnings', options);
    const { page } = opened;
    await page.waitForSelector('[data-part=log-notice] .findings li');
    // and that nobody could look for people who left is not passed over
    await page.waitForSelector('[data-part=leavers] [data-part=start]');
    await goTo(page, 'audit');
    await page.click('[data-part=verify]');
    await page.waitForSelector('[data-part=verified].signal .findings');
    expect(await page.locator('[data-part=verified] .findings li').count()).toBe(5);
    await page.click('.heads-file summary');
    await check(opened);
  });

  it('the review answers for a day and for a person', async () => {
    const opened = await enter('warnings', options);
    const { page } = opened;
    await review(page);
    await check(opened);
    // what will be nobody knows
    await page.fill('#review-day', day(1));
    await page.waitForSelector('[data-part=day-wrong]:not([hidden])');
    expect(await page.isVisible('[data-part=answer]')).toBe(false);
    await page.selectOption('#review-person', 'omar');
    await page.waitForSelector('[data-part=answer]:visible');
    await page.click('.review details summary');
    await check(opened);
  });
});

describe('the checks of the log', () => {
  it('say that nothing contradicts what was signed, and save a file of it', async () => {
    const { page } = await enter('usual');
    await goTo(page, 'audit');
    await page.click('[data-part=verify]');
    await page.waitForSelector('[data-part=verified].good');
    expect(await page.innerText('[data-part=verified]')).toContain(
      '30 lines were checked. 4 signed ends of chains were compared with them.',
    );
    await page.click('.heads-file summary');
    const { name, text } = await saved(page, '[data-part=save-heads]');
    expect([name, text]).toEqual([`casekey-heads-${day(0)}.json`, '{"v":1}']);
    expect(await page.innerText('[data-part=verified]')).toContain(`Saved as ${name}.`);
  });

  it('name who signed what on which day, and save nothing then', async () => {
    const { page } = await enter('warnings');
    await goTo(page, 'audit');
    await page.click('.heads-file summary');
    await page.click('[data-part=save-heads]');
    await page.waitForSelector('[data-part=verified].signal');
    const text = await page.innerText('[data-part=verified]');
    expect(text).toMatch(
      /Log of the organisation: on .+, Hanna Ek signed that line 12 had the hash q2vT0cJ9m1kZ…/,
    );
    expect(text).toContain('Nothing was saved');
  });

  it('take a saved file, and say what is none', async () => {
    const { page } = await enter('usual');
    await goTo(page, 'audit');
    await page.click('.heads-file summary');
    const file = (body: string): { name: string; mimeType: string; buffer: Buffer } => ({
      name: 'heads.json',
      mimeType: 'application/json',
      buffer: Buffer.from(body),
    });
    await page.setInputFiles('[data-part=heads-file]', file('{"v":1}'));
    await page.waitForSelector('[data-part=verified].good');
    expect(await page.innerText('[data-part=verified]')).toContain(
      '2 signed ends in the file could not be compared',
    );
    await page.setInputFiles('[data-part=heads-file]', file('something else'));
    await page.waitForSelector('.audit > [data-part=problem]:not([hidden])');
    expect(await page.innerText('.audit > [data-part=problem]')).toContain(
      'no file of signed ends',
    );
    expect(await page.innerText('[data-part=verified]')).toBe('');
  });
});

describe('the review of access', () => {
  it('begins with today and leaves practice cases out until they are wanted', async () => {
    const { page } = await enter('usual');
    await review(page);
    expect(await page.inputValue('#review-day')).toBe(day(0));
    expect(await page.innerText('.review [data-part=contradictions]')).toContain('agree');
    const answer = page.locator('.review [data-part=answer]');
    expect(await answer.innerText()).not.toContain('Trying the channel out');
    await page.check('.review [data-part=practice] >> nth=0');
    expect(await answer.innerText()).toContain('Trying the channel out');
    const row = page.locator('.review-row', { hasText: 'Batteries in the server room' });
    expect(await row.locator('.review-text').innerText()).toBe(
      'Hanna Ek, Vera Strand, Omar Lind (perhaps)',
    );
    await page.fill('#review-day', day(-10));
    await page.locator('#review-day').dispatchEvent('change');
    expect(await row.locator('.review-text').innerText()).toBe(
      'Hanna Ek, Vera Strand, Sven Alm, Omar Lind',
    );
  });

  it('tells of one person what, from when until when, and why', async () => {
    const { page } = await enter('usual');
    await review(page);
    await page.selectOption('#review-person', 'omar');
    expect(await page.isHidden('#review-day')).toBe(true);
    const row = page.locator('.review-row', { hasText: 'Batteries in the server room' });
    const text = await row.locator('.review-text').innerText();
    expect(text).toMatch(
      /From .+: given access by Hanna Ek\.\s+Until between .+: taken off by Hanna/,
    );
  });

  it('saves a table without titles, and with them where they are wanted', async () => {
    const { page } = await enter('usual');
    await review(page);
    const plain = await saved(page, '.review [data-part=save]');
    expect(plain.name).toBe(`casekey-access-${day(0)}.csv`);
    expect(plain.text).toContain('"Hanna Ek","yes"');
    expect(plain.text).not.toContain('Batteries');
    await page.check('.review [data-part=titles]');
    const titled = await saved(page, '.review [data-part=save]');
    expect(titled.text).toContain('"Batteries in the server room"');
  });

  it('prints the answer and nothing else of the page', async () => {
    const { page } = await enter('usual');
    await review(page);
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await page.click('.review [data-part=print]');
    const sheet = page.locator('.print-sheet .review-sheet');
    expect(await sheet.locator('tbody tr').count()).toBeGreaterThan(20);
    expect(await sheet.innerText()).not.toContain('Batteries');
  });

  it('says what contradicts itself', async () => {
    const { page } = await enter('warnings');
    await review(page);
    const text = await page.innerText('.review [data-part=contradictions]');
    expect(text).toContain('a change of access by Hanna Ek is missing from the log');
    expect(text).toContain(
      'Directory: Sven Alm was taken out of the directory, but the log says nothing of it',
    );
  });

  it('shows an administrator the channels, and no case', async () => {
    const opened = await enter('administrator');
    const { page } = opened;
    await review(page);
    expect(await page.innerText('.review [data-part=answer]')).toContain('Hanna Ek');
    expect(await page.innerText('.review')).toContain('Administrators can open no case');
    expect(await page.isHidden('.review [data-part=titles]')).toBe(true);
    expect(await page.locator('.review [data-part=answer] .quiet').count()).toBe(0);
    await check(opened);
  });
});
