import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseworkInput } from '../../client/casework/input.js';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, signInInBrowser } from '../support/desk-page.js';
import { fileOf, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { loaded, openDeskPage, overflow } from './desk-page.js';

// A passage and an entry are restricted, seen covered, shown and ended, and a passage is corrected: real
// pages on a real server.

const text = 'The guard wrote four hours. Kim Berg is ill.';

let browser: Browser;
let installation: Installation;
let page: Page;
let words: string[];
let id: string;

const panel = '[data-panel=record]';
const field = `${panel} [data-part=part-form] [data-field=text]`;
const entry = '.entry.kind-message';

async function sitDown({ name, passphrase }: InstallationPerson): Promise<Page> {
  const opened = await openDeskPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(opened.page, name, passphrase);
  await openCaseOf(opened.page, 'Invoices do not fit.');
  return opened.page;
}

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  ({ words } = await installation.report({ text: 'Invoices do not fit.' }));
  const list = fileOf(new TextEncoder().encode('Hours.'), { name: 'hours.txt' });
  await installation.newReporter().send(words, text, [list], silent);
  const [hanna] = installation.handlers;
  id = reporterKeys(words).caseId;
  const { persons } = await hanna.desk.work(id, {
    ...{ kind: 'person', id: null, name: 'Vera Vik', part: 'witness', text: '' },
    state: 'present',
  });
  await hanna.desk.work(id, {
    ...{ kind: 'person_heard', id: null, person: persons[0]?.id ?? '' },
    ...{ form: 'hearing', on: '2026-01-30', text: 'She saw two guards at gate three.' },
  });
  await hanna.desk.note(id, 'Ask Kim Berg.', [], silent);
  page = await sitDown(hanna);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await installation.stop();
});

async function has(selector: string, wanted: string): Promise<void> {
  await expect.poll(() => page.textContent(selector), { timeout: 20_000 }).toContain(wanted);
}

/** Selects words in the text of the entry that a form shows, by keys alone. */
async function select(form: string, words: string): Promise<void> {
  const area = page.locator(`${form} textarea`);
  await area.focus();
  const value = await area.inputValue();
  await area.press('Control+Home');
  for (let step = 0; step < value.indexOf(words); step += 1) await area.press('ArrowRight');
  for (let step = 0; step < words.length; step += 1) await area.press('Shift+ArrowRight');
  await page.locator(`${form} [data-part=cut]`).press('Enter');
}

async function usable(): Promise<void> {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1280, height: 900 },
  ]) {
    await page.setViewportSize(viewport);
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  }
}

