import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createTestClock } from '../support/server.js';
import {
  startTamperingProxy,
  type Asking,
  type TamperingProxy,
} from '../support/tampering-proxy.js';
import { canary, placesBelow, tracesIn } from '../support/traces.js';
import { goTo, loaded } from './desk-page.js';

// What a handler searches, filters and begins to write: a real browser, a real server, and between
// them somebody who writes down every request. The same is done twice, once with next to nothing and
// once with much, and nobody can tell which was which.

interface Doings {
  query: string;
  category: string;
  status: string;
  label: string;
  filter: string | null;
  answer: string;
  note: string;
  recording: string;
}

const little: Doings = {
  query: 'x',
  category: '',
  status: '',
  label: '',
  filter: null,
  answer: '',
  note: '',
  recording: '',
};
const much: Doings = {
  query: `gate ${randomUUID()} crane ${randomUUID()}`,
  category: 'fraud',
  status: 'assessment',
  label: randomUUID().slice(0, 30),
  filter: `Filter ${randomUUID()}`,
  answer: `An answer ${randomUUID()} `.repeat(40),
  note: `A note ${randomUUID()}`,
  recording: `Somebody called ${randomUUID()} `.repeat(100),
};

let browser: Browser;
let installation: Installation;
let proxy: TamperingProxy;
let caseId: string;

beforeAll(async () => {
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([launchBrowser(), startInstallation({ clock })]);
  proxy = await startTamperingProxy(installation.address);
  caseId = reporterKeys((await installation.report()).words).caseId;
  const other = await installation.report({ text: 'Nothing of what is looked for.' });
  const { words } = await installation.report({ text: `It says: ${much.query}.` });
  const wanted = reporterKeys(words).caseId;
  const { desk } = installation.handlers[0];
  // the first time that somebody opens a case is told, whatever it is opened for
  await desk.openCase(reporterKeys(other.words).caseId);
  await desk.openCase(wanted);
  await desk.work(wanted, { kind: 'labels', labels: [much.label] });
  await desk.work(wanted, { kind: 'progress', progress: 'assessment', detail: '', text: '' });
});
afterAll(async () => {
  await browser.close();
  await proxy.stop();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Lets the minute of a page pass when the test says so, and not by itself. */
function holdMinutes(): void {
  const minutes: (() => void)[] = [];
  const every = window.setInterval.bind(window);
  Object.assign(window, {
    minutes,
    setInterval: (work: () => void, delay: number) =>
      delay === 60_000 ? minutes.push(work) : every(work, delay),
  });
}

function passMinute(): void {
  for (const work of (window as unknown as { minutes: (() => void)[] }).minutes) work();
}

const saves = (): number =>
  proxy.asked.filter(({ method, path }) => method === 'PUT' && path.endsWith('/account/shelf'))
    .length;

/** A handler's morning: what is typed differs, what is done does not. */
async function work(doings: Doings): Promise<readonly Asking[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addInitScript(holdMinutes);
  const page = await context.newPage();
  const before = proxy.asked.length;
  let saved = saves();
  const oneMore = async (step: () => Promise<unknown>): Promise<void> => {
    await step();
    saved += 1;
    await expect.poll(saves, { timeout: 60_000 }).toBe(saved);
    await loaded(page);
    await page.waitForLoadState('networkidle');
  };
  await page.goto(`${proxy.url}/desk/en/`);
  const { name, passphrase } = installation.handlers[0];
  await oneMore(() => signInInBrowser(page, name, passphrase));

  await search(page, doings.query);
  await page.selectOption('#inbox-category', doings.category);
  await page.selectOption('#inbox-status', doings.status);
  await page.selectOption('#inbox-label', doings.label);
  if (doings.filter !== null) {
    await partOf(page, 'save-filter').click();
    await page.fill('#inbox-save-name', doings.filter);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.inputValue('#inbox-saved')).toBe(doings.filter);
  }
  const clear = async (): Promise<void> => {
    for (const each of ['category', 'status', 'label']) {
      await page.selectOption(`#inbox-${each}`, '');
    }
    await partOf(page, 'clear').click();
    await page.locator('.row').nth(2).waitFor();
  };
  await clear();
  // whoever takes a saved filter by its key asks for no more than whoever searches for something else
  if (doings.filter === null) await search(page, 'y');
  else {
    await partOf(page, 'save-filter').focus();
    await page.keyboard.press('1');
    await page.locator('.excerpts:not([hidden])').waitFor();
    await loaded(page);
    expect(await page.locator('.row').count()).toBe(1);
    expect(await page.inputValue('#inbox-saved')).toBe(doings.filter);
    expect(await page.inputValue('#inbox-label')).toBe(doings.label);
  }
  await clear();
  await oneMore(() => page.locator(`[data-case="${caseId}"] .row-open`).click());
  await page.locator('.entry').first().waitFor();
  await partOf(partOf(page, 'writing'), 'text').fill(doings.answer);
  await page.click('#tab-notes');
  await partOf(partOf(page, 'note-writing'), 'text').fill(doings.note);
  await oneMore(() => page.evaluate(passMinute));
  await oneMore(() => partOf(page, 'back').click());
  await oneMore(() => partOf(page, 'record').click());
  await page.locator('[data-part=form] [data-part=text]').fill(doings.recording);
  await oneMore(() => goTo(page, 'account'));
  await oneMore(() => partOf(page, 'lock').click());
  await page.locator('.locked').waitFor();
  await expect
    .poll(() => proxy.asked.slice(before).filter(({ method }) => method === 'DELETE').length)
    .toBe(1);
  await context.close();
  return proxy.asked.slice(before);
}

async function search(page: Page, query: string): Promise<void> {
  await page.fill('#inbox-search', query);
  await page.keyboard.press('Enter');
  await loaded(page);
}

/** What somebody who sees the requests can tell of them apart from secrets: all but random letters. */
function shapes(asked: readonly Asking[]): string[] {
  const ids = /[\w-]{43}/gu;
  // numbers count up from one sign-in to the next, whatever is done
  const numbers = /(?<=[:[,])\d+(?=[,}\]])/gu;
  return asked
    .filter(({ path }) => path.startsWith('/api/'))
    .map(({ method, path, headers, body }) => {
      const length = body().toString('latin1').replace(numbers, '0').length;
      const named = Object.entries(headers)
        .filter(([name]) => name !== 'content-length')
        .map(([name, value]) => `${name}: ${String(value).replace(ids, '…')}`);
      return [method, path.replace(ids, '…'), length, ...named.sort()].join(' | ');
    })
    .sort();
}

