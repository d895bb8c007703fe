import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { codeOf } from '../support/desk.js';
import { openCaseOf, signInInBrowser, writeInCase } from '../support/desk-page.js';
import { fileOf, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded, openDeskPage } from './desk-page.js';

// A handler's work over the days, in a real browser on a real server. Cases of the past are written
// by a clock that stands earlier; the browser lives today.

const now = new Date();
const clock = createTestClock(now);

let browser: Browser;
let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let page: Page;
let complaints: string[] = [];
/** Who sits at the page, nobody before the first. */
let seated: InstallationPerson | null = null;

/** Goes to a day of the past, or today, where sessions begin anew. */
async function on(daysAgo: number): Promise<void> {
  clock.set(new Date(now.getTime() - daysAgo * 86_400_000));
  // whoever looks into the inbox confirms the directory
  for (const person of [hanna, harald]) {
    await (await installation.signIn(person)).inbox('open');
  }
}

async function report(
  text: string,
  change: { leftOut?: string[] } = {},
): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ text, ...change });
  return { words, id: reporterKeys(words).caseId };
}

beforeAll(async () => {
  clock.set(new Date(now.getTime() - 700 * 86_400_000));
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  [hanna, harald] = installation.handlers;
  const { id } = await report('Closed long ago.');
  const closing = { kind: 'closure', outcome: 'substantiated', text: 'Closed.' } as const;
  await hanna.desk.reply(id, closing, [], silent);
  await on(9);
  await report('Nobody has answered this.');
  await on(0);
}, 120_000);

afterEach(() => {
  expect(complaints).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await installation.stop();
});

/** Signs somebody in on a page of their own. */
async function enter(person: InstallationPerson): Promise<void> {
  if (seated !== null) await page.context().close();
  ({ page, complaints } = await openDeskPage(browser, `${installation.address}/desk/en/`));
  await signInInBrowser(page, person.name, person.passphrase);
  await loaded(page);
  seated = person;
}

/** The inbox as it is now and unfiltered, of somebody who may sit there since the test before. */
async function lookIn(person: InstallationPerson): Promise<void> {
  if (seated !== person) return enter(person);
  complaints.length = 0;
  await goTo(page, 'inbox');
  await page.fill('#inbox-search', '');
  await page.keyboard.press('Enter');
  await page.selectOption('#inbox-state', 'all');
  await page.click('[data-part=refresh]');
  await loaded(page);
}

const writing = '[data-part=writing]';

const group = (name: string): Promise<string> => page.innerText(`.group-${name}`);

describe('the inbox', () => {
  it('puts first what is late, and names law, days and what is new', async () => {
    await lookIn(hanna);
    const row = page.locator('.group-today .row', { hasText: 'Nobody has answered this.' });
    const text = await row.innerText();
    expect(text).toMatch(/^New/);
    expect(text).toMatch(/Acknowledge by .+ \(law\): 2 days late/);
    await row.locator('.row-open').click();
    await page.waitForSelector('.entry');
    expect(await page.locator('.entry .unread-mark:visible').count()).toBe(1);
    const dates = await page.innerText('.timeline');
    expect(dates).toContain('2 days late');
    expect(dates).toContain('legal limit');
    await page.click('[data-part=back]');
    await page.click('[data-part=refresh]');
    await loaded(page);
    expect(await row.innerText()).not.toMatch(/^New/);
  });

  it('fetches what came since when asked to while it is still loading', async () => {
    await lookIn(hanna);
    let begin = (): void => undefined;
    let goOn = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const closed = '**/api/desk/cases?state=closed*';
    await page.context().route(closed, async (route) => {
      begin();
      await held;
      await route.continue();
    });
    await page.click('[data-part=refresh]');
    await begun;
    await report('This came while the list was loading.');
    await page.click('[data-part=refresh]');
    goOn();
    await page.locator('.row', { hasText: 'This came while the list was loading.' }).waitFor();
    await page.context().unroute(closed);
  });

  it('announces 90 days ahead what will be removed, and on which day', async () => {
    await lookIn(hanna);
    const soon = await group('purge');
    expect(soon).toContain('Closed long ago.');
    expect(soon).toMatch(/Removed \d+ \w+ \d{4}, (?:29|30|31) days left/);
    expect(soon).toContain('everything in the case is erased for good');
    await openCaseOf(page, 'Closed long ago.');
    const timeline = await page.innerText('.timeline');
    expect(timeline).toContain('Removed for good');
    expect(timeline.match(/asks about reprisals/g)).toHaveLength(2);
  });

  it('filters by state and what is new, and marks the words that were looked for', async () => {
    const { id } = await report('Brackets fail the pull test.');
    const note =
      'Ask the laboratory which brackets were tested, by whom, under what load and how often.';
    await hanna.desk.note(id, note, [], silent);
    await lookIn(hanna);
    await page.selectOption('#inbox-state', 'closed');
    expect(await page.locator('.row-title').allTextContents()).toEqual(['Closed long ago.']);
    await page.selectOption('#inbox-state', 'all');
    await page.check('[data-part=filters] [data-part=unread]');
    expect(await page.innerText('[data-part=lists]')).not.toContain('Closed long ago.');
    await page.uncheck('[data-part=filters] [data-part=unread]');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url() + (request.postData() ?? '')));
    await page.fill('#inbox-search', 'labo LABORATORY');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.excerpts:not([hidden])');
    expect(await page.locator('.row').count()).toBe(1);
    expect(await page.locator('mark').allTextContents()).toEqual(['laboratory']);
    expect(await page.locator('.excerpts li').allTextContents()).toEqual([
      '… test. Brackets fail the pull test. In accounting Ask the laboratory which brackets were tested, by whom, under what load …',
    ]);
    expect(requests.join(' ')).not.toMatch(/labo/i);
  });
});

