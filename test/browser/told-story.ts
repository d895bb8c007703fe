import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { signInInBrowser } from '../support/desk-page.js';
import {
  startInstallation,
  type Installation,
  type InstallationOptions,
  type InstallationPerson,
} from '../support/installation.js';
import { expectAccessible } from '../support/reporter-page.js';
import { startTamperingProxy, type TamperingProxy } from '../support/tampering-proxy.js';
import { canary, placesBelow, tracesIn } from '../support/traces.js';
import { openDeskPage, overflow } from './desk-page.js';

/** What stories of several people have in common: a real server, pages that stay open, and secrets. */
export interface ToldStory {
  /** Starts the browser and the installation; both end with the file. */
  readonly start: (options: InstallationOptions) => Promise<Installation>;
  /** From now on somebody between the pages and the server writes down what is sent. */
  readonly overhear: () => Promise<void>;
  /** A page of the server at this path, for whose complaints the file fails at its end. */
  readonly open: (path: string, options?: Parameters<typeof openDeskPage>[2]) => Promise<Page>;
  /** A page at which this person signed in, whose clock is so many days ahead. */
  readonly deskOf: (person: InstallationPerson, ahead?: number) => Promise<Page>;
  /** Words that people wrote, by what they are about. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Words that are like no others and that nobody else may ever see. */
  readonly secret: (what: string) => string;
  /** Where secrets, or these words by their names, were sent or stored in clear. */
  readonly traces: (words?: Readonly<Record<string, string>>) => string[];
  /** How many requests were written down. */
  readonly overheard: () => number;
}

/** Gives a test file a story; its end sees that no page complained and no fault was the server's. */
export function tellStory(): ToldStory {
  let browser: Browser;
  let installation: Installation;
  let proxy: TamperingProxy | null = null;
  const secrets = new Map<string, string>();
  const complaints: string[][] = [];

  afterAll(async () => {
    await browser.close();
    await proxy?.stop();
    expect(complaints.flat()).toEqual([]);
    expect(installation.server.faults).toEqual([]);
    await installation.stop();
  });

  const story: ToldStory = {
    async start(options) {
      [browser, installation] = await Promise.all([launchBrowser(), startInstallation(options)]);
      return installation;
    },
    async overhear() {
      proxy = await startTamperingProxy(installation.address);
    },
    async open(path, options = {}) {
      const address = (proxy?.url ?? installation.address) + path;
      const opened = await openDeskPage(browser, address, options);
      complaints.push(opened.complaints);
      return opened.page;
    },
    async deskOf({ name, passphrase }, ahead = 0) {
      const page = await story.open('/desk/en/', { ahead });
      await signInInBrowser(page, name, passphrase);
      return page;
    },
    secrets,
    secret(what) {
      const words = `${what} ${randomUUID()}`;
      secrets.set(what, words);
      return words;
    },
    overheard: () => proxy?.asked.length ?? 0,
    traces(words = Object.fromEntries(secrets)) {
      const asked = (proxy?.asked ?? []).map(({ method, path, headers, body }, index) => [
        `${index.toString()} ${method} ${path}`,
        Buffer.concat([Buffer.from(`${path} ${JSON.stringify(headers)} `), body()]),
      ]);
      const places = {
        ...(Object.fromEntries(asked) as Record<string, Buffer>),
        ...placesBelow(installation.server.dataFolder),
        log: Buffer.from(installation.server.logged.join('\n')),
      };
      return tracesIn(
        places,
        Object.entries(words).map(([what, text]) => canary(what, text)),
      );
    },
  };
  return story;
}

/** Finds nothing that is not accessible on what is shown, and nothing that reaches out of the window. */
export async function expectInOrder(page: Page): Promise<void> {
  await expectAccessible(page);
  expect(await overflow(page)).toBe(0);
}
