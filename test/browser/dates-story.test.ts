import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { addDays, addMonths, dayOf, type Day } from '../../crypto/private.js';
import { openCaseOf, partOf, writeInCase } from '../support/desk-page.js';
import type { Installation } from '../support/installation.js';
import { openCaseWith } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded } from './desk-page.js';
import { expectInOrder, tellStory } from './told-story.js';

// What two handlers decide about the dates of their cases, in a Swedish channel that follows Spain's act
// later on, and what their reporters see of it: a real server, a page for each handler, and between them
// somebody who writes down what is sent. The tests of this file are steps of one story.

const PHONE = { width: 390, height: 844 };

const story = tellStory();
const { secret, deskOf } = story;
let installation: Installation;
let hanna: Page;
let harald: Page;
let today: Day;
let swedish: string[];
let spanish: string[];

/** A reporter's page with the case that a key opens. */
async function reading(words: readonly string[], ahead = 0): Promise<Page> {
  const page = await story.open('/en/return', { ahead, viewport: PHONE });
  await openCaseWith(page, words);
  return page;
}

beforeAll(async () => {
  const now = new Date();
  today = dayOf(now, 'UTC');
  const clock = createTestClock(now);
  installation = await story.start({ clock });
  ({ words: swedish } = await installation.report({
    text: 'On 3 March the scales were set back.',
    language: 'en',
  }));
  await story.overhear();
  const [first, second] = installation.handlers;
  [hanna, harald] = await Promise.all([deskOf(first), deskOf(second)]);
}, 120_000);

const dayText = (day: string, dateStyle: 'long' | 'medium' = 'medium'): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle, timeZone: 'UTC' }).format(new Date(day));

/** Sees what a handler's page shows at a desk and on a phone. */
async function checkEverywhere(page: Page): Promise<void> {
  const before = page.viewportSize() ?? PHONE;
  await expectInOrder(page);
  await page.setViewportSize(PHONE);
  await expectInOrder(page);
  await page.setViewportSize(before);
}

const send = (form: Locator): Promise<void> => form.locator('[type=submit]').click();

/** The dates of the case, each as its name, its day and what stands beside it. */
async function steps(page: Page): Promise<string[]> {
  const all = await partOf(page, 'timeline').locator('li').all();
  return Promise.all(
    all.map(async (step) => {
      const [name, day, note] = await Promise.all(
        ['.step-name', '[data-part=day]', '[data-part=note]'].map((each) =>
          step.locator(each).textContent(),
        ),
      );
      return `${name ?? ''} | ${day?.replace(/ at the latest$/u, '') ?? ''} | ${note ?? ''}`;
    }),
  );
}

/** Waits until the dates have this one. */
async function step(page: Page, name: string): Promise<void> {
  await partOf(page, 'timeline').locator('.step-name', { hasText: name }).waitFor();
}

async function open(page: Page, title: string): Promise<void> {
  await openCaseOf(page, title);
  await page.click('[data-tab=work]');
}

async function reload(page: Page): Promise<void> {
  await partOf(page, 'reload').click();
  await loaded(page);
}

const milestones = (page: Page): Promise<string[]> =>
  page.locator('#timeline li').allTextContents();

it('an acknowledgement is left out on a ground of the act, and the reporter’s page keeps its day', async () => {
  const because = secret('Only one person weighs at night');
  await open(hanna, 'On 3 March');
  const planned = `Acknowledge by | ${dayText(addDays(today, 7))} | 7 days left · law`;
  expect(await steps(hanna)).toContain(planned);
  const waiver = partOf(hanna, 'waiver-form');
  await partOf(waiver, 'waiver-reason').selectOption('would_identify');
  await partOf(waiver, 'waiver-text').fill(because);
  await checkEverywhere(hanna);
  await send(waiver);
  await step(hanna, 'Acknowledgement left out');
  await waiver.waitFor({ state: 'hidden' });

  await open(harald, 'On 3 March');
  const seen = await steps(harald);
  const ground = 'There is reason to think that it would reveal who the reporter is';
  expect(seen).toContain(`Acknowledgement left out | ${dayText(today)} | ${ground}`);
  expect(seen.join('\n')).not.toContain('Acknowledge by');
  expect(seen).toEqual(await steps(hanna));
  expect(await partOf(harald, 'waiver-form').isVisible()).toBe(false);
  await harald.click('[data-tab=notes]');
  await partOf(harald, 'notes').getByText('Hanna Handler left the acknowledgement out').waitFor();

  const reporter = await reading(swedish);
  expect(await milestones(reporter)).toContain(
    `First answer by ${dayText(addDays(today, 7), 'long')}`,
  );
  expect(await reporter.content()).not.toContain(because);
  await expectInOrder(reporter);
  await reporter.context().close();
}, 120_000);

