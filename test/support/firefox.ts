import { accessSync, constants, existsSync } from 'node:fs';
import puppeteer, { type Browser, type Locator, type Page, TimeoutError } from 'puppeteer-core';

const installed = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/**
 * The Firefox to test with, as Debian has it: CASEKEY_FIREFOX, else an installed one; null for none.
 *
 * @throws Error when CASEKEY_FIREFOX names nothing that can be run.
 */
export function findFirefox(): string | null {
  const named = process.env['CASEKEY_FIREFOX'];
  if (named) {
    accessSync(named, constants.X_OK);
    return named;
  }
  return installed.find((file) => existsSync(file)) ?? null;
}

/** What Tor Browser sets at every level, as far as it touches a page: nothing is kept on disk. */
const always = {
  'browser.privatebrowsing.autostart': true,
  'browser.cache.disk.enable': false,
  'dom.caches.enabled': false,
  'dom.security.https_only_mode': true,
  'media.peerconnection.enabled': false,
  'network.http.referer.hideOnionSource': true,
  'privacy.firstparty.isolate': true,
  'privacy.resistFingerprinting': true,
  'webgl.disable-extensions': true,
} as const;

/**
 * What "Safer" adds: the list of Tor Browser's own `SecurityLevel.sys.mjs`, and what NoScript keeps
 * from pages at this level (media and WebGL). Scripts stay allowed where the address is secure, and
 * onion addresses are.
 */
const safer = {
  'gfx.font_rendering.graphite.enabled': false,
  'gfx.font_rendering.opentype_svg.enabled': false,
  'javascript.options.asmjs': false,
  'javascript.options.baselinejit': false,
  'javascript.options.ion': false,
  'javascript.options.native_regexp': false,
  'javascript.options.wasm': false,
  'mathml.disabled': true,
  'media.autoplay.default': 5,
  'media.mediasource.enabled': false,
  'media.webaudio.enabled': false,
  'webgl.disabled': true,
} as const;

/** What "Safest" adds to "Safer". */
const safest = { 'javascript.enabled': false, 'svg.disabled': true } as const;

const levels = {
  Standard: always,
  Safer: { ...always, ...safer },
  Safest: { ...always, ...safer, ...safest },
} as const;

export type TorLevel = keyof typeof levels;

/**
 * Starts the Firefox at a path with the preferences of one of Tor Browser's security levels. Close it
 * with `browser.close()`.
 */
export function launchFirefox(executablePath: string, level: TorLevel): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    defaultViewport: { width: 390, height: 800 },
    extraPrefsFirefox: levels[level],
  });
}

/** A page that gathers what Firefox complains about. */
export async function openInFirefox(
  browser: Browser,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  // an answer of this browser takes long beside others on a busy machine
  page.setDefaultTimeout(90_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => {
    complaints.push(error instanceof Error ? error.message : String(error));
  });
  await page.goto(address);
  return { page, complaints };
}

/** How long one look for an element may take, and all of them, in milliseconds. */
const LOOK = 5_000;
const ALL_LOOKS = 90_000;

/**
 * Looks for an element again and again until something can be done with it: a locator that scrolls to
 * one which a list replaces meanwhile waits for the old one to its end.
 *
 * @throws Error with what the page shows, where that never comes.
 */
async function once(
  page: Page,
  selector: string,
  act: (found: Locator<Element>) => Promise<void>,
): Promise<void> {
  const end = Date.now() + ALL_LOOKS;
  for (;;) {
    try {
      await act(page.locator(selector).setTimeout(LOOK));
      return;
    } catch (cause) {
      if (cause instanceof TimeoutError && Date.now() < end) continue;
      const shown = await page.evaluate(() => document.body.innerText);
      throw new Error(`nobody could use ${selector} on: ${shown}`, { cause });
    }
  }
}

/** Waits until an element is shown, and clicks it. */
export async function press(page: Page, selector: string): Promise<void> {
  await once(page, selector, (found) => found.click());
}

/** Waits until an element is shown, and types into it what shall stand there. */
export async function write(page: Page, selector: string, text: string): Promise<void> {
  await once(page, selector, (found) => found.fill(text));
}

/** Waits until an element is shown and holds a text. */
export async function showsText(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    (where, wanted) => {
      const element = document.querySelector<HTMLElement>(where);
      return element?.checkVisibility() === true && element.innerText.includes(wanted);
    },
    { timeout: 60_000 },
    selector,
    text,
  );
}
