import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { dayOf, reporterKeys } from '../../crypto/private.js';
import type { ReportInput } from '../../client/models.js';
import { openCaseOf, partOf, signInInBrowser, writeInCase } from '../support/desk-page.js';
import type { Installation, InstallationPerson } from '../support/installation.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded } from './desk-page.js';
import { expectInOrder, tellStory } from './told-story.js';

// Many cases at once: two handlers label, assign, filter, search and close them, then they and an
// auditor count the year. A real server, and a page for each. The tests are steps of one story.

const SPAM = 'This is no report. Thank you.';
const label = `Lottery ${randomUUID().slice(0, 8)}`;
const filterName = `Filter ${randomUUID()}`;
const comment = `Sent to all ${randomUUID()}`;
/** Sent by its author as words of a report, and looked for by a handler. */
const wanted = `crane ${randomUUID()}`;

const story = tellStory();
const { deskOf } = story;
let installation: Installation;
let rita: InstallationPerson;
let hanna: Page;
let harald: Page;
let year: string;
const prizes: string[][] = [];

const idOf = (words: readonly string[]): string => reporterKeys(words).caseId;

beforeAll(async () => {
  const now = new Date();
  year = dayOf(now, 'UTC').slice(0, 4);
  const clock = createTestClock(now);
  installation = await story.start({ clock });
  const [first, second] = installation.handlers;
  // an auditor counts what is closed from then on
  rita = await installation.add('auditor', 'rita', 'Rita Ek, auditor');
  const report = async (change: Partial<ReportInput>): Promise<string[]> =>
    (await installation.report(change)).words;
  for (const number of [1, 2, 3, 4, 5, 6]) {
    prizes.push(await report({ text: `You won prize ${number.toString()}.` }));
  }
  const foams = [
    await report({ text: 'The stream foams.', category: 'environment' }),
    await report({ text: 'The stream foams again.', category: 'environment' }),
  ];
  const boss = { text: 'The boss shouts.', category: 'harassment', leftOut: [second.id] } as const;
  const rest = [
    await report({ ...boss, leftOut: [...boss.leftOut] }),
    await report({ text: `The ${wanted} leans.`, category: 'work_safety' }),
  ];
  // all were read but the last prize
  for (const words of [...prizes.slice(0, 5), ...foams, ...rest]) {
    await first.desk.openCase(idOf(words));
  }
  await first.desk.work(idOf(prizes[4] ?? []), {
    kind: 'hold',
    ground: 'authority',
    reference: '',
    decidedBy: 'The board',
    scope: 'Where they come from.',
    review: `${(Number(year) + 1).toString()}-12-31`,
  });
  [hanna, harald] = await Promise.all([deskOf(first), deskOf(second)]);
}, 120_000);

async function refresh(page: Page): Promise<void> {
  await goTo(page, 'inbox');
  await partOf(page, 'refresh').click();
  await loaded(page);
}

async function search(page: Page, words: string): Promise<void> {
  await page.fill('#inbox-search', words);
  await page.press('#inbox-search', 'Enter');
  await loaded(page);
}

const rowOf = (page: Page, title: string): Locator =>
  page.locator('.row').filter({ has: page.getByText(title, { exact: true }) });

/** Waits until the list shows these cases and no others. */
async function expectCases(page: Page, titles: readonly string[]): Promise<void> {
  const shown = async (): Promise<string[]> =>
    (await page.locator('.row-title').allTextContents()).sort();
  await expect.poll(shown, { timeout: 20_000 }).toEqual(titles);
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `You won prize ${(at + 1).toString()}.`);

/** Chooses the rows that are shown, and opens the dialog for one thing to be done in all of them. */
async function withAllShown(page: Page, subject: string): Promise<Locator> {
  await partOf(page, 'choose-all').click();
  await partOf(page, `bulk-${subject}`).click();
  return page.locator('dialog');
}

const press = (dialog: Locator, name: string): Promise<void> =>
  dialog.getByRole('button', { name }).click();

