import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { confirmPaper, signInInBrowser } from '../support/desk-page.js';
import { expectAccessible } from '../support/reporter-page.js';
import { goTo, loaded, overflow, type DeskPage, type Scenario } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// Every page of the desk as one list, in English at 1280 and 390 pixels: axe finds nothing, nothing
// reaches out of the window, and no template of the desk's pages stands outside of the list.

const desk = useFakeDesk();
const text = Buffer.from('A text.');

const seen = new Set<string>();
const known = new Set<string>();
const visited = new Set<string>();
const places = new Set<string>();

/** What is no part of a view: data for scripts, and sheets that are seen on paper alone. */
const NO_VIEW =
  /^(?:strings|ready-texts|suggested-questions|breach-notices|poster-\w+|sheet|exposed-sheet|country-rules)$/u;

/** What only comes up in the course of a longer story, and the file in which axe looks at it there. */
const ELSEWHERE = new Map(
  Object.entries({
    'desk-wrong-hands': [
      'incidents',
      'incident-start',
      'incident',
      'incident-authority',
      'incident-cases',
      'exposed-choice',
    ],
    'desk-team': ['handover-case'],
    several: ['own-words', 'desk-switch'],
    'desk-record': ['record-item'],
    'desk-export': ['export-text'],
    'desk-erasing': ['erasure-proposal'],
    'desk-dates': ['confirmation'],
    'desk-keeping-list': ['moved-cases'],
    'desk-notices': ['renewal'],
  }).flatMap(([file, ids]) => ids.map((id) => [id, `${file}.test.ts`])),
);

/** Lets every copy of a template say which one it is of. */
function markCopies(): void {
  const original = document.importNode.bind(document);
  document.importNode = <T extends Node>(node: T, deep?: boolean | ImportNodeOptions): T => {
    const copy = original(node, deep as boolean);
    const root = node.getRootNode();
    const template = [...document.querySelectorAll('template')].find(
      ({ content }) => content === root,
    );
    // of the frame around the views only what is in it goes into the page
    const marked = template?.id === 'shell' ? [...copy.childNodes] : [copy];
    for (const each of marked) Object.assign(each, { copyOf: template?.id });
    return copy;
  };
}

async function check({ page, complaints }: DeskPage): Promise<void> {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
  for (const viewport of [
    { width: 390, height: 800 },
    { width: 1280, height: 900 },
  ]) {
    await page.setViewportSize(viewport);
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  }
  const found = await page.evaluate(() => {
    const isShown = (each: Element): boolean => each.checkVisibility() && 'copyOf' in each;
    const all = [...document.querySelectorAll('template')].map(({ id }) => id);
    const copies = [...document.querySelectorAll('*')].filter(isShown);
    return {
      all,
      shown: copies.map((each) => (each as unknown as { copyOf: string }).copyOf),
      places: [...document.querySelectorAll<HTMLElement>('[data-go]')].map((each) => ({
        view: each.dataset['go'] ?? '',
        here: each.getAttribute('aria-current') === 'page',
      })),
    };
  });
  for (const id of found.all) if (!NO_VIEW.test(id)) known.add(id);
  for (const id of found.shown) seen.add(id);
  for (const { view, here } of found.places) {
    places.add(view);
    if (here) visited.add(view);
  }
  expect(complaints).toEqual([]);
}

const visit = (scenario: Scenario, path = 'en/'): Promise<DeskPage> =>
  desk.visit(scenario, { path, before: markCopies });

async function enter(scenario: Scenario, name = 'hanna'): Promise<DeskPage> {
  const opened = await visit(scenario);
  await signInInBrowser(opened.page, name, 'seven words that nobody else has at all');
  await loaded(opened.page);
  return opened;
}

async function everyPlace(opened: DeskPage): Promise<void> {
  const views = await opened.page
    .locator('[data-go]')
    .evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset['go'] ?? ''));
  for (const view of views) {
    await goTo(opened.page, view);
    await check(opened);
  }
}

async function everyTab(opened: DeskPage, page: Page): Promise<void> {
  const tabs = await page
    .locator('[data-tab]')
    .evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset['tab'] ?? ''));
  for (const tab of tabs) {
    await page.click(`[data-tab=${tab}]`);
    await loaded(page);
    await check(opened);
  }
}

it('before somebody is signed in', async () => {
  const opened = await visit('usual');
  const { page } = opened;
  await check(opened);
  await page.click('[data-part=lost]');
  await check(opened);
  await page.fill('#recover-words', Array.from({ length: 24 }, () => 'zoo').join(' '));
  await page.click('form [type=submit]');
  await page.waitForSelector('.paper');
  await check(opened);
  await page.click('[data-part=to-questions]');
  await check(opened);
  await page.click('[data-part=to-words]');
  await confirmPaper(page.locator('.paper'));
  await page.waitForSelector('[data-part=in-force]:not([hidden])');
  await check(opened);
});

