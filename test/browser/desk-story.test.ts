import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReporter, type Reporter } from '../../client/reporter.js';
import { dayOf } from '../../crypto/private.js';
import { setUpLink } from '../../server/accounts/set-up.js';
import { launchBrowser } from '../support/browser.js';
import { collect, fileOf, sendReport, silent } from '../support/fixtures.js';
import { confirmPaper, signInInBrowser } from '../support/desk-page.js';
import { expectAccessible } from '../support/reporter-page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { goTo, loaded, openDeskPage, type DeskPage } from './desk-page.js';
import { samplePdf } from './desk-fake-files.js';

// The desk from the one-time link to a published channel, in a real browser on a real server. The
// tests of this file are steps of one story and run in their order.

let browser: Browser;
let server: TestServer;
let reporter: Reporter;
const secrets: Record<string, string[][]> = {};

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
  reporter = createReporter({ address: server.url, fetch, today: () => dayOf(new Date()) });
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

const passphraseOf = (who: string): string => secrets[who]?.[0]?.join(' ') ?? '';

type Person = 'anna' | 'hanna' | 'omar';

/** Who sits at the desk since an earlier step. */
const seats = new Map<Person, DeskPage>();

async function enter(who: Person): Promise<DeskPage> {
  const opened = await openDeskPage(browser, `${server.url}/desk/en/`);
  await signInInBrowser(opened.page, who, passphraseOf(who));
  await loaded(opened.page);
  seats.set(who, opened);
  return opened;
}

/** The page of somebody who may have signed in before, in its first view. */
async function pageOf(who: Person): Promise<DeskPage> {
  const seat = seats.get(who);
  if (seat === undefined) return enter(who);
  seat.complaints.length = 0;
  await goTo(seat.page, who === 'anna' ? 'people' : 'inbox');
  return seat;
}

async function leave(page: Page): Promise<void> {
  for (const [who, seat] of seats) if (seat.page === page) seats.delete(who);
  await page.context().close();
}

const onlyChannel = async (): Promise<string> => (await reporter.directory()).channels[0]?.id ?? '';

