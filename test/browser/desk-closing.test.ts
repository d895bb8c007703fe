import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, leakyFields } from '../support/reporter-page.js';
import { goTo, loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// What closing a case asks for beside its outcome, what it offers afterwards, and what of a case's
// forms outlives a change of view; with made-up cases in the place of the engine.

const desk = useFakeDesk();
const WRITING = '[data-part=writing]';
const NOTE = '[data-part=writing] [data-part=note]';

async function open(page: Page): Promise<void> {
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
}

async function unfold(page: Page, form: string): Promise<void> {
  await page
    .locator('details', { has: page.locator(form) })
    .locator('summary')
    .click();
}

async function send(page: Page, form: string): Promise<void> {
  await page.click(`${form} [type=submit]`);
  await loaded(page);
}

async function notePerson(page: Page, name = 'Kim Berg'): Promise<void> {
  await page.click('[data-tab=persons]');
  await unfold(page, '[data-part=person-form]');
  await page.fill('[data-part=person-form] [data-part=name]', name);
  await send(page, '[data-part=person-form]');
}

async function away(page: Page): Promise<void> {
  await goTo(page, 'account');
  await goTo(page, 'inbox');
  await open(page);
}

async function check(page: Page): Promise<void> {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1280, height: 900 },
  ]) {
    await page.setViewportSize(viewport);
    expect(await overflow(page)).toBe(0);
    await expectAccessible(page);
  }
  expect(await leakyFields(page, [])).toEqual([]);
}

