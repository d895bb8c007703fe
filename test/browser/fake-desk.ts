import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { signInInBrowser } from '../support/desk-page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { loaded, openDeskPage, type DeskPage, type Scenario } from './desk-page.js';

/** How a page of the fake desk is opened; the path is what comes after `/desk/`. */
export type FakeDeskOptions = BrowserContextOptions & {
  readonly path?: string;
  readonly before?: () => void;
};

/** The desk's pages with made-up cases in the place of the engine. */
export interface FakeDesk {
  /** Address of the server, without a slash at its end. */
  readonly url: string;
  readonly visit: (scenario: Scenario, options?: FakeDeskOptions) => Promise<DeskPage>;
  /** Signs in, and waits until the first view has loaded. */
  readonly enter: (scenario: Scenario, options?: FakeDeskOptions) => Promise<DeskPage>;
  /** Signs in and opens a case; this page stays until the file ends. */
  readonly stayAt: (title: string) => Promise<DeskPage>;
}

/** Gives a test file a browser and a server with the fake worker; pages close after each test. */
export function useFakeDesk(): FakeDesk {
  let browser: Browser;
  let server: TestServer;
  const open: DeskPage[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
  });
  afterEach(async () => {
    for (const { page } of open.splice(0)) {
      // a worker may still be on its way to a page that locked itself
      await page.context().unrouteAll({ behavior: 'ignoreErrors' });
      await page.context().close();
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const openAt = (
    scenario: Scenario,
    { path = 'en/', ...rest }: FakeDeskOptions = {},
  ): Promise<DeskPage> =>
    openDeskPage(browser, `${server.url}/desk/${path}`, { ...rest, scenario });
  const signIn = async (opened: DeskPage): Promise<DeskPage> => {
    await signInInBrowser(opened.page, 'hanna', 'seven words that nobody else has at all');
    await loaded(opened.page);
    return opened;
  };

  const desk: FakeDesk = {
    get url() {
      return server.url;
    },
    async visit(scenario, options) {
      const opened = await openAt(scenario, options);
      open.push(opened);
      return opened;
    },
    enter: async (scenario, options) => signIn(await desk.visit(scenario, options)),
    async stayAt(title) {
      const opened = await signIn(await openAt('usual'));
      await opened.page.locator('.row-open', { hasText: title }).click();
      await opened.page.waitForSelector('.entry');
      return opened;
    },
  };
  return desk;
}