describe('a case', () => {
  it('gets feedback and a note with a file, is closed, and left so although its reporter writes', async () => {
    const { words, id } = await report('The separator overflows.');
    await lookIn(hanna);
    await openCaseOf(page, 'The separator overflows.');
    await writeInCase(page, 'acknowledgement', 'We have it.');
    await writeInCase(page, 'feedback', 'The separator is cleaned every week now.');
    await page.click('[data-tab=notes]');
    const note = page.locator('[data-part=note-writing]');
    await note.locator('[data-part=text]').fill('The samples are attached.');
    await note.locator('input[type=file]').setInputFiles({
      name: 'samples.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('all within the limits'),
    });
    await note.locator('[data-part=submit]').click();
    await page.locator('.kind-note .file-name', { hasText: 'samples.txt' }).waitFor();
    await page.click('[data-tab=conversation]');
    await writeInCase(page, 'closure', 'We close it.', 'unsubstantiated');
    await page.click('[data-tab=files]');
    expect(await page.innerText('[data-part=all-files]')).toContain('in the notes');

    await installation.newReporter().send(words, 'It overflowed again.', [], silent);
    await openCaseOf(page, 'The separator overflows.');
    expect(await page.innerText('[data-part=decision]')).toContain('The reporter wrote after');
    await page.check(`${writing} input[value=nothing_further]`);
    await page.fill(`${writing} textarea`, 'Known already.');
    await page.click(`${writing} [data-part=submit]`);
    await installation.newReporter().send(words, 'Now it burns.', [], silent);
    await page.click(`${writing} [data-part=confirm-do]`);
    const told = page.locator(`${writing} [data-part=problem]`);
    await told.filter({ hasText: 'that you have not read' }).waitFor();
    expect(await hanna.desk.inbox('closed')).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ id, unread: true })]) as unknown,
    });
    expect(await page.inputValue(`${writing} textarea`)).toBe('Known already.');
    await page.click('[data-part=reload]');
    await page.locator('.entry', { hasText: 'Now it burns.' }).waitFor();
    expect(await page.inputValue(`${writing} textarea`)).toBe('Known already.');
    await page.click(`${writing} [data-part=submit]`);
    await page.click(`${writing} [data-part=confirm-do]`);
    await page.locator('[data-part=decision]').waitFor({ state: 'hidden' });
    await page.click('[data-tab=notes]');
    expect(await page.innerText('.kind-decision')).toContain('Known already.');
    await expectAccessible(page);
    const seen = await installation.newReporter().open(words);
    expect(seen.state).toBe('closed');
    expect(JSON.stringify(seen)).not.toMatch(/Known already|samples/);
    await page.click('[data-tab=trail]');
    await loaded(page);
    const trail = await page.innerText('[data-part=trail]');
    for (const said of ['closed the case', 'decided that nothing further is done']) {
      expect(trail).toContain(said);
    }
    expect(await hanna.desk.openCase(id)).toMatchObject({ decisionBy: null, state: 'closed' });
  });

  it('shows nothing of itself to a handler whom the reporter left out', async () => {
    await enter(harald);
    const before = {
      waiting: await page.innerText('.desk-nav'),
      rows: await page.locator('.row').allInnerTexts(),
    };
    await report('About Harald.', { leftOut: [harald.id] });

    await enter(harald);
    expect(await page.innerText('.desk-nav')).toBe(before.waiting);
    expect(await page.locator('.row').allInnerTexts()).toEqual(before.rows);
    await page.fill('#inbox-search', 'About Harald');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-part=nothing]:not([hidden])');
    await goTo(page, 'audit');
    expect(await page.innerText('.trail')).not.toContain('About Harald');

    await lookIn(hanna);
    await openCaseOf(page, 'About Harald.');
    expect(await page.innerText('.facts')).toContain('Cannot be given access');
    await page.click('[data-tab=access]');
    expect(await page.isVisible('[data-part=grant-form]')).toBe(false);
    expect(await page.innerText('[data-panel=access]')).toContain('Cannot be given access');
  });

  it('takes no file that is larger than the server takes, and says so before it is sent', async () => {
    await report('With a large file.');
    await lookIn(hanna);
    await openCaseOf(page, 'With a large file.');
    expect(await page.innerText(writing)).toContain('At most 1 GB each');
    // a file that says so of itself is enough: nothing of it is read
    await page.evaluate(() => {
      const large = new File(['x'], 'film.mp4');
      Object.defineProperty(large, 'size', { value: 2 ** 31 });
      const picker = document.querySelector('[data-part=writing] input[type=file]');
      Object.defineProperty(picker, 'files', { value: [large, new File(['y'], 'small.txt')] });
      picker?.dispatchEvent(new Event('change'));
    });
    expect(await page.innerText(`${writing} [data-part=problem]`)).toContain('film.mp4');
    expect(await page.locator(`${writing} .chosen .file-name`).allTextContents()).toEqual([
      'small.txt',
    ]);
  });

  it('shows what came in meanwhile when it is loaded again, and keeps what is being written', async () => {
    const { words } = await report('More will follow.');
    await lookIn(hanna);
    await openCaseOf(page, 'More will follow.');
    await page.fill(`${writing} textarea`, 'An answer in the making.');
    await installation.newReporter().send(words, 'This follows.', [], silent);
    await page.click('[data-part=reload]');
    await page.locator('.entry', { hasText: 'This follows.' }).waitFor();
    expect(await page.inputValue(`${writing} textarea`)).toBe('An answer in the making.');
  });

  it('keeps a note that was begun while other cases are read', async () => {
    await lookIn(hanna);
    await openCaseOf(page, 'With a large file.');
    await page.click('[data-tab=notes]');
    await page.fill('[data-part=note-writing] textarea', 'Begun and not saved.');
    await page.waitForFunction(
      () =>
        document.querySelector('[data-part=note-writing] [data-part=draft-note]')?.textContent !==
        '',
    );
    await openCaseOf(page, 'Closed long ago.');
    await openCaseOf(page, 'With a large file.');
    await page.click('[data-tab=notes]');
    expect(await page.inputValue('[data-part=note-writing] textarea')).toBe('Begun and not saved.');
  });

  it('shows a text that the reporter attached, in a frame of its own', async () => {
    const file = fileOf(new TextEncoder().encode('Day 1: two\nDay 2: one'), {
      name: 'days.txt',
      type: 'text/plain',
    });
    await installation.report({ text: 'With a list.' }, [file]);
    await lookIn(hanna);
    await openCaseOf(page, 'With a list.');
    await page.click('.entry [data-part=preview]');
    const frame = page.frameLocator('dialog iframe');
    expect(await frame.locator('pre').innerText()).toContain('Day 2: one');
  });
});

