import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { allTypes } from '../support/questions.js';
import { expectAccessible, openReporterPage, saveKey } from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { madeVoice, plainWav } from '../support/voice.js';
import { waiting } from '../support/waiting.js';
import { channelCode } from '../../views/browser/channel-code.js';
import { overflow } from './desk-page.js';

// Two channels with readers of their own: a report goes to those of the one that its writer chose, or
// came by the address of, and to nobody's otherwise.

let browser: Browser;
let installation: Installation;
let folder: string;
let oslo: string;
const complaints: string[][] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'casekey-channels-'));
  const microphone = path.join(folder, 'microphone.wav');
  await writeFile(microphone, plainWav(madeVoice(120, 2, 48_000), 48_000));
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([
    launchBrowser({ microphone }),
    startInstallation({ clock }),
  ]);
  const { administrator, handlers, channel } = installation;
  const [hanna, harald] = handlers;
  ({ id: oslo } = await administrator.desk.addChannel({
    names: { en: 'Oslo', sv: 'Oslo' },
    texts: { en: 'Write to us in Oslo.', sv: 'Skriv till oss i Oslo.' },
    about: { en: 'For the warehouse in Oslo.', sv: 'För lagret i Oslo.' },
    languages: ['en', 'sv'],
    country: 'NO',
  }));
  const olav = await installation.addHandler('olav', 'Olav Handler');
  const { version } = await administrator.desk.directory();
  await administrator.desk.proposeRoster(oslo, [harald.id, olav.id], version);
  await hanna.desk.signRoster(waiting((await hanna.desk.rosters())[0]));
  await administrator.desk.signRoster(waiting((await administrator.desk.rosters())[0]));
  await installation.report({ channel: oslo, text: 'Practising in Oslo.' });
  const { rows } = await harald.desk.inbox('open');
  await harald.desk.openCase(waiting(rows.find((row) => row.channel === oslo)).id);
  await administrator.desk.publish(oslo);
  await administrator.desk.updateChannel(channel, { questionnaire: allTypes });
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
  expect(installation.server.faults).toEqual([]);
  expect(complaints.flat()).toEqual([]);
  await installation.stop();
});

async function open(address: string): Promise<Page> {
  const opened = await openReporterPage(browser, installation, address, {
    permissions: ['microphone'],
  });
  complaints.push(opened.complaints);
  return opened.page;
}

const form = '#step-write:not([hidden])';
const readers = (page: Page): Promise<string[]> =>
  page.locator('#reader-boxes strong').allInnerTexts();

/** From the first step to the summary; the text must be there. */
async function goOn(page: Page): Promise<void> {
  await page.click('#form button[type=submit]');
  await page.click('#step-files [data-go=next]');
  await page.waitForSelector('#step-readers:not([hidden])');
}

