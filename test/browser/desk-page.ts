import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hurryWorkers } from '../support/browser.js';

/** A page of the desk, and what the browser complained about while it was used. */
export interface DeskPage {
  page: Page;
  complaints: string[];
}

/** What the fake worker pretends. */
export type Scenario =
  | 'usual'
  | 'two'
  | 'empty'
  | 'warnings'
  | 'left-out'
  | 'administrator'
  | 'set-up'
  | 'ended'
  | 'many'
  | 'spain'
  | 'keeping'
  | 'promise'
  | 'undecided'
  | 'wrong-hands';

const root = fileURLToPath(new URL('../../', import.meta.url));

let fakeWorker: Promise<string> | undefined;

async function bundleFakeWorker(): Promise<string> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [path.join(root, 'test/browser/desk-fake-worker.ts')],
    bundle: true,
    write: false,
    format: 'iife',
  });
  return result.outputFiles[0]?.text ?? '';
}

/** Lets a page, or a worker in front of whose script it stands, live so many days after the true day. */
function daysAhead(days: number): string {
  return `self.Date = class extends Date {
    constructor(...parts) { super(...(parts.length === 0 ? [self.Date.now()] : parts)); }
    static now() { return super.now() + ${days.toString()} * 86_400_000; }
  };`;
}

/**
 * Opens a page of the desk.
 *
 * @param options.scenario puts the fake worker with this scenario in the place of the real one.
 * @param options.ahead days by which the clock of the page and its workers is ahead of the true time.
 * @param options.hurried lets the pauses between tries take hardly any time.
 * @param options.before runs in the page before its own scripts.
 */
export async function openDeskPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions & {
    readonly scenario?: Scenario;
    readonly ahead?: number;
    readonly hurried?: boolean;
    readonly before?: () => void;
  } = {},
): Promise<DeskPage> {
  const { scenario, ahead = 0, hurried = false, before, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...rest,
  });
  if (scenario !== undefined) {
    fakeWorker ??= bundleFakeWorker();
    const script = `self.scenario = ${JSON.stringify(scenario)};\n${await fakeWorker}`;
    await context.route(/\/assets\/worker-desk/, async (route) => {
      await route.fulfill({ response: await route.fetch(), body: script });
    });
  }
  if (ahead !== 0) {
    await context.addInitScript(daysAhead(ahead));
    await context.route(/\/assets\/worker-(desk|reporter)/, async (route) => {
      const response = await route.fetch();
      const body = `${daysAhead(ahead)}\n${await response.text()}`;
      await route.fulfill({ response, body });
    });
  }
  if (before !== undefined) await context.addInitScript(before);
  if (hurried) await hurryWorkers(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  return { page, complaints };
}

/** Goes to a view by the navigation and waits until it has loaded. */
export async function goTo(page: Page, view: string): Promise<void> {
  await page.click(`.desk-nav [data-go=${view}]`);
  await page.waitForSelector(`.desk-nav [data-go=${view}][aria-current=page]`);
  await loaded(page);
}

/** Waits until nothing on the page is busy any more. */
export async function loaded(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('[aria-busy=true]') === null &&
      [...document.querySelectorAll('.working')].every((each) => each.textContent === ''),
  );
}

/** Whether something reaches out of the window sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
