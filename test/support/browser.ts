import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import chromiumPackage from '@sparticuz/chromium';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** All arguments Chromium is started with: none of them weakens what is under test. */
const baseArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--remote-debugging-pipe',
  '--no-startup-window',
  // pages of its own that it makes ready in advance, above all those of an address bar that is not
  // there, cost more than most pages under test, anew with every window, and nobody sees them
  '--disable-features=PreloadTopChromeWebUI,SpareRendererForSitePerProcess,WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

/**
 * The Chromium to test with: CASEKEY_CHROMIUM, else an installed one, else the one that an npm
 * package carries (unpacked on first use).
 *
 * @throws Error when CASEKEY_CHROMIUM names nothing that can be run.
 */
export async function findChromium(): Promise<string> {
  const named = process.env['CASEKEY_CHROMIUM'];
  if (named) {
    accessSync(named, constants.X_OK);
    return named;
  }
  return installed.find((file) => existsSync(file)) ?? (await chromiumPackage.executablePath());
}

/** As many pages of 64 KiB as a small device gives to WebAssembly: Argon2id's floor fits in, no more. */
const SMALL_MEMORY = '--wasm-max-mem-pages=1536';

/** What a browser runs on. */
interface DeviceOptions {
  readonly wasm?: boolean;
  readonly memory?: 'small' | 'usual';
}

/** Switches of V8 for a device of this kind. */
function switchesFor({ wasm, memory }: DeviceOptions): string[] {
  if (wasm === false) return ['--js-flags=--jitless'];
  return memory === 'usual' ? [] : [`--js-flags=${SMALL_MEMORY}`];
}

/**
 * Starts Chromium. Close it with `browser.close()`.
 *
 * @param options.wasm `false` takes WebAssembly and the compiler of JavaScript away, as Tor Browser
 * does at its "Safer" level: what is slow there is slow here. (V8's own switch for WebAssembly alone
 * does nothing in Chromium.)
 * @param options.memory how much WebAssembly may have; `small`, if nothing is said, where a passphrase
 * is stretched at the floor only, as on a small device. Somebody who signs in there makes one try that
 * fails at once and one that costs a fifth of a second; with the `usual` memory the first costs a whole
 * one, and hundreds of them are a tenth of all that tests take.
 * @param options.microphone a WAV file that stands for what the microphone hears, over and over.
 */
export async function launchBrowser(
  options: DeviceOptions & { readonly microphone?: string } = {},
): Promise<Browser> {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'casekey-browser-'));
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    // playwright's own list switches features of the browser off: ours replaces it
    ignoreDefaultArgs: true,
    args: [
      ...baseArguments,
      `--user-data-dir=${profile}`,
      ...switchesFor(options),
      ...(options.microphone === undefined
        ? []
        : [
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-audio-capture=${options.microphone}`,
          ]),
    ],
  });
  const close = browser.close.bind(browser);
  browser.close = async (reason) => {
    await close(reason);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return browser;
}

/** In front of a worker's script: what waits there, waits a hundredth of its time. */
const HURRIED =
  '{ const wait = self.setTimeout; self.setTimeout = (run, time) => wait(run, time / 100); }';

/** Lets the pauses between tries of all workers that start from now on take hardly any time. */
export async function hurryWorkers(context: BrowserContext): Promise<void> {
  await context.route(/\/assets\/worker-/, async (route) => {
    try {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${HURRIED}\n${await response.text()}` });
    } catch {
      // the page went on, or away, before it had its worker
    }
  });
}
