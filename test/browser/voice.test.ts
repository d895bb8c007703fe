import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VOICE_RATE } from '../../client/voice/disguise.js';
import { fromMuLaw } from '../../client/voice/sound.js';
import { launchBrowser } from '../support/browser.js';
import { openCaseOf, openPage, partOf, signInInBrowser } from '../support/desk-page.js';
import { startInstallation, type Installation } from '../support/installation.js';
import {
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
} from '../support/reporter-page.js';
import { createTestClock } from '../support/server.js';
import { harmonics, loudness, madeVoice, periodicity, plainWav } from '../support/voice.js';

// What a microphone hears is a voice of 120 Hz; a reporter records and sends it, a handler plays it.

const PITCH = 120;
const HEARD_RATE = 48_000;

let browser: Browser;
let installation: Installation;
let folder: string;
let page: Page;
let words: string[];
const complaints: string[][] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'casekey-voice-'));
  const microphone = path.join(folder, 'microphone.wav');
  await writeFile(microphone, plainWav(madeVoice(PITCH, 5, HEARD_RATE), HEARD_RATE));
  const clock = createTestClock(new Date());
  [browser, installation] = await Promise.all([
    launchBrowser({ microphone }),
    startInstallation({ clock }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
  expect(installation.server.faults).toEqual([]);
  expect(complaints.flat()).toEqual([]);
  await installation.stop();
});

const open = async (address: string, permissions: string[] = ['microphone']): Promise<Page> => {
  const opened = await openReporterPage(browser, installation, address, { permissions });
  complaints.push(opened.complaints);
  return opened.page;
};

const press = (name: string): Promise<void> => page.click(`.voice-panel [data-slot=${name}]`);
const shown = (name: string): Promise<unknown> =>
  page.waitForSelector(`.voice-panel [data-slot=${name}]:not([hidden])`);
/** Waits until so many seconds were recorded. */
const recorded = (seconds: number): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => {
      const time = document.querySelector('.voice-panel [data-slot=time]')?.textContent ?? '';
      return Number(/0:(\d\d)/u.exec(time)?.[1]) >= wanted;
    },
    seconds,
    { polling: 50 },
  );
const hide = (wanted: 'hidden' | 'visible'): Promise<void> =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, wanted);

/** Counts microphones that the page has open. */
const WATCH = `
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  globalThis.asked = 0;
  globalThis.tracks = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    globalThis.asked += 1;
    const stream = await ask(wanted);
    globalThis.tracks.push(...stream.getTracks());
    return stream;
  };
`;
const microphones = (): Promise<unknown> =>
  page.evaluate('[asked, tracks.filter(({ readyState }) => readyState === "live").length]');