it('a label goes on what a search found, comes off one again, and is there at the other desk', async () => {
  await search(hanna, 'prize');
  await expectCases(hanna, numbered(6));
  const dialog = await withAllShown(hanna, 'label');
  await partOf(dialog, 'label').fill(label);
  await press(dialog, 'Look at what will happen');
  await expectInOrder(hanna);
  await press(dialog, 'Put it on 6 cases');
  await dialog.getByText('Done in 6 cases.').waitFor();
  await press(dialog, 'Close');
  await rowOf(hanna, 'You won prize 6.').getByText(label).waitFor();
  await rowOf(hanna, 'You won prize 1.').locator('.row-choose').check();
  await partOf(hanna, 'bulk-label').click();
  await dialog.getByLabel('Take it off').check();
  await dialog.getByRole('button', { name: label }).click();
  await press(dialog, 'Look at what will happen');
  await press(dialog, 'Take it off 1 case');
  await dialog.getByText('Done in 1 case.').waitFor();
  await press(dialog, 'Close');
  await rowOf(hanna, 'You won prize 1.').getByText(label).waitFor({ state: 'detached' });

  await refresh(harald);
  await partOf(harald, 'label').selectOption(label);
  await expectCases(harald, numbered(6).slice(1));
  await partOf(harald, 'label').selectOption('');
}, 120_000);

it('who is responsible is changed where that person can read the case, and told where not', async () => {
  await search(hanna, '');
  for (const title of ['The boss shouts.', `The ${wanted} leans.`]) {
    await rowOf(hanna, title).locator('.row-choose').check();
  }
  await partOf(hanna, 'bulk-assign').click();
  const dialog = hanna.locator('dialog');
  await partOf(dialog, 'reader').selectOption({ label: 'Harald Handler' });
  await press(dialog, 'Look at what will happen');
  await press(dialog, 'Change 2 cases');
  await dialog.getByText('Done in 1 case.').waitFor();
  const failed = await partOf(dialog, 'failed').innerText();
  expect(failed).toContain('The boss shouts.');
  expect(failed).toContain('that person cannot read it');
  await expectInOrder(hanna);
  await press(dialog, 'Close');
  await rowOf(hanna, `The ${wanted} leans.`).getByText('Responsible: Harald Handler').waitFor();

  await refresh(harald);
  await partOf(harald, 'mine').check();
  await expectCases(harald, [`The ${wanted} leans.`]);
  await partOf(harald, 'mine').uncheck();
}, 120_000);

it('a search and its filters are saved under a name, and taken up again after signing out', async () => {
  const asked: string[] = [];
  hanna.context().on('request', (request) => {
    asked.push(`${request.url()} ${request.postData() ?? ''}`);
  });
  await search(hanna, wanted);
  await expectCases(hanna, [`The ${wanted} leans.`]);
  expect(await hanna.locator('mark').allTextContents()).not.toEqual([]);
  await hanna.selectOption('#inbox-category', 'work_safety');
  await partOf(hanna, 'save-filter').click();
  await partOf(hanna, 'save-name').fill(filterName);
  await partOf(hanna, 'save-name').press('Enter');
  await expect.poll(() => hanna.inputValue('#inbox-saved')).toBe(filterName);
  await expectInOrder(hanna);
  await goTo(hanna, 'account');
  await partOf(hanna, 'sign-out').click();
  await partOf(hanna, 'again').click();
  const { name, passphrase } = installation.handlers[0];
  await signInInBrowser(hanna, name, passphrase);
  await loaded(hanna);
  await rowOf(hanna, 'You won prize 1.').waitFor();
  await partOf(hanna, 'saved').waitFor();
  await partOf(hanna, 'save-filter').focus();
  await hanna.keyboard.press('1');
  await hanna.locator('.excerpts:not([hidden])').waitFor();
  await expectCases(hanna, [`The ${wanted} leans.`]);
  expect(await hanna.inputValue('#inbox-category')).toBe('work_safety');
  await partOf(hanna, 'save-remove').click();
  await partOf(hanna, 'saved').waitFor({ state: 'hidden' });
  const sent = asked.map((each) => decodeURIComponent(each)).join('\n');
  expect(sent).toContain('/api/desk/');
  for (const each of [wanted, filterName, 'work_safety']) expect(sent).not.toContain(each);
}, 120_000);

