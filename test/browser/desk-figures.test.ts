import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { goTo, loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// The yearly figures, with made-up ones in the place of the engine.

const fake = useFakeDesk();

async function counted(page: Page): Promise<void> {
  await goTo(page, 'figures');
  await page.click('main [data-part=bulk] [data-part=start]');
  await page.waitForSelector('[data-part=found]:visible');
}

const tableText = (page: Page, name: string): Promise<string> =>
  page.innerText(`table[aria-label="${name}"]`);

describe('the figures of a year', () => {
  it('hide small numbers until they are asked for, and say why', async () => {
    const { page } = await fake.enter('usual');
    await counted(page);
    const subjects = 'Received, by subject';
    expect(await tableText(page, subjects)).toMatch(/Fraud, theft.*\s+12/);
    expect(await tableText(page, subjects)).toMatch(/Others\s+hidden/);
    expect(await tableText(page, subjects)).not.toContain('Environment');
    expect(await page.innerText('.figures-tables')).toContain('Numbers under 5 are hidden');
    await page.check('[data-part=small]');
    expect(await tableText(page, subjects)).toMatch(/Environment\s+2/);
    expect(await page.isVisible('[data-part=small-warning]')).toBe(true);
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await page.selectOption('[data-part=year]', '2025');
    expect(await tableText(page, 'In short')).toMatch(/received in the year\s+3/);
    await page.uncheck('[data-part=small]');
    expect(await tableText(page, subjects)).toMatch(/^\s*All\s+hidden\s*$/);
  });

  it('are saved as a table with the same numbers hidden, and printed as one sheet', async () => {
    const { page } = await fake.enter('warnings', { viewport: { width: 390, height: 800 } });
    await counted(page);
    expect(await page.innerText('[data-part=unreadable]')).toContain('1 record could not be read');
    expect(await overflow(page)).toBe(0);
    const saving = page.waitForEvent('download');
    await page.click('[data-part=save]');
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('casekey-figures-2026.csv');
    const text = await readFile(await saved.path(), 'utf8');
    expect(text).toContain('"Fraud, theft or false accounts","12"');
    expect(text).toContain('"Others","hidden"');
    await page.evaluate(() => {
      window.print = () => {
        document.body.dataset['printed'] =
          document.querySelector('.print-sheet')?.textContent ?? '';
      };
    });
    await page.click('[data-part=print]');
    const printed = await page.getAttribute('body', 'data-printed');
    expect(printed).toContain('reports in 2026');
    expect(printed).toContain('1,240,000');
    await loaded(page);
  });

  it('fit on one page for the board with every subject and outcome there is', async () => {
    const { page } = await fake.enter('usual', { path: 'sv/' });
    await counted(page);
    await page.selectOption('[data-part=year]', '2024');
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await page.click('[data-part=print]');
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect([...pdf.matchAll(/\/Type\s*\/Page\b/g)]).toHaveLength(1);
  });
});

describe('damage and money recovered', () => {
  it('are whole numbers in one currency, and nothing else is taken', async () => {
    const { page } = await fake.stayAt('Invoices for guards');
    await page.click('[data-tab=work]');
    const form = '[data-part=money-form]';
    await page.fill(`${form} [data-part=damage]`, '1.500');
    await page.click(`${form} [type=submit]`);
    expect(await page.innerText(`${form} [role=alert]`)).toContain('Write a whole number');
    await page.fill(`${form} [data-part=damage]`, '120 000');
    await page.fill(`${form} [data-part=currency]`, 'sek');
    await page.click(`${form} [type=submit]`);
    await loaded(page);
    expect(await page.inputValue(`${form} [data-part=currency]`)).toBe('SEK');
    expect(await page.inputValue(`${form} [data-part=damage]`)).toBe('120000');
    await page.click('[data-tab=notes]');
    expect(await page.innerText('main')).toContain('damage: 120,000 SEK; recovered: none');
    await page.context().close();
  });
});
