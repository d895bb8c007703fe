import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setUpLink } from '../../server/accounts/set-up.js';
import { loadOrganisations } from '../../server/organisations.js';
import { startOrganisations, type RunningOrganisations } from '../../server/several.js';
import { launchBrowser } from '../support/browser.js';
import {
  openCaseOf,
  openPage,
  partOf,
  setUpInBrowser,
  signInInBrowser,
} from '../support/desk-page.js';
import { sendReport } from '../support/reporter-page.js';
import { patient, projectDist, temporaryFolder } from '../support/server.js';

// Two organisations on one process, each at a host of its own, as their people see them in a browser.

const HOSTS = { north: '127.0.0.1', south: 'localhost' } as const;
type Name = keyof typeof HOSTS;
let browser: Browser;
let folder: string;
let running: RunningOrganisations;

beforeAll(async () => {
  folder = await temporaryFolder();
  const file = path.join(folder, 'organisations.json');
  const entries = Object.entries(HOSTS).map(([name, host]) => ({
    name,
    publicAddress: `http://${host}:0`,
    dataFolder: path.join(folder, name),
  }));
  await writeFile(file, JSON.stringify(entries));
  const env = { CASEKEY_ORGANISATIONS: file, CASEKEY_PORT: '0', ...patient };
  const { organisations = [] } = (await loadOrganisations(env)) ?? {};
  [browser, running] = await Promise.all([
    launchBrowser(),
    startOrganisations({ organisations, dist: projectDist, log: () => undefined }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

function served(name: Name) {
  const found = running.served().find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not served`);
  return found;
}

async function open(name: Name, address: string): Promise<Page> {
  return (await openPage(browser, served(name).config.publicAddress + address)).page;
}

/** Sets one up by its own link, and sends a report there that its handler finds. */
async function begin(name: Name) {
  const { db, config } = served(name);
  const link = new URL((await setUpLink(db, config)) ?? '');
  expect(link.hostname).toBe(HOSTS[name]);
  const page = await open(name, link.pathname + link.hash);
  const { handler } = await setUpInBrowser(page);
  const reporter = await open(name, '/en/write');
  const words = await sendReport(reporter, `Something happened in the ${name}.`);
  await page.goto(`${config.publicAddress}/desk/en/`);
  await signInInBrowser(page, 'Hanna', handler.passphrase);
  await openCaseOf(page, `happened in the ${name}`);
  return { desk: page, reporter, words, passphrase: handler.passphrase };
}

it('two organisations are set up and used side by side, and neither sees anything of the other', async () => {
  const [north, south] = await Promise.all([begin('north'), begin('south')]);
  for (const [{ desk }, own] of [
    [north, 'north'],
    [south, 'south'],
  ] as const) {
    await desk.click('[data-go="inbox"]');
    await desk.locator('.row-open').first().waitFor();
    expect(await desk.locator('.row-open').allTextContents()).toEqual([
      expect.stringContaining(`in the ${own}`),
    ]);
  }

  // a case key of the one opens nothing at the other, in the very browser that holds neither back
  const { reporter } = north;
  await reporter.goto(`${served('south').config.publicAddress}/en/return`);
  await reporter.waitForSelector('#enter:not([hidden])');
  await reporter.fill('#words', north.words.join(' '));
  await reporter.click('#enter-open');
  await reporter.waitForSelector('#enter-faults:not([hidden])');
  expect(await reporter.innerText('#enter-faults')).toContain('No case opens with these words');
  expect(await reporter.locator('#case').isVisible()).toBe(false);

  // nor does a passphrase
  await south.desk.goto(`${served('south').config.publicAddress}/desk/en/`);
  await south.desk.fill('#sign-in-name', 'Hanna');
  await south.desk.fill('#sign-in-passphrase', north.passphrase);
  await south.desk.click('form[data-part="form"] button[type=submit]');
  await partOf(south.desk.locator('form[data-part="form"]'), 'problem').waitFor();
  expect(await south.desk.locator('.desk-nav').count()).toBe(0);
});
