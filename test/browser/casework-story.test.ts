import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { addDays, addMonths, dayOf, reporterKeys, type Day } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { openCaseOf, partOf, writeInCase } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import type { Installation } from '../support/installation.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded } from './desk-page.js';
import { expectInOrder, tellStory } from './told-story.js';

// Two handlers and the persons, requests, disclosures, restriction and hold of their cases: a real
// server, a page for each that stays open, and between them somebody who writes down what is sent. The
// tests of this file are steps of one story and run in their order.

const DAY = 86_400_000;

const story = tellStory();
const { secret, deskOf } = story;
let installation: Installation;
let hanna: Page;
let harald: Page;
let today: Day;
let words: string[];
let heldWords: string[];

beforeAll(async () => {
  const now = new Date();
  today = dayOf(now, 'UTC');
  const clock = createTestClock(new Date(now.getTime() - 700 * DAY));
  installation = await story.start({ clock });
  ({ words: heldWords } = await installation.report({ text: 'The lorry is weighed empty.' }));
  const closure = { kind: 'closure', outcome: 'substantiated', text: 'It is.' } as const;
  const [first, second] = installation.handlers;
  await first.desk.reply(reporterKeys(heldWords).caseId, closure, [], silent);
  clock.set(now);
  for (const each of [first, second]) await (await installation.signIn(each)).inbox('open');
  ({ words } = await installation.report({
    text: 'On 3 March the foreman let two guards write four hours each at the northern gate.',
  }));
  await story.overhear();
  [hanna, harald] = await Promise.all([deskOf(first), deskOf(second)]);
}, 120_000);

const dayText = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day));

/** A form of a case, opened by the summary above it where it is folded. */
async function unfold(page: Page, name: string): Promise<Locator> {
  const form = partOf(page, name);
  const fold = page.locator('details', { has: form }).last();
  if ((await fold.getAttribute('open')) === null) await fold.locator('> summary').click();
  return form;
}

async function fill(form: Locator, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = partOf(form, name);
    const isList = await field.evaluate((each) => each instanceof HTMLSelectElement);
    await (isList ? field.selectOption(value) : field.fill(value));
  }
}

const send = (form: Locator): Promise<void> => form.locator('[type=submit]').click();

/** A line of a list in the case, once it says this. */
async function line(page: Page, list: string, text: string | RegExp): Promise<string> {
  const found = partOf(page, list).locator('> li').filter({ hasText: text });
  await found.waitFor();
  return found.innerText();
}

async function reload(page: Page, tab: string): Promise<void> {
  await partOf(page, 'reload').click();
  await loaded(page);
  await page.click(`[data-tab=${tab}]`);
}

const action = (page: Page, label: string): Promise<void> =>
  page.getByRole('button', { name: label }).click();

it('persons are deferred, told, heard and told of the outcome, and no reporter learns of it', async () => {
  const kim = secret('Kim');
  const wanda = secret('Wanda');
  const deferral = secret('The books could vanish');
  const review = addMonths(today, 2);
  await openCaseOf(hanna, 'On 3 March');
  await hanna.click('[data-tab=persons]');
  for (const [name, part] of [
    [kim, 'concerned'],
    [wanda, 'witness'],
  ] as const) {
    const form = await unfold(hanna, 'person-form');
    await fill(form, { name, part });
    await send(form);
    // the month runs from the report, since the data are there from then on
    const due = dayText(addMonths(today, 1));
    expect(await line(hanna, 'persons', name)).toMatch(new RegExp(`by ${due}`, 'u'));
  }
  await action(hanna, `Told or deferred: ${kim}`);
  const deferring = partOf(hanna, 'inform-form');
  await fill(deferring, { state: 'deferred', day: review });
  await send(deferring);
  await deferring.getByText('Write the reasons.').waitFor();
  await partOf(deferring, 'text').fill(deferral);
  await expectInOrder(hanna);
  await send(deferring);
  const waits = `Telling waits; to be looked at again by ${dayText(review)}. ${deferral}`;
  expect(await line(hanna, 'persons', waits)).toContain(kim);
  const timeline = await partOf(hanna, 'timeline').innerText();
  expect(timeline).toContain(`Tell a person in the case: ${wanda}`);
  expect(timeline).toContain(`Look again at what is not yet told: ${kim}`);

  await openCaseOf(harald, 'On 3 March');
  await harald.click('[data-tab=persons]');
  await line(harald, 'persons', waits);
  await action(harald, `Told or deferred: ${kim}`);
  await send(partOf(harald, 'inform-form'));
  await line(harald, 'persons', `Told on ${dayText(today)} that data are kept.`);
  const heard = secret('Two came');
  await action(harald, `Heard: ${kim}`);
  await partOf(harald, 'hear-form').locator('[data-part=text]').fill(heard);
  await send(partOf(harald, 'hear-form'));
  await line(harald, 'persons', `Heard on ${dayText(today)}. ${heard}`);
  const stated = secret('I saw one');
  await action(harald, `Heard: ${wanda}`);
  await fill(partOf(harald, 'hear-form'), { form: 'statement', text: stated });
  await send(partOf(harald, 'hear-form'));
  await line(harald, 'persons', `Statement of ${dayText(today)}. ${stated}`);
  const outcome = secret('Hours were corrected');
  await action(harald, `Told of the outcome: ${kim}`);
  await partOf(harald, 'outcome-form').locator('[data-part=text]').fill(outcome);
  await send(partOf(harald, 'outcome-form'));
  await line(harald, 'persons', `Told of the outcome on ${dayText(today)}. ${outcome}`);

  await reload(hanna, 'notes');
  const notes = await partOf(hanna, 'notes').innerText();
  expect(notes).toContain(`Hanna Handler noted that telling ${kim} waits`);
  expect(notes).toContain(`Harald Handler noted that ${kim} was told of the outcome`);
  expect(await partOf(hanna, 'timeline').innerText()).not.toContain('not yet told');
  const seen = JSON.stringify(await installation.newReporter().open(words));
  for (const each of [kim, wanda, deferral, heard, stated]) expect(seen).not.toContain(each);
}, 120_000);