/** Closes what is chosen as spam or duplicate; answers what the dialog named as not closed. */
async function close(outcome: string, text: string, cases: string): Promise<Locator> {
  await partOf(hanna, 'bulk-close').click();
  const dialog = hanna.locator('dialog');
  await dialog.locator(`[value=${outcome}]`).check();
  await partOf(dialog, 'text').fill(text);
  await partOf(dialog, 'note').fill(comment);
  await press(dialog, 'Look at what will happen');
  await press(dialog, `Close ${cases}`);
  return dialog;
}

it('what is no report is closed together, and what is new, held or double is not by mistake', async () => {
  await search(hanna, 'prize');
  await hanna.selectOption('#inbox-category', '');
  await partOf(hanna, 'choose-all').click();
  const dialog = await close('spam', SPAM, '5 cases');
  expect(await partOf(dialog, 'out').locator('li').allTextContents()).toEqual([
    expect.stringMatching(/^You won prize 6\. .*: the reporter wrote something/u),
  ]);
  await dialog.getByText('Done in 4 cases.').waitFor();
  const failed = await partOf(dialog, 'failed').innerText();
  expect(failed).toMatch(/You won prize 5\. .*: it is under a legal hold/u);
  await press(dialog, 'Close');
  const reporter = installation.newReporter();
  for (const words of prizes.slice(0, 4)) {
    const seen = await reporter.open(words);
    expect(seen.state).toBe('closed');
    expect(JSON.stringify(seen)).toContain(SPAM);
    expect(JSON.stringify(seen)).not.toContain(comment);
  }
  expect((await reporter.open(prizes[4] ?? [])).state).toBe('open');

  const desk = await installation.signIn(installation.handlers[0]);
  await desk.work(idOf(prizes[4] ?? []), { kind: 'release', text: 'Nothing came of it.' });
  await openCaseOf(hanna, 'You won prize 6.');
  await goTo(hanna, 'inbox');
  await partOf(hanna, 'state').selectOption('open');
  await expectCases(hanna, numbered(6).slice(4));
  await partOf(hanna, 'choose-all').click();
  await close('spam', SPAM, '2 cases');
  await dialog.getByText('Done in 2 cases.').waitFor();
  await press(dialog, 'Close');

  await search(hanna, '');
  await rowOf(hanna, 'The stream foams again.').locator('.row-choose').check();
  await close('duplicate', 'We handle it in the other case.', '1 case');
  await dialog.getByText('Done in 1 case.').waitFor();
  await press(dialog, 'Close');
  await refresh(harald);
  await partOf(harald, 'state').selectOption('closed');
  await expectCases(harald, ['The stream foams again.', ...numbered(6)]);
  await rowOf(harald, 'The stream foams again.').getByText('handled in another case').waitFor();
}, 120_000);

async function count(page: Page): Promise<void> {
  await goTo(page, 'figures');
  await page.getByRole('button', { name: 'Count the figures' }).click();
  await page.locator('.figures-tables').waitFor();
  await partOf(page, 'year').selectOption(year);
}

/** The lines of a table of the sheet, each as its cells. */
async function table(page: Page, name: string): Promise<string[][]> {
  const rows = await page.getByRole('table', { name }).locator('tr').all();
  const cells = (row: Locator): Promise<string[]> => row.locator('th, td').allTextContents();
  return (await Promise.all(rows.map(cells))).map((each) => each.filter((text) => text !== ''));
}

