import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import {
  goTo,
  joinInBrowser,
  openCaseOf,
  openPage,
  partOf,
  signInInBrowser,
} from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';

/*
 * The whole way in the browser: a handler says that the own device may be in wrong hands, the
 * administrator takes the keys out, another handler sees what could be read and renews the keys, and
 * the first is invited back in the old place, is signed for twice, and reads again.
 */

let browser: Browser;
let installation: Installation;
let words: string[];
const pages: { page: Page; complaints: string[] }[] = [];
const longText = 'The cash box is opened at night.';

beforeAll(async () => {
  const clock = createTestClock();
  clock.set(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  ({ words } = await installation.report({ text: longText, language: 'sv' }));
  const [, harald] = installation.handlers;
  await installation.report({ text: 'Not for Harald.', leftOut: [harald.id] });
});

afterAll(async () => {
  for (const { page } of pages) await page.context().close();
  await browser.close();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function open(path: string): Promise<Page> {
  const opened = await openPage(browser, `${installation.address}/desk/en/${path}`);
  pages.push(opened);
  return opened.page;
}

async function signIn(person: { name: string; passphrase: string }): Promise<Page> {
  const page = await open('');
  await signInInBrowser(page, person.name, person.passphrase);
  return page;
}

/** Waits until a part says something. */
async function says(page: Page, name: string, text: RegExp): Promise<void> {
  await partOf(page, name).filter({ hasText: text }).first().waitFor();
}

describe('keys in wrong hands', () => {
  it('are closed out, renewed, and come back as the same person, by people at their desks', async () => {
    const { administrator, handlers } = installation;
    const [hanna, harald] = handlers;

    // Harald, about himself
    const his = await signIn(harald);
    await goTo(his, 'account');
    await partOf(his, 'wrong-hands').click();
    await partOf(his, 'cause').first().selectOption('device_lost');
    await partOf(his, 'ask').click();
    const said = await partOf(his, 'consequences').innerText();
    expect(said).toContain('You are signed out everywhere');
    expect(said).toContain('The clock starts');
    await expectAccessible(his);
    await partOf(his, 'confirm-do').first().click();
    await his.locator('main.locked').waitFor();
    expect(await his.locator('main.locked').innerText()).toContain('Tell an administrator');
    await his.reload();
    await his.fill('#sign-in-name', harald.name);
    await his.fill('#sign-in-passphrase', harald.passphrase);
    await his.click('form[data-part="form"] button[type=submit]');
    await says(his, 'problem', /may be in wrong hands/);

    // the administrator sees the clock, and takes the keys out
    const hers = await signIn(administrator);
    await says(hers, 'clocks', /Harald Handler.*72 hours|Harald Handler.*71 hours/s);
    await hers.locator('.incident-banner button').click();
    await partOf(hers, 'take-out').click();
    await partOf(hers, 'step-directory').locator('[data-part="confirm-do"]').click();
    await says(hers, 'directory-text', /no new report is sealed/);
    await expectAccessible(hers);

    // Hanna is offered the renewal, sees what could be read, and renews
    const page = await signIn(hanna);
    await says(page, 'leavers', /Harald Handler.*2 of your cases/s);
    await page.locator('.incident-banner button').click();
    await partOf(page, 'read-bulk').locator('[data-part="start"]').click();
    await says(page, 'sum', /2 cases, with 2 entries and 0 files/);
    const rows = await partOf(page, 'rows').innerText();
    expect(rows).toContain(longText);
    expect(rows).not.toContain('Not for Harald');
    await expectAccessible(page);
    await partOf(page, 'leavers').locator('[data-part="start"]').click();
    await says(page, 'leavers', /2 cases have new keys/);

    // and tells the reporter
    await partOf(page, 'tell-ask').click();
    await partOf(page, 'tell-form').locator('[data-part="confirm-do"]').click();
    await says(page, 'tell-bulk', /Written into 1 case/);
    const view = await installation.newReporter().open(words);
    expect(view.entries.at(-1)?.content).toMatchObject({
      kind: 'reply',
      text: expect.stringMatching(/^Vi måste berätta/) as string,
    });

    // invited again, in the old place
    await goTo(page, 'people');
    await partOf(page, 'shown-name').fill('Harald Handler');
    await partOf(page, 'replaces').selectOption(harald.id);
    await partOf(page, 'invite-form').locator('button[type=submit]').click();
    await partOf(page, 'link-box').waitFor();
    const link = await partOf(page, 'link').inputValue();
    const joining = await open(link.split('/desk/en/')[1] ?? '');
    const { passphrase } = await joinInBrowser(joining, 'harald');
    await goTo(page, 'account');
    await goTo(page, 'people');
    await says(page, 'back', /the same person as Harald Handler/);
    await partOf(page, 'compared').check();
    await partOf(page, 'sign').click();
    await says(page, 'handler-signature', /given/);

    // the administrator signs too: nobody waits any more
    await goTo(hers, 'people');
    await says(hers, 'back', /the same person as Harald Handler/);
    await partOf(hers, 'compared').check();
    await partOf(hers, 'sign').click();
    await partOf(hers, 'admissions-section').waitFor({ state: 'hidden' });

    // he is in, and has nothing until Hanna gives back what the old keys had
    const again = await signIn({ name: 'harald', passphrase });
    await page.locator('.incident-banner button').click();
    await partOf(page, 'back-bulk').locator('[data-part="start"]').click();
    await says(page, 'back-bulk', /2 cases were given back/);
    await openCaseOf(again, longText);
    await says(again, 'conversation', new RegExp(longText));
    await expectAccessible(again);
    for (const { complaints } of pages) expect(complaints.filter(isGrave)).toEqual([]);
  }, 300_000);
});

/** Answers that refuse are told by the browser too; these are meant. */
function isGrave(complaint: string): boolean {
  return !/status of (401|403)/.test(complaint);
}