describe('a passage', () => {
  it('is chosen in its text and restricted, with a file, a ground, a reason and a day', async () => {
    await page.click('[data-tab=record]');
    await page.click(`${panel} [data-part=part-new] summary`);
    await page.selectOption('#part-of', 'dialogue 3');
    await page.click(`${panel} [data-part=part-form] [type=submit]`);
    await has(`${panel} [data-part=part-form] [data-part=problem]`, 'Choose first');
    await select(field, 'Kim Berg is ill.');
    await has(`${field} [data-part=left]`, 'The guard wrote four hours. [■■■]');
    await page.check(`${panel} [data-part=part-form] [data-part=files] input`);
    await page.fill('#part-text', 'Contested by letter.');
    await page.fill('#part-review', '2099-04-01');
    await usable();
    await page.click(`${panel} [data-part=part-form] [type=submit]`);
    await loaded(page);
    await has(`${panel} [data-part=parts]`, 'Part of: Message');
    await has(`${panel} [data-part=parts]`, 'Contested by letter.');
    expect(await page.isVisible(`${panel} [data-part=no-parts]`)).toBe(false);
  });

  it('is covered in the conversation, with its file, until somebody asks to see it', async () => {
    await page.click('[data-tab=conversation]');
    await has(`${entry} [data-part=text]`, 'The guard wrote four hours. [■■■]');
    await has(`${entry} .part-cover`, 'In part restricted until looked at by 1 Apr 2099');
    expect(await page.locator(`${entry} .file`).count()).toBe(0);
    expect(await page.content()).not.toContain('Kim Berg is ill');
    await usable();
    const turn = page.locator(`${entry} [data-part=turn-cover]`);
    await turn.press('Enter');
    await has(`${entry} [data-part=text]`, 'Kim Berg is ill.');
    expect(await page.locator(`${entry} .file`).count()).toBe(1);
    expect(await turn.evaluate((button) => button === document.activeElement)).toBe(true);
    await usable();
    await turn.press('Enter');
    await has(`${entry} [data-part=text]`, '[■■■]');
    expect(await page.locator(`${entry} .file`).count()).toBe(0);
    await page.click('[data-tab=files]');
    expect(await page.isVisible('[data-part=files-covered]')).toBe(true);
    expect(await page.textContent('[data-part=all-files]')).not.toContain('hours.txt');
  });

  it('can be neither erased nor exported whole meanwhile, and the pages say so', async () => {
    await page.click('[data-tab=record]');
    expect(await page.isVisible(`${panel} [data-part=export-part]`)).toBe(true);
    expect(await page.isDisabled(`${panel} [data-part=form-whole]`)).toBe(true);
    const erasable = await page.locator('#erasure-of option').allTextContents();
    expect(erasable.some((name) => name.startsWith('Message'))).toBe(false);
    expect(await page.isVisible(`${panel} [data-part=restricted]`)).toBe(true);
  });

  it('stops a text for outsiders, and an extract, as often as they are sent', async () => {
    const said = 'It is claimed that kim berg is ill.';
    await page.click(`${panel} [data-part=export-fold] summary`);
    await page.check(`${panel} [data-part=form-redacted]`);
    await page.fill(`${panel} [data-part=export-form] [data-part=purpose]`, 'For the insurer.');
    await page.click(`${panel} [data-part=export-form] [type=submit]`);
    const make = '[data-part=export-make]';
    await page.fill(`${make} [data-part=summary]`, said);
    await page.uncheck(`${make} [data-part=outside]`);
    for (let press = 0; press < 2; press += 1) {
      await page.click(`${make} [data-part=save]`);
      await has(`${make} [data-part=findings]`, 'may not be given out now');
      await has(`${make} [data-part=findings]`, '”kim berg is ill”');
      await has(`${make} [data-part=save]`, 'Write into the record and save');
    }
    await usable();
    await page.click(`${make} [data-part=cancel]`);
    await page.click('[data-tab=persons]');
    const extract = '[data-part=extract-form]';
    await page
      .locator('details', { has: page.locator('[data-part=person-form]') })
      .locator('summary')
      .click();
    await page.fill('[data-part=person-form] [data-part=name]', 'Kim B');
    await page.click('[data-part=person-form] [type=submit]');
    await loaded(page);
    await page.click('button[aria-label="Extract: Kim B"]');
    await page.fill(`${extract} [data-part=text]`, said);
    for (let press = 0; press < 2; press += 1) {
      await page.click(`${extract} [type=submit]`);
      await has(`${extract} [data-part=findings]`, 'may not be given out now');
      await has(`${extract} [data-part=submit]`, 'Keep in the case');
    }
    await usable();
    await page.fill(`${extract} [data-part=text]`, '');
    expect(await page.locator('[data-part=extracts] > li').count()).toBe(0);
    await page.click('[data-tab=record]');
    expect(await page.locator('[data-part=exports] > li').count()).toBe(0);
  });

  it('is black where more of the entry is chosen, and is shown again once the restriction ended', async () => {
    await page.click(`${panel} [data-part=part-new] summary`);
    await page.selectOption('#part-of', 'dialogue 3');
    const shown = await page.locator(`${field} textarea`).inputValue();
    expect(shown).toBe(`The guard wrote four hours. ${'■'.repeat(16)}`);
    await page.click(`${panel} [data-part=parts] summary`);
    await page.click(`${panel} [data-part=end] [type=submit]`);
    await has(`${panel} [data-part=end] [data-part=problem]`, 'Fill in');
    await page.fill(`${panel} [data-part=end-text]`, 'The letter was withdrawn; told today.');
    await page.click(`${panel} [data-part=end] [type=submit]`);
    await loaded(page);
    await expect.poll(() => page.isVisible(`${panel} [data-part=no-parts]`)).toBe(true);
    await page.click('[data-tab=conversation]');
    await has(`${entry} [data-part=text]`, text);
    await page.click('[data-tab=notes]');
    const notes = '[data-panel=notes] [data-part=notes]';
    await has(notes, 'restricted a part of an entry');
    await has(notes, 'and none is left: The letter was withdrawn; told today.');
  });
});