it('the year is counted from what remains, with damage and small numbers only where asked for', async () => {
  await partOf(harald, 'state').selectOption('all');
  await openCaseOf(harald, 'The stream foams.');
  await harald.click('[data-tab=work]');
  const money = partOf(harald, 'money-form');
  await partOf(money, 'damage').fill('120 000');
  await partOf(money, 'currency').fill('sek');
  await money.locator('[type=submit]').click();
  await expect.poll(() => partOf(money, 'currency').inputValue()).toBe('SEK');
  await harald.click('[data-tab=conversation]');
  await writeInCase(harald, 'closure', 'It was soap, and is stopped.', 'substantiated');

  await count(hanna);
  expect(await table(hanna, 'In short')).toEqual([
    ['Reports received in the year, without the few that are still open', '8'],
    ['Cases closed in the year', '8'],
    ['Cases open today', 'hidden'],
  ]);
  // six of one outcome and one of each of two: from the six and the sum the few could be worked out
  expect(await table(hanna, 'Closed, by outcome')).toEqual([['All', 'hidden']]);
  expect(await hanna.locator('.chart-bar rect').count()).toBeGreaterThan(0);
  await expectInOrder(hanna);
  const [file] = await Promise.all([hanna.waitForEvent('download'), partOf(hanna, 'save').click()]);
  expect(file.suggestedFilename()).toBe(`casekey-figures-${year}.csv`);
  const saved = await readFile(await file.path(), 'utf8');
  expect(saved).toContain('"Cases closed in the year","8"');
  expect(saved).not.toContain('SEK');

  await partOf(hanna, 'small').check();
  await partOf(hanna, 'small-warning').waitFor();
  expect(await table(hanna, 'In short')).toEqual([
    ['Reports received in the year', '10'],
    ['Cases closed in the year', '8'],
    ['Cases open today', '2'],
  ]);
  expect(await table(hanna, 'Received, by subject')).toContainEqual(['Environment', '2']);
  expect(await table(hanna, 'Closed, by outcome')).toContainEqual(['Not a report', '6']);
  expect((await table(hanna, 'Estimated damage')).at(-1)).toEqual(['SEK', '1', '120,000', '0']);
  await hanna.evaluate(() => {
    window.print = () => undefined;
  });
  await partOf(hanna, 'print').click();
  const pdf = (await hanna.pdf({ format: 'A4' })).toString('latin1');
  expect([...pdf.matchAll(/\/Type\s*\/Page\b/gu)]).toHaveLength(1);
  await hanna.evaluate(() => window.dispatchEvent(new Event('afterprint')));

  // whoever was left out counts the case of nobody but themselves out
  await count(harald);
  await partOf(harald, 'small').check();
  expect(await table(harald, 'In short')).toContainEqual(['Cases open today', '1']);
}, 120_000);

it('an auditor counts the same closed cases, and asks for no case', async () => {
  const page = await deskOf(rita);
  const asked: string[] = [];
  page.context().on('request', (request) => {
    asked.push(new URL(request.url()).pathname);
  });
  await count(page);
  await page.getByText('You read no case').waitFor();
  await partOf(page, 'small').check();
  // what the sheet does not count stands on it too, for whoever gets the paper alone
  expect(await partOf(page, 'sheet').innerText()).toContain('Counted by an auditor');
  expect(await table(page, 'In short')).toEqual([
    ['Reports received in the year', '8'],
    ['Cases closed in the year', '8'],
  ]);
  expect(await table(page, 'Closed, by outcome')).toEqual(await table(hanna, 'Closed, by outcome'));
  await expectInOrder(page);
  expect(asked.some((path) => path.startsWith('/api/desk/'))).toBe(true);
  expect(asked.filter((path) => path.startsWith('/api/desk/cases'))).toEqual([]);
}, 120_000);

it('and no label, filter, word looked for or closing text stands anywhere in clear', () => {
  expect(story.traces({ label, filterName, comment, wanted, SPAM })).toEqual([]);
});
