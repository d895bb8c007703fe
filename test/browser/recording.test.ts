import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import {
  openCaseOf,
  openPage,
  partOf,
  readableIn,
  signInInBrowser,
  takeOutWhole,
} from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { reportInput, silent } from '../support/fixtures.js';
import { expectAccessible, openCaseWith, openReporterPage } from '../support/reporter-page.js';
import { allTypes } from '../support/questions.js';
import { createTestClock } from '../support/server.js';
import { waiting } from '../support/waiting.js';

// A report by phone, from the call to minutes that the caller agrees to and a meeting: a handler and
// a caller in two real browsers, each part going on where the one before ended.

let browser: Browser;
let installation: Installation;
let desk: Page;
let caller: Page;
let words: string[];
const complaints: string[][] = [];

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  const [hanna] = installation.handlers;
  const opened = await openPage(browser, `${installation.address}/desk/en/`);
  complaints.push(opened.complaints);
  desk = opened.page;
  await signInInBrowser(desk, hanna.name, hanna.passphrase);
});
afterAll(async () => {
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  expect(complaints.flat()).toEqual([]);
  await installation.stop();
});

const dayOf = (offset: number): string =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe('a report by phone', () => {
  it('is recorded with its true date and a key that is read out', async () => {
    await partOf(desk, 'record').click();
    const form = partOf(desk, 'form');
    await form.waitFor();
    await partOf(form, 'received').fill(dayOf(-30));
    await partOf(form, 'dates').getByText('the acknowledgement was due').waitFor();
    await partOf(form, 'text').fill('Four guards are paid at the harbour, two are there.');
    await desk.setInputFiles('#file-input', {
      name: 'letter.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Dear Sirs'),
    });
    await partOf(form, 'from').fill('The switchboard');
    await expectAccessible(desk);
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('Choose whether').waitFor();
    await partOf(form, 'key-yes').check();
    await form.locator('button[type=submit]').click();
    const paper = partOf(desk, 'paper');
    const shown = partOf(paper, 'words').locator('li');
    await shown.first().waitFor();
    words = await shown.allTextContents();
    expect(words).toHaveLength(12);
    await partOf(paper, 'to-questions').click();
    for (const field of await paper.locator('.field').all()) {
      const label = await field.locator('label').innerText();
      const number = Number(/\d+/u.exec(label)?.[0]);
      await field.locator('input').fill(words[number - 1] ?? '');
    }
    await partOf(paper, 'confirm').click();
    await partOf(desk, 'send').click();
    await partOf(desk, 'done-title').waitFor();
    // the page has forgotten the key
    expect(await desk.content()).not.toContain(words.join('</li><li>'));
    await partOf(desk, 'open').click();
    await desk.getByText('A handler made this case').waitFor();
    const notice = await desk.locator('.case-notice').innerText();
    expect(notice).toContain('Hanna Handler recorded here what came by phone');
    await desk.click('#tab-notes');
    await desk.locator('#panel-notes').getByText('The switchboard').waitFor();
    await expectAccessible(desk);
  });

  it('is written down in minutes, which the caller corrects and then agrees to', async () => {
    await desk.click('#tab-spoken');
    const panel = desk.locator('#panel-spoken');
    await panel.getByText('Send a transcript or minutes').click();
    const form = partOf(panel, 'transcript-form');
    await partOf(form, 'form').selectOption('unrecorded_call');
    await partOf(form, 'text').fill('You said: four guards.');
    await expectAccessible(desk);
    await form.locator('button[type=submit]').click();
    await panel.getByText('Waits for the reporter').waitFor();
    const opened = await openReporterPage(browser, installation, '/en/return');
    caller = opened.page;
    await openCaseWith(caller, words);
    await caller.locator('#made').getByText('Hanna Handler').waitFor();
    const check = caller.locator('#check-list .transcript');
    await check.getByText('Something is wrong').click();
    await check.locator('[data-slot=words]').fill('Five guards, not four.');
    await expectAccessible(caller);
    await check.locator('[data-slot=rectify]').click();
    await check.getByText('You sent a correction').waitFor();
    await partOf(desk, 'reload').click();
    await panel.getByText('Five guards, not four.').waitFor();
    await panel.getByText('Write the next version').click();
    await partOf(form, 'text').fill('You said: five guards.');
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'transcripts').getByText('version 2').waitFor();
    await caller.click('#refresh');
    await check.getByText('You said: five guards.').waitFor();
    await check.locator('[data-slot=agree]').click();
    await check.getByText('This version was agreed to').waitFor();
    await partOf(desk, 'reload').click();
    await panel.getByText('Agreed through a key that a handler made').waitFor();
  });

  it('is taken out as a file that marks all that came through the key', async () => {
    await caller.fill('#answer-text', 'The fifth guard is Kim.');
    await caller.click('#answer button[type=submit]');
    await caller.locator('#conversation').getByText('The fifth guard is Kim.').waitFor();
    await partOf(desk, 'reload').click();
    await desk.locator('.entry', { hasText: 'The fifth guard is Kim.' }).waitFor({
      state: 'attached',
    });
    const archive = await takeOutWhole(desk);
    const page = readableIn(archive);
    const mark = 'Through a key that a handler made';
    const entries = page.split('<article').slice(1);
    const marked = entries.filter((entry) => entry.includes(mark));
    const byReporter = entries.filter((entry) => entry.includes('class="reporter"'));
    expect(marked).toEqual(byReporter);
    const found = (text: string): boolean => marked.some((entry) => entry.includes(text));
    expect(found('Hanna Handler, for the person who reported')).toBe(true);
    for (const said of [
      'Four guards are paid',
      'Corrects version 1',
      'Agrees to version 2 and signs it.',
      'The fifth guard is Kim.',
    ]) {
      expect(found(said), said).toBe(true);
    }
    expect(marked).toHaveLength(4);
    expect(page).toContain('version 2 (Agreed through a key that a handler made)');
    expect(archive).toContain('"state":"agreed_handler_key"');
    await desk.click('#tab-spoken');
  });

  it('leads to a meeting that the caller asks for, with times to choose from', async () => {
    await caller.click('#meeting-ask summary');
    await caller.locator('#meeting-form').getByText('nobody can take it back').waitFor();
    await caller.selectOption('#meeting-kind', 'in_person');
    await caller.fill('#meeting-text', 'After work');
    await caller.click('#meeting-form button[type=submit]');
    await caller.locator('#meeting-list').getByText('Nobody has proposed').waitFor();
    await partOf(desk, 'reload').click();
    const panel = desk.locator('#panel-spoken');
    await panel.getByText('Waits for times').waitFor();
    await partOf(panel, 'meetings').getByText('Propose times').click();
    const form = partOf(panel, 'proposal-form');
    await partOf(form, 'add-option').click();
    for (const [index, time] of ['14:30', '16:00'].entries()) {
      const row = form.locator('.option').nth(index);
      await partOf(row, 'day').fill(dayOf(5));
      await partOf(row, 'time').fill(time);
      await partOf(row, 'place').fill('Town library, room 3');
    }
    await expectAccessible(desk);
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'meetings').getByText('Waits for the reporter').waitFor();
    await caller.click('#refresh');
    const meeting = caller.locator('#meeting-list .meeting');
    await meeting.getByText('Take this time').nth(1).click();
    await meeting.getByText('Agreed:').waitFor();
    expect(await meeting.innerText()).toContain('at 16:00');
    await caller.locator('#timeline').getByText('Meeting on').waitFor();
    await expectAccessible(caller);
    await partOf(desk, 'reload').click();
    await partOf(panel, 'meetings').getByText('Agreed:').waitFor();
  });

  it('is saved by the caller with the readers’ words, the own answers, and the mark of the key on each', async () => {
    const [, harald] = installation.handlers;
    const id = reporterKeys(words).caseId;
    await harald.desk.reply(id, { kind: 'reply', text: 'Who pays them?' }, [], silent);
    const terms = { to: 'The police', what: 'Your name', text: 'They ask who you are.' };
    await harald.desk.talkIdentity(id, { basis: 'consent', ...terms });
    await caller.click('#refresh');
    const asked = caller.locator('#conversation .entry', { hasText: 'The police' });
    await asked.getByRole('button', { name: 'I agree' }).click();
    await asked.getByRole('button', { name: 'Take my agreement back' }).waitFor();
    await caller.click('#copy summary');
    const [download] = await Promise.all([
      caller.waitForEvent('download'),
      caller.click('#copy-page'),
    ]);
    const copy = await browser.newPage();
    await copy.setContent(await readFile(await download.path(), 'utf8'));
    const mark = 'Through a key that a handler made';
    const own = await copy.locator('article.reporter').allInnerTexts();
    const theirs = await copy.locator('article:not(.reporter)').allInnerTexts();
    expect(own.filter((entry) => !entry.includes(mark))).toEqual([]);
    expect(theirs.filter((entry) => entry.includes(mark))).toEqual([]);
    const said = ['Five guards, not four.', 'About version 2', 'This time suits', 'You agreed.'];
    for (const each of said) expect(own.join('\n')).toContain(each);
    const heard = ['You said: five guards.', 'at 16:00', 'Who pays them?', 'They ask who you are.'];
    for (const each of heard) expect(theirs.join('\n')).toContain(each);
    await copy.close();
  });

  it('whose meeting may come to nothing, which is noted and ends its date', async () => {
    const panel = desk.locator('#panel-spoken');
    await partOf(panel, 'meetings').getByText('Propose times').click();
    const proposal = partOf(panel, 'proposal-form');
    const row = proposal.locator('.option').first();
    await partOf(row, 'day').fill(dayOf(6));
    await partOf(row, 'time').fill('10:00');
    await partOf(row, 'place').fill('Town library, room 3');
    await proposal.locator('button[type=submit]').click();
    await partOf(panel, 'meetings').getByText('Waits for the reporter').waitFor();
    const timeline = partOf(desk, 'timeline');
    await timeline.getByText('Meeting').waitFor();
    await panel.getByText('Note whether a meeting took place').click();
    const form = partOf(panel, 'held-form');
    await partOf(form, 'state').selectOption('not_held');
    await expectAccessible(desk);
    await form.locator('button[type=submit]').click();
    await partOf(panel, 'meetings').getByText('Did not take place').waitFor();
    await timeline.getByText('Meeting').waitFor({ state: 'detached' });
  });

  it('whose times may not suit, which the caller may decline, and which a handler may call off', async () => {
    const panel = desk.locator('#panel-spoken');
    const meetings = partOf(panel, 'meetings');
    const meeting = caller.locator('#meeting-list .meeting');
    const propose = async (time: string): Promise<void> => {
      await meetings.getByText('Propose times').click();
      const form = partOf(panel, 'proposal-form');
      const row = form.locator('.option').first();
      await partOf(row, 'day').fill(dayOf(7));
      await partOf(row, 'time').fill(time);
      await partOf(row, 'place').fill('Town library, room 3');
      await form.locator('button[type=submit]').click();
      await meetings.getByText('Waits for the reporter').waitFor();
      await caller.click('#refresh');
      await meeting.getByText(`at ${time}`).waitFor();
    };
    await propose('09:15');
    await meeting.getByRole('button', { name: 'Ask for other times' }).click();
    await meeting.getByText('asked for other times').waitFor();
    await partOf(desk, 'reload').click();
    await meetings.getByText('Other times wanted').waitFor();

    await propose('17:45');
    await meeting.getByRole('button', { name: 'No meeting, please' }).click();
    await meeting.getByText('You declined.').waitFor();
    expect(await meeting.getByText('Ask for other times').count()).toBe(0);
    await partOf(desk, 'reload').click();
    await meetings.getByText('Declined by the reporter').waitFor();
    expect(await meetings.getByText('Call it off').count()).toBe(0);

    await propose('18:30');
    await meetings.getByText('Call it off').click();
    await meetings.getByText('Called off by a handler').waitFor();
    await caller.click('#refresh');
    await meeting.getByText('called off by the readers').waitFor();
    expect(await meeting.getByRole('button').count()).toBe(0);
    for (const page of [desk, caller]) await expectAccessible(page);
  });

  it('is kept in a sealed draft with all that was typed and chosen, but for files, as the page says', async () => {
    await installation.administrator.desk.updateChannel(installation.channel, {
      questionnaire: allTypes,
    });
    const letter = (name: string) => ({
      ...{ name, mimeType: 'text/plain', buffer: Buffer.from('Dear Sirs') },
    });
    const typed: Readonly<Record<string, string>> = {
      way: 'letter',
      received: dayOf(-30),
      category: 'fraud',
      relation: 'worker',
      language: 'sv',
      text: 'A draft of what was said.',
      from: 'The switchboard',
    };
    const form = partOf(desk, 'form');
    const papers = form.getByRole('group', { name: 'Any papers?' });
    const comeBack = async (): Promise<void> => {
      await partOf(form, 'draft-note').getByText('Draft, kept sealed').waitFor();
      const signedOut = desk.waitForResponse(
        (answer) => answer.request().method() === 'DELETE' && answer.url().includes('/sessions'),
      );
      await partOf(desk, 'lock').click();
      // what is signed out has saved its draft
      await signedOut;
      await partOf(desk, 'again').click();
      await signInInBrowser(desk, hanna.name, hanna.passphrase);
      await partOf(desk, 'record').click();
      await partOf(form, 'files-lost').waitFor();
    };

    await desk.reload();
    const [hanna] = installation.handlers;
    await signInInBrowser(desk, hanna.name, hanna.passphrase);
    await partOf(desk, 'record').click();
    await form.getByText('They are in no draft').waitFor();
    expect(await partOf(form, 'files-lost').isVisible()).toBe(false);
    for (const [name, value] of Object.entries(typed)) {
      const field = partOf(form, name);
      if (['text', 'from', 'received'].includes(name)) await field.fill(value);
      else await field.selectOption(value);
    }
    await form.getByLabel('Say it').fill('In one word');
    await form.getByLabel('Which one?').selectOption('two');
    await form.getByLabel('Harald Handler').check();
    await papers.locator('input[type=file]').setInputFiles(letter('bill.txt'));
    await desk.setInputFiles('#file-input', letter('letter.txt'));
    await comeBack();
    for (const [name, value] of Object.entries(typed)) {
      expect(await partOf(form, name).inputValue(), name).toBe(value);
    }
    expect(await form.getByLabel('Say it').inputValue()).toBe('In one word');
    expect(await form.getByLabel('Which one?').inputValue()).toBe('two');
    expect(await form.getByLabel('Harald Handler').isChecked()).toBe(true);
    expect(await partOf(form, 'files-lost').innerText()).toContain('2 files were chosen here');
    await papers.getByText('not kept once the page was left').waitFor();
    await expectAccessible(desk);

    // as long as they were not chosen again, at every return
    await partOf(form, 'text').fill('A draft of what was said, and more.');
    await comeBack();
    expect(await partOf(form, 'files-lost').innerText()).toContain('2 files were chosen here');
    await papers.getByText('not kept once the page was left').waitFor();
    await papers.locator('input[type=file]').setInputFiles(letter('bill.txt'));
    await desk.setInputFiles('#file-input', letter('letter.txt'));
    expect(await partOf(form, 'files-lost').isVisible()).toBe(false);
    expect(await form.getByText('not kept once the page was left').isVisible()).toBe(false);
  });

  it('takes no other channel for one that its draft has and that its writer no longer reads', async () => {
    const { administrator, handlers } = installation;
    const [hanna, harald] = handlers;
    const { id } = await administrator.desk.addChannel({
      names: { en: 'Harbour', sv: 'Hamnen' },
      texts: { en: 'Write to us at the harbour.', sv: 'Skriv till oss i hamnen.' },
      about: { en: 'For the harbour.', sv: 'För hamnen.' },
      languages: ['en', 'sv'],
      country: 'SE',
    });
    const readBy = async (readers: readonly InstallationPerson[]): Promise<void> => {
      const { version } = await administrator.desk.directory();
      const ids = readers.map((each) => each.id);
      await administrator.desk.proposeRoster(id, ids, version);
      await harald.desk.signRoster(waiting((await harald.desk.rosters())[0]));
      await administrator.desk.signRoster(waiting((await administrator.desk.rosters())[0]));
    };
    await readBy([hanna, harald]);
    const form = partOf(desk, 'form');
    const channel = partOf(form, 'channel');
    const comeBack = async (): Promise<void> => {
      await desk.reload();
      await signInInBrowser(desk, hanna.name, hanna.passphrase);
      await partOf(desk, 'record').click();
      await form.waitFor();
    };
    await comeBack();
    await channel.selectOption(id);
    await partOf(form, 'text').fill('A crane was never looked at.');
    await partOf(form, 'draft-note').getByText('Draft, kept sealed').waitFor();
    const signedOut = desk.waitForResponse(
      (answer) => answer.request().method() === 'DELETE' && answer.url().includes('/sessions'),
    );
    await partOf(desk, 'lock').click();
    // what is signed out has saved its draft
    await signedOut;
    await readBy([harald]);

    await comeBack();
    await form.getByText('They are in no draft').waitFor();
    await expect.poll(() => partOf(form, 'text').inputValue()).toContain('A crane');
    expect(await channel.inputValue()).toBe('');
    await partOf(form, 'key-no').check();
    await form.locator('button[type=submit]').click();
    await partOf(form, 'problem').getByText('Choose the channel').waitFor();
    await expectAccessible(desk);
    await channel.selectOption(installation.channel);
    await form.locator('button[type=submit]').click();
    await partOf(desk, 'send').waitFor();
  });

  it('gets another key where one was read out and then nobody is to have it, and no other choice once it may have arrived', async () => {
    const form = partOf(desk, 'form');
    const goOn = form.locator('button[type=submit]');
    const sendStep = partOf(desk, 'send-step');
    await sendStep.getByText('Nobody will have the key').waitFor();
    await partOf(desk, 'back').click();
    await partOf(form, 'key-yes').check();
    await goOn.click();
    const paper = partOf(desk, 'paper');
    const list = partOf(paper, 'words').locator('li');
    await list.first().waitFor();
    const readOut = await list.allTextContents();
    await partOf(paper, 'to-questions').click();
    for (const field of await paper.locator('.field').all()) {
      const number = Number(/\d+/u.exec(await field.locator('label').innerText())?.[0]);
      await field.locator('input').fill(readOut[number - 1] ?? '');
    }
    await partOf(paper, 'confirm').click();
    await sendStep.getByText('The person has the key').waitFor();
    await partOf(desk, 'back').click();
    await partOf(form, 'key-no').check();
    await goOn.click();
    await sendStep.getByText('Nobody will have the key').waitFor();

    // nobody knows whether what was stopped on its way arrived
    await desk.route('**/api/cases', () => undefined);
    const onItsWay = desk.waitForRequest('**/api/cases');
    await partOf(desk, 'send').click();
    await onItsWay;
    await partOf(sendStep, 'abort').click();
    await partOf(desk, 'send').waitFor();
    await desk.unroute('**/api/cases');
    await partOf(desk, 'back').click();
    await partOf(form, 'key-yes').check();
    await goOn.click();
    await partOf(form, 'problem').getByText('with a key that nobody gets').waitFor();
    await expectAccessible(desk);
    await partOf(form, 'key-no').check();
    await goOn.click();
    await partOf(desk, 'send').click();
    await partOf(desk, 'done-key').getByText('The key was thrown away').waitFor();
    const [hanna] = installation.handlers;
    const { rows } = await hanna.desk.inbox('open');
    const made = rows.filter(({ title }) => title.startsWith('A crane'));
    expect(made).toHaveLength(1);
    expect(made[0]?.id).not.toBe(reporterKeys(readOut).caseId);
    expect((await hanna.desk.openCase(made[0]?.id ?? '')).origin).toMatchObject({
      key: 'not_kept',
    });
  });
});

