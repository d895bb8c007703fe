import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../client/api.js';
import { loadDirectory } from '../../client/directory.js';
import {
  dayOf,
  DeskCase,
  DirectoryAnswer,
  fromBase64,
  ReporterCase,
  SignedIn,
  toBase64,
} from '../../crypto/private.js';
import { launchBrowser } from '../support/browser.js';
import { goTo, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { lies, type Lie } from '../support/lies.js';
import { startLiedCase, type LiedCase } from '../support/lied-case.js';
import { makeOrganisation } from '../support/organisation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
  writeReport,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { startTamperingProxy, type TamperingProxy } from '../support/tampering-proxy.js';
import { loaded, openDeskPage } from './desk-page.js';

// What people read in the browser where the server lies: the real server, and before it a proxy that
// changes its answers. Each lie of the table is told to a reporter and to a handler.

type Words = Readonly<Record<string, string>>;

let browser: Browser;
let installation: Installation;
let lied: LiedCase;
let proxy: TamperingProxy;

beforeAll(async () => {
  [browser, installation] = await Promise.all([
    launchBrowser(),
    startInstallation({ clock: createTestClock(new Date()) }),
  ]);
  lied = await startLiedCase(installation);
  proxy = await startTamperingProxy(installation.address);
}, 120_000);
afterEach(() => {
  proxy.rest();
});
afterAll(async () => {
  await browser.close();
  await proxy.stop();
  await installation.stop();
});

/** From now on, answers of this schema to GET requests for this path are changed. */
function lieAbout<const S extends v.GenericSchema>(
  schema: S,
  path: RegExp,
  change: (answer: v.InferOutput<S>) => unknown,
  method = 'GET',
): void {
  proxy.change(
    (asking) => asking.method === method && path.test(asking.path),
    (answer) => {
      if (answer.status >= 300) return;
      const truth = v.parse(schema, JSON.parse(answer.body.toString('utf8')));
      answer.body = Buffer.from(JSON.stringify(change(truth)));
    },
  );
}

const GET_CASE = /^\/api\/case$/u;
const DESK_CASE = /^\/api\/desk\/cases\/[^/?]+$/u;
const DIRECTORY = /^\/api\/directory$/u;

async function wordsOf(language: string, ...files: string[]): Promise<Words> {
  const read = async (file: string): Promise<Words> => {
    const address = new URL(`../../views/locales/${language}/${file}.json`, import.meta.url);
    return JSON.parse(await readFile(address, 'utf8')) as Words;
  };
  return Object.assign({}, ...(await Promise.all(files.map(read)))) as Words;
}

/** A text of the catalogue up to its first blank, for comparing with what is on the page. */
function beginning(words: Words, key: string): string {
  const [text = ''] = (words[key] ?? `no words under ${key}`).split('{');
  return text;
}

/** Every lie in English; in the other languages one for each of the words that can be said. */
function told(language: string, to: 'reporter' | 'desk', means: readonly Lie['means'][]): Lie[] {
  const wanted = lies.filter((lie) => means.includes(lie.means));
  if (language === 'en') return wanted;
  return [...new Map(wanted.map((lie) => [lie.words[to], lie])).values()];
}

describe('a reporter’s page', () => {
  const read = async (language: string): Promise<{ page: Page; words: Words }> => {
    const words = await wordsOf(language, 'errors', 'reporter');
    const { page } = await openReporterPage(browser, { server: proxy }, `/${language}/return`);
    await openCaseWith(page, lied.words);
    return { page, words };
  };

  /** Looks for news, and waits until what came is shown. */
  const refresh = async (page: Page, code: string): Promise<void> => {
    await page.click('#refresh');
    await page.waitForFunction((wanted) => {
      const box = document.querySelector('#warnings');
      const codes = document.querySelector('#warning-codes')?.textContent ?? '';
      const isShown = box instanceof HTMLElement && !box.hidden;
      return wanted === '' ? !isShown : isShown && codes.includes(wanted);
    }, code);
  };

  it.each(['en', 'sv', 'fi', 'nb'])(
    'says in its language (%s) what is wrong, what is safe and what to do, for every lie about a case',
    async (language) => {
      const { page, words } = await read(language);
      await page.fill('#answer-text', 'Being written.');
      for (const lie of told(language, 'reporter', ['stop', 'new keys'])) {
        lieAbout(ReporterCase, GET_CASE, (answer) => lied.toReporter(lie, answer));
        await refresh(page, lie.fault);
        const said = await page.innerText('#warnings');
        expect(said, lie.name).toContain(words['warning.title']);
        expect(said, lie.name).toContain(words[lie.words.reporter] ?? lie.words.reporter);
        const writable = lie.means === 'stop' ? 'no' : 'after_new_keys';
        expect(said, lie.name).toContain(words[`warning.safe.${writable}`]);
        expect(await page.innerText('#answer-stopped')).toBe(words[`answer.stopped.${writable}`]);
        expect(await page.locator('#answer-actions').isVisible()).toBe(false);
        expect(await page.inputValue('#answer-text')).toBe('Being written.');
        const shown = await page.innerText('#conversation');
        expect(shown, lie.name).not.toMatch(/Never written|Nobody said this|I close it/u);
        if (lie.means === 'stop') expect(shown, lie.name).toContain('Something is wrong here.');
      }
      await expectAccessible(page);
      await page.context().close();
    },
  );

  it('shows an entry that cannot be read as such, and is as before once the server is honest', async () => {
    const { page, words } = await read('en');
    lieAbout(ReporterCase, GET_CASE, (answer) => lied.toReporter(lies[0] as Lie, answer));
    await refresh(page, 'missing_entry');
    proxy.rest();
    await refresh(page, '');
    expect(await page.locator('#answer-actions').isVisible()).toBe(true);
    await page.context().close();
    for (const lie of lies.filter(({ means }) => means === 'unreadable')) {
      lieAbout(ReporterCase, GET_CASE, (answer) => lied.toReporter(lie, answer));
      const { page: another } = await read('en');
      const shown = await another.innerText('#conversation');
      expect(shown, lie.name).toContain(words[lie.words.reporter]);
      expect(shown, lie.name).toContain('Thank you.');
      expect(await another.locator('#answer-actions').isVisible()).toBe(true);
      await another.context().close();
    }
  });

  it('says that the list of readers is another one, before anything is sealed to it', async () => {
    const api = createApi({ address: installation.address, fetch });
    const { directory } = await loadDirectory(api, dayOf(new Date()));
    const twin = await makeOrganisation({ like: directory });
    const exchange = (): void => {
      lieAbout(DirectoryAnswer, DIRECTORY, (answer) => ({
        ...answer,
        directory: twin.signed,
        stamps: [twin.stamp],
      }));
    };
    const { page } = await openReporterPage(browser, { server: proxy }, '/en/');
    await page.waitForSelector('#fingerprint li');
    expect(await page.locator('#fingerprint li').allTextContents()).toEqual(
      installation.fingerprint,
    );
    await page.click('#to-form');
    await writeReport(page, 'Sealed to whoever was compared.');
    await saveKey(page);
    exchange();
    const before = proxy.asked.length;
    await page.click('#send-now');
    await page.waitForSelector('#send-error:not([hidden])');
    expect(await page.innerText('#send-error')).toContain('Do not send anything');
    const asked = proxy.asked.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((each) => !each.startsWith('GET '))).toEqual([]);
    // a tab that is loaded again remembers under which organisation it began
    await page.reload();
    await page.waitForSelector('#form-problem:not([hidden])');
    expect(await page.innerText('#form-problem')).toContain('could not be verified');
    expect(await page.locator('#steps').isVisible()).toBe(false);
    proxy.rest();
    await page.reload();
    await page.waitForSelector('#steps:not([hidden])');
    expect(await page.inputValue('#text')).toBe('Sealed to whoever was compared.');
    await page.context().close();
  });
});

