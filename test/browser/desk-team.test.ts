import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { goTo } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

const desk = useFakeDesk();

it('somebody who leaves gives the cases that only they read, and sees which nobody may get', async () => {
  const { page, complaints } = await desk.enter('usual');
  await goTo(page, 'people');
  await page.getByText('You read 12 cases; 3 of them nobody else reads.').waitFor();
  await page.getByRole('button', { name: 'Hand over my cases' }).click();
  await page.getByRole('button', { name: 'Look through my cases' }).click();
  const found = page.locator('[data-part=found]');
  await found.getByRole('heading', { name: '3 cases that only you read' }).waitFor();
  expect(await found.locator('li.card').count()).toBe(3);
  expect(await found.innerText()).toContain('Nobody can be given this case.');
  await page.getByRole('button', { name: 'Give these cases now' }).click();
  await found.getByText('Choose somebody for one case at least.').waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // a recovery officer is a key on paper: told apart from people, and never chosen for all
  const one = await found.locator('li.card').first().locator('select option').allTextContents();
  expect(one).toContain('Vera Strand (recovery officer’s paper)');
  const everybody = found.getByLabel('Choose one person for all of them');
  expect((await everybody.locator('option').allTextContents()).join()).not.toContain('Vera');
  await everybody.selectOption('Omar Lind');
  await page.getByRole('button', { name: 'Give these cases now' }).click();
  await found.getByRole('heading', { name: '1 case that only you read' }).waitFor();
  expect(complaints).toEqual([]);
});

it('a conflict of interest is declared from the list, and the last reader gives the case first', async () => {
  const { page, complaints } = await desk.enter('usual');
  const row = page.locator('[data-case]').first();
  const id = await row.getAttribute('data-case');
  await row.locator('.row-choose').check();
  await page.getByRole('button', { name: 'Conflict of interest' }).click();
  const view = page.locator('.conflict');
  await view.getByRole('heading', { name: 'Conflict of interest' }).waitFor();
  expect(await view.innerText()).toContain('You give no reason, and none is kept.');
  await view.getByRole('button', { name: 'Declare and leave the case' }).click();
  await view.getByText('Nobody else who can sign in reads').waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await view.getByLabel('Give it to').selectOption('Omar Lind');
  await view.getByRole('button', { name: 'Give it, declare and leave' }).click();
  await page.waitForSelector('.row-open');
  expect(await page.locator(`[data-case="${id ?? ''}"]`).count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('a conflict of interest in a case that nobody else may be given is not declared', async () => {
  const { page, complaints } = await desk.enter('wrong-hands');
  const row = page.locator('[data-case]').first();
  await row.locator('.row-choose').check();
  await page.getByRole('button', { name: 'Conflict of interest' }).click();
  const view = page.locator('.conflict');
  const declare = view.locator('[data-part=declare]');
  await declare.click();
  await view.getByText('nobody to whom it can be given').waitFor();
  expect(await view.getByLabel('Give it to').isVisible()).toBe(false);
  expect(await declare.isVisible()).toBe(false);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(complaints).toEqual([]);
});

it('a case that nobody outside reads is named to be told elsewhere, and not offered to be written to', async () => {
  const { page, complaints } = await desk.enter('wrong-hands');
  await goTo(page, 'people');
  await page.click('[data-part=incidents]');
  await page.click('[data-part=read-bulk] [data-part=start] >> nth=0');
  const tell = page.locator('[data-part=tell]:visible').first();
  const outside = tell.locator('[data-part=tell-outside]');
  await outside.getByText('nobody reads what is written').waitFor();
  expect(await outside.locator('li').allInnerTexts()).toEqual([expect.stringMatching(/^A letter/)]);
  expect(await tell.locator('[data-part=choices]').innerText()).not.toContain('A letter');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(complaints).toEqual([]);
});

it('an administrator sees no number of cases, and how to go on where somebody is still needed', async () => {
  const { page, complaints } = await desk.enter('administrator');
  await goTo(page, 'people');
  const hanna = page.locator('.person', { hasText: 'Hanna Ek' });
  expect(await hanna.innerText()).not.toContain('cases');
  await hanna.getByRole('button', { name: 'Remove Hanna Ek' }).click();
  await hanna.getByRole('button', { name: 'Remove for good' }).click();
  await hanna.getByText('cannot be removed yet').waitFor();
  expect(await hanna.getByRole('button', { name: 'Remove for good' }).isVisible()).toBe(false);
  const choice = page.getByLabel('As what');
  await choice.selectOption('administrator');
  expect(await page.getByLabel('Name of the administrator').isVisible()).toBe(true);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(complaints).toEqual([]);
});