describe('from the one-time link to a published channel', () => {
  it('sets the installation up, loses nothing on the way back, and sends nothing before the end', async () => {
    const link = await setUpLink(server.db, server.config);
    const { page, complaints } = await openDeskPage(
      browser,
      (link ?? '').replace(/^https?:\/\/[^/]+/, server.url),
    );
    expect(page.url()).toBe(`${server.url}/desk/en/set-up`);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(request.url());
    });
    await page.click('[data-part=begin]:not([disabled])');
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.id ?? document.activeElement?.tagName ?? '');
    const missing = page.locator('[data-part=step-organisation] [data-part=problem]');
    await page.click('[data-part=step-organisation] [data-part=next]');
    expect(await missing.innerText()).toContain('country');
    expect(await focused()).toBe('set-up-country');
    await page.selectOption('#set-up-country', 'SE');
    expect(await missing.isVisible()).toBe(false);
    await page.check('input[value=sv]');
    for (const [name, text] of [
      ['organisation', 'Northwind'],
      ['channel', 'Reports'],
      ['text', 'We read every report.'],
    ]) {
      for (const field of await page.locator(`[data-part=${name ?? ''}]:visible`).all()) {
        await field.fill(`${text ?? ''} ${(await field.getAttribute('lang')) ?? ''}`);
      }
    }
    await page.click('[data-part=step-organisation] [data-part=next]');
    await page.click('[data-part=step-root] [data-part=next]');
    expect(await page.innerText('[data-part=step-root] [data-part=problem]')).toContain('Confirm');
    secrets['root'] = await confirmPaper(page.locator('[data-part=root-paper]'));
    await page.click('[data-part=step-root] [data-part=next]');

    await page.fill('#set-up-administrator', 'Anna');
    await expectAccessible(page);
    secrets['anna'] = await confirmPaper(page.locator('[data-part=administrator-paper]'));
    // back to the first step and forward again: everything is still there
    for (const step of ['administrator', 'root']) {
      await page.click(`[data-part=step-${step}] [data-part=previous]`);
    }
    expect(await page.inputValue('[data-part=organisation]:visible >> nth=0')).toBe('Northwind en');
    for (const step of ['organisation', 'root', 'administrator']) {
      await page.click(`[data-part=step-${step}] [data-part=next]`);
    }
    await page.fill('#set-up-handler', ' ANNA ');
    await page.fill('#set-up-shown', 'Hanna Ek');
    await page.fill('[data-part=role]:visible >> nth=0', 'Legal');
    secrets['hanna'] = await confirmPaper(page.locator('[data-part=handler-paper]'));
    await page.click('[data-part=step-handler] [data-part=next]');
    expect(await page.innerText('[data-part=step-handler] [data-part=problem]')).toContain(
      'another name',
    );
    expect(await focused()).toBe('set-up-handler');
    await expectAccessible(page);
    await page.fill('#set-up-handler', 'Hanna');
    await page.click('[data-part=step-handler] [data-part=next]');
    expect(await page.innerText('[data-part=summary]')).toContain('Northwind en / Northwind sv');
    expect(sent).toEqual([]);
    await expectAccessible(page);
    await page.click('[data-part=finish]');
    await page.waitForSelector('[data-part=step-done]:not([hidden])');
    await expectAccessible(page);
    expect(sent).toHaveLength(1);
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('takes a passphrase by paste, and refuses a wrong one without a hint', async () => {
    const { page } = await openDeskPage(browser, `${server.url}/desk/en/`);
    await page.fill('#sign-in-name', 'hanna');
    await page.fill('#sign-in-passphrase', 'not the seven words of anybody at all');
    await page.click('form [type=submit]');
    await page.waitForSelector('form [data-part=problem]:not([hidden])');
    expect(await page.innerText('form [data-part=problem]')).toContain('wrong');
    await signInInBrowser(page, ' Hanna ', `  ${passphraseOf('hanna').toUpperCase()} `);
    expect(await page.innerText('.desk-who')).toContain('hanna, case handler');
    await leave(page);
  });

  it('teaches an empty inbox, and lists a practice report without dates', async () => {
    const { page, complaints } = await enter('hanna');
    expect(await page.innerText('main')).toContain('No report has come in yet');
    const file = fileOf(samplePdf(4), { name: 'schedule.pdf', type: 'application/pdf' });
    const { words } = await sendReport(reporter, await onlyChannel(), {
      change: { text: 'Practice: two guards where four are paid.' },
      files: [file],
    });
    secrets['case'] = [words];
    await goTo(page, 'inbox');
    await page.click('[data-part=refresh]');
    await page.waitForSelector('.row-open');
    const row = await page.innerText('.row');
    expect(row).toContain('New');
    expect(row).toContain('Practice');
    expect(row).not.toContain('days left');
    expect(complaints).toEqual([]);
  });

  it('opens the case, previews its file without network, and downloads it whole', async () => {
    const { page, complaints } = await pageOf('hanna');
    await page.click('.row-open');
    await page.waitForSelector('.entry');
    expect(page.url()).toBe(`${server.url}/desk/en/`);
    expect(await page.innerText('.entry')).toContain('two guards where four are paid');
    await page.click('.entry [data-part=preview]');
    const frame = page.frameLocator('dialog iframe');
    await frame.locator('canvas').nth(2).waitFor();
    await frame.locator('button').click();
    await frame.locator('canvas').nth(3).waitFor();
    expect(await frame.locator('body').innerText()).toContain('Page 4 of 4');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('iframe') === null);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('.entry [data-part=download]'),
    ]);
    expect(download.suggestedFilename()).toBe('schedule.pdf');
    expect(new Uint8Array(await readFile(await download.path()))).toEqual(samplePdf(4));
    expect(complaints).toEqual([]);
  });

  it('acknowledges with a file, keeps a note apart, renames, closes and reopens', async () => {
    const { page, complaints } = await pageOf('hanna');
    await page.click('.row-open');
    await page.waitForSelector('.entry');
    const writing = page.locator('[data-part=writing]');
    await writing.locator('[data-part=text]').fill('We have read it.');
    await writing.locator('input[type=file]').setInputFiles({
      name: 'answer.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('what we ask'),
    });
    await writing.locator('[data-part=submit]').click();
    await page.waitForSelector('.kind-acknowledgement');
    await page.waitForSelector('.step.done:nth-child(2)');

    await page.click('[data-tab=notes]');
    await page.fill('[data-part=note-writing] textarea', 'Only for us.');
    await page.click('[data-part=note-writing] [data-part=submit]');
    await page.waitForSelector('.kind-note');

    await page.click('[data-part=rename]');
    await page.fill('#rename-title', 'Guards at the harbour');
    await page.click('.rename [type=submit]');
    await page.waitForFunction(
      () => document.querySelector('h1')?.textContent === 'Guards at the harbour',
    );

    await page.click('[data-tab=conversation]');
    await writing.locator('input[value=closure]').check();
    await writing.locator('[data-part=outcome]').selectOption('minor');
    await writing.locator('[data-part=text]').fill('It was practice.');
    await writing.locator('[data-part=note]').fill('Decided with the duty manager.');
    await writing.locator('[data-part=submit]').click();
    await writing.locator('[data-part=confirm-do]').click();
    await page.waitForSelector('.kind-closure');
    expect(await page.innerText('.timeline')).toContain('Removed for good');
    expect(await page.innerText('[data-part=conversation]')).not.toContain('duty manager');
    await page.click('[data-tab=notes]');
    expect(await page.innerText('[data-part=notes]')).toContain('Decided with the duty manager.');
    await page.click('[data-tab=conversation]');
    await writing.locator('[data-part=text]').fill('Once more.');
    await writing.locator('[data-part=submit]').click();
    await writing.locator('[data-part=confirm-do]').click();
    await page.waitForSelector('.kind-reopening');

    const seen = await reporter.open(secrets['case']?.[0] ?? []);
    expect(seen.entries.map(({ content }) => content.kind)).toEqual([
      'report',
      'acknowledgement',
      'closure',
      'reopening',
    ]);
    expect(JSON.stringify(seen)).not.toContain('Only for us');
    const [, acknowledgement] = seen.entries;
    const files =
      acknowledgement?.content.kind === 'acknowledgement' ? acknowledgement.content.files : [];
    const [answer] = files;
    if (answer === undefined) throw new Error('no file arrived');
    const parts = reporter.download(secrets['case']?.[0] ?? [], answer, silent);
    expect(Buffer.from(await collect(parts)).toString()).toBe('what we ask');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it('finds words in the text and in notes, in the browser', async () => {
    const { page } = await pageOf('hanna');
    await page.fill('#inbox-search', 'only for');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.excerpts:not([hidden])');
    expect(await page.innerText('.row')).toContain('Only for us.');
    await page.fill('#inbox-search', 'nothing like this');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-part=nothing]:not([hidden])');
    await leave(page);
  });

  it('invites a second handler, who makes own keys and is admitted by two signatures', async () => {
    const { page: hanna } = await enter('hanna');
    await goTo(hanna, 'people');
    await hanna.fill('#invite-name', 'Omar Lind');
    await hanna.click('[data-part=invite-form] [type=submit]');
    await hanna.waitForSelector('[data-part=link-box]:not([hidden])');
    const link = await hanna.inputValue('#invite-link');

    const { page: omar, complaints } = await openDeskPage(browser, link);
    await omar.waitForSelector('[data-part=invitation]:not([hidden])');
    expect(omar.url()).toBe(`${server.url}/desk/en/join`);
    expect(await omar.innerText('[data-part=invitation]')).toContain('Northwind en');
    await expectAccessible(omar);
    await omar.fill('#join-name', 'Omar');
    await omar.fill('[data-part=role]:visible >> nth=0', 'Audit');
    await omar.click('[data-part=join]');
    await omar.waitForSelector('[data-part=step-secrets]:not([hidden])');
    secrets['omar'] = await confirmPaper(omar.locator('[data-part=paper]'));
    await omar.waitForSelector('[data-part=step-words]:not([hidden])');
    const told = await omar.locator('[data-part=own-words] li').allTextContents();
    expect(told).toHaveLength(8);
    expect(complaints).toEqual([]);
    await leave(omar);

    const { page: early } = await openDeskPage(browser, `${server.url}/desk/en/`);
    await early.fill('#sign-in-name', 'omar');
    await early.fill('#sign-in-passphrase', passphraseOf('omar'));
    await early.click('form [type=submit]');
    await early.waitForSelector('form [data-part=problem]:not([hidden])');
    expect(await early.innerText('form [data-part=problem]')).toContain('not admitted yet');
    await leave(early);

    await goTo(hanna, 'people');
    const { page: anna } = await enter('anna');
    expect(await anna.locator('[data-go=inbox]').count()).toBe(0);
    expect(await anna.innerText('.admission')).toContain('Waiting for a case handler');
    for (const page of [hanna, anna]) {
      await goTo(page, 'people');
      expect(await page.locator('.admission .words li').allTextContents()).toEqual(told);
      await page.click('.admission [data-part=sign]');
      expect(await page.innerText('.admission [data-part=problem]')).toContain('Compare');
      await page.check('.admission [data-part=compared]');
      await page.click('.admission [data-part=sign]');
      await page.waitForSelector('.admission [data-part=sign]', { state: 'hidden' });
      await loaded(page);
    }
    expect(await anna.innerText('[data-part=readers]')).toContain('Omar Lind');
    await leave(hanna);
  });

  it('announces the new reader, gives access and takes it away again', async () => {
    const { page: hanna } = await enter('hanna');
    expect(await hanna.innerText('[data-part=changes]')).toContain(
      'Omar Lind (Case handler, Audit) can read new reports from now on',
    );
    await hanna.click('[data-part=seen]');
    const { page: omar } = await enter('omar');
    expect(await omar.locator('.row').count()).toBe(0);
    await hanna.click('.row-open');
    await hanna.waitForSelector('.entry');
    await hanna.click('[data-tab=access]');
    await hanna.click('[data-part=grant-form] [type=submit]');
    await hanna.waitForSelector('.reader:nth-child(2)');
    await goTo(omar, 'inbox');
    await omar.click('[data-part=refresh]');
    await omar.click('.row-open');
    await omar.waitForSelector('.kind-report');
    await omar.click('[data-tab=notes]');
    expect(await omar.innerText('.kind-note')).toContain('Only for us.');

    await hanna.click('[data-part=take]:visible');
    expect(await hanna.innerText('.reader [data-part=confirm]:visible')).toContain('stays read');
    await hanna.click('.reader [data-part=confirm-do]:visible');
    await hanna.waitForFunction(() => document.querySelectorAll('.reader').length === 1);
    await goTo(omar, 'inbox');
    await omar.click('[data-part=refresh]');
    await loaded(omar);
    expect(await omar.locator('.row').count()).toBe(0);
    await leave(omar);
  });

  it('publishes the channel, changes a text, and shows the poster', async () => {
    const { page, complaints } = await pageOf('anna');
    await goTo(page, 'channel');
    await page.click('[data-part=publish]:not([disabled])');
    await page.waitForSelector('[data-part=published]:not([hidden])');
    expect((await reporter.directory()).channels[0]?.published).toBe(true);
    await page.fill('[data-part=text]:visible >> nth=0', 'New words.');
    await page.click('.settings [type=submit]');
    await page.waitForFunction(() =>
      document.querySelector('.settings [data-part=saved]')?.textContent.startsWith('Saved'),
    );
    expect((await reporter.directory()).channels[0]).toMatchObject({ texts: { en: 'New words.' } });
    await page.click('[data-part=retention-change] summary');
    await page.click('[data-part=choices] label:has-text("rule of our own")');
    await page.fill('[data-part=months-first]', '12');
    await page.fill('[data-part=retention-change] [data-part=reason]', 'We need no more.');
    await page.click('[data-part=preview]');
    await page.click('[data-part=rule-publish]:visible');
    await page.waitForSelector('[data-part=rule-saved]:has-text("Published.")');
    expect((await reporter.directory()).channels[0]).toMatchObject({
      retentionMonths: 12,
      retention: {
        clauses: [{ kind: 'at_most', months: 12, anchor: 'closure' }],
        reason: 'We need no more.',
      },
    });
    const { fingerprint } = await reporter.directory();
    await page.selectOption('#poster-language', 'sv');
    expect(await page.locator('.poster .words li').allTextContents()).toEqual(fingerprint);
    expect(await page.innerText('.poster')).toContain('Northwind sv');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it('names a recovery officer, whose key two people compare with the paper', async () => {
    const { page: anna, complaints } = await pageOf('anna');
    await goTo(anna, 'people');
    await anna.fill('#officer-name', 'Vera Strand');
    await anna.click('[data-part=officer] form [type=submit]');
    await anna.waitForSelector('.paper');
    const onPaper = await anna.locator('.paper-group [data-part=fingerprint] li').allTextContents();
    await confirmPaper(anna.locator('.paper'));
    await anna.waitForSelector('.admission');
    expect(await anna.innerText('.admission')).toContain('You made this key');
    const { page: hanna } = await pageOf('hanna');
    for (const page of [hanna, anna]) {
      await goTo(page, 'people');
      expect(await page.locator('.admission .words li').allTextContents()).toEqual(onPaper);
      await page.check('.admission [data-part=compared]');
      await page.click('.admission [data-part=sign]');
      await page.waitForSelector('.admission [data-part=sign]', { state: 'hidden' });
    }
    await anna.getByText('Named: Vera Strand.').waitFor();
    const readers = (await reporter.directory()).channels[0]?.readers ?? [];
    expect(readers.map((each) => each.part)).toContain('recovery_officer');
    expect(complaints).toEqual([]);
  });

  it('shows the log to both, and that its chains are whole', async () => {
    for (const who of ['anna', 'hanna'] as const) {
      const { page } = await pageOf(who);
      await goTo(page, 'audit');
      expect(await page.innerText('.audit .trail')).toContain('set the installation up');
      await page.click('[data-part=verify]');
      await page.waitForFunction(() =>
        document.querySelector('[data-part=verified]')?.textContent.includes('are whole'),
      );
      const log = await page.innerText('.audit .trail');
      // every action of the server has words here
      expect(log).not.toMatch(/\b[a-z]+_[a-z_]+\b/);
      expect(log.includes('a case') || log.includes('Guards')).toBe(who === 'hanna');
    }
  });

  it('changes a passphrase and recovers with the kit', async () => {
    const { page } = await enter('omar');
    await goTo(page, 'account');
    await page.fill('#account-current', 'something else entirely');
    await page.click('[data-part=passphrase-form] [type=submit]');
    await page.waitForSelector('[data-part=passphrase-form] [data-part=problem]:not([hidden])');
    await page.fill('#account-current', passphraseOf('omar'));
    await page.click('[data-part=passphrase-form] [type=submit]');
    await page.waitForSelector('.account .paper');
    secrets['omar'] = await confirmPaper(page.locator('.account .paper'));
    await page.waitForSelector('[data-part=passphrase-done]:not([hidden])');
    expect(await page.locator('.account .words').count()).toBe(0);
    await leave(page);

    const { page: lost } = await openDeskPage(browser, `${server.url}/desk/en/`);
    await lost.click('[data-part=lost]');
    await lost.fill('#recover-name', 'omar');
    await lost.fill('#recover-words', 'zoo zoo');
    await lost.click('form [type=submit]');
    await lost.waitForSelector('form [data-part=problem]:not([hidden])');
    expect(await lost.innerText('form [data-part=problem]')).toContain('you typed 2');
    await lost.fill('#recover-words', (secrets['omar'][1] ?? []).join('\n'));
    await lost.click('form [type=submit]');
    await lost.waitForSelector('.paper');
    secrets['omar'] = await confirmPaper(lost.locator('.paper'));
    await lost.waitForSelector('[data-part=in-force]:not([hidden])');
    await lost.click('[data-part=finish]');
    await signInInBrowser(lost, 'omar', passphraseOf('omar'));
    await leave(lost);
  });
});