it('an addition that a reporter wants confirmed has a day, until the other handler confirms it', async () => {
  const reporter = await reading(swedish);
  await reporter.fill('#answer-text', 'It was the northern scale. Please confirm.');
  await reporter.click('#answer button[type=submit]');
  await reporter.locator('.entry', { hasText: 'northern scale' }).waitFor();

  await reload(hanna);
  await hanna.click('[data-tab=work]');
  const form = partOf(hanna, 'confirmation-form');
  await partOf(form, 'confirmation-by').fill('');
  await send(form);
  await partOf(form, 'problem').getByText('Choose a day').waitFor();
  const by = addDays(today, 5);
  await partOf(form, 'confirmation-by').fill(by);
  await send(form);
  const line = `Asked on ${dayText(today)}, to be confirmed by ${dayText(by)}.`;
  await partOf(form, 'confirmations').getByText(line).waitFor();
  await checkEverywhere(hanna);
  // no act of Sweden has it: a promise
  const due = `Confirm an addition | ${dayText(by)} | 5 days left · promise`;
  expect(await steps(hanna)).toContain(due);

  await reload(harald);
  expect(await steps(harald)).toContain(due);
  await harald.click('[data-tab=conversation]');
  await writeInCase(harald, 'reply', 'Yes, we have it.');
  await harald.click('[data-tab=work]');
  const asked = partOf(harald, 'confirmations').locator('li');
  await partOf(asked, 'given').click();
  await asked.waitFor({ state: 'detached' });
  await reload(hanna);
  expect(await steps(hanna)).toContain(`Confirm an addition | ${dayText(today)} | `);
  await hanna.click('[data-tab=work]');
  expect(await partOf(hanna, 'confirmations').locator('li').count()).toBe(0);

  await reporter.reload();
  await openCaseWith(reporter, swedish);
  await reporter.locator('.entry', { hasText: 'Yes, we have it.' }).waitFor();
  expect(await milestones(reporter)).toContain(`First answer on ${dayText(today, 'long')}`);
  await expectInOrder(reporter);
  await reporter.context().close();
}, 120_000);

it('further feedback is asked for, is due a time after each that was given, and can be ended', async () => {
  const form = partOf(hanna, 'further-form');
  await partOf(form, 'further-months').fill('13');
  await send(form);
  await partOf(form, 'problem').getByText('from 1 to 12').waitFor();
  await partOf(form, 'further-months').fill('2');
  await send(form);
  await step(hanna, 'Further feedback asked for');
  await partOf(form, 'further-hint').getByText('every 2 months').waitFor();
  // until the first was given that one is due, and nothing else
  const first = `Give feedback by | ${dayText(addMonths(today, 3))}`;
  expect((await steps(hanna)).some((each) => each.startsWith(first))).toBe(true);
  expect((await steps(hanna)).join('\n')).not.toContain('Give further feedback');

  await reload(harald);
  await harald.click('[data-tab=conversation]');
  await writeInCase(harald, 'feedback', 'The scales are sealed now.');
  const due = `Give further feedback | ${dayText(addMonths(today, 2))}`;
  const seen = await steps(harald);
  expect(seen.find((each) => each.startsWith(due))).toMatch(/days left · promise$/u);
  expect(seen).toContain(`Feedback given | ${dayText(today)} | `);
  expect(seen).toContain(`Further feedback asked for | ${dayText(today)} | `);
  await reload(hanna);
  expect(await steps(hanna)).toEqual(seen);
  await checkEverywhere(hanna);

  const reporter = await reading(swedish);
  await reporter.locator('.entry', { hasText: 'The scales are sealed now.' }).waitFor();
  expect(await milestones(reporter)).toContain(`Feedback on ${dayText(today, 'long')}`);
  await reporter.context().close();
}, 120_000);

it('a channel follows another country’s act from then on, and older cases keep theirs', async () => {
  const anna = await deskOf(installation.administrator);
  await goTo(anna, 'channel');
  const settings = partOf(anna, 'settings');
  // the names of the channel are in two languages
  for (const language of ['fi', 'nb']) await settings.locator(`[value=${language}]`).uncheck();
  await partOf(settings, 'country-choice').selectOption('ES');
  await partOf(settings, 'country-reason').fill('The company moved to Vigo.');
  await checkEverywhere(anna);
  await send(settings);
  const dates = anna.locator('section:has(> #channel-dates)');
  await dates.getByText('It can be put off by 3 months with a reason.').waitFor();
  await anna.context().close();
  ({ words: spanish } = await installation.report({
    text: 'The batteries stand in the server room.',
    language: 'en',
  }));
  await reload(hanna);
  expect(await partOf(hanna, 'law').innerText()).toContain('Lag (2021:890)');
  await open(hanna, 'The batteries');
  expect(await partOf(hanna, 'law').innerText()).toContain('Ley 2/2023');
  // the act knows no case without an acknowledgement
  expect(await partOf(hanna, 'waiver-form').isVisible()).toBe(false);
}, 120_000);