it('every place of a handler, the list with what is chosen, and its dialogs', async () => {
  const opened = await enter('usual');
  const { page } = opened;
  await everyPlace(opened);
  await goTo(page, 'inbox');
  await page.click('[data-part=save-filter]');
  await page.check('[data-case=c] .row-choose');
  await page.check('[data-case=d] .row-choose');
  await check(opened);
  const fields = { label: 'label', assign: 'reader', close: 'text' } as const;
  for (const subject of ['label', 'assign', 'close'] as const) {
    await page.click(`[data-part=bulk-${subject}]`);
    await check(opened);
    if (subject !== 'assign') await page.fill(`dialog [data-part=${fields[subject]}]`, 'Words');
    await page.click('dialog [data-part=next]');
    await check(opened);
    await page.keyboard.press('Escape');
  }
  await page.click('[data-part=bulk-conflict]');
  await check(opened);
  await goTo(page, 'people');
  await page.click('[data-part=handover]');
  await loaded(page);
  await check(opened);
  await goTo(page, 'review');
  await page.click('.review [data-part=start]');
  await page.waitForSelector('.review [data-part=found]:not([hidden])');
  await check(opened);
  await goTo(page, 'inbox');
  await page.click('[data-part=record]');
  await page.setInputFiles('#file-input', { name: 'a.txt', mimeType: 'text/plain', buffer: text });
  await page.waitForSelector('#file-list li, .file-list li, [data-part=form] ul li');
  await check(opened);
  await check(await enter('empty'));
  await page.click('[data-part=lock]');
  await page.waitForSelector('.locked');
  await check(opened);
}, 180_000);

it('every tab of a case', async () => {
  const opened = await enter('usual');
  const { page } = opened;
  await page.locator('.row-open', { hasText: 'Invoices for guards' }).click();
  await page.waitForSelector('.entry');
  await page.setInputFiles('[data-part=writing] [data-part=picker]', {
    name: 'a.txt',
    mimeType: 'text/plain',
    buffer: text,
  });
  await page.click('[data-tab=work]');
  await page.fill('#work-task', 'Ask finance');
  await page.click('[data-panel=work] [data-part=task-form] [type=submit]');
  await page.waitForSelector('.task');
  await page.click('[data-panel=work] [data-part=link-form] [type=submit]');
  await page.waitForSelector('.case-link');
  await everyTab(opened, page);
  await page.click('[data-tab=conversation]');
  await page.click('[data-panel=conversation] button[aria-label="Preview: anteckningar.txt"]');
  await page.waitForSelector('dialog.preview iframe');
  await loaded(page);
  // what is in the frame is the file's own, and axe cannot look into it
  await page.evaluate(() => document.querySelector('dialog iframe')?.remove());
  await check(opened);
}, 180_000);

it('what is wrong, and what is to be done about keys in wrong hands', async () => {
  const opened = await enter('warnings');
  await check(opened);
  await opened.page.click('.row-open >> nth=0');
  await opened.page.waitForSelector('.entry');
  await check(opened);
  await goTo(opened.page, 'audit');
  await opened.page.click('[data-part=verify]');
  await loaded(opened.page);
  await check(opened);
  const closedOut = await enter('wrong-hands');
  await goTo(closedOut.page, 'people');
  await check(closedOut);
}, 180_000);

it('every place of an administrator', async () => {
  const opened = await enter('administrator');
  await everyPlace(opened);
  await goTo(opened.page, 'channel');
  await opened.page.click('[data-part=begin-suggested]');
  const first = '[data-part=sections] details >> nth=0';
  await opened.page.locator(`${first} >> summary`).click();
  await opened.page.locator(first).locator('[data-part=type]').selectOption('choice');
  await check(opened);
}, 180_000);

it('every place of a custodian, a guest and an auditor', async () => {
  for (const name of ['iris', 'lara', 'rita']) {
    // the guest's case is one of those that something is wrong with
    const opened = await enter(name === 'lara' ? 'warnings' : 'usual', name);
    await everyPlace(opened);
    if (name !== 'lara') continue;
    await goTo(opened.page, 'guest');
    await opened.page.click('.cards [data-part=open] >> nth=0');
    await loaded(opened.page);
    await check(opened);
  }
}, 180_000);

it('and nothing stands outside of the list', () => {
  const missing = [...known].filter((id) => !seen.has(id) && !ELSEWHERE.has(id));
  expect(missing).toEqual([]);
  expect([...ELSEWHERE.keys()].filter((id) => !known.has(id) || seen.has(id))).toEqual([]);
  for (const file of new Set(ELSEWHERE.values())) {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(source, file).toMatch(/expectAccessible\(|AxeBuilder\(/u);
  }
  expect([...places].filter((view) => !visited.has(view))).toEqual([]);
});
