import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/clock.js';
import { launchBrowser } from '../support/browser.js';
import { confirmPaper, goTo, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import type { TestClock } from '../support/server.js';
import { waiting } from '../support/waiting.js';
import { openDeskPage } from './desk-page.js';

// New passphrases, kits and papers on a real server: what was shown counts once it was confirmed and
// sent, and until then what was there before.

/** Pages tell the time by themselves, so the server must too. */
const realTime: TestClock = {
  now: systemClock,
  set: () => undefined,
  addDays: () => undefined,
};

let browser: Browser;
let installation: Installation;
const open: Page[] = [];
/** Harald's secrets as a person has them on paper. */
let own: { name: string; passphrase: string; kit: readonly string[] };

const CREDENTIALS = '**/api/desk/account/credentials';
const SESSIONS = '**/api/desk/sessions';

beforeAll(async () => {
  [browser, installation] = await Promise.all([
    launchBrowser(),
    startInstallation({ clock: realTime }),
  ]);
  const [, { name, passphrase, recoveryWords }] = installation.handlers;
  own = { name, passphrase, kit: recoveryWords };
});
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await Promise.all([browser.close(), installation.stop()]);
});

async function visit(path: string): Promise<Page> {
  const address = `${installation.address}/desk/en/${path}`;
  const { page } = await openDeskPage(browser, address, { hurried: true });
  open.push(page);
  return page;
}