it('an extract names no source, as far as a program sees, and is printed, saved and handed over', async () => {
  const [kim = ''] = [...story.secrets.values()];
  await hanna.click('[data-tab=persons]');
  await action(hanna, `Extract: ${kim}`);
  const form = partOf(hanna, 'extract-form');
  await partOf(form, 'sources').getByText('at the northern gate').waitFor();
  await partOf(form, 'text').fill('It is said that you let two guards write four hours each.');
  await send(form);
  await partOf(form, 'findings').getByText('let two guards write four hours each').waitFor();
  expect(await partOf(hanna, 'extracts').locator('> li').count()).toBe(0);
  await expectInOrder(hanna);
  const said = secret('More was charged for than was worked');
  await partOf(form, 'text').fill(said);
  await partOf(form, 'check').click();
  await partOf(form, 'findings').getByText('Nothing was found').waitFor();
  await send(form);
  await line(hanna, 'extracts', said);
  await hanna.evaluate(() => {
    window.print = () => undefined;
  });
  await action(hanna, `Print: ${kim}`);
  const sheet = await hanna.locator('.print-sheet').textContent();
  await hanna.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  expect(sheet).toContain(said);
  expect(sheet).not.toContain('northern gate');
  const [file] = await Promise.all([
    hanna.waitForEvent('download'),
    action(hanna, `Save as text: ${kim}`),
  ]);
  expect(await readFile(await file.path(), 'utf8')).toBe(`${said}\n`);

  await reload(harald, 'persons');
  await partOf(harald, 'extracts').getByRole('button', { name: 'Change' }).click();
  await partOf(harald, 'extract-form').locator('[data-part=given]').fill(today);
  await send(partOf(harald, 'extract-form'));
  await line(harald, 'extracts', `Handed over on ${dayText(today)}.`);
}, 120_000);

