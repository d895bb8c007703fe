import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { addDays, addMonths, dayOf, reporterKeys, type Day } from '../../crypto/private.js';
import { partOf } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import type { Installation } from '../support/installation.js';
import { openCaseWith } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded } from './desk-page.js';
import { expectInOrder, tellStory } from './told-story.js';

// What two handlers plan and decide inside their cases, and what an administrator decides about all of
// a channel that then shows in their lists: a real server, a page for each, and between them somebody who
// writes down what is sent. The tests of this file are steps of one story.

const PHONE = { width: 390, height: 844 };
const LEAK = 'Oil runs into the drain.';
const DRAIN = 'The drain is black.';
/** The second handler may not read this one. */
const BOSS = 'The second handler knew of the oil.';

const story = tellStory();
const { secret, deskOf } = story;
let installation: Installation;
let hanna: Page;
let harald: Page;
let today: Day;

beforeAll(async () => {
  const now = new Date();
  today = dayOf(now, 'UTC');
  const clock = createTestClock(now);
  installation = await story.start({ clock });
  const [first, second] = installation.handlers;
  for (const [text, leftOut] of [
    [LEAK, []],
    [DRAIN, []],
    [BOSS, [second.id]],
  ] as const) {
    const { words } = await installation.report({ text, leftOut: [...leftOut] });
    await first.desk.openCase(reporterKeys(words).caseId);
  }
  await story.overhear();
  [hanna, harald] = await Promise.all([deskOf(first), deskOf(second)]);
}, 120_000);

const dayText = (day: string, dateStyle: 'long' | 'medium' = 'medium'): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle, timeZone: 'UTC' }).format(new Date(day));

/** Sees what a page shows at a desk and on a phone. */
async function check(page: Page): Promise<void> {
  const before = page.viewportSize() ?? PHONE;
  for (const size of [before, PHONE]) {
    await page.setViewportSize(size);
    await expectInOrder(page);
  }
  await page.setViewportSize(before);
}

const send = (form: Locator): Promise<void> => form.locator('[type=submit]').click();

/** The list with all that is in it. */
async function list(page: Page): Promise<void> {
  await goTo(page, 'inbox');
  await partOf(page, 'refresh').click();
  await loaded(page);
}

async function open(page: Page, title: string, tab = 'work'): Promise<void> {
  await list(page);
  await page.locator('.row-open', { hasText: title }).click();
  await page.locator('section.case [data-part="content"]').waitFor();
  await page.click(`[data-tab=${tab}]`);
}

async function reload(page: Page, tab = 'work'): Promise<void> {
  await partOf(page, 'reload').click();
  await loaded(page);
  await page.click(`[data-tab=${tab}]`);
}

const rowOf = (page: Page, title: string): Locator => page.locator('.row', { hasText: title });

/** A date of the case, as its name, its day and what stands beside it. */
const step = (page: Page, name: string): Locator =>
  partOf(page, 'timeline').locator('li', { hasText: name });

it('a task has a day in both lists, until the handler whom it is for has done it', async () => {
  const asks = secret('Ask the harbour');
  const due = addDays(today, 3);
  await open(hanna, LEAK);
  const form = partOf(hanna, 'task-form');
  await send(form);
  await partOf(form, 'problem').getByText('Write what is to be done.').waitFor();
  await partOf(form, 'task-name').fill(asks);
  await partOf(form, 'task-due').fill(due);
  await partOf(form, 'task-reader').selectOption({ label: 'Harald Handler' });
  await send(form);
  await step(hanna, asks).waitFor();
  expect(await step(hanna, asks).innerText()).toMatch(/3 days left · own plan/u);
  await check(hanna);

  await list(harald);
  await rowOf(harald, LEAK)
    .getByText(`Task by ${dayText(due)} (own plan)`)
    .waitFor();
  await open(harald, LEAK);
  const task = partOf(harald, 'tasks').locator('> li', { hasText: asks });
  expect(await task.innerText()).toContain(`by ${dayText(due)}: 3 days left`);
  expect(await partOf(task, 'reader').innerText()).toBe('Harald Handler');
  await partOf(task, 'done').click();
  await partOf(task, 'reopen').waitFor();

  await reload(hanna);
  const done = partOf(hanna, 'tasks').locator('> li', { hasText: asks });
  expect(await partOf(done, 'state').innerText()).toBe('done');
  expect(await step(hanna, asks).getAttribute('class')).toContain('done');
  await hanna.click('[data-tab=notes]');
  await partOf(hanna, 'notes').getByText(`Harald Handler, task: ${asks} (done).`).waitFor();
  await goTo(harald, 'inbox');
  expect(await rowOf(harald, LEAK).innerText()).not.toContain('Task by');
}, 120_000);