describe('a report by letter whose sender gets no key', () => {
  const text = 'A letter: the pressure valve is painted over.';

  let page: Page;
  let thrownAway: string[];

  beforeAll(async () => {
    const [hanna, harald] = installation.handlers;
    thrownAway = await hanna.desk.newCallerKey();
    const report = reportInput(installation.channel, thrownAway, { text });
    const shown = installation.handlers.map(({ id }) => id);
    const how = { way: 'letter', receivedOn: dayOf(-5), key: 'not_kept' } as const;
    await hanna.desk.record({ ...report, ...how, shown }, [], () => undefined);
    const opened = await openPage(browser, `${installation.address}/desk/en/`);
    complaints.push(opened.complaints);
    ({ page } = opened);
    await signInInBrowser(page, harald.name, harald.passphrase);
    await openCaseOf(page, 'the pressure valve');
  });

  it('is told outside, which its handler writes down with the day, as the own word', async () => {
    const form = page.locator('#panel-conversation form.writing');
    await form.getByText('Write down what the person was told').waitFor();
    expect(await partOf(form, 'outside').innerText()).toContain('nobody outside reads');
    await expectAccessible(page);
    await partOf(form, 'text').fill('Thank you for the letter. Omar has it.');
    await partOf(form, 'submit').click();
    await partOf(form, 'problem').getByText('Choose how the person was told').waitFor();
    // nobody is acknowledged by not being told
    const offered = partOf(form, 'told-way').locator('option:not([hidden])');
    expect(await offered.allTextContents()).not.toContain('Not at all');
    await partOf(form, 'told-way').selectOption('phone');
    await partOf(form, 'told-on').fill(dayOf(-4));
    await partOf(form, 'submit').click();
    // what cannot be taken back is read once more
    await partOf(form, 'confirm-text').getByText('By phone').waitFor();
    await partOf(form, 'told-on').fill(dayOf(-3));
    expect(await partOf(form, 'confirm').isVisible()).toBe(false);
    await partOf(form, 'told-on').fill(dayOf(-4));
    await partOf(form, 'submit').click();
    await partOf(form, 'confirm-do').click();
    const entry = page.locator('.entry', { hasText: 'Omar has it.' });
    await entry.getByText('by the handler’s word alone. By phone').waitFor();
    const steps = partOf(page, 'timeline');
    await steps.getByText('by the handler’s word alone').waitFor();
    await expectAccessible(page);
  });

  it('has minutes that were signed on paper', async () => {
    await page.click('#tab-spoken');
    const panel = page.locator('#panel-spoken');
    await partOf(panel, 'unread').getByText('Arrange a meeting outside').waitFor();
    expect(await partOf(panel, 'proposal-form').isVisible()).toBe(false);
    await panel.getByText('Write down a transcript or minutes').click();
    const form = partOf(panel, 'transcript-form');
    await partOf(form, 'held').fill(dayOf(-3));
    await partOf(form, 'text').fill('She saw the paint on Friday.');
    expect(await partOf(form, 'by').isVisible()).toBe(true);
    await partOf(form, 'paper').selectOption('signed');
    expect(await partOf(form, 'by').isVisible()).toBe(false);
    await partOf(form, 'paper-on').fill(dayOf(-1));
    await expectAccessible(page);
    await form.locator('[type=submit]').click();
    const noted = partOf(panel, 'transcripts');
    await noted.getByText('Signed on paper', { exact: true }).waitFor();
    await noted.getByText('by the handler’s word alone').waitFor();
    await expectAccessible(page);
  });

  it('offers no times for a meeting that is asked for all the same, but to note what came of it', async () => {
    const wish = { kind: 'meeting_request', id: null, form: 'phone', text: 'A wish.' } as const;
    await installation.newReporter().say(thrownAway, wish);
    await partOf(page, 'reload').click();
    const panel = page.locator('#panel-spoken');
    const meetings = partOf(panel, 'meetings');
    await meetings.getByText('A wish.').waitFor();
    expect(await page.locator('#tab-spoken').innerText()).toContain('1');
    expect(await meetings.getByRole('button').count()).toBe(0);
    expect(await panel.getByText('Propose times').isVisible()).toBe(false);
    const minutes = partOf(panel, 'transcripts').getByRole('button');
    expect(await minutes.allInnerTexts()).toEqual(['Write the next version']);
    await partOf(page, 'timeline').getByText('Meeting').waitFor();
    await panel.getByText('Note whether a meeting took place').click();
    const form = partOf(panel, 'held-form');
    await partOf(form, 'on').fill(dayOf(0));
    await partOf(form, 'state').selectOption('not_held');
    await expectAccessible(page);
    await form.locator('button[type=submit]').click();
    await meetings.getByText('Did not take place').waitFor();
    await partOf(page, 'timeline').getByText('Meeting').waitFor({ state: 'detached' });
    expect(await page.locator('#tab-spoken').innerText()).not.toContain('1');
  });

  it('is of somebody who cannot be reached, which ends what is waited for until they were told', async () => {
    const [hanna] = installation.handlers;
    const said = 'A letter with no address: the gate is tied open.';
    const key = await hanna.desk.newCallerKey();
    const report = reportInput(installation.channel, key, { text: said });
    const shown = installation.handlers.map((each) => each.id);
    const how = { way: 'letter', receivedOn: dayOf(-200), key: 'not_kept' } as const;
    await hanna.desk.record({ ...report, ...how, shown }, [], silent);
    await page.click('[data-part=back]');
    await openCaseOf(page, 'A letter with no address');
    const timeline = partOf(page, 'timeline');
    await timeline.getByText('Acknowledge by').waitFor();
    await page.click('#tab-work');
    const form = partOf(page, 'unreachable-form');
    await partOf(form, 'unreachable-text').fill('It has no address.');
    await expectAccessible(page);
    await form.locator('button[type=submit]').click();
    for (const what of ['acknowledgement', 'feedback']) {
      await timeline.getByText(`No ${what}: the person cannot be reached`).waitFor();
    }
    expect(await timeline.innerText()).toContain('by the handler’s word');
    expect(await timeline.innerText()).not.toContain('Acknowledge by');
    expect(await form.isVisible()).toBe(false);
    await expectAccessible(page);
    await page.click('#tab-notes');
    const line = 'by the handler’s word: Harald Handler. It has no address.';
    await partOf(page, 'notes').getByText(line).waitFor();
    const id = reporterKeys(key).caseId;
    const listed = async (): Promise<boolean | undefined> =>
      (await hanna.desk.inbox('open')).rows.find((row) => row.id === id)?.unreachable;
    expect(await listed()).toBe(true);
    await page.click('#tab-work');
    const back = partOf(page, 'reachable-do');
    await back.click();
    await timeline.getByText('Acknowledge by').waitFor();
    expect([await back.isVisible(), await listed()]).toEqual([false, false]);
    await form.locator('button[type=submit]').click();
    await timeline.getByText('No feedback: the person cannot be reached').waitFor();

    await page.click('#tab-conversation');
    const writing = page.locator('#panel-conversation form.writing');
    await partOf(writing, 'text').fill('She rang after all.');
    await partOf(writing, 'told-way').selectOption('phone');
    await partOf(writing, 'submit').click();
    await partOf(writing, 'confirm-do').click();
    await timeline.getByText('Give feedback by').waitFor();
    await timeline.getByText('cannot be reached').waitFor({ state: 'detached' });
    expect(await listed()).toBe(false);
    await page.click('[data-part=back]');
    await openCaseOf(page, 'the pressure valve');
  });

  it('can end without anybody being told, and says so', async () => {
    await page.click('#tab-conversation');
    const form = page.locator('#panel-conversation form.writing');
    await form.locator('input[value=closure]').check();
    await partOf(form, 'outcome').selectOption('unsubstantiated');
    await partOf(form, 'text').fill('The valve is clean. There is no address to write to.');
    await partOf(form, 'told-way').selectOption('nobody');
    expect(await partOf(form, 'told-on').isVisible()).toBe(false);
    await partOf(form, 'submit').click();
    await partOf(form, 'confirm-do').click();
    const entry = page.locator('.entry', { hasText: 'There is no address' });
    await entry.getByText('The person was not told this').waitFor();
    await expectAccessible(page);
  });
});