describe('a reporter', () => {
  it('is told what a disguise is before anything is loaded or asked for', async () => {
    page = await open('/en/write');
    await page.evaluate(WATCH);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.waitForSelector('#step-write:not([hidden])');
    await page.fill('#text', 'Listen to what I recorded.');
    await page.click('#form button[type=submit]');
    expect(requests.filter((each) => each.includes('voice'))).toEqual([]);
    await page.click('#voice-place [data-slot=voice-open]');
    await shown('before');
    expect(requests.filter((each) => each.includes('voice'))).toHaveLength(1);
    const text = await page.innerText('.voice-panel');
    expect(text).toContain('This is a disguise, not a protection.');
    expect(text).toContain('Writing says just as much');
    expect(text).toContain('10 minutes long at most');
    expect(await microphones()).toEqual([0, 0]);
    await expectAccessible(page);
  });

  it('records, stops, and hears the disguised voice; the microphone is open only meanwhile', async () => {
    await press('start');
    await recorded(2);
    expect(await microphones()).toEqual([1, 1]);
    await expectAccessible(page);
    await press('stop');
    await shown('after');
    expect(await microphones()).toEqual([1, 0]);
    expect(await page.innerText('.voice-panel [data-slot=length]')).toMatch(
      /0:(?:0[2-9]|[1-5]\d)/u,
    );
    await expectAccessible(page);
    await press('listen');
    await page.locator('.voice-panel').getByText('Stop listening').waitFor();
    // it plays to its end by itself
    await page.locator('.voice-panel').getByText('Listen', { exact: true }).waitFor();
  });

  it('cannot go on past a recording that is neither taken nor thrown away', async () => {
    await page.click('#step-files [data-go=next]');
    await page.locator('#file-undecided').getByText('Decide about your recording').waitFor();
    await press('take');
    await page.locator('#file-list').getByText('No hidden details were found').waitFor();
    expect(await page.innerText('#file-list .file-name')).toBe('recording-1.wav');
    expect(await page.locator('.voice-panel').count()).toBe(0);
    await page.click('#step-files [data-go=next]');
    words = await saveKey(page);
    await page.click('#send-now');
    await page.waitForSelector('#step-done:not([hidden])');
    await page.context().close();
  });

  it('keeps what was recorded until the page was hidden, and can throw it away', async () => {
    page = await open('/en/return');
    await page.evaluate(WATCH);
    await openCaseWith(page, words);
    await page.click('#voice-place [data-slot=voice-open]');
    await shown('before');
    await press('start');
    await recorded(1);
    await hide('hidden');
    await shown('after');
    await hide('visible');
    await page.locator('.voice-panel').getByText('no longer in view').waitFor();
    expect(await microphones()).toEqual([1, 0]);
    await press('discard');
    await shown('before');
    await press('start');
    await shown('during');
    await press('cancel');
    await shown('before');
    expect(await microphones()).toEqual([2, 0]);
    await press('close');
    expect(await page.locator('.voice-panel').count()).toBe(0);
    await page.context().close();
  });

  it('can write on where no microphone is given, or the browser has none', async () => {
    page = await open('/en/return', []);
    await openCaseWith(page, words);
    await page.click('#voice-place [data-slot=voice-open]');
    await press('start');
    await page.locator('.voice-panel').getByText('did not open the microphone').waitFor();
    await press('close');
    // as in Tor Browser
    await page.evaluate('delete Navigator.prototype.mediaDevices');
    await page.click('#voice-place [data-slot=voice-open]');
    await page.locator('.voice-panel').getByText('gives pages no microphone').waitFor();
    expect(await page.isDisabled('.voice-panel [data-slot=start]')).toBe(true);
    await page.fill('#answer-text', 'Written instead.');
    await page.click('#answer-actions button');
    await page.locator('#conversation').getByText('Written instead.').waitFor();
    await page.context().close();
  });
});

describe('a handler', () => {
  it('plays the voice beside the case, and hears nothing of its pitch', async () => {
    const opened = await openPage(browser, `${installation.address}/desk/en/`);
    complaints.push(opened.complaints);
    const desk = opened.page;
    const [hanna] = installation.handlers;
    await signInInBrowser(desk, hanna.name, hanna.passphrase);
    await openCaseOf(desk, 'Listen to what');
    const file = desk.locator('#panel-conversation .file').first();
    await partOf(file, 'preview').click();
    const player = desk.frameLocator('dialog.sound iframe').locator('audio');
    await player.waitFor();
    const length = await player.evaluate((audio: HTMLAudioElement) => audio.duration);
    expect(length).toBeGreaterThan(1);
    await player.focus();
    await desk.keyboard.press('Space');
    await player.evaluate(
      (audio: HTMLAudioElement) =>
        new Promise((resolve) => {
          if (audio.ended) resolve(null);
          audio.addEventListener('ended', resolve);
        }),
    );
    await expectAccessible(desk);
    // notes can be taken meanwhile
    await desk.click('#tab-notes');
    await partOf(partOf(desk, 'note-writing'), 'text').fill('The speaker names a date.');

    await desk.click('#tab-conversation');
    const [download] = await Promise.all([
      desk.waitForEvent('download'),
      partOf(file, 'download').click(),
    ]);
    expect(download.suggestedFilename()).toBe('recording-1.wav');
    const bytes = new Uint8Array(await readFile(await download.path()));
    const sound = fromMuLaw(bytes.subarray(58));
    expect(Math.max(...loudness(sound, VOICE_RATE))).toBeGreaterThan(0.01);
    expect(Math.abs(periodicity(sound, PITCH, VOICE_RATE))).toBeLessThan(0.3);
    expect(Math.abs(harmonics(sound, PITCH, VOICE_RATE))).toBeLessThan(6);

    await partOf(desk, 'back').first().click();
    await desk.locator('dialog.sound').waitFor({ state: 'detached' });
  });
});