it('makes the same requests of the same size whatever is searched, filtered and begun', async () => {
  const desk = await installation.signIn(installation.handlers[0]);
  await desk.signLog();
  await desk.openCase(caseId);
  const first = await work(little);
  const second = await work(much);
  expect(shapes(first).length).toBeGreaterThan(20);
  expect(shapes(second)).toEqual(shapes(first));

  const secrets = Object.entries(much).flatMap(([what, text]) =>
    what === 'category' || what === 'status'
      ? []
      : [canary(what, String(text).trim().slice(0, 40))],
  );
  const asked = Object.fromEntries(
    second.map(({ method, path, headers, body }, index) => [
      `${index.toString()} ${method} ${path}`,
      Buffer.concat([
        Buffer.from(`${decodeURIComponent(path)} ${JSON.stringify(headers)} `),
        body(),
      ]),
    ]),
  );
  const kept = {
    ...placesBelow(installation.server.dataFolder),
    log: Buffer.from(installation.server.logged.join('\n')),
  };
  expect(tracesIn({ ...asked, ...kept }, secrets)).toEqual([]);
  // neither is a secret word, and yet none that was chosen went out
  for (const chosen of [much.category, much.status]) {
    expect(Object.values(asked).filter((bytes) => bytes.includes(chosen))).toEqual([]);
  }

  // and all of it is there at another desk
  const elsewhere = await installation.signIn(installation.handlers[0]);
  const { filters } = await elsewhere.openShelf();
  const { query, category, status, label } = much;
  expect(filters).toMatchObject([
    { name: much.filter, filter: { query, category, status, label } },
  ]);
  expect(elsewhere.keptDraft(caseId)?.text).toBe(much.answer);
  expect(elsewhere.keptDraft(`${caseId} note`)?.text).toBe(much.note);
  expect(elsewhere.keptDraft('recording')?.text).toBe(much.recording);
}, 240_000);
