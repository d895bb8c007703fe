import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { launchBrowser } from '../support/browser.js';
import { startInstallation, type Installation } from '../support/installation.js';
import {
  expectAccessible,
  openReporterPage,
  saveKey,
  sendReport,
  writeReport,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';

let browser: Browser;
let installation: Installation;

beforeAll(async () => {
  [browser, installation] = await Promise.all([
    launchBrowser(),
    // the browser's day is today's
    startInstallation({ clock: createTestClock(new Date()) }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await installation.stop();
});

/** Lets a further handler in, with both signatures; the desk of the new one. */
const admit = async (name: string, shownName: string): Promise<Desk> => {
  const { administrator, handlers } = installation;
  const [hanna] = handlers;
  const { fragment } = await hanna.desk.invite({ shownName });
  const desk = installation.newDesk();
  const { passphrase } = await desk.prepareJoining();
  await desk.finishJoining(fragment, { name, role: {} });
  const [pending] = (await hanna.desk.members()).admissions;
  if (pending === undefined) throw new Error('nobody asks to be let in');
  await hanna.desk.admit(pending);
  await administrator.desk.admit(pending);
  await desk.signIn(name, passphrase.join(' '));
  return desk;
};

const openForm = async (width = 390): Promise<Page> => {
  const options = { viewport: { width, height: 800 } };
  const { page } = await openReporterPage(browser, installation, '/en/write', options);
  await page.waitForSelector('#step-write:not([hidden])');
  return page;
};

/** Those who are marked as new in the list of readers. */
const marked = (page: Page): Promise<string[]> =>
  page.locator('#reader-boxes label:has(.new:not([hidden])) strong').allInnerTexts();

describe('somebody who begins to read while a report is written', () => {
  it('is named before anything is sealed, can be left out, and costs nothing that was done', async () => {
    const page = await openForm();
    await page.fill('#q-where', 'In accounting');
    await page.fill('#text', 'About the one who comes.');
    await page.click('#form button[type=submit]');
    const buffer = Buffer.alloc(2_500_000, 65);
    await page.setInputFiles('#file-input', { name: 'list.pdf', mimeType: 'text/plain', buffer });
    await page.click('#step-files [data-go=next]');
    const words = await saveKey(page);
    // the newcomer is let in while the file is on its way
    const chunks: string[] = [];
    let begin: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const admitted = new Promise<void>((resolve) => (goOn = resolve));
    await page.context().route('**/chunks/*', async (route) => {
      chunks.push(new URL(route.request().url()).pathname);
      begin();
      await admitted;
      await route.continue();
    });
    const cases: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/cases')) cases.push(request.method());
    });
    await page.click('#send-now');
    await begun;
    const nils = await admit('nils', 'Nils Newcomer');
    goOn();
    await page.waitForSelector('#readers-changed:not([hidden])');
    expect(cases).toEqual([]);
    expect(await page.innerText('#readers-changed')).toContain('Nils Newcomer');
    expect(await page.innerText('#readers-changed')).not.toContain('Hanna');
    expect(await marked(page)).toEqual(['Nils Newcomer']);
    expect(await page.locator('#step-readers').isVisible()).toBe(true);
    await expectAccessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);

    await page.check('#reader-boxes label:has-text("Nils Newcomer") input');
    await page.click('#readers-next');
    // the key was confirmed already
    await page.waitForSelector('#step-send:not([hidden])');
    const summary = await page.innerText('#send-summary');
    expect(summary).toMatch(/Cannot read it\s+Nils Newcomer/);
    expect(summary).toContain('One file, 2.5 MB');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect(new Set(chunks).size).toBe(chunks.length);
    expect(cases).toEqual(['POST']);

    const [entry] = (await installation.newReporter().open(words)).entries;
    const content = entry?.content;
    if (content?.kind !== 'report') throw new Error('no report');
    expect(content).toMatchObject({
      text: 'About the one who comes.',
      answers: { where: { known: true, text: 'In accounting' } },
    });
    expect(content.files.map(({ name }) => name)).toEqual(['list.pdf']);
    expect(content.leftOut).toHaveLength(1);
    expect((await nils.inbox('open')).rows).toEqual([]);
    await page.context().close();
  });

  it('may read it where the reporter goes on without a tick', async () => {
    const page = await openForm(1280);
    await writeReport(page, 'For everybody.');
    await saveKey(page);
    const petra = await admit('petra', 'Petra Second');
    await page.click('#send-now');
    await page.waitForSelector('#readers-changed:not([hidden])');
    expect(await marked(page)).toEqual(['Petra Second']);
    await page.click('#readers-next');
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    expect((await petra.inbox('open')).rows).toHaveLength(1);
    await page.context().close();
  });

  it('is named too where the page was loaded again meanwhile', async () => {
    const page = await openForm();
    await page.fill('#text', 'Begun before.');
    await page.waitForFunction(() => sessionStorage.getItem('d') !== null);
    await admit('karl', 'Karl Third');
    await page.reload();
    await page.waitForSelector('#draft-notice:not([hidden])');
    await writeReport(page, 'Begun before, and ended.');
    expect(await page.innerText('#readers-changed')).toContain('Karl Third');
    expect(await marked(page)).toEqual(['Karl Third']);
    await page.context().close();
  });

  it('is no news to somebody who begins only then', async () => {
    const page = await openForm();
    await sendReport(page, 'Begun after.');
    expect(await marked(page)).toEqual([]);
    await page.context().close();
  });
});