it('feedback is put off with reasons, the reporter is told by the ready text, and both desks name the day', async () => {
  const witnesses = secret('Two witnesses are at sea');
  const [plain, latest] = [addMonths(today, 3), addMonths(today, 6)];
  const form = partOf(hanna, 'extension-form');
  expect(await steps(hanna)).toContainEqual(
    expect.stringMatching(`^Give feedback by \\| ${dayText(plain)} \\| \\d+ days left · law$`),
  );
  await send(form);
  await partOf(form, 'problem').getByText('Write the reason.').waitFor();
  await partOf(form, 'extension-text').fill(witnesses);
  await partOf(form, 'extension-by').fill(addDays(latest, 1));
  await send(form);
  await partOf(form, 'problem')
    .getByText(`no later than ${dayText(latest)}`)
    .waitFor();
  await partOf(form, 'extension-by').fill(latest);
  await checkEverywhere(hanna);
  await send(form);
  await step(hanna, 'Feedback put off');
  const tell = partOf(hanna, 'tell');
  await tell.getByText(`Feedback now comes by ${dayText(latest)}.`).waitFor();
  await checkEverywhere(hanna);
  await partOf(tell, 'tell-do').click();
  const writing = partOf(hanna, 'writing');
  const text = partOf(writing, 'text');
  const ready = await text.inputValue();
  expect(ready).toContain(`than until ${dayText(plain, 'long')}`);
  expect(ready).toContain(`You get our feedback by ${dayText(latest, 'long')}.`);
  await writing.locator('input[type=radio][value=reply]').check();
  // it is not sent with the reason left open
  await send(writing);
  await partOf(writing, 'problem').getByText('[the reason]').waitFor();
  await text.fill(ready.replace('[the reason]', 'we hear people who are abroad'));
  await send(writing);
  await partOf(hanna, 'conversation').getByText('we hear people who are abroad').waitFor();
  await expectInOrder(hanna);

  await open(harald, 'The batteries');
  const seen = await steps(harald);
  expect(seen).toContain(`Feedback put off | ${dayText(today)} | `);
  expect(seen).toContainEqual(
    expect.stringMatching(`^Give feedback by \\| ${dayText(latest)} \\| \\d+ days left · law$`),
  );
  expect(seen).toEqual(await steps(hanna));
  await harald.click('[data-tab=notes]');
  const noted = `Hanna Handler put feedback off until ${dayText(latest)}. Reason: ${witnesses}`;
  await partOf(harald, 'notes').getByText(noted).waitFor();

  const reporter = await reading(spanish);
  await reporter.locator('.entry', { hasText: dayText(latest, 'long') }).waitFor();
  expect(await reporter.content()).not.toContain(witnesses);
  await expectInOrder(reporter);
  await reporter.context().close();
}, 120_000);

it('and a hundred days later nothing is late that was put off or left out', async () => {
  const later = 100;
  const { clock, handlers } = installation;
  clock.addDays(later);
  await hanna.context().close();
  await harald.context().close();
  harald = await deskOf(handlers[1], later);
  await goTo(harald, 'inbox');
  const row = harald.locator('.row', { hasText: 'The batteries' });
  const left = `Give feedback by ${dayText(addMonths(today, 6))} (law): `;
  await row.getByText(left).waitFor();
  expect(await row.innerText()).not.toContain(dayText(addMonths(today, 3)));
  await open(harald, 'On 3 March');
  const seen = (await steps(harald)).join('\n');
  expect(seen).not.toContain('Acknowledge by');
  expect(seen).toMatch(/Give further feedback \| [^|]+ \| \d+ days late · promise/u);
  await harald.click('[data-tab=conversation]');
  await writeInCase(harald, 'feedback', 'The scales are still sealed.');
  const next = `Give further feedback | ${dayText(addMonths(addDays(today, later), 2))}`;
  expect((await steps(harald)).some((each) => each.startsWith(next))).toBe(true);
  await harald.click('[data-tab=work]');
  await partOf(harald, 'further-end').click();
  const step = partOf(harald, 'timeline').locator('.step-name', { hasText: 'urther feedback' });
  await expect.poll(() => step.count()).toBe(0);
  await expectInOrder(harald);

  const reporter = await reading(spanish, later);
  const missed = `Feedback overdue since ${dayText(addMonths(today, 3), 'long')}`;
  expect(await milestones(reporter)).toContain(missed);
  const overdue = await reporter.locator('#overdue').innerText();
  expect(overdue).toContain('unless an answer of the readers named a later one');
  await expectInOrder(reporter);
  await reporter.context().close();
}, 120_000);

it('and none of the reasons was sent or stored in clear', () => {
  expect(story.overheard()).toBeGreaterThan(50);
  expect(story.secrets.size).toBe(2);
  expect(story.traces()).toEqual([]);
});
