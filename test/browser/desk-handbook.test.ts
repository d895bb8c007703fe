import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { goTo } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

const desk = useFakeDesk();

it('an administrator changes stages, labels and ready texts, and sees what reporters will read', async () => {
  const { page, complaints } = await desk.enter('administrator');
  await goTo(page, 'handbook');
  const form = page.locator('.handbook form');
  const first = form.locator('details').first();
  await first.locator('summary').click();
  expect(await first.locator('[data-part=state]').innerText()).toBe('changed');
  const english = first.locator('.handbook-language').first();
  await english.locator('textarea').fill('Thank you.\n\nWe answer by {feedback}. [your name]');
  const preview = english.locator('[data-part=preview]');
  expect(await preview.locator('p').count()).toBe(2);
  expect(await preview.locator('mark').innerText()).toBe('[your name]');
  expect(await preview.innerText()).toMatch(/We answer by \d+ \w+ \d{4}\./);
  await first.getByRole('button', { name: 'Set back' }).click();
  expect(await first.locator('[data-part=state]').innerText()).toBe('built in');
  const last = form.locator('details').nth(4);
  await last.locator('summary').click();
  await last.getByRole('button', { name: 'Do not offer it' }).click();
  await form.getByRole('button', { name: 'Add a stage' }).click();
  const stage = form.locator('.handbook-stage').last();
  await stage.locator('[data-part=progress]').selectOption('waiting');
  await stage.locator('[data-part=name-en]').fill('Expert asked');
  await form.locator('[data-part=labels]').fill('Guards\nSite north, east');
  await form.getByRole('button', { name: 'Sign and save' }).click();
  expect(await form.locator('[data-part=problem]').innerText()).toContain('comma');
  await form.locator('[data-part=labels]').fill('Guards\nSite north');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await form.getByRole('button', { name: 'Sign and save' }).click();
  await page.getByText('Number 4, saved on').waitFor();
  expect(await page.locator('.handbook-stage').count()).toBe(3);
  expect(await page.locator('details [data-part=state]').allInnerTexts()).toEqual([
    'built in',
    'built in',
    'built in',
    'built in',
    'not offered',
    'your own',
  ]);
  expect(complaints).toEqual([]);
});

it('handlers are offered the stages, labels and texts of the handbook', async () => {
  const { page, complaints } = await desk.stayAt('Invoices for guards');
  await page.click('[data-tab=work]');
  await page.selectOption('#work-progress', 'investigation');
  await page.getByRole('button', { name: 'Interviews' }).click();
  expect(await page.inputValue('#work-detail')).toBe('Interviews');
  await page.getByRole('button', { name: 'Site north' }).click();
  expect(await page.inputValue('#work-labels')).toContain('Site north');
  await page.click('[data-tab=conversation]');
  const form = page.locator('[data-panel=conversation] .writing');
  await form.getByLabel('Reply or question').check();
  const ready = form.locator('[data-part=ready]');
  expect(await ready.locator('option').allInnerTexts()).toContain('Places');
  await ready.selectOption({ label: 'Places' });
  await form.locator('[data-part=ready-insert]').click();
  expect(await form.locator('[data-part=text]').inputValue()).toBe('Where? [place]');
  await form.locator('[data-part=submit]').click();
  expect(await form.locator('> [data-part=problem]').innerText()).toContain('[place]');
  expect(complaints).toEqual([]);
});

it('handlers are told why a handbook is not used', async () => {
  const { page } = await desk.enter('warnings');
  expect(await page.locator('[data-part=handbook-notice]').innerText()).toContain(
    'no administrator any more',
  );
});