describe('an entry', () => {
  it('is covered as a whole', async () => {
    await page.click('[data-tab=record]');
    await page.selectOption('#part-of', { index: 0 });
    const names = await page.locator('#part-of option').allTextContents();
    const place = names.findIndex((name) => name.startsWith('Note'));
    await page.selectOption('#part-of', { index: place });
    await page.check(`${panel} [data-part=part-form] [data-part=whole]`);
    await page.fill('#part-text', 'Contested by letter.');
    await page.fill('#part-review', '2099-04-01');
    await page.click(`${panel} [data-part=part-form] [type=submit]`);
    await loaded(page);
    await has(`${panel} [data-part=parts]`, 'Whole entry: Note');
    await page.click('[data-tab=notes]');
    await has('.entry.kind-note .part-cover', 'Restricted until looked at by 1 Apr 2099');
    expect(await page.textContent('.entry.kind-note')).not.toContain('Ask Kim');
  });
});

describe('a correction', () => {
  it('marks the words that it is about, and names files, with what is right beneath', async () => {
    await page.click('[data-tab=record]');
    await page.click(`${panel} [data-part=correction-new] summary`);
    await page.selectOption('#correction-of', 'dialogue 3');
    await page.check(`${panel} [data-part=correction-form] [data-part=passages]`);
    await select(`${panel} [data-part=correction-form] [data-field=text]`, 'four hours');
    await page.check(`${panel} [data-part=correction-form] [data-part=files] input`);
    await page.selectOption('#correction-ground', 'inaccurate');
    await page.fill('#correction-text', 'It was five.');
    await usable();
    await page.click(`${panel} [data-part=correction-form] [type=submit]`);
    await loaded(page);
    await page.click('[data-tab=conversation]');
    await has(`${entry} mark`, 'four hours');
    await has(`${entry} .notice`, '“four hours” “hours.txt” Corrected by');
    await has(`${entry} .notice`, 'It is wrong: It was five.');
    expect(await page.textContent(`${entry} [data-part=text]`)).toBe(text);
    await usable();
  });
});

describe('what a person said', () => {
  const hearing = async (of: string): Promise<void> => {
    await page.click('[data-tab=record]');
    const names = await page.locator(`${of} option`).allTextContents();
    await page.selectOption(of, { index: names.findIndex((name) => name.startsWith('Statement')) });
  };
  const line = '[data-panel=notes] [data-part=notes] .entry-access';
  const noted = (words: string) => page.locator(line, { hasText: words });

  it('is shown as corrected at its entry, at the person, and by name among the notes', async () => {
    await page.click('[data-tab=record]');
    await page.click(`${panel} [data-part=correction-new] summary`);
    await hearing('#correction-of');
    await page.check(`${panel} [data-part=correction-form] [data-part=whole]`);
    await page.fill('#correction-text', 'There were three.');
    await page.click(`${panel} [data-part=correction-form] [type=submit]`);
    await loaded(page);
    await page.click('[data-tab=notes]');
    const mark = 'It is wrong: There were three.';
    const corrected = noted('Vera Vik').filter({ hasText: 'Corrected by' });
    expect(await corrected.first().textContent()).toContain(mark);
    const said = await noted('corrected an entry').last().textContent();
    expect(said).toMatch(/corrected an entry \(Statement[^)]*, Hanna Handler, /u);
    await usable();
    await page.click('[data-tab=persons]');
    await has('[data-part=persons]', mark);
    await usable();
  });

  it('is covered where it is restricted, and read again at its entry by a button', async () => {
    const words = 'She saw two guards at gate three.';
    await page.click('[data-tab=record]');
    await page.click(`${panel} [data-part=part-new] summary`);
    await hearing('#part-of');
    await page.check(`${panel} [data-part=part-form] [data-part=whole]`);
    await page.fill('#part-text', 'Contested by letter.');
    await page.fill('#part-review', '2099-04-01');
    await page.click(`${panel} [data-part=part-form] [type=submit]`);
    await loaded(page);
    await page.click('[data-tab=persons]');
    await has('[data-part=persons]', 'A button at its entry');
    expect(await page.textContent('[data-part=persons]')).not.toContain(words);
    await usable();
    await page.click('[data-tab=notes]');
    const entryOf = noted('Vera Vik').filter({ has: page.locator('.part-cover') });
    expect(await entryOf.textContent()).not.toContain(words);
    await entryOf.locator('[data-part=turn-cover]').press('Enter');
    expect(await entryOf.locator('dl').textContent()).toBe(`Text${words}`);
    await usable();
    await entryOf.locator('[data-part=turn-cover]').press('Enter');
    expect(await entryOf.textContent()).not.toContain(words);
  });
});