it('a link leads to the other case whoever may read it, and names it to nobody else', async () => {
  await hanna.click('[data-tab=work]');
  const form = partOf(hanna, 'link-form');
  for (const [relation, other] of [
    ['same_matter', DRAIN],
    ['follows', BOSS],
  ] as const) {
    await partOf(form, 'relation').selectOption(relation);
    await partOf(form, 'other').selectOption({ label: other });
    await send(form);
    await partOf(hanna, 'links').getByRole('button', { name: other }).waitFor();
  }
  await check(hanna);

  await open(harald, LEAK);
  const links = partOf(harald, 'links').locator('> li');
  expect(await links.count()).toBe(2);
  const unseen = links.filter({ hasText: 'A case that is not in your list' });
  expect(await unseen.getByRole('button').allInnerTexts()).toEqual(['Unlink']);
  expect(await harald.content()).not.toContain(BOSS);
  await check(harald);
  await links.getByRole('button', { name: DRAIN }).click();
  await partOf(harald, 'conversation').locator('.entry', { hasText: DRAIN }).waitFor();

  await partOf(hanna, 'links').locator('> li', { hasText: BOSS }).getByText('Unlink').click();
  await expect.poll(() => partOf(hanna, 'links').locator('> li').count()).toBe(1);
  await open(harald, LEAK);
  expect(await links.count()).toBe(1);
}, 120_000);

it('nobody is told that a case is not there whose list was left before it was loaded', async () => {
  const held = '**/api/desk/cases?state=*';
  let letGo: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await list(harald);
  await harald.context().route(held, async (route) => {
    // the open cases come; the closed ones only once the list was left
    if (route.request().url().includes('state=closed')) await waiting;
    await route.continue();
  });
  await partOf(harald, 'refresh').click();
  await rowOf(harald, LEAK).waitFor();
  await harald.locator('.row-open', { hasText: LEAK }).click();
  await partOf(harald, 'conversation').locator('.entry', { hasText: LEAK }).waitFor();
  await harald.click('[data-tab=work]');
  await partOf(harald, 'partial').first().getByText('left before all were loaded').waitFor();
  await check(harald);
  letGo();
  await open(harald, LEAK);
  await partOf(harald, 'links').getByRole('button', { name: DRAIN }).waitFor();
  expect(await partOf(harald, 'partial').first().isVisible()).toBe(false);
  // not before what was held has gone on, else it is let go twice
  await harald.context().unroute(held);
}, 120_000);

it('who is responsible for a case is chosen in it, and found by it', async () => {
  const form = partOf(hanna, 'responsible-form');
  const responsible = async (name: string): Promise<void> => {
    await send(form);
    await partOf(hanna, 'notes').getByText(`made responsible: ${name}.`).waitFor({
      state: 'attached',
    });
  };
  await form.getByLabel('Harald Handler').check();
  await responsible('Harald Handler');
  await reload(harald);
  expect(await partOf(harald, 'responsible-form').getByLabel('Harald Handler').isChecked()).toBe(
    true,
  );
  await goTo(harald, 'inbox');
  await partOf(harald, 'mine').check();
  await expect.poll(() => harald.locator('.row-title').allTextContents()).toEqual([LEAK]);
  expect(await rowOf(harald, LEAK).innerText()).toContain('Responsible: Harald Handler');
  await partOf(harald, 'mine').uncheck();
  await form.getByLabel('Harald Handler').uncheck();
  await form.getByLabel('Hanna Handler').check();
  await responsible('Hanna Handler');
  await partOf(harald, 'refresh').click();
  await rowOf(harald, LEAK).getByText('Responsible: Hanna Handler').waitFor();
}, 120_000);

it('that a case is still needed is decided with a day, on which the other handler looks, too', async () => {
  const claim = secret('A claim is before the court');
  const review = addDays(today, 40);
  await open(hanna, LEAK, 'record');
  const form = partOf(hanna, 'keep-form');
  await hanna.locator('details', { has: form }).last().locator('> summary').click();
  await send(form);
  await partOf(form, 'problem').waitFor();
  await partOf(form, 'keep-text').fill(claim);
  await partOf(form, 'keep-review').fill(review);
  await check(hanna);
  await send(form);
  await partOf(hanna, 'disposal-state').getByText(claim).waitFor();

  await open(harald, LEAK, 'record');
  const said = await partOf(harald, 'disposal-state').innerText();
  expect(said).toContain(`Still needed, decided on ${dayText(today)}: ${claim}`);
  expect(said).toContain(`To be looked at again by ${dayText(review)}.`);
  const looking = await step(harald, 'Look whether the case is still needed').innerText();
  expect(looking).toContain(dayText(review));
  expect(looking).toContain('40 days left');
}, 120_000);

