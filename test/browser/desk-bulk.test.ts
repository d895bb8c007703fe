import { expect, it } from 'vitest';
import { loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

const desk = useFakeDesk();

it('chooses cases by mouse and keys, does the same in each, and names where it was not done', async () => {
  const { page, complaints } = await desk.enter('usual');
  const count = page.locator('[data-part=chosen-count]');
  const box = (id: string): string => `[data-case=${id}] .row-choose`;

  // one, then with Shift all up to another one
  await page.selectOption('#inbox-category', 'work_safety');
  const shown = await page.locator('.row').count();
  await page.locator('.row-choose').first().click();
  await page
    .locator('.row-choose')
    .last()
    .click({ modifiers: ['Shift'] });
  expect(await count.innerText()).toBe(`${shown.toString()} cases chosen`);
  // what a filter hides does not stay chosen; a row that could not be verified passes every filter
  await page.selectOption('#inbox-category', 'environment');
  expect(await count.innerText()).toBe('1 case chosen');
  await page.selectOption('#inbox-category', '');
  await page.getByRole('button', { name: 'Choose none' }).click();

  // the keyboard alone: the space bar, x on a row, and Shift with the arrows
  await page.focus(box('c'));
  await page.keyboard.press('Space');
  expect(await page.isChecked(box('c'))).toBe(true);
  await page.focus('[data-case=d] .row-open');
  await page.keyboard.press('x');
  expect(await page.isChecked(box('d'))).toBe(true);
  await page.keyboard.press('x');
  await page.focus(box('c'));
  await page.keyboard.press('Space');
  await page.locator('.row-choose').first().focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+J');
  expect(await count.innerText()).toBe('3 cases chosen');
  await page.locator('.row-choose').nth(3).focus();
  await page.keyboard.press('Space');
  await page.locator('.row-choose').first().focus();
  await page.keyboard.press('Shift+Space');
  expect(await count.innerText()).toBe('4 cases chosen');
  await page.getByRole('button', { name: 'Choose none' }).click();

  for (const id of ['c', 'd', 'f', 'g', 'h', 'k']) await page.check(box(id));
  await page.click('[data-part=bulk-label]');
  const dialog = page.locator('dialog');
  await dialog.getByRole('button', { name: 'Look at what will happen' }).click();
  expect(await dialog.locator('form [data-part=problem]').innerText()).toContain('one label');
  await dialog.getByLabel('Label').fill('night shift');
  await page.keyboard.press('Enter');
  expect(await dialog.locator('[data-part=effect]').innerText()).toBe(
    'Puts the label “night shift” on 6 cases. Those that have it stay as they are.',
  );
  await dialog.getByRole('button', { name: 'Put it on 6 cases' }).click();
  await dialog.getByText('Done in 5 cases.').waitFor();
  expect(await dialog.locator('[data-part=failed] li').count()).toBe(1);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await loaded(page);
  expect(await page.locator('[data-case=f] .label').innerText()).toBe('night shift');
  expect(await count.innerText()).toBe('1 case chosen');
  expect(complaints).toEqual([]);
});

it('closes nothing without a person who read what will happen, and can be stopped', async () => {
  const { page, complaints } = await desk.enter('usual', {
    viewport: { width: 390, height: 800 },
  });
  for (const id of ['c', 'd', 'f', 'h', 'k']) await page.check(`[data-case=${id}] .row-choose`);
  await page.click('[data-part=bulk-close]');
  const dialog = page.locator('dialog');
  await dialog.getByRole('button', { name: 'Look at what will happen' }).click();
  expect(await dialog.locator('form [data-part=problem]').innerText()).toContain('Write something');
  await dialog.getByLabel('Text to the reporter').fill('This is no report. Thank you.');
  await dialog.getByRole('button', { name: 'Look at what will happen' }).click();
  expect(await dialog.locator('[data-part=effect]').innerText()).toContain('Closes 3 cases');
  expect(await dialog.locator('[data-part=told-text]').innerText()).toContain('no report');
  const out = await dialog.locator('[data-part=out] li').allInnerTexts();
  expect(out.map((each) => each.slice(each.indexOf(':') + 2)).sort()).toEqual([
    'it is closed already',
    'the reporter wrote something that you have not opened',
  ]);
  expect(await overflow(page)).toBe(0);
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await dialog.getByRole('button', { name: 'Look at what will happen' }).click();
  await dialog.getByRole('button', { name: 'Close 3 cases' }).click();
  await dialog.getByText('Done in 2 cases.').waitFor();
  expect(await dialog.locator('[data-part=failed] li').innerText()).toContain(
    'it is under a legal hold',
  );
  await page.keyboard.press('Escape');
  await loaded(page);
  expect(await page.locator('[data-case=c] [data-part=status]').innerText()).toBe('Closed');
  expect(await page.locator('.row-choose:checked').count()).toBe(1);
  expect(complaints).toEqual([]);

  const many = await desk.enter('many');
  await many.page.getByRole('button', { name: /^Choose all/ }).click();
  await many.page.click('[data-part=bulk-assign]');
  await many.page.getByLabel('Responsible from now on').selectOption('omar');
  await many.page.keyboard.press('Tab');
  await many.page.getByRole('button', { name: 'Look at what will happen' }).click();
  await many.page.getByRole('button', { name: /^Change \d/ }).click();
  await many.page.getByRole('button', { name: 'Stop' }).click();
  await many.page.getByText('It ended before').waitFor();
});