// last, since it changes how harald signs in
describe('one-time codes', () => {
  it('are switched on with an app, asked for at the next sign-in, and no other code opens', async () => {
    await enter(harald);
    await goTo(page, 'account');
    await page.click('[data-part=codes-start]');
    await page.waitForSelector('.qr svg');
    const secret = (await page.innerText('[data-part=secret]')).replaceAll(' ', '');
    await page.fill('#codes-confirm', codeOf(secret, clock.now()));
    await page.click('[data-part=codes-confirm-form] [type=submit]');
    await page.getByText('One-time codes are on.').waitFor();
    await page.click('[data-part=sign-out]');
    await page.click('[data-part=again]');
    await page.fill('#sign-in-name', harald.name);
    await page.fill('#sign-in-passphrase', harald.passphrase);
    await page.click('form [type=submit]');
    await page.waitForSelector('[data-part=code-field]:not([hidden])');
    await page.fill('#sign-in-code', '000000');
    await page.click('form [type=submit]');
    await page.getByText(/code is wrong/).waitFor();
    // browsers note every refusal
    complaints.length = 0;
    clock.set(new Date(clock.now().getTime() + 30_000));
    await page.fill('#sign-in-code', codeOf(secret, clock.now()));
    await page.click('form [type=submit]');
    await page.waitForSelector('.desk-nav');
  });
});
