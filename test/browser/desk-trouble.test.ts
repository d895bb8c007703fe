import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys, type DeskCase } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, signInInBrowser, writeInCase } from '../support/desk-page.js';
import { silent } from '../support/fixtures.js';
import { noisyReporter, withholdingFrom } from '../support/hostile.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { goTo, loaded, openDeskPage } from './desk-page.js';

// What a handler meets when somebody else does not keep to the protocol, on a real server with the
// real engine in the browser.

let browser: Browser;
let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, installation] = await Promise.all([
    launchBrowser(),
    startInstallation({ clock: createTestClock(new Date()) }),
  ]);
  [hanna, harald] = installation.handlers;
}, 120_000);

afterEach(async () => {
  await page.context().unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});

afterAll(async () => {
  await browser.close();
  await installation.stop();
});

const writing = '[data-part=writing]';

async function enter(): Promise<void> {
  const { url } = installation.server;
  ({ page, complaints } = await openDeskPage(browser, `${url}/desk/en/`));
  await signInInBrowser(page, hanna.name, hanna.passphrase);
  await loaded(page);
}

async function report(text: string): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ text });
  return { words, id: reporterKeys(words).caseId };
}

describe('an entry that nobody can read', () => {
  it('is shown as such, without a date, and the case can be answered and closed', async () => {
    const { words } = await report('Noise follows.');
    await installation.newReporter(noisyReporter(words)).send(words, 'Noise', [], silent);
    await enter();
    await openCaseOf(page, 'Noise follows.');
    const entry = page.locator('.kind-unreadable');
    const said = await entry.innerText();
    expect(said).toContain('Cannot be read');
    expect(said).toContain('It hinders nothing');
    expect(await entry.locator('[data-part=when]').innerText()).toBe('');
    expect(await page.locator('.case-notice').count()).toBe(0);
    await expectAccessible(page);
    await writeInCase(page, 'acknowledgement', 'We could not read your last message.');
    await writeInCase(page, 'closure', 'We close it.', 'insufficient_information');
    const seen = await installation.newReporter().open(words);
    expect(seen.state).toBe('closed');
    expect(complaints).toEqual([]);
  });
});

describe('a handler who gives another no true key', () => {
  it('is named, and whoever renews the keys can go on', async () => {
    const { words, id } = await report('The keys go astray.');
    const hostile = await installation.signIn(harald, withholdingFrom(hanna.id));
    await hostile.renew(id);
    await installation.newReporter().send(words, 'Written meanwhile.', [], silent);
    await enter();
    const row = page.locator(`[data-case="${id}"]`);
    expect(await row.innerText()).toContain('This line does not open');
    await row.locator('.row-open').click();
    await page.locator('section.case [data-part="content"]').waitFor();
    const notice = page.locator('.case-notice');
    expect(await notice.innerText()).toContain('Harald Handler, who changed the keys last');
    expect(await page.isDisabled(`${writing} [type=submit]`)).toBe(true);
    expect(await page.locator('.kind-unreadable').count()).toBe(1);
    await expectAccessible(page);
    await notice.locator('[data-part=renew]').click();
    await notice.locator('[data-part=confirm-do]').click();
    await notice.waitFor({ state: 'detached' });
    // it came under a key that never reached this handler
    expect(await page.locator('.kind-unreadable').count()).toBe(1);
    await writeInCase(page, 'acknowledgement', 'Please write your last message again.');
    const seen = await installation.newReporter().send(words, 'Once more.', [], silent);
    expect(seen).toMatchObject({ writable: 'yes', warnings: [] });
    expect(complaints).toEqual([]);
  });
});

describe('a server that leaves out what this desk has seen', () => {
  it('finds every form closed, and what was begun still in it', async () => {
    const { id } = await report('Something will be missing.');
    await hanna.desk.reply(id, { kind: 'reply', text: 'An answer that goes.' }, [], silent);
    await enter();
    await openCaseOf(page, 'Something will be missing.');
    await page.fill(`${writing} textarea`, 'What I had begun.');
    await page.waitForFunction(
      () => document.querySelector('[data-part=draft-note]')?.textContent !== '',
    );
    await page.context().route(`**/api/desk/cases/${id}`, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as DeskCase;
      const entries = answer.entries.filter(
        ({ header }) => header.compartment !== 'dialogue' || header.sequence < 3,
      );
      await route.fulfill({ response, json: { ...answer, entries } });
    });
    // the list that was asked for before the case was opened arrives after it
    let caseIsShown = (): void => undefined;
    const shown = new Promise<void>((resolve) => {
      caseIsShown = resolve;
    });
    await page.context().route('**/api/desk/cases?state=*', async (route) => {
      await shown;
      await route.continue();
    });
    await openCaseOf(page, 'Something will be missing.');
    caseIsShown();
    const [notice] = await page.locator('.case-notice').allInnerTexts();
    expect(notice).toContain('Entries are missing');
    expect(notice).toContain('truncated_chain');
    expect(await page.inputValue(`${writing} textarea`)).toBe('What I had begun.');
    for (const [tab, form] of [
      ['conversation', writing],
      ['notes', '[data-part=note-writing]'],
    ] as const) {
      await page.click(`[data-tab=${tab}]`);
      expect(await page.isDisabled(`${form} [type=submit]`)).toBe(true);
      expect(await page.innerText(`${form} [data-part=blocked]`)).toContain('not shown as it is');
    }
    await page.click('[data-tab=access]');
    expect(await page.locator('[data-part=take]:visible').isDisabled()).toBe(true);
    const listed = page.waitForResponse('**/api/desk/cases?state=closed*');
    await goTo(page, 'inbox');
    await listed;
    const row = await page.innerText(`[data-case="${id}"]`);
    expect(row).toContain('Entries are missing');
    expect(complaints).toEqual([]);
  });
});

// last, since nobody comes back
describe('somebody who left the organisation', () => {
  it('keeps no key once the keys are renewed from the access panel', async () => {
    const { id } = await report('A reader leaves.');
    await installation.administrator.desk.remove(harald.id);
    await enter();
    await openCaseOf(page, 'A reader leaves.');
    await page.click('[data-tab=access]');
    const panel = page.locator('[data-panel=access]');
    expect(await panel.locator('[data-part=departed-text]').innerText()).toContain(
      'Harald Handler left',
    );
    await panel.locator('[data-part=renew]').click();
    expect(await panel.locator('[data-part=going]').innerText()).toContain('Harald Handler');
    await panel.locator('[data-part=departed] [data-part=confirm-do]').click();
    await page.waitForFunction(() => document.querySelectorAll('.reader').length === 1);
    expect(await panel.locator('[data-part=departed]').isHidden()).toBe(true);
    expect(await hanna.desk.openCase(id)).toMatchObject({ departed: [], writable: 'yes' });
    expect(complaints).toEqual([]);
  });
});
