import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, signInInBrowser } from '../support/desk-page.js';
import { fileOf, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { openCaseWith, openReporterPage } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { loaded, openDeskPage } from './desk-page.js';

// A file whose name and type say what they must not, in both directions.

const name = '../../bill\u202Efdp.html';
const page = '<script>parent.document.title = "taken"; fetch("/taken")</script>';
const bytes = new TextEncoder().encode(page);

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  [browser, installation] = await Promise.all([
    launchBrowser(),
    startInstallation({ clock: createTestClock(new Date()) }),
  ]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await installation.stop();
});

/** Saves the file by the first such button; what the browser was given, and what it was answered. */
async function save(
  at: Page,
  button: string,
): Promise<{ download: Download; asked: string[]; kinds: Set<string> }> {
  const asked: string[] = [];
  const kinds = new Set<string>();
  at.context().on('request', (request) => asked.push(new URL(request.url()).pathname));
  at.context().on('response', (response) => {
    if (!response.url().includes('/chunks/')) return;
    const headers = response.headers();
    kinds.add(`${headers['content-type'] ?? ''}, ${headers['x-content-type-options'] ?? ''}`);
  });
  const [download] = await Promise.all([
    at.waitForEvent('download'),
    at.locator(button).first().click(),
  ]);
  await download.path();
  return { download, asked, kinds };
}

describe('files of people who mean harm', () => {
  it('are saved under a name that does not lie, by reporter and desk, and never run', async () => {
    const file = fileOf(bytes, { name, type: 'text/html' });
    const { words } = await installation.report({ text: 'A file.' }, [file]);
    const [hanna] = installation.handlers;
    const id = reporterKeys(words).caseId;
    await hanna.desk.reply(id, { kind: 'reply', text: 'Another.' }, [file], silent);
    const { url } = installation.server;

    const returned = await openReporterPage(browser, installation, '/en/return');
    await openCaseWith(returned.page, words);
    const desk = await openDeskPage(browser, `${url}/desk/en/`);
    await signInInBrowser(desk.page, hanna.name, hanna.passphrase);
    await loaded(desk.page);
    await openCaseOf(desk.page, 'A file.');
    for (const [at, button] of [
      [returned.page, '#conversation button'],
      [desk.page, '[data-panel=conversation] [data-part=download]'],
    ] as const) {
      const title = await at.title();
      const before = at.url();
      const { download, asked, kinds } = await save(at, button);
      expect(download.suggestedFilename()).toMatch(/^[.\w-]*bill_fdp\.html$/u);
      expect(download.suggestedFilename()).not.toMatch(/[/\\\u202E]/u);
      expect([...kinds]).toEqual(['application/octet-stream, nosniff']);
      expect(asked).not.toContain('/taken');
      expect([await at.title(), at.url(), at.context().pages().length]).toEqual([title, before, 1]);
    }
    expect([...returned.complaints, ...desk.complaints]).toEqual([]);
    await returned.page.context().close();
    await desk.page.context().close();
  });
});
