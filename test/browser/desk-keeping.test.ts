import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// How long and how a case is kept, at the desk, with made-up cases in the place of the engine.

let page: Page;
let complaints: string[];

const desk = useFakeDesk();

beforeAll(async () => {
  ({ page, complaints } = await desk.stayAt('Invoices for guards'));
  await page.click('[data-tab=record]');
});

const panel = '[data-panel=record]';

async function send(form: string): Promise<void> {
  await page.click(`${panel} [data-part=${form}] [type=submit]`);
  await loaded(page);
}

async function has(selector: string, wanted: string): Promise<void> {
  await expect.poll(() => page.textContent(selector), { timeout: 20_000 }).toContain(wanted);
}

describe('a hold', () => {
  it('asks for all that it needs, and shows it', async () => {
    await page.click(`${panel} [data-part=hold-title]`);
    await send('hold-form');
    await has(`${panel} [data-part=hold-form] [data-part=problem]`, 'Fill in');
    await page.selectOption('#hold-ground', 'court');
    await page.fill('#hold-reference', 'T 1-26');
    await page.fill('#hold-scope', 'Everything about the invoices.');
    await page.fill('#hold-decided', 'The board');
    await page.fill('#hold-review', '2099-09-01');
    await send('hold-form');
    await has(`${panel} [data-part=hold-state]`, 'A hold is in force');
    const facts = `${panel} [data-part=hold-facts]`;
    for (const said of ['Order of a court', 'T 1-26', 'The board', 'Everything', '2099']) {
      await has(facts, said);
    }
  });

  it('is lifted with a reason, and both stand among the notes', async () => {
    await page.fill('#release-text', 'The court has decided.');
    await send('release-form');
    await has(`${panel} [data-part=hold-state]`, 'No hold');
    const notes = '[data-panel=notes] [data-part=notes]';
    await has(notes, 'Hanna Ek held the case: Order of a court. Decided by: The board.');
    await has(notes, 'Hanna Ek lifted the hold: The court has decided.');
  });
});

describe('a correction', () => {
  it('is added, and shown at the entry that it corrects', async () => {
    await page.click(`${panel} [data-part=correction-new] summary`);
    await page.selectOption('#correction-of', 'dialogue 2');
    await page.fill('#correction-text', 'It was five guards.');
    await send('correction-form');
    await has('.entry.kind-report .notice', 'Corrected by Hanna Ek');
    await has('.entry.kind-report .notice', 'It was five guards.');
    await has('[data-panel=notes] [data-part=notes]', 'Hanna Ek corrected an entry');
  });
});

describe('the removal of the case', () => {
  it('is not offered while it is open, but that it is still needed can be decided', async () => {
    await has(`${panel} [data-part=disposal-state]`, 'The case is open: nothing removes it.');
    expect(await page.isVisible(`${panel} [data-part=propose]`)).toBe(false);
    await page.click(`${panel} details:has([data-part=keep-form]) summary`);
    await page.fill('#disposal-keep', 'A claim is before the court.');
    await page.fill('#disposal-review', '2099-10-01');
    await send('keep-form');
    await has(`${panel} [data-part=disposal-state]`, 'A claim is before the court.');
    await has('[data-panel=notes] [data-part=notes]', 'Hanna Ek decided that the case is still');
  });
});

describe('a restriction', () => {
  it('is put on and ended', async () => {
    await page.click(`${panel} [data-part=restriction-new] summary`);
    await page.fill('#restriction-text', 'A witness contests it.');
    await page.fill('#restriction-review', '2099-04-01');
    await send('restriction-form');
    await has(`${panel} [data-part=restriction-state]`, 'The case is restricted');
    await page.fill('#unrestriction-text', 'The witness was told.');
    await send('unrestriction-form');
    await has(`${panel} [data-part=restriction-state]`, 'Not restricted');
  });

  it('can be read and used on every screen', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 360, height: 740 },
    ]) {
      await page.setViewportSize(viewport);
      await expectAccessible(page);
      expect(await overflow(page)).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});