it('a shorter rule names to each handler the own cases that it moves, before it counts', async () => {
  const [first] = installation.handlers;
  const { rows } = await first.desk.inbox('open');
  const closure = { kind: 'closure', outcome: 'substantiated', text: 'It was stopped.' } as const;
  for (const title of [DRAIN, BOSS]) {
    const id = rows.find((row) => row.title === title)?.id ?? '';
    await first.desk.reply(id, closure, [], silent);
  }
  const anna = await deskOf(installation.administrator);
  await goTo(anna, 'channel');
  const form = anna.locator('form', { has: partOf(anna, 'public-body') });
  await anna.locator('details', { has: form }).last().locator('> summary').click();
  await form.getByText('A rule of our own').click();
  await partOf(form, 'months-first').fill('12');
  await partOf(form, 'reason').fill('We need them for a year.');
  await partOf(form, 'preview').click();
  const [from, to] = [24, 12].map((months) => dayText(addMonths(today, months)));
  const line = `${from ?? ''} → ${to ?? ''}`;
  // an administrator sees days, and no case
  const moves = `on ${dayText(today)}: from ${from ?? ''} to ${to ?? ''}`;
  await partOf(form, 'moves-list').getByText(moves).waitFor();
  for (const title of [DRAIN, BOSS]) expect(await anna.content()).not.toContain(title);
  await check(anna);
  await partOf(form, 'rule-publish').click();
  await partOf(form, 'rule-saved').getByText('Published.').waitFor();
  await anna.context().close();

  for (const [page, titles] of [
    [hanna, [BOSS, DRAIN]],
    [harald, [DRAIN]],
  ] as const) {
    await list(page);
    const box = partOf(page, 'moved');
    await box.locator('summary').click();
    const counts = `the shorter time counts from ${dayText(addDays(today, 90))} on.`;
    await box.getByText(counts).waitFor();
    const named = await partOf(box, 'cases').locator('li').allInnerTexts();
    expect(named.sort()).toEqual(titles.map((title) => `${title} ${line}`).sort());
    await check(page);
  }
}, 120_000);

it('what is promised counts for reports of the days after, and is named beside the law’s last day', async () => {
  const anna = await deskOf(installation.administrator);
  await goTo(anna, 'channel');
  const dates = anna.locator('section:has(> #channel-dates)');
  await dates.locator('summary').click();
  await partOf(dates, 'acknowledgement').fill('2');
  await partOf(dates, 'feedback').fill('30');
  await partOf(dates, 'promise-reason').fill('We are many.');
  await send(dates);
  const promised =
    'acknowledgement within 2 days of receipt and feedback within 30 days of receipt';
  await partOf(dates, 'promises').getByText(promised).waitFor();
  await check(anna);
  await anna.context().close();

  installation.clock.addDays(1);
  const tomorrow = addDays(today, 1);
  const { words } = await installation.report({ text: 'The oil is back.' });
  await hanna.context().close();
  await harald.context().close();
  harald = await deskOf(installation.handlers[1], 1);
  await open(harald, 'The oil is back.');
  expect(await partOf(harald, 'law').innerText()).toContain(promised);
  const acknowledging = await step(harald, 'Acknowledge by').innerText();
  expect(acknowledging).toContain(dayText(addDays(tomorrow, 2)));
  expect(acknowledging).toContain('2 days left · promise');
  expect(acknowledging).toContain(`legal limit ${dayText(addDays(tomorrow, 7))}`);
  const feedback = await step(harald, 'Give feedback by').innerText();
  expect(feedback).toContain(dayText(addDays(tomorrow, 30)));
  expect(feedback).toContain('promise');
  await check(harald);
  await open(harald, LEAK);
  expect(await step(harald, 'Acknowledge by').innerText()).toContain('6 days left · law');

  const page = await story.open('/en/return', { ahead: 1, viewport: PHONE });
  await openCaseWith(page, words);
  const said = await page.innerText('#timeline');
  expect(said).toContain(`First answer by ${dayText(addDays(tomorrow, 2), 'long')}`);
  expect(said).toContain(`Feedback by ${dayText(addDays(tomorrow, 30), 'long')}`);
  await check(page);
}, 120_000);

it('and none of what the handlers wrote was sent or stored in clear', () => {
  expect(story.overheard()).toBeGreaterThan(50);
  expect(story.secrets.size).toBe(2);
  expect(story.traces()).toEqual([]);
});
