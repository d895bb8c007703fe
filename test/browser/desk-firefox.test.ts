import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findFirefox,
  launchFirefox,
  openInFirefox,
  press,
  showsText,
  write,
} from '../support/firefox.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createTestClock } from '../support/server.js';

// What a handler does every day, in Firefox with a real server. All else of the desk is tested in Chromium.

const firefox = findFirefox();
const missing = 'left out: no Firefox ESR here, and CASEKEY_FIREFOX names none';
const name = (text: string): string => (firefox === null ? `${text} (${missing})` : text);

describe.skipIf(firefox === null)(name('a handler works in Firefox'), () => {
  let browser: Browser;
  let installation: Installation;

  beforeAll(async () => {
    [browser, installation] = await Promise.all([
      launchFirefox(firefox ?? '', 'Standard'),
      startInstallation({ clock: createTestClock(new Date()) }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    expect(installation.server.faults).toEqual([]);
    await installation.stop();
  });

  it('signs in, opens a case, answers, and signs out', async () => {
    const { words } = await installation.report({ text: 'The pump was never inspected.' });
    const [hanna] = installation.handlers;
    const { page, complaints } = await openInFirefox(browser, `${installation.address}/desk/en/`);
    await write(page, '#sign-in-name', hanna.name);
    await write(page, '#sign-in-passphrase', hanna.passphrase);
    await press(page, 'form[data-part="form"] button[type=submit]');
    await page.waitForSelector('.desk-nav', { visible: true, timeout: 60_000 });

    await press(page, '.row-open::-p-text(The pump was never)');
    const conversation = 'section.case [data-part=conversation]';
    await showsText(page, conversation, 'The pump was never inspected.');
    await write(page, '[data-part=writing] textarea', 'We have read it. Which pump is it?');
    await press(page, '[data-part=writing] [data-part=submit]');
    await showsText(page, conversation, 'Which pump is it?');
    const { entries } = await installation.newReporter().open(words);
    expect(entries.map(({ content }) => content)).toMatchObject([
      { kind: 'report' },
      { kind: 'acknowledgement', text: 'We have read it. Which pump is it?' },
    ]);

    await press(page, '[data-part=sign-out]');
    await page.waitForSelector('[data-part=again]', { visible: true });
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain('pump');
    await press(page, '[data-part=again]');
    await page.waitForSelector('#sign-in-name', { visible: true });
    expect(complaints).toEqual([]);
  });
});