async function signedIn(person: { name: string; passphrase: string }): Promise<Page> {
  const page = await visit('');
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

/** Asks for a new passphrase; answers the panel with the new words. */
async function askForNew(page: Page): Promise<void> {
  await goTo(page, 'account');
  await page.fill('#account-current', own.passphrase);
  await page.click('[data-part=passphrase-form] [type=submit]');
  await page.locator('.account .paper').waitFor();
}

async function wordsShown(page: Page): Promise<{ passphrase: string; kit: string[] }> {
  const lists = await page.locator('.paper-group').all();
  const [passphrase = [], kit = []] = await Promise.all(
    lists.map((list) => partOf(list, 'words').locator('li').allTextContents()),
  );
  return { passphrase: passphrase.join(' '), kit };
}

/** Whether somebody gets in with this passphrase, asked of the server without a browser. */
async function takes(passphrase: string): Promise<boolean> {
  const desk = installation.newDesk();
  return desk.signIn(own.name, passphrase).then(
    () => true,
    () => false,
  );
}

/** Does what is asked, and breaks the connection before the answer. */
async function loseAnswer(route: Route): Promise<void> {
  await route.fetch();
  await route.abort('connectionreset');
}

describe('another passphrase', () => {
  it('counts for nothing when the tab is closed between showing and confirming', async () => {
    const page = await signedIn(own);
    await askForNew(page);
    const shown = await wordsShown(page);
    expect(await page.locator('[data-part=not-yet]').innerText()).toContain('Not in force yet');
    await page.context().close();
    open.pop();
    expect(await takes(shown.passphrase)).toBe(false);
    // in the browser, with the one from before
    await signedIn(own);
  });

  it('is in force once confirmed, although the answer was lost; and the kit is the one printed', async () => {
    const page = await signedIn(own);
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await askForNew(page);
    await page.click('.paper [data-part=print]:visible');
    const printed = await page.locator('.print-sheet [data-part=words] li').allTextContents();
    await page.route(CREDENTIALS, loseAnswer, { times: 1 });
    const [passphrase = [], kit] = await confirmPaper(page.locator('.account .paper'));
    await page.waitForSelector('[data-part=passphrase-done]:not([hidden])');
    expect(kit).toEqual(printed);
    expect(await takes(own.passphrase)).toBe(false);
    expect(await takes(passphrase.join(' '))).toBe(true);

    const lost = await visit('');
    await lost.click('[data-part=lost]');
    await lost.fill('#recover-name', own.name);
    await lost.fill('#recover-words', printed.join(' '));
    await lost.click('form [type=submit]');
    await lost.locator('.paper').waitFor();
    // closed before the new ones are confirmed: this kit and this passphrase stay
    await lost.context().close();
    open.pop();
    own = { ...own, passphrase: passphrase.join(' '), kit: printed };
    expect(await takes(own.passphrase)).toBe(true);
  });

  it('says which one counts: the old where nothing was taken, nobody knows where nothing answers', async () => {
    const page = await signedIn(own);
    await askForNew(page);
    const shown = await wordsShown(page);
    const nothing = (route: Route): Promise<void> => route.abort('connectionreset');
    await page.route(CREDENTIALS, nothing);
    await confirmPaper(page.locator('.account .paper'));
    const problem = page.locator('.account [data-part=problem]:visible');
    await problem
      .filter({ hasText: 'Your old passphrase and recovery kit are still in' })
      .waitFor();
    expect(await takes(own.passphrase)).toBe(true);
    expect(await takes(shown.passphrase)).toBe(false);

    await page.unroute(CREDENTIALS);
    const refused = { status: 400, json: { error: { code: 'malformed' } } };
    await page.route(CREDENTIALS, (route) => route.fulfill(refused), { times: 1 });
    await page.click('[data-part=retry]');
    await problem.filter({ hasText: 'did not accept what was sent' }).waitFor();
    expect(await problem.innerText()).toContain('Your old passphrase and recovery kit are still');

    await page.route(CREDENTIALS, loseAnswer, { times: 1 });
    await page.route(SESSIONS, nothing);
    await page.click('[data-part=retry]');
    await problem.filter({ hasText: 'Keep both and try again' }).waitFor();
    const leaving = await page.evaluate(() => {
      const event = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(leaving).toBe(true);

    await page.unroute(SESSIONS);
    await page.click('[data-part=retry]');
    await page.waitForSelector('[data-part=passphrase-done]:not([hidden])');
    expect(await takes(own.passphrase)).toBe(false);
    own = { ...own, ...shown };
    expect(await takes(own.passphrase)).toBe(true);
  });
});

describe('a recovery', () => {
  it('brings in force what was confirmed, although the answer was lost', async () => {
    const page = await visit('');
    await page.click('[data-part=lost]');
    await page.fill('#recover-name', own.name);
    await page.fill('#recover-words', own.kit.join(' '));
    await page.click('form [type=submit]');
    await page.locator('.paper').waitFor();
    await page.route(CREDENTIALS, loseAnswer, { times: 1 });
    const [passphrase = [], kit = []] = await confirmPaper(page.locator('.paper'));
    await page.waitForSelector('[data-part=in-force]:not([hidden])');
    expect(await takes(own.passphrase)).toBe(false);
    own = { ...own, passphrase: passphrase.join(' '), kit };
    await page.click('[data-part=finish]');
    await signInInBrowser(page, own.name, own.passphrase);
  });
});

describe('joining', () => {
  it('leaves the link as it was until the words are confirmed, then makes the account once', async () => {
    const [hanna] = installation.handlers;
    const { fragment } = await hanna.desk.invite({ shownName: 'Ida Lund' });
    const show = async (name: string): Promise<Page> => {
      const page = await visit(`join#${fragment}`);
      await page.waitForSelector('[data-part=invitation]:not([hidden])');
      await page.fill('#join-name', name);
      await page.click('[data-part=join]');
      await page.locator('.paper').waitFor();
      return page;
    };
    const closed = await show('ida');
    await closed.context().close();
    open.pop();
    expect((await hanna.desk.members()).admissions).toEqual([]);

    const page = await show(own.name);
    const shown = await wordsShown(page);
    await confirmPaper(page.locator('.paper'));
    await page
      .locator('form [data-part=problem]', { hasText: 'Somebody already signs in' })
      .waitFor();
    await page.fill('#join-name', 'ida');
    await page.route('**/join', loseAnswer, { times: 1 });
    await page.click('[data-part=join]');
    await page.waitForSelector('[data-part=step-words]:not([hidden])');
    const told = await page.locator('[data-part=own-words] li').allTextContents();
    const [pending, ...others] = (await hanna.desk.members()).admissions;
    expect(others).toEqual([]);
    expect(pending).toMatchObject({ authentic: true, words: told });
    await hanna.desk.admit(waiting(pending));
    await installation.administrator.desk.admit(waiting(pending));
    await signedIn({ name: 'ida', passphrase: shown.passphrase });
    await installation.newDesk().prepareRecovery('ida', shown.kit);
  });
});

describe('a recovery officer', () => {
  it('is proposed once the paper was confirmed, and not before', async () => {
    const { administrator } = installation;
    const officers = async (): Promise<unknown[]> => {
      const { admissions } = await administrator.desk.members();
      return admissions.filter((each) => each.part === 'recovery_officer');
    };
    const page = await signedIn(administrator);
    const show = async (): Promise<string[]> => {
      await goTo(page, 'people');
      await page.fill('#officer-name', 'Vera Strand');
      await page.click('[data-part=officer] form [type=submit]');
      await page.locator('.paper').waitFor();
      return page.locator('.paper-group [data-part=fingerprint] li').allTextContents();
    };
    await show();
    await goTo(page, 'account');
    expect(await officers()).toEqual([]);
    const onPaper = await show();
    await confirmPaper(page.locator('.paper'));
    await page.locator('.admission').waitFor();
    expect(await officers()).toMatchObject([{ words: onPaper }]);
    expect(await page.innerText('.admission')).toContain('You made this key');
  });
});