describe('what the record says', () => {
  const contested = { review: '2099-04-01', ground: 'accuracy', text: 'Contested.' } as const;
  const wrong = { ground: 'inaccurate', text: 'It was in May.' } as const;

  const disclosure: CaseworkInput = {
    ...{ kind: 'disclosure', id: null, recipient: 'The police', ground: 'A crime.' },
    ...{ scope: 'What Kim Berg wrote in June.', on: '2026-02-20', state: 'made' },
  };
  const request: CaseworkInput = {
    ...{ kind: 'request', id: null, right: 'access', by: 'named', name: 'Nils Ny' },
    ...{ identified: 'Passport shown.', receivedOn: '2026-02-20' },
    ...{ text: 'Asks for what was written in June.', state: 'made' },
  };

  it.each([
    ['a disclosure', 'disclosures', disclosure, 'The police', disclosure.scope],
    ['a request about data', 'requests', request, 'Nils Ny', request.text],
  ] as const)(
    '%s is shown as corrected in its list and its entry, covered in both, and read at the entry',
    async (_, list, input, who, words) => {
      const [hanna] = installation.handlers;
      const written = await hanna.desk.work(id, input);
      const sequence = written.entries.at(-1)?.sequence ?? 0;
      const of = { compartment: 'internal', sequence } as const;
      await hanna.desk.work(id, { kind: 'correction', id: null, of, part: null, ...wrong });
      await page.click('[data-part=reload]');
      await loaded(page);
      await page.click('[data-tab=record]');
      const inList = `${panel} [data-part=${list}]`;
      await has(inList, 'It is wrong: It was in May.');
      await page.click('[data-tab=notes]');
      const entries = page.locator('[data-panel=notes] [data-part=notes] .entry-access');
      const own = entries.filter({ hasText: who }).filter({ hasText: 'Corrected by' });
      await own.getByText('It is wrong: It was in May.').waitFor();

      const restriction = { kind: 'part_restriction', id: null, part: null, ...contested } as const;
      await hanna.desk.work(id, { ...restriction, of });
      await page.click('[data-part=reload]');
      await loaded(page);
      await page.click('[data-tab=record]');
      await has(inList, 'Restricted until looked at by 1 Apr 2099');
      await has(inList, 'A button at its entry');
      expect(await page.content()).not.toContain(words);
      await usable();
      await page.click('[data-tab=notes]');
      const covered = entries.filter({ has: page.locator('.part-cover'), hasText: 'May.' });
      await covered.last().locator('[data-part=turn-cover]').press('Enter');
      await covered.last().getByText(words).waitFor();
      await covered.last().locator('[data-part=turn-cover]').press('Enter');
      expect(await page.content()).not.toContain(words);
    },
  );
});

describe('an entry that is only a file', () => {
  it('is corrected by the file’s name, and as a whole', async () => {
    const scan = fileOf(new TextEncoder().encode('A scan.'), { name: 'scan.txt' });
    await installation.newReporter().send(words, '', [scan], silent);
    await page.click('[data-part=reload]');
    await loaded(page);
    const form = `${panel} [data-part=correction-form]`;
    const begin = async (): Promise<void> => {
      await page.click('[data-tab=record]');
      await page.click(`${panel} [data-part=correction-new] summary`);
      const names = await page.locator('#correction-of option').allTextContents();
      const newest = names.findIndex((name) => name.startsWith('Message'));
      await page.selectOption('#correction-of', { index: newest });
    };
    await begin();
    await page.check(`${form} [data-part=passages]`);
    expect(await page.locator(`${form} [data-field]`).count()).toBe(0);
    expect(await page.locator(`${form} [data-part=files] label`).allInnerTexts()).toEqual([
      'scan.txt',
    ]);
    await page.fill('#correction-text', 'It is of May.');
    await page.click(`${form} [type=submit]`);
    await has(`${form} [data-part=problem]`, 'words or a file');
    await page.check(`${form} [data-part=files] input`);
    await usable();
    await page.click(`${form} [type=submit]`);
    await loaded(page);
    await begin();
    await page.check(`${form} [data-part=whole]`);
    await page.fill('#correction-text', 'It belongs to another case.');
    await page.click(`${form} [type=submit]`);
    await loaded(page);
    await page.click('[data-tab=conversation]');
    const marks = page.locator(entry, { hasText: 'scan.txt' }).locator('.notice');
    await expect.poll(() => marks.count()).toBe(2);
    const [one, other] = await marks.allInnerTexts();
    expect(one).toMatch(/^“scan\.txt” Corrected by .* It is of May\.$/u);
    expect(other).toMatch(/^Corrected by .* It belongs to another case\.$/u);
    await usable();
  });
});