describe('closing a case', () => {
  it('takes a comment for the notes, recalls who is to be told, and offers the disclosure', async () => {
    const { page, complaints } = await desk.enter('usual');
    await open(page);
    await notePerson(page);
    await page.click('[data-tab=record]');
    await unfold(page, '[data-part=request-form]');
    await send(page, '[data-part=request-form]');
    expect(await page.isVisible('[data-part=requests-closed]')).toBe(false);
    await page.click('[data-tab=conversation]');
    expect(await page.isVisible(NOTE)).toBe(false);
    await page.check(`${WRITING} input[value=closure]`);
    expect(await page.innerText(`${WRITING} [data-part=untold]`)).toContain('1 person in this');
    await page.fill(NOTE, 'Agreed with the board on Monday.');
    await away(page);
    expect(await page.inputValue(NOTE)).toBe('Agreed with the board on Monday.');
    await check(page);
    // a comment begun for the closing is not sent with anything else, and is not lost by it
    await page.check(`${WRITING} input[value=reply]`);
    await page.fill(`${WRITING} [data-part=text]`, 'One question.');
    await send(page, WRITING);
    await page.check(`${WRITING} input[value=closure]`);
    expect(await page.inputValue(NOTE)).toBe('Agreed with the board on Monday.');
    await page.selectOption(`${WRITING} [data-part=outcome]`, 'transmitted_to_authority');
    await page.fill(`${WRITING} [data-part=text]`, 'It went to the authority.');
    await page.click(`${WRITING} [type=submit]`);
    await page.click(`${WRITING} [data-part=confirm-do]`);
    await page.waitForSelector('.kind-closure');
    const said = await page.innerText('[data-part=conversation]');
    expect(said).toContain('It went to the authority.');
    expect(said).not.toContain('the board on Monday');
    await check(page);

    await page.click('[data-part=offer-do]');
    const form = '[data-part=disclosure-form]';
    expect(await page.inputValue(`${form} [data-part=ground]`)).toBe('Passed on to an authority');
    await page.fill(`${form} [data-part=recipient]`, 'Work Environment Authority');
    await page.fill(`${form} [data-part=scope]`, 'The report, without names');
    await page.selectOption(`${form} [data-part=identity]`, 'no');
    await send(page, form);
    expect(await page.innerText('[data-part=disclosures]')).toContain('Work Environment Authority');
    expect(await page.isVisible('[data-part=offer]')).toBe(false);
    expect(await page.innerText('[data-part=requests-closed]')).toContain('Reopen the case');
    await page.click('[data-tab=persons]');
    expect(await page.innerText('[data-part=talk-closed]')).toContain('Reopen it first');
    await page.click('[data-tab=notes]');
    const notes = await page.innerText('[data-part=notes]');
    expect(notes.match(/Agreed with the board on Monday\./gu)).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('offers a disclosure of what a guest was given, which can be left', async () => {
    const { page } = await desk.enter('usual');
    await open(page);
    await page.click('[data-tab=access]');
    await page.fill('#guest-until', '2099-03-01');
    await send(page, '[data-part=guest-form]');
    const offer = page.locator('[data-part=offer]');
    expect(await offer.innerText()).toContain('from outside the organisation');
    await page.click('[data-part=offer-do]');
    const form = '[data-part=disclosure-form]';
    expect(await page.inputValue(`${form} [data-part=recipient]`)).not.toBe('');
    expect(await page.inputValue(`${form} [data-part=ground]`)).toContain('1 Mar 2099');
    await page.fill(`${form} [data-part=ground]`, 'An order of the court.');
    await page.click('[data-tab=access]');
    await send(page, '[data-part=guest-form]');
    await page.click('[data-part=offer-do]');
    expect(await page.inputValue(`${form} [data-part=ground]`)).toBe('An order of the court.');
    await page.click('[data-tab=access]');
    await send(page, '[data-part=guest-form]');
    await offer.getByRole('button', { name: 'Not needed' }).click();
    expect(await offer.isVisible()).toBe(false);
  });
});

describe('what somebody began in a form of a case', () => {
  it('stays when the form is opened by a button, which says so where it would write over it', async () => {
    const { page, complaints } = await desk.enter('usual');
    await open(page);
    await notePerson(page);
    const press = (name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).click();
    const text = (form: string): Promise<string> => page.inputValue(`#${form}-text`);
    const problem = (form: string): Promise<string> =>
      page.innerText(`[data-part=${form}-form] [data-part=problem]`);
    await press('Heard: Kim Berg');
    await page.fill('#hear-text', 'Kim says it was three.');
    await press('Extract: Kim Berg');
    await page.fill('#extract-text', 'Somebody counted people.');
    await away(page);
    await page.click('[data-tab=persons]');
    await press('Heard: Kim Berg');
    await press('Extract: Kim Berg');
    expect(await text('hear')).toBe('Kim says it was three.');
    expect(await text('extract')).toBe('Somebody counted people.');
    // and in what is kept
    await away(page);
    expect(await text('hear')).toBe('Kim says it was three.');
    expect(await text('extract')).toBe('Somebody counted people.');

    // what was begun about one person does not become another's
    await notePerson(page, 'Robin Vale');
    for (const [form, name] of [
      ['hear', 'Heard'],
      ['extract', 'Extract'],
    ] as const) {
      await press(`${name}: Robin Vale`);
      expect(await problem(form)).toContain('You have begun a text here');
      const of = page.locator(`[data-part=${form}-form] [data-part=person] option:checked`);
      expect(await of.innerText()).toBe('Kim Berg');
    }
    await send(page, '[data-part=extract-form]');
    await expect.poll(() => text('extract')).toBe('');
    const change = page.locator('[data-part=extracts]').getByRole('button', { name: /^Change/u });
    await change.click();
    expect(await text('extract')).toBe('Somebody counted people.');
    await page.fill('#extract-text', 'Somebody counted four people.');
    await change.click();
    expect(await text('extract')).toBe('Somebody counted four people.');
    expect(await problem('extract')).toContain('You have begun a text here');
    await press('Extract: Kim Berg');
    expect(await text('extract')).toBe('Somebody counted four people.');
    await page.fill('#extract-text', '');
    await change.click();
    expect(await text('extract')).toBe('Somebody counted people.');
    expect(await page.isVisible('[data-part=extract-form] [data-part=problem]')).toBe(false);

    await page.click('[data-tab=spoken]');
    await unfold(page, '[data-part=transcript-form]');
    await page.fill('#transcript-text', 'The caller counted four guards.');
    await send(page, '[data-part=transcript-form]');
    const next = page.getByRole('button', { name: /^Write the next version/u }).first();
    await next.click();
    expect(await text('transcript')).toBe('The caller counted four guards.');
    await page.fill('#transcript-text', 'The caller counted five guards.');
    await next.click();
    expect(await text('transcript')).toBe('The caller counted five guards.');
    expect(await problem('transcript')).toContain('You have begun a text here');
    await check(page);
    expect(complaints).toEqual([]);
  });

  it('comes back after a change of view, and is gone once it was sent', async () => {
    const { page, complaints } = await desk.enter('usual');
    await open(page);
    await notePerson(page);
    const texts = {
      transcript: 'The caller counted four guards.',
      hear: 'Kim says it was three.',
      extract: 'Somebody counted people.',
      talk: 'The police want to hear you.',
    };
    await unfold(page, '[data-part=hear-form]');
    await page.selectOption('#hear-form', 'statement');
    await page.fill('#hear-text', texts.hear);
    await unfold(page, '[data-part=extract-form]');
    await page.fill('#extract-text', texts.extract);
    await page.click('[data-part=talk] summary');
    await page.fill('#talk-to', 'The police');
    await page.fill('#talk-text', texts.talk);
    await page.click('[data-tab=spoken]');
    await unfold(page, '[data-part=transcript-form]');
    await page.fill('#transcript-held', '2026-01-31');
    await page.fill('#transcript-text', texts.transcript);
    // left at once, before the pause is over
    await page.click('[data-part=back]');
    await loaded(page);
    const row = page.locator('.row', { hasText: 'Invoices for guards' });
    expect(await row.locator('[data-part=draft]').isVisible()).toBe(true);
    await open(page);
    for (const [name, text] of Object.entries(texts)) {
      expect(await page.inputValue(`#${name}-text`)).toBe(text);
    }
    expect(await page.inputValue('#hear-form')).toBe('statement');
    expect(await page.inputValue('#talk-to')).toBe('The police');
    expect(await page.inputValue('#transcript-held')).toBe('2026-01-31');

    await page.click('[data-tab=spoken]');
    expect(await page.isVisible('#transcript-text')).toBe(true);
    await check(page);
    await send(page, '[data-part=transcript-form]');
    await away(page);
    expect(await page.inputValue('#transcript-text')).toBe('');
    expect(await page.inputValue('#hear-text')).toBe(texts.hear);

    await page.click('[data-tab=record]');
    await page.click('[data-part=export-fold] summary');
    await page.check('[data-part=form-redacted]');
    await page.fill('#export-purpose', 'For the insurer.');
    await page.click('[data-part=export-form] [type=submit]');
    await page.fill('#export-summary', 'It is about invoices.');
    await away(page);
    await page.click('[data-tab=record]');
    await page.click('[data-part=export-fold] summary');
    await page.check('[data-part=form-redacted]');
    await page.fill('#export-purpose', 'For the insurer.');
    await page.click('[data-part=export-form] [type=submit]');
    await expect.poll(() => page.inputValue('#export-summary')).toBe('It is about invoices.');

    // the case's own words are not kept, so that whoever closes the page is warned
    const isHeld = (): Promise<boolean> =>
      page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
    await expect.poll(isHeld).toBe(false);
    const copies = page.locator('[data-part=export-make] [data-part=texts]');
    await copies.locator('[data-part=include]').first().check();
    await copies.locator('textarea').first().fill('In other words.');
    expect(await isHeld()).toBe(true);
    await goTo(page, 'account');
    await expect.poll(isHeld).toBe(false);
    expect(complaints).toEqual([]);
  });
});