describe('whom a report is for', () => {
  it('is asked in the form where a press came before the script that takes the address along', async () => {
    const page = await open('/en/away');
    const never = (): Promise<void> => new Promise(() => undefined);
    await page.route('**/assets/start-and-form*', never, { times: 1 });
    await page.goto(`${installation.address}/en/#${channelCode(oslo)}`, { waitUntil: 'commit' });
    await page.locator('#to-form').waitFor();
    await page.click('#to-form');
    await page.waitForURL('**/en/write');
    await page.waitForSelector(form);

    expect(await page.inputValue('#channel')).toBe('');
    expect(await page.locator('#built-in-questions').isVisible()).toBe(false);
    await page.fill('#text', 'Crates vanish in Oslo.');
    await page.click('#form button[type=submit]');
    await page.locator('#channel-error').waitFor();
    expect(await page.locator(form).isVisible()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('channel');
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    // nor is it said by a reload
    await page.waitForFunction(() => sessionStorage.length > 0);
    await page.reload();
    await page.waitForSelector(form);
    expect(await page.inputValue('#text')).toBe('Crates vanish in Oslo.');
    expect(await page.inputValue('#channel')).toBe('');
    expect(await page.locator('#channel-gone-form').isVisible()).toBe(false);

    await page.selectOption('#channel', oslo);
    await page.fill('#q-where', 'In the warehouse');
    await goOn(page);
    expect(await readers(page)).toEqual(['Harald Handler', 'Olav Handler']);
    await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    const [hanna, harald] = installation.handlers;
    const titles = async (of: typeof hanna): Promise<string[]> =>
      (await of.desk.inbox('open')).rows.map(({ title }) => title);
    expect(await titles(harald)).toContain('Crates vanish in Oslo.');
    expect(await titles(hanna)).not.toContain('Crates vanish in Oslo.');
    await page.context().close();
  });

  it('is asked at the start too, and what was chosen there is chosen in the form', async () => {
    const page = await open('/en/');
    await page.waitForSelector('#start-channel-field:not([hidden])');
    expect(await page.inputValue('#start-channel')).toBe('');
    expect(await page.locator('#readers').isVisible()).toBe(false);
    await expectAccessible(page);
    await page.selectOption('#start-channel', { label: 'Oslo' });
    expect(await page.locator('#readers').innerText()).toContain('Olav Handler');
    await page.click('#to-form');
    await page.waitForSelector(form);
    expect(await page.inputValue('#channel')).toBe(oslo);
    await page.context().close();
  });

  it('goes along from its address into a tab of its own and into another language', async () => {
    const page = await open(`/en/#${channelCode(oslo)}`);
    await page.waitForSelector('#start-channel-field:not([hidden])');
    const address = await page.getAttribute('#to-form', 'href');
    expect(address).toBe(`${installation.address}/en/write#${channelCode(oslo)}`);
    await page.goto('about:blank');
    await page.goto(address ?? '');
    await page.waitForSelector(form);
    expect(await page.inputValue('#channel')).toBe(oslo);
    expect(page.url()).toBe(`${installation.address}/en/write`);
    await page.click('.languages a[hreflang=sv]');
    await page.waitForURL('**/sv/write');
    await page.waitForSelector(form);
    expect(await page.inputValue('#channel')).toBe(oslo);
    await page.context().close();
  });

  it('is asked again where the channel was closed while the report was written', async () => {
    const page = await open('/en/write');
    await page.waitForSelector(form);
    await page.selectOption('#channel', oslo);
    await page.fill('#text', 'Begun for Oslo.');
    await goOn(page);
    await page.check('#reader-boxes label:has-text("Olav") input');
    await page.waitForFunction(() => sessionStorage.length > 0);
    const { administrator, channel } = installation;
    await administrator.desk.closeChannel(oslo, true);
    await page.reload();
    // the one channel that is left is not taken instead
    await page.waitForSelector('#channel-gone-form:not([hidden])');
    expect(await page.locator(form).isVisible()).toBe(true);
    expect(await page.inputValue('#channel')).toBe('');
    await page.click('#form button[type=submit]');
    await page.locator('#channel-error').waitFor();
    await expectAccessible(page);
    // nor when the page is loaded once more, from the draft that has none
    await page.reload();
    await page.waitForSelector(form);
    expect(await page.inputValue('#channel')).toBe('');
    await administrator.desk.closeChannel(oslo, false);
    await administrator.desk.publish(oslo);
    await page.reload();
    await page.waitForSelector(form);
    expect(await page.inputValue('#channel')).toBe('');
    await page.selectOption('#channel', channel);
    await goOn(page);
    await page.click('#step-readers [data-go=back]');
    await page.click('#step-files [data-go=back]');
    await page.selectOption('#channel', oslo);
    await goOn(page);
    // whom the report must not reach is still left out
    expect(await page.isChecked('#reader-boxes label:has-text("Olav") input')).toBe(true);
    await page.context().close();
  });
});

describe('what was chosen for a question', () => {
  it('stays as an ordinary file, which says so, where another channel is chosen', async () => {
    const page = await open('/en/write');
    await page.waitForSelector(form);
    await page.selectOption('#channel', installation.channel);
    await page.fill('#text', 'With a bill.');
    const own = page.locator('#own-questions');
    const papers = own.getByRole('group', { name: 'Any papers?' });
    const bill = { name: 'bill.txt', mimeType: 'text/plain', buffer: Buffer.from('4 000') };
    await papers.locator('input[type=file]').setInputFiles([bill]);
    await papers.getByText('bill.txt').waitFor();
    // under the same id another channel may ask something else
    await installation.administrator.desk.updateChannel(oslo, {
      questionnaire: {
        sections: [
          {
            titles: { en: 'In Oslo' },
            fields: [
              {
                ...{ id: 'file', type: 'file', labels: { en: 'A picture of you' } },
                ...{ help: {}, options: [], when: null },
              },
            ],
          },
        ],
      },
    });
    await page.waitForFunction(() => sessionStorage.length > 0);
    await page.reload();
    await page.waitForSelector(form);
    await papers.locator('input[type=file]').setInputFiles([bill]);
    await papers.getByText('bill.txt').waitFor();
    await page.selectOption('#channel', oslo);
    await own.getByText('A picture of you').waitFor();
    expect(await own.innerText()).not.toContain('bill.txt');
    await page.click('#form button[type=submit]');
    const list = page.locator('#file-list');
    await list.getByText('Chosen for a question that is not asked now').waitFor();
    await expectAccessible(page);
    await page.click('#step-files [data-go=back]');
    await page.selectOption('#channel', installation.channel);
    await papers.getByText('bill.txt').waitFor();
    await page.click('#form button[type=submit]');
    await list.getByText('For: Any papers?').waitFor();
    expect(await list.innerText()).not.toContain('not asked now');
    await page.context().close();
  });

  it('is no recording that goes on out of sight: the channel stays until it is decided', async () => {
    const page = await open('/en/write');
    await page.waitForSelector(form);
    await page.selectOption('#channel', installation.channel);
    const spoken = page.locator('#own-questions').getByRole('group', { name: 'Tell us' });
    await spoken.locator('[data-slot=voice-open]').click();
    await spoken.locator('[data-slot=start]').click();
    await spoken.getByText(/Recording: 0:(?:0[1-9]|[1-9])/u).waitFor();
    await page.selectOption('#channel', oslo);
    await spoken.getByText('Decide about your recording first').waitFor();
    expect(await page.inputValue('#channel')).toBe(installation.channel);
    await spoken.locator('[data-slot=stop]').click();
    await spoken.locator('[data-slot=discard]').click();
    await spoken.locator('[data-slot=close]:visible').first().click();
    await page.selectOption('#channel', oslo);
    expect(await page.inputValue('#channel')).toBe(oslo);
    await page.context().close();
  });
});
