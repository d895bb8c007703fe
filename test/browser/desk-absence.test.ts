import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { goTo } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

const desk = useFakeDesk();

it('a substitute sees for whom and until when, at the case too, and can list those cases', async () => {
  const { page, complaints } = await desk.enter('usual');
  expect(await page.locator('[data-part=standing-in]').innerText()).toMatch(
    /You stand in for Omar Lind until \d+ \w+ \d{4}\./,
  );
  expect(await page.locator('[data-case=h]').innerText()).toMatch(
    /Omar Lind \(away until .+, Hanna Ek stands in\)/,
  );
  const before = await page.locator('.row-open').count();
  await page.getByLabel('Those I stand in for').check();
  // a row that could not be verified passes every filter
  expect(await page.locator('.row-open').allInnerTexts()).toHaveLength(2);
  expect(before).toBeGreaterThan(2);
  await page.locator('[data-case=h] .row-open').click();
  await page.waitForSelector('.entry');
  expect(await page.locator('[data-part=facts]').innerText()).toContain('Hanna Ek stands in');
  expect(complaints).toEqual([]);
});

it('a handler says when, who stands in, and gives access where the substitute has none', async () => {
  const { page, complaints } = await desk.enter('usual');
  await goTo(page, 'account');
  const section = page.locator('section:has(> #account-away)');
  await section.getByLabel('Until').fill('2001-01-01');
  await section.getByRole('button', { name: 'Save' }).click();
  expect(await section.locator('[data-part=problem]').first().innerText()).toContain('both days');
  await section.getByLabel('Until').fill('2099-01-01');
  await section.getByLabel('Who stands in').selectOption({ label: 'Omar Lind' });
  // on the same days the substitute is away as well
  await section.getByText(/^Omar Lind is away from .+, and does not stand in/u).waitFor();
  await section.getByRole('button', { name: 'Save' }).click();
  await section.getByText('Omar Lind stands in.').waitFor();
  await section.getByRole('button', { name: 'Look for cases' }).click();
  await section.getByText('Omar Lind cannot open 3 of your open cases').waitFor();
  expect(await section.locator('li').allInnerTexts()).toEqual([
    'Gate 3 stands open',
    // why is told to nobody, but that who reads another channel reads this one not
    'Overtime (this person cannot be given access)',
    'Night shifts (this person does not read the case’s channel)',
  ]);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await section.getByRole('button', { name: 'Give Omar Lind access' }).click();
  await section.getByText('was given access to 1 case').waitFor();
  await section.getByRole('button', { name: 'I am back' }).click();
  await section.getByText('You are not away.').waitFor();
  expect(complaints).toEqual([]);
});