describe('the desk', () => {
  const title = 'Something is wrong here.';
  const enter = async (language: string): Promise<{ page: Page; words: Words }> => {
    const words = await wordsOf(language, 'desk');
    const { page } = await openDeskPage(browser, `${proxy.url}/desk/${language}/`);
    const [hanna] = installation.handlers;
    await signInInBrowser(page, hanna.name, hanna.passphrase);
    await loaded(page);
    return { page, words };
  };

  it.each(['en', 'sv'])(
    'says in its language (%s) what is wrong, what is safe and what to do, for every lie about a case',
    async (language) => {
      const { page, words } = await enter(language);
      for (const lie of told(language, 'desk', ['stop', 'new keys'])) {
        lieAbout(DeskCase, DESK_CASE, (answer) => lied.toHandler(lie, answer));
        // the list calls it by its title until the desk once found it wrong, then by what was found
        await goTo(page, 'inbox');
        await partOf(page, 'refresh').click();
        await page.locator(`[data-case="${lied.id}"] .row-open`).click();
        await page.locator('section.case [data-part="content"]').waitFor();
        const said = await page.innerText('section.case');
        expect(said, lie.name).toContain(beginning(words, lie.words.desk));
        const means = lie.atDesk ?? lie.means;
        const kind = means === 'stop' ? 'shut' : 'keys';
        expect(said, lie.name).toContain(words[`desk.${kind}.title`]);
        if (means === 'stop') {
          for (const part of ['safe', 'advice']) expect(said).toContain(words[`desk.shut.${part}`]);
          expect(said, lie.name).toContain(lie.fault);
        }
        if (means === 'new keys') expect(said).toContain(words['desk.keys.advice']);
        expect(await page.isDisabled('[data-part=writing] [type=submit]')).toBe(true);
        expect(said, lie.name).not.toMatch(/Never written|Nobody said this|I close it/u);
        if (means !== 'new keys') expect(said, lie.name).toContain(title);
      }
      await expectAccessible(page);
      await page.context().close();
    },
  );

  it('says what is wrong at signing in, with other keys and with an older directory', async () => {
    const language = 'sv';
    const words = await wordsOf(language, 'desk');
    const [hanna] = installation.handlers;
    const attempt = async (): Promise<string> => {
      const { page } = await openDeskPage(browser, `${proxy.url}/desk/${language}/`);
      await page.fill('#sign-in-name', hanna.name);
      await page.fill('#sign-in-passphrase', hanna.passphrase);
      await page.click('form[data-part="form"] button[type=submit]');
      const problem = page.locator('[data-part=problem]:visible').first();
      await problem.waitFor({ timeout: 60_000 });
      const said = await problem.innerText();
      await page.context().close();
      return said;
    };
    // keys that are not this person's
    const session = /^\/api\/desk\/sessions$/u;
    const swap = (vault: string): string => toBase64(fromBase64(vault).fill(7, 40, 50));
    lieAbout(SignedIn, session, (answer) => ({ ...answer, vault: swap(answer.vault) }), 'POST');
    expect(await attempt()).toBe(words['desk.error.tampered']);
    // a directory older than one that this person's desk has seen
    const answers: DirectoryAnswer[] = [];
    lieAbout(DirectoryAnswer, DIRECTORY, (answer) => {
      answers.push(answer);
      return answer;
    });
    await fetch(`${proxy.url}/api/directory`);
    const { administrator, channel } = installation;
    await administrator.desk.updateChannel(channel, { texts: { en: `In ${language}.` } });
    await (await installation.signIn(hanna)).directory();
    lieAbout(DirectoryAnswer, DIRECTORY, () => answers[0]);
    expect(await attempt()).toBe(words['desk.error.directory']);
  });
});