it('a request is extended, refused with remedies or granted, and stands in the register', async () => {
  const [kim = ''] = [...story.secrets.values()];
  const received = addDays(today, -20);
  const police = secret('Police');
  const scope = secret('The hours of March');
  await hanna.click('[data-tab=record]');
  const disclosing = await unfold(hanna, 'disclosure-form');
  await fill(disclosing, { recipient: police, ground: 'Investigation', scope });
  await send(disclosing);
  await disclosing.getByText('Say whether it tells who').waitFor();
  await fill(disclosing, { identity: 'no' });
  await send(disclosing);
  await line(hanna, 'disclosures', `Disclosed: ${scope}`);

  const asks = secret('A cousin');
  for (const [right, name] of [
    ['access', asks],
    ['rectification', kim],
  ] as const) {
    const form = await unfold(hanna, 'request-form');
    await fill(form, { right, by: 'named', received });
    await partOf(form, 'name').fill(name);
    await send(form);
    const said = await line(hanna, 'requests', name);
    expect(said).toContain(`by ${dayText(addMonths(received, 1))}`);
    expect(said).toContain('Not identified yet');
  }
  const anonymous = await unfold(hanna, 'request-form');
  await fill(anonymous, { right: 'access', by: 'anonymous_reporter', received: today });
  await send(anonymous);
  expect(await line(hanna, 'requests', 'Access: the reporter')).toContain('by the case key');
  await expectInOrder(hanna);

  await reload(harald, 'record');
  const many = secret('Forty files');
  await action(harald, `Extend: Access: ${asks}`);
  await send(partOf(harald, 'extend-form'));
  await partOf(harald, 'extend-form').getByText('Write the reason').waitFor();
  await fill(partOf(harald, 'extend-form'), { text: many });
  await send(partOf(harald, 'extend-form'));
  const extended = await line(harald, 'requests', `told on ${dayText(today)}: ${many}`);
  expect(extended).toContain(`by ${dayText(addMonths(received, 3))}`);
  const reasons = secret('Nobody of that name');
  const answering = partOf(harald, 'answer-form');
  await action(harald, `Answer: Access: ${asks}`);
  await fill(answering, { answer: 'granted' });
  await send(answering);
  await answering.getByText('how this person was identified').waitFor();
  await fill(answering, { answer: 'refused', text: reasons });
  await send(answering);
  await answering.getByText('complaint and the court').waitFor();
  await partOf(answering, 'remedies').check();
  await send(answering);
  expect(await line(harald, 'requests', reasons)).toContain('refused');
  expect(await partOf(harald, 'notices-section').isVisible()).toBe(false);

  await action(harald, `Change: Rectification: ${kim}`);
  await fill(partOf(harald, 'request-form'), { identified: 'Passport' });
  await send(partOf(harald, 'request-form'));
  await line(harald, 'requests', 'Identified: Passport.');
  await action(harald, `Answer: Rectification: ${kim}`);
  await fill(answering, { answer: 'granted' });
  await send(answering);
  // whoever was given the data before is to be told
  expect(await line(harald, 'notices', police)).toContain('to be told');
  await expectInOrder(harald);

  await goTo(harald, 'requests');
  await partOf(harald.locator('.requests'), 'start').click();
  await partOf(harald, 'found').waitFor();
  await line(harald, 'list', 'Access: the reporter');
  expect(await partOf(harald, 'list').locator('> li').count()).toBe(1);
  await partOf(harald, 'settled').check();
  await line(harald, 'list', reasons);
  expect(await partOf(harald, 'list').locator('> li').count()).toBe(3);
  await expectInOrder(harald);
  const [table] = await Promise.all([
    harald.waitForEvent('download'),
    partOf(harald, 'save').click(),
  ]);
  const saved = await readFile(await table.path(), 'utf8');
  for (const each of [asks, kim, reasons, 'Passport', addMonths(received, 3)]) {
    expect(saved).toContain(each);
  }
}, 120_000);

it('a correction stands at what it corrects, and its recipients are told or it is said why not', async () => {
  const police = story.secrets.get('Police') ?? '';
  const right = secret('It was 4 March');
  await reload(hanna, 'record');
  const form = await unfold(hanna, 'correction-form');
  const report = partOf(form, 'of').locator('option', { hasText: 'Report' });
  await partOf(form, 'of').selectOption((await report.getAttribute('value')) ?? '');
  await partOf(form, 'whole').check();
  await fill(form, { 'correction-text': right });
  await send(form);
  const open = partOf(hanna, 'notices').locator('> li', { hasText: 'to be told' });
  await expect.poll(() => open.count()).toBe(2);
  const telling = partOf(hanna, 'notice-form');
  await open.first().getByRole('button').click();
  await send(telling);
  await expect.poll(() => open.count()).toBe(1);
  const why = secret('The station is closed');
  await open.getByRole('button').click();
  await fill(telling, { state: 'not_possible' });
  await send(telling);
  await telling.getByText('Write the reason').waitFor();
  await fill(telling, { text: why });
  await send(telling);
  expect(await line(hanna, 'notices', why)).toContain(police);
  await expect.poll(() => open.count()).toBe(0);
  await expectInOrder(hanna);

  await openCaseOf(harald, 'On 3 March');
  const entry = partOf(harald, 'conversation').locator('> li', { hasText: 'the northern gate' });
  await entry.getByText(`Corrected by Hanna Handler`).waitFor();
  expect(await entry.innerText()).toContain(right);
  const seen = JSON.stringify(await installation.newReporter().open(words));
  for (const each of [right, why, police]) expect(seen).not.toContain(each);
}, 120_000);

