import { expect, it } from 'vitest';
import { goTo, loaded } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

const desk = useFakeDesk();

it('saves a filter with the words looked for, and uses it again by choice and by key', async () => {
  const { page, complaints } = await desk.enter('usual');
  const titles = (): Promise<string[]> =>
    page.locator('.row:not([data-case=g]) .row-title').allInnerTexts();
  expect(await page.isVisible('#inbox-saved')).toBe(false);
  await page.selectOption('#inbox-category', 'work_safety');
  await page.fill('#inbox-search', 'depot');
  await page.keyboard.press('Enter');
  await expect.poll(titles).toEqual(['Old extinguishers in the depot']);
  await page.getByRole('button', { name: 'Save this filter' }).click();
  await page.keyboard.press('Enter');
  expect(await page.locator('[data-part=save-form] [data-part=problem]').innerText()).toContain(
    'Give the filter a name',
  );
  await page.getByLabel('Name of the filter').fill('Depot');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.inputValue('#inbox-saved')).toBe('Depot');

  // 0 takes every filter off, 1 uses the first saved one; search and filters combine
  await page.focus('.row-open');
  await page.keyboard.press('0');
  await expect.poll(titles).toHaveLength(13);
  expect(await page.inputValue('#inbox-search')).toBe('');
  await page.focus('.row-open');
  await page.keyboard.press('1');
  await expect.poll(titles).toEqual(['Old extinguishers in the depot']);
  expect(await page.inputValue('#inbox-category')).toBe('work_safety');
  expect(await page.inputValue('#inbox-search')).toBe('depot');
  // a filter that was changed by hand is none of the saved ones
  await page.selectOption('#inbox-category', '');
  expect(await page.inputValue('#inbox-saved')).toBe('');
  await page.selectOption('#inbox-saved', 'Depot');
  await page.getByRole('button', { name: 'Remove this filter' }).click();
  await expect.poll(() => page.isVisible('#inbox-saved')).toBe(false);
  await page.focus('.row-open');
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('inbox-search');
  expect(complaints).toEqual([]);
});

it('shows where something was begun, and brings it back, recordings included', async () => {
  const { page, complaints } = await desk.enter('usual');
  await page.click('[data-case=c] .row-open');
  await page.waitForSelector('.entry');
  await page.fill('[data-part=writing] textarea', 'An answer begun.');
  // left at once, before the pause is over
  await page.click('[data-part=back]');
  await loaded(page);
  expect(await page.isVisible('[data-case=c] [data-part=draft]')).toBe(true);
  expect(await page.isVisible('[data-case=d] [data-part=draft]')).toBe(false);
  await page.click('[data-case=c] .row-open');
  await page.waitForSelector('.entry');
  expect(await page.inputValue('[data-part=writing] textarea')).toBe('An answer begun.');

  await page.click('[data-part=back]');
  await page.click('[data-part=record]');
  const form = page.locator('[data-part=form]');
  await form.locator('[data-part=text]').fill('Somebody called.');
  await form.locator('[data-part=way]').selectOption({ index: 2 });
  await form.locator('[data-part=received]').fill('2026-01-02');
  const way = await form.locator('[data-part=way]').inputValue();
  await goTo(page, 'account');
  await goTo(page, 'inbox');
  await page.click('[data-part=record]');
  await expect.poll(() => form.locator('[data-part=text]').inputValue()).toBe('Somebody called.');
  expect(await form.locator('[data-part=way]').inputValue()).toBe(way);
  expect(await form.locator('[data-part=received]').inputValue()).toBe('2026-01-02');
  expect(complaints).toEqual([]);
});
