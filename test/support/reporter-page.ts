import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newCaseKey, ready, type Day, type Deadlines } from '../../crypto/private.js';
import { hurryWorkers } from './browser.js';
import { installOrganisation, makeOrganisation, type TestOrganisation } from './organisation.js';
import { startTestServer, type TestServer } from './server.js';

/** A server with the project's own pages and an organisation, for the reporter's browser. */
export interface ReporterSite {
  server: TestServer;
  organisation: TestOrganisation;
}

/** The calendar day so many days from today, as the browser under test counts. */
export function dayFromNow(days: number): Day {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10) as Day;
}

/** Starts a server whose organisation confirmed its directory so many days ago. */
export async function startReporterSite(
  options: {
    readonly confirmed?: number;
    readonly published?: boolean;
    readonly country?: string;
    /** What is promised of the dates. */
    readonly deadlines?: Deadlines;
    readonly parts?: readonly ('handler' | 'recovery_officer')[];
    /** Further `CASEKEY_…` settings. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<ReporterSite> {
  const server = await startTestServer({ env: options.env ?? {} });
  const first = await makeOrganisation({
    day: dayFromNow(-(options.confirmed ?? 0)),
    published: options.published ?? true,
    ...(options.parts === undefined ? {} : { parts: options.parts }),
  });
  const organisation = first.next((directory) => ({
    ...directory,
    channels: directory.channels.map((channel) => ({
      ...channel,
      country: options.country ?? 'SE',
      ...(options.deadlines === undefined ? {} : { deadlines: options.deadlines }),
    })),
  }));
  await installOrganisation(server.db, organisation);
  return { server, organisation };
}

/**
 * A page that gathers what the browser complains about.
 *
 * @param options.hurried lets the pauses between tries take hardly any time.
 */
export async function openReporterPage(
  browser: Browser,
  at: { readonly server: Pick<TestServer, 'url'> },
  address: string,
  options: BrowserContextOptions & { readonly hurried?: boolean } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const { hurried = false, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...rest });
  if (hurried) await hurryWorkers(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(at.server.url + address);
  return { page, complaints };
}

/**
 * Finds no violation of WCAG 2.2 AA or of axe's best practices in what is shown now.
 *
 * @param options.contrast `false` leaves colours out, where they were looked at in another width: they
 * are the same in all, and to find them takes axe half of its time.
 */
export async function expectAccessible(
  page: Page,
  { contrast = true }: { readonly contrast?: boolean } = {},
): Promise<void> {
  // a document keeps axe once it has it; '0' stands for its half a megabyte
  const isThere = await page.evaluate(() => 'axe' in window);
  const axe = new AxeBuilder({ page, ...(isThere ? { axeSource: '0' } : {}) });
  // where there are frames, what is found in each is put together in a page of its own
  if (page.frames().length === 1) axe.setLegacyMode();
  const rules = { 'color-contrast': { enabled: contrast } };
  const { violations } = await axe.options({ resultTypes: ['violations'], rules }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' | ')}`);
  expect(found).toEqual([]);
}

/** Switched off on what people type and what is decrypted: see `views/browser/text-fields.ts`. */
const KEPT = {
  spellcheck: 'false',
  autocomplete: 'off',
  autocapitalize: 'off',
  autocorrect: 'off',
  translate: 'no',
};

/**
 * Every field for free text and every named region, shown or not, that lacks one of the attributes
 * which keep it on the page. Templates count.
 */
export function leakyFields(page: Page, regions: readonly string[]): Promise<string[]> {
  return page.evaluate(
    ([kept, ids]) => {
      const roots: ParentNode[] = [document];
      for (const template of document.querySelectorAll('template')) roots.push(template.content);
      const fields = roots.flatMap((root) => [
        ...root.querySelectorAll(
          'textarea, input:not([type]), input[type=text], input[type=search], input[type=password], [contenteditable]',
        ),
      ]);
      const missing = ids.filter((id) => document.getElementById(id) === null);
      const places = ids.flatMap((id) => document.getElementById(id) ?? []);
      const leaky = [...fields, ...places].filter((element) =>
        Object.entries(kept).some(([name, value]) => element.getAttribute(name) !== value),
      );
      return [
        ...missing.map((id) => `#${id} is missing`),
        ...leaky.map((element) => element.outerHTML.slice(0, 120)),
      ];
    },
    [KEPT, regions] as const,
  );
}

/** Fills the form's needed field and goes on to the step before the key. */
export async function writeReport(page: Page, text: string): Promise<void> {
  await page.waitForSelector('#step-write:not([hidden])');
  await page.fill('#text', text);
  await page.click('#form button[type=submit]');
  await page.click('#step-files [data-go=next]');
}

/** From the readers' step on: notes the key, types back what is asked, and returns the key. */
export async function saveKey(page: Page): Promise<string[]> {
  await page.click('#readers-next');
  await page.waitForSelector('#key-words li');
  const words = await page.locator('#key-words li').allTextContents();
  await page.click('#key-saved');
  for (const input of await page.locator('#key-fields input').all()) {
    const position = Number((await input.getAttribute('id'))?.replace('confirm-', ''));
    await input.fill(words[position] ?? '');
  }
  await page.click('#key-confirm button[type=submit]');
  await page.waitForSelector('#step-send:not([hidden])');
  return words;
}

/** Writes and sends a report; the twelve words of its key. */
export async function sendReport(page: Page, text: string): Promise<string[]> {
  await writeReport(page, text);
  const words = await saveKey(page);
  await page.click('#send-now');
  await page.waitForSelector('#step-done:not([hidden])');
  return words;
}

/** Opens a case on the page for messages. */
export async function openCaseWith(page: Page, words: readonly string[]): Promise<void> {
  await page.waitForSelector('#enter:not([hidden])');
  await page.fill('#words', words.join(' '));
  await page.click('#enter-open');
  await page.waitForSelector('#case:not([hidden])');
}

/** A key that opens nothing. */
export async function unusedKey(): Promise<string[]> {
  await ready();
  return newCaseKey();
}

/** A tab that the system threw away and loaded again: playwright's own page of it is dead. */
export interface ReloadedTab {
  /** What an expression gives there; waits until it gives something that is true. */
  until(expression: string): Promise<unknown>;
}

/** Kills the page's process, as a phone short of memory does, and loads the tab again. */
export async function throwAway(browser: Browser, page: Page): Promise<ReloadedTab> {
  const own = await page.context().newCDPSession(page);
  const { targetInfo } = await own.send('Target.getTargetInfo');
  const all = await browser.newBrowserCDPSession();
  const { targetId } = targetInfo;
  const { sessionId } = await all.send('Target.attachToTarget', { targetId, flatten: false });
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  all.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message) as { id?: number; result?: unknown };
    waiting.get(answer.id ?? 0)?.(answer.result);
  });
  const call = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      const message = JSON.stringify({ id: last, method, params });
      void all.send('Target.sendMessageToTarget', { sessionId, message });
    });
  const crashed = page.waitForEvent('crash');
  own.send('Page.crash').catch(() => undefined);
  await crashed;
  await call('Page.reload', {});
  return {
    async until(expression) {
      for (;;) {
        const found = await call('Runtime.evaluate', { expression, returnByValue: true });
        const { value } = (found as { result: { value?: unknown } }).result;
        if (value !== undefined && value !== null && value !== false && value !== '') return value;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}