it('a restricted case takes answers and nothing else until the restriction ends', async () => {
  const contested = secret('Wanda contests it');
  const review = addMonths(today, 1);
  await hanna.click('[data-tab=record]');
  const form = await unfold(hanna, 'restriction-form');
  await fill(form, { 'restriction-ground': 'accuracy', 'restriction-review': review });
  await send(form);
  await partOf(form, 'problem').waitFor();
  await fill(form, { 'restriction-text': contested });
  await send(form);
  await partOf(hanna, 'restriction-state').getByText('The case is restricted').waitFor();
  await partOf(hanna, 'timeline').getByText('Look at the restriction again').waitFor();

  await reload(harald, 'record');
  expect(await partOf(harald, 'restriction-facts').innerText()).toContain(contested);
  await partOf(harald, 'correction-restricted').waitFor();
  expect(await partOf(harald, 'correction-new').isVisible()).toBe(false);
  await expectInOrder(harald);
  await installation.newReporter().send(words, 'It was the southern gate.', [], silent);
  await reload(harald, 'conversation');
  await harald.locator('.entry', { hasText: 'the southern gate' }).waitFor();
  await writeInCase(harald, 'reply', 'Thank you, we look into it.');
  const { entries } = await installation.newReporter().open(words);
  expect(JSON.stringify(entries)).toContain('Thank you, we look into it.');

  await harald.click('[data-tab=record]');
  const ended = secret('Both were told');
  await fill(partOf(harald, 'unrestriction-form'), { 'unrestriction-text': ended });
  await send(partOf(harald, 'unrestriction-form'));
  await partOf(harald, 'restriction-state').getByText('Not restricted.').waitFor();
  await reload(hanna, 'notes');
  await partOf(hanna, 'notes').getByText(`ended the restriction: ${ended}`).waitFor();
  await hanna.click('[data-tab=record]');
  await partOf(hanna, 'correction-new').waitFor();
}, 120_000);

/** How many cases a nightly run removes now. */
async function purged(): Promise<number | undefined> {
  const { server, clock } = installation;
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  return (await retention.run())?.purged.cases;
}

/** The closed case at somebody's desk. */
async function openHeld(page: Page): Promise<void> {
  await goTo(page, 'inbox');
  await partOf(page, 'state').selectOption('closed');
  await page.locator('.row-open', { hasText: 'The lorry is weighed' }).click();
  await page.locator('.entry').first().waitFor();
  await page.click('[data-tab=record]');
}

it('a held case outlives its time, and goes on towards its end once the hold is lifted', async () => {
  const [, second] = installation.handlers;
  await openHeld(hanna);
  const removal = partOf(hanna, 'timeline').locator('li', { hasText: 'Removed for good' });
  const left = Number(/\d+(?= days left)/u.exec(await removal.innerText())?.[0]);
  expect(left).toBeGreaterThan(25);
  const scope = secret('All weights of the summer');
  const form = await unfold(hanna, 'hold-form');
  const review = addDays(today, left + 20);
  await fill(form, { 'hold-ground': 'court', 'hold-reference': 'T 1-26', 'hold-review': review });
  await send(form);
  await partOf(form, 'problem').waitFor();
  await fill(form, { 'hold-decided': 'The board', 'hold-scope': scope });
  await expectInOrder(hanna);
  await send(form);
  await partOf(hanna, 'hold-state').getByText('A hold is in force').waitFor();
  await removal.waitFor({ state: 'detached' });

  const later = left + 10;
  installation.clock.addDays(later);
  expect(await purged()).toBe(0);
  await hanna.context().close();
  await harald.context().close();
  harald = await deskOf(second, later);
  await goTo(harald, 'inbox');
  await partOf(harald, 'state').selectOption('closed');
  await harald.getByText('No day of removal: held').waitFor();
  await openHeld(harald);
  const facts = await partOf(harald, 'hold-facts').innerText();
  for (const each of ['Order of a court', 'T 1-26', 'The board', scope, dayText(review)]) {
    expect(facts).toContain(each);
  }
  await partOf(harald, 'timeline').getByText('Look at the hold again').waitFor();
  const lifting = partOf(harald, 'release-form');
  await send(lifting);
  await partOf(lifting, 'problem').waitFor();
  await fill(lifting, { 'release-text': secret('The court has ruled') });
  await send(lifting);
  await partOf(harald, 'hold-state').getByText('No hold.').waitFor();
  // the days that were left at the hold are left again
  const end = partOf(harald, 'timeline').locator('li', { hasText: 'Removed for good' });
  expect(await end.innerText()).toContain(dayText(addDays(today, later + left)));
  await expectInOrder(harald);

  installation.clock.addDays(left - 1);
  expect(await purged()).toBe(0);
  installation.clock.addDays(1);
  expect(await purged()).toBe(1);
  const desk = await installation.signIn(second);
  const { rows } = await desk.inbox('closed');
  expect(rows.filter(({ title }) => title.includes('lorry'))).toEqual([]);
}, 120_000);

it('and none of what was written was sent or stored in clear', () => {
  expect(story.overheard()).toBeGreaterThan(100);
  expect(story.secrets.size).toBeGreaterThan(15);
  expect(story.traces()).toEqual([]);
});
