import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, leakyFields } from '../support/reporter-page.js';
import { loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// A case as a file, with made-up cases in the place of the engine.

const desk = useFakeDesk();
const MAKE = '[data-part=export-make]';
const FORM = '[data-part=export-form]';

async function atRecord(page: Page): Promise<void> {
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  await page.click('[data-tab=record]');
  await page.click('[data-part=export-fold] summary');
}

async function saving(page: Page): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.click(`${MAKE} [data-part=save]`),
  ]);
  await loaded(page);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

async function check(page: Page): Promise<void> {
  expect(await overflow(page)).toBe(0);
  await expectAccessible(page);
  expect(await leakyFields(page, [])).toEqual([]);
}

describe('a case as a file', () => {
  it('is saved whole once the record says so, with the disclosure by which it goes outside', async () => {
    const { page, complaints } = await desk.enter('usual');
    await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
    await page.click('[data-tab=work]');
    await page.click('[data-part=link-form] [type=submit]');
    const linked = await page.innerText('.case-link [data-part=open]');
    await page.click('[data-part=back]');
    await atRecord(page);
    await page.click(`${FORM} [type=submit]`);
    expect(await page.innerText(`${FORM} [role=alert]`)).toContain('Write what the file is for');
    await page.fill(`${FORM} [data-part=purpose]`, 'The prosecutor asked for it.');
    await page.click(`${FORM} [type=submit]`);
    expect(await page.innerText(MAKE)).toContain('Whoever gets this file can read everything');
    await page.check(`${MAKE} [data-part=outside]`);
    await page.click(`${MAKE} [data-part=save]`);
    expect(await page.innerText(`${MAKE} [role=alert]`)).not.toBe('');
    await page.fill(`${MAKE} [data-part=recipient]`, 'Prosecutor');
    await page.fill(`${MAKE} [data-part=ground]`, 'Criminal investigation');
    await page.fill(`${MAKE} [data-part=scope]`, 'The whole case');
    // what the reporter wrote can lead to them, so that nobody can say that it does not
    expect(await page.innerText(MAKE)).toContain('every word of the reporter');
    expect(await page.locator(`${MAKE} [data-part=identity] option[value=no]`).count()).toBe(0);
    await page.click(`${MAKE} [data-part=save]`);
    expect(await page.innerText(`${MAKE} [role=alert]`)).toContain('Say whether it tells who');
    await page.selectOption(`${MAKE} [data-part=identity]`, 'jeopardy');
    await page.fill(`${MAKE} [data-part=jeopardy]`, 'A search is planned.');
    await check(page);
    const { name, text } = await saving(page);
    expect(name).toMatch(/^export-\d{4}-\d\d-\d\d\.zip$/);
    for (const said of ['Hamnen, grind 3', 'Prosecutor', 'The prosecutor asked for it.']) {
      expect(text).toContain(said);
    }
    // the beginning of what another reporter wrote is nothing for whoever gets this file
    expect(text).not.toContain(linked);
    expect(text).toMatch(/Case \S{1,6}…/u);
    expect(text).toContain('not told beforehand: A search is planned.');
    expect(await page.innerText('[data-part=disclosures]')).toContain('Prosecutor');
    expect(await page.innerText('[data-part=exports]')).toContain(
      'By the record it went to Prosecutor',
    );
    expect(await page.locator(MAKE).isHidden()).toBe(true);
    // whether the file was kept nobody knows: it is taken out once more, by the disclosure that stands
    const disclosed = await page.innerText('[data-part=disclosures]');
    await page.locator('[data-part=exports] button', { hasText: 'Take out again' }).click();
    expect(await page.innerText(MAKE)).toContain('It is to go to Prosecutor.');
    expect(await page.locator(`${MAKE} [data-part=outside]`).isVisible()).toBe(false);
    await check(page);
    expect((await saving(page)).text).toContain('Hamnen, grind 3');
    expect(await page.innerText('[data-part=disclosures]')).toBe(disclosed);
    expect(await page.locator('[data-part=exports] > li').count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it('goes to outsiders as a text that begins empty and is looked at before it is saved', async () => {
    const { page, complaints } = await desk.enter('usual', { path: 'sv/' });
    await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
    await page.waitForSelector('.entry');
    await page.click('[data-tab=persons]');
    await page
      .locator('details', { has: page.locator('[data-part=person-form]') })
      .locator('summary')
      .click();
    await page.fill('[data-part=person-form] [data-part=name]', 'Kim Berg');
    await page.click('[data-part=person-form] [type=submit]');
    await loaded(page);
    await page.click('[data-tab=record]');
    await page.click('[data-part=export-fold] summary');
    await page.check(`${FORM} [data-part=form-redacted]`);
    await page.fill(`${FORM} [data-part=purpose]`, 'Till försäkringsbolaget.');
    await page.click(`${FORM} [type=submit]`);
    const summary = `${MAKE} [data-part=summary]`;
    expect(await page.inputValue(summary)).toBe('');
    expect(await page.locator(`${MAKE} input:checked`).count()).toBe(2);
    await page.fill(summary, 'Kim Berg fakturerar vi fyra väktare på nattskiftet.');
    await page.uncheck(`${MAKE} [data-part=outside]`);
    await page.click(`${MAKE} [data-part=save]`);
    const findings = await page.innerText(`${MAKE} [data-part=findings]`);
    expect(findings).toContain('fakturerar vi fyra väktare på nattskiftet');
    expect(findings).toContain('Berg');
    await check(page);
    await page.fill(summary, 'Det gäller fakturor. Bergs svar saknas.');
    await page.click(`${MAKE} [data-part=replace]`);
    expect(await page.inputValue(summary)).toBe('Det gäller fakturor. Person A svar saknas.');
    await page.locator(`${MAKE} [data-part=texts] [data-part=include]`).first().check();
    await page.click(`${MAKE} [data-part=check]`);
    const { text } = await saving(page);
    expect(text).toContain('Person A svar saknas.');
    expect(text).not.toContain('Hamnen, grind 3');
    expect(text).not.toContain('Invoices for guards');
    expect(complaints).toEqual([]);
  });

  it('says as a readable copy what was asked about the identity, which times and which version', async () => {
    const { page } = await desk.enter('usual');
    await atRecord(page);
    await page.click('[data-tab=persons]');
    await page.click('[data-part=talk] summary');
    await page.fill('[data-part=talk-form] [data-part=to]', 'The police');
    await page.fill('[data-part=talk-form] [data-part=what]', 'Your name and number');
    await page.fill('[data-part=talk-form] [data-part=text]', 'They want to hear you.');
    await page.click('[data-part=talk-form] [type=submit]');
    await loaded(page);
    await page.click('[data-tab=spoken]');
    const proposal = '[data-part=proposal-form]';
    await page
      .locator('details', { has: page.locator(proposal) })
      .locator('summary')
      .click();
    await page.fill('#meeting-day-1', '2099-03-02');
    await page.fill('#meeting-time-1', '14:30');
    await page.fill('#meeting-place-1', 'The library, room 4');
    await page.click(`${proposal} [type=submit]`);
    await loaded(page);
    const transcript = '[data-part=transcript-form]';
    await page
      .locator('details', { has: page.locator(transcript) })
      .locator('summary')
      .click();
    await page.fill(`${transcript} [data-part=held]`, '2026-01-31');
    await page.fill(`${transcript} [data-part=text]`, 'The caller counted four guards.');
    await page.click(`${transcript} [type=submit]`);
    await loaded(page);
    await page.click('[data-tab=record]');
    await page.fill(`${FORM} [data-part=purpose]`, 'For the file.');
    await page.click(`${FORM} [type=submit]`);
    const { text } = await saving(page);
    for (const said of [
      'Ask for consent',
      'The police',
      'Your name and number',
      '2 Mar 2099 at 14:30',
      'The library, room 4',
      '31 Jan 2026, version 1',
    ]) {
      expect(text).toContain(said);
    }
  });

  it('waits for a second person where the organisation asks for two', async () => {
    const { page } = await desk.enter('two');
    await atRecord(page);
    await page.fill(`${FORM} [data-part=purpose]`, 'For the auditors.');
    await page.click(`${FORM} [type=submit]`);
    expect(await page.innerText(MAKE)).toContain('Ask whether the whole case may be saved');
    await check(page);
    await page.click(`${MAKE} [data-part=save]`);
    await loaded(page);
    expect(await page.locator(MAKE).isHidden()).toBe(true);
    const exports = await page.innerText('[data-part=exports]');
    expect(exports).toContain('waits for a second person');
    expect(exports).toContain('Purpose: For the auditors.');
    expect(exports).toContain('It is to stay inside the organisation.');
    expect(exports).not.toContain('Go on to saving');
    await page.click('[data-part=back]');
    const line = page.locator('.row', { hasText: 'Invoices for guards' });
    await line.getByText('waits for a second person’s yes or no').waitFor();
    await check(page);
    await line.locator('.row-open').click();
    await page.waitForSelector('.entry');
    await page.click('[data-tab=record]');
    await page.click('[data-part=exports] button >> text=Withdraw');
    await loaded(page);
    expect(await page.innerText('[data-part=exports]')).toContain('withdrawn');
  });
});
