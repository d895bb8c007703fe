import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { reportInput } from '../support/fixtures.js';
import { openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { overflow } from './desk-page.js';

// A reporter seals who they are, a handler asks, the custodian opens, the reporter sees it and answers
// whether somebody outside may know: with a real server, and a page for each.

let browser: Browser;
let installation: Installation;
let iris: InstallationPerson;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  iris = await installation.addCustodian('iris', 'Iris Falk');
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}

async function deskOf(person: InstallationPerson): Promise<Page> {
  const { page } = await openPage(browser, `${installation.address}/desk/en/`);
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

it('goes from the form through the custodian and back to the conversation', async () => {
  const writing = (await openReporterPage(browser, installation, '/en/write')).page;
  await writing.waitForSelector('#step-write:not([hidden])');
  await writing.fill('#text', 'The invoices of March were paid twice.');
  await writing.click('#form button[type=submit]');
  await writing.click('#step-files [data-go=next]');
  const words = await saveKey(writing);
  // nothing is given unless it is asked for
  expect(await writing.locator('#identity-fields').isVisible()).toBe(false);
  await writing.check('#identity-add');
  expect(await writing.locator('#identity-who').innerText()).toContain('Iris Falk');
  await writing.fill('#identity-name', 'Robin Sand');
  await writing.fill('#identity-reach', '+46 70 000 00 00');
  await check(writing);
  await writing.click('#send-now');
  await writing.waitForSelector('#step-done:not([hidden])');

  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The invoices of March');
  await handler.click('#tab-persons');
  await partOf(handler, 'ask').locator('summary').click();
  const asking = partOf(handler, 'ask-form');
  await asking.locator('[value=name]').check();
  await partOf(asking, 'reason').fill('The police want to hear a witness.');
  await asking.locator('[type=submit]').click();
  await partOf(handler.locator('#panel-persons'), 'requests').getByText('not answered').waitFor();
  await check(handler);

  const custodian = await deskOf(iris);
  const request = custodian.locator('li.custody');
  await request.getByText('The police want to hear a witness.').waitFor();
  expect(await custodian.locator('.desk-nav').innerText()).not.toContain('Inbox');
  await check(custodian);
  await partOf(request, 'open').click();
  await partOf(request, 'identity').getByText('Robin Sand').waitFor();
  await check(custodian);
  await partOf(request, 'pass-form').locator('[type=submit]').click();
  await request.getByText('Answered on').waitFor();

  await partOf(handler, 'reload').click();
  await partOf(handler.locator('#panel-persons'), 'requests').getByText('Robin Sand').waitFor();
  expect(await partOf(handler.locator('#panel-persons'), 'requests').innerText()).not.toContain(
    '+46 70',
  );
  await partOf(handler, 'talk').locator('summary').click();
  const talking = partOf(handler, 'talk-form');
  await partOf(talking, 'to').fill('The police');
  await partOf(talking, 'what').fill('Your name');
  await partOf(talking, 'text').fill('They want to hear you as a witness.');
  await talking.locator('[type=submit]').click();
  await partOf(handler, 'talks').getByText('not answered').waitFor();

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  const opening = reading.locator('.entry', { hasText: 'Your identity was opened' });
  expect(await opening.innerText()).toContain('The police want to hear a witness.');
  expect(await opening.innerText()).toContain('Iris Falk');
  await reading.getByRole('button', { name: 'I agree' }).click();
  await reading.locator('.entry', { hasText: 'You agreed.' }).waitFor();
  await reading.click('#identity-fold summary');
  await check(reading);
  await reading.click('#identity-back');
  await reading.locator('#identity-sent').waitFor();
  expect(await reading.locator('#identity-state').innerText()).toContain('not said who you are');

  await partOf(handler, 'reload').click();
  await partOf(handler, 'talks').getByText('agreed').waitFor();
  await handler.click('#tab-record');
  await partOf(handler, 'export-fold').locator('summary').click();
  await partOf(handler, 'export-form').locator('[data-part=purpose]').fill('For the police.');
  await partOf(handler, 'export-form').locator('[type=submit]').click();
  const making = partOf(handler, 'export-make');
  await partOf(making, 'outside').check();
  await partOf(making, 'recipient').fill('The police');
  await partOf(making, 'ground').fill('A hearing');
  const agreed = 'Yes: the reporter agreed (The police: “Your name”)';
  await partOf(making, 'identity').selectOption({ label: agreed });
  // what was agreed to stands there, and is not called the scope of a whole case
  const terms = await partOf(making, 'terms').innerText();
  expect(terms).toContain('about this, and about nothing else: Your name');
  expect(terms).toContain('The whole case holds more');
  expect(await partOf(making, 'scope').inputValue()).toBe('');
  await check(handler);
  await partOf(making, 'scope').fill('The whole case');
  const [file] = await Promise.all([
    handler.waitForEvent('download'),
    partOf(making, 'save').click(),
  ]);
  const saved = await readFile(await file.path(), 'utf8');
  expect(saved).toContain('The reporter agrees.');
  expect(saved).toContain(agreed);
  expect(await partOf(handler, 'disclosures').innerText()).toContain(agreed);
}, 240_000);

it('is refused with a reason, and goes outside by law after the reporter read the reasons in writing', async () => {
  const { words } = await installation.report({
    text: 'The scales in hall two are set too low.',
    identity: { name: 'Kim Berg', reach: '', relation: '', text: '' },
  });
  const handler = await deskOf(installation.handlers[0]);
  await openCaseOf(handler, 'The scales in hall two');
  await handler.click('#tab-persons');
  const persons = handler.locator('#panel-persons');
  await partOf(handler, 'ask').locator('summary').click();
  const asking = partOf(handler, 'ask-form');
  await asking.locator('[value=name]').check();
  await partOf(asking, 'reason').fill('I should like to know.');
  await asking.locator('[type=submit]').click();
  await partOf(persons, 'requests').getByText('not answered').waitFor();

  const custodian = await deskOf(iris);
  const request = custodian.locator('li.custody', { hasText: 'I should like to know.' });
  await partOf(request, 'refusal').locator('summary').click();
  const refusing = partOf(request, 'refuse-form');
  await refusing.locator('[type=submit]').click();
  await partOf(refusing, 'problem').waitFor();
  expect(await request.innerText()).toContain('Not answered.');
  await check(custodian);
  await partOf(refusing, 'reason-refused').fill('Nothing in the case needs it.');
  await refusing.locator('[type=submit]').click();
  await request.getByText('Answered on').waitFor();
  expect(await partOf(request, 'open').isVisible()).toBe(false);
  expect(await refusing.isVisible()).toBe(false);
  await check(custodian);

  await partOf(handler, 'reload').click();
  await partOf(persons, 'requests').getByText('Nothing in the case needs it.').waitFor();
  const answered = await partOf(persons, 'requests').innerText();
  expect(answered).toContain('Iris Falk refused on');
  expect(answered).not.toContain('Kim Berg');

  await handler.click('#tab-record');
  const disclosing = partOf(handler, 'disclosure-form');
  const basis = partOf(disclosing, 'identity');
  // the law alone is no basis before the reporter was told
  expect(await basis.locator('option').allTextContents()).not.toContainEqual(
    expect.stringContaining('the reporter was told why'),
  );
  await handler.click('#tab-persons');
  await partOf(handler, 'talk').locator('summary').click();
  const telling = partOf(handler, 'talk-form');
  await partOf(telling, 'basis').selectOption('obligation');
  await partOf(telling, 'to').fill('The public prosecutor');
  await partOf(telling, 'what').fill('What you wrote about yourself');
  await telling.locator('[type=submit]').click();
  await partOf(telling, 'problem').waitFor();
  await partOf(telling, 'text').fill('A court ordered it on 3 March, in case B 12.');
  await telling.locator('[type=submit]').click();
  await partOf(persons, 'talks').getByText('The public prosecutor').waitFor();
  await check(handler);

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  const told = reading.locator('.entry', { hasText: 'as the law demands' });
  const letter = await told.innerText();
  expect(letter).toContain('The public prosecutor');
  expect(letter).toContain('A court ordered it on 3 March, in case B 12.');
  // it is told, not asked
  expect(await told.getByRole('button', { name: 'I agree' }).count()).toBe(0);
  expect(await reading.locator('.entry', { hasText: 'was opened' }).count()).toBe(0);
  await check(reading);

  await handler.click('#tab-record');
  const fold = handler.locator('details', { has: disclosing });
  await fold.locator('> summary').click();
  await partOf(disclosing, 'recipient').fill('The public prosecutor');
  await partOf(disclosing, 'on').fill('2026-03-05');
  await partOf(disclosing, 'ground').fill('The order of a court');
  await partOf(disclosing, 'scope').fill('The name');
  await disclosing.locator('[type=submit]').click();
  await partOf(disclosing, 'problem').getByText('Say whether it tells who').waitFor();
  const law =
    'Yes: law demands it, and the reporter was told why ' +
    '(The public prosecutor: “What you wrote about yourself”)';
  await partOf(disclosing, 'recipient').fill('A newspaper');
  await basis.selectOption({ label: law });
  // what somebody wrote stays; an empty scope begins with what the reporter was told of
  expect(await partOf(disclosing, 'scope').inputValue()).toBe('The name');
  await partOf(disclosing, 'scope').fill('');
  await basis.selectOption('no');
  await basis.selectOption({ label: law });
  expect(await partOf(disclosing, 'scope').inputValue()).toBe('What you wrote about yourself');
  expect(await partOf(disclosing, 'terms').innerText()).toContain('What you wrote about yourself');
  // it goes to whom the reporter read of
  expect(await partOf(disclosing, 'recipient').inputValue()).toBe('The public prosecutor');
  expect(await partOf(disclosing, 'recipient').isEditable()).toBe(false);
  await check(handler);
  await disclosing.locator('[type=submit]').click();
  await partOf(handler, 'disclosures').getByText(law).waitFor();
  await check(handler);
}, 240_000);

it('is marked where it came through a key that a handler made, and so is a request about data', async () => {
  const [hanna] = installation.handlers;
  const text = 'Somebody called about the crane.';
  const key = await hanna.desk.newCallerKey();
  const report = reportInput(installation.channel, key, { text });
  const how = { way: 'phone', receivedOn: '2026-01-05', key: 'handed_over' } as const;
  const shown = [...installation.handlers, iris].map((each) => each.id);
  const recorded = { ...report, ...how, shown } as const;
  const { id } = await hanna.desk.record(recorded, [], () => undefined);
  const robin = { name: 'Robin Sand', reach: '', relation: '', text: '' };
  await installation.newReporter().identify(key, robin);
  await hanna.desk.askIdentity(id, ['name'], 'The police ask.');
  const custodian = await deskOf(iris);
  const request = custodian.locator('li.custody', { hasText: 'The police ask.' });
  await partOf(request, 'open').click();
  await partOf(request, 'identity').getByText('Robin Sand').waitFor();
  await partOf(request, 'pass-form').locator('[type=submit]').click();
  await request.getByText('Answered on').waitFor();

  const handler = await deskOf(hanna);
  await openCaseOf(handler, text);
  await handler.click('#tab-persons');
  const given = partOf(handler.locator('#panel-persons'), 'requests');
  await given.getByText('Robin Sand').waitFor();
  expect(await given.innerText()).toContain('Through a key that a handler made');
  await handler.click('#tab-record');
  const form = partOf(handler, 'request-form');
  await handler.locator('details', { has: form }).locator('> summary').click();
  await partOf(form, 'by').selectOption('anonymous_reporter');
  await partOf(form, 'by-hint').getByText('does not prove who asks').waitFor();
  await partOf(form, 'received').fill('2026-01-06');
  await check(handler);
  await form.locator('[type=submit]').click();
  const line = 'Identified by a case key that a handler made.';
  await partOf(handler.locator('#panel-record'), 'requests').getByText(line).waitFor();
}, 240_000);

it('lets an agreement be taken back once the case is closed, and nothing new be agreed to there', async () => {
  const { words } = await installation.report({ text: 'The lift was never inspected.' });
  const { desk } = installation.handlers[0];
  const { caseId } = reporterKeys(words);
  const ask = async (to: string): Promise<string> => {
    const what = {
      basis: 'consent',
      to,
      what: 'Your name',
      text: 'They ask who you are.',
    } as const;
    const { identityTalks } = await desk.talkIdentity(caseId, what);
    return identityTalks.find((talk) => talk.to === to)?.hash ?? '';
  };
  await installation.newReporter().consent(words, await ask('The police'), 'agree');
  await ask('The newspaper');
  const closure = { kind: 'closure', outcome: 'minor', text: 'Closed.' } as const;
  await desk.reply(caseId, closure, [], () => undefined);

  const reading = (await openReporterPage(browser, installation, '/en/return')).page;
  await openCaseWith(reading, words);
  const asked = (to: string): Locator => reading.locator('.entry', { hasText: to });
  const back = asked('The police').getByRole('button');
  expect(await back.allInnerTexts()).toEqual(['Take my agreement back']);
  expect(await asked('The newspaper').getByRole('button').count()).toBe(0);
  await check(reading);
  await back.click();
  await reading.locator('.entry', { hasText: 'You took your agreement back.' }).waitFor();
  expect(await asked('The police').getByRole('button').count()).toBe(0);

  const handler = await deskOf(installation.handlers[0]);
  await partOf(handler, 'state').selectOption('closed');
  await openCaseOf(handler, 'The lift was never inspected.');
  await handler.click('#tab-persons');
  await partOf(handler, 'talks').getByText('taken back').waitFor();
  await handler.click('#tab-record');
  const options = partOf(partOf(handler, 'disclosure-form'), 'identity').locator('option');
  const offered = (await options.allTextContents()).join(' ');
  expect(offered).toContain('the reporter had agreed (The police: “Your name”); no longer since');
  expect(offered).not.toContain('the reporter agreed');
}, 240_000);

it('rests on a handler’s own word where nobody has a key, since nothing said there would be read', async () => {
  const [hanna, harald] = installation.handlers;
  const text = 'Somebody rang: the fire doors are locked.';
  const report = reportInput(installation.channel, await hanna.desk.newCallerKey(), { text });
  const how = { way: 'phone', receivedOn: '2026-02-20', key: 'not_kept' } as const;
  await hanna.desk.record(
    { ...report, ...how, shown: [hanna.id, harald.id, iris.id] },
    [],
    () => undefined,
  );
  const handler = await deskOf(hanna);
  await openCaseOf(handler, 'the fire doors are locked');
  await handler.click('#tab-persons');
  const persons = handler.locator('#panel-persons');
  expect(await partOf(persons, 'talk-unread').innerText()).toContain('Nobody got a key');
  expect(await partOf(persons, 'talk').isVisible()).toBe(false);
  await check(handler);

  await handler.click('#tab-record');
  const disclosing = partOf(handler, 'disclosure-form');
  await handler.locator('details', { has: disclosing }).locator('> summary').click();
  await partOf(disclosing, 'recipient').fill('The fire service');
  await partOf(disclosing, 'on').fill('2026-03-05');
  await partOf(disclosing, 'ground').fill('An inspection');
  await partOf(disclosing, 'scope').fill('The name');
  await partOf(disclosing, 'identity').selectOption('elsewhere agreed');
  await partOf(disclosing, 'elsewhere').fill('By phone, for the inspection.');
  await disclosing.locator('[type=submit]').click();
  await partOf(disclosing, 'problem').waitFor();
  await partOf(disclosing, 'elsewhere-on').fill('2026-03-06');
  await disclosing.locator('[type=submit]').click();
  await partOf(disclosing, 'problem').getByText('this day is later').waitFor();
  await check(handler);
  await partOf(disclosing, 'elsewhere-on').fill('2026-03-04');
  await disclosing.locator('[type=submit]').click();
  const noted = partOf(handler, 'disclosures');
  await noted.getByText('By a handler’s word alone, the reporter agreed on').waitFor();
  expect(await noted.innerText()).toContain('By phone, for the inspection.');
  // a correction finds all of it filled in
  await noted.getByRole('button', { name: 'Change' }).click();
  expect(await partOf(disclosing, 'elsewhere-on').inputValue()).toBe('2026-03-04');
  expect(await partOf(disclosing, 'elsewhere').inputValue()).toBe('By phone, for the inspection.');
  await check(handler);
}, 240_000);
