import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileReference } from '../../client/models.js';
import { createReporter } from '../../client/reporter.js';
import { launchBrowser } from '../support/browser.js';
import { cleanBytes, fixture, letters, PLANTED } from '../support/cleaning.js';
import {
  dayFromNow,
  expectAccessible,
  openCaseWith,
  openReporterPage,
  saveKey,
  sendReport,
  startReporterSite,
  type ReporterSite,
} from '../support/reporter-page.js';

let browser: Browser;
let site: ReporterSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), startReporterSite()]);
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

/** Opens the form at the step in which files are added. */
const openFiles = async (lang = 'en'): Promise<Page> => {
  const { page } = await openReporterPage(browser, site, `/${lang}/write`);
  await page.waitForSelector('#step-write:not([hidden])');
  await page.fill('#text', 'With files.');
  await page.click('#form button[type=submit]');
  return page;
};

const choose = async (page: Page, ...names: readonly string[]): Promise<void> => {
  await page.setInputFiles(
    '#file-input',
    names.map((name) => `test/fixtures/cleaning/${name}`),
  );
};

const unknown = { name: 'a.bin', mimeType: 'image/jpeg', buffer: Buffer.from('\0\x01\x02nothing') };

const row = (page: Page, number: number, slot: string) =>
  page.locator(`#file-list li:nth-child(${String(number)}) [data-slot=${slot}]`);

/** The files that arrived in the newest entry of a case, as its readers get them. */
const arrived = async (words: string[]): Promise<(FileReference & { bytes: Buffer })[]> => {
  const today = () => dayFromNow(0);
  const reporter = createReporter({ address: site.server.url, fetch, today });
  const content = (await reporter.open(words)).entries.at(-1)?.content;
  const files = content !== undefined && 'files' in content ? content.files : [];
  return Promise.all(
    files.map(async (file) => {
      const parts: Uint8Array[] = [];
      for await (const part of reporter.download(words, file, () => undefined)) parts.push(part);
      return { ...file, bytes: Buffer.concat(parts) };
    }),
  );
};

/** Goes from the step of the files to the end. */
const sendOn = async (page: Page): Promise<string[]> => {
  await page.click('#step-files [data-go=next]');
  const words = await saveKey(page);
  await page.click('#send-now');
  await page.waitForSelector('#step-done:not([hidden])');
  return words;
};

describe('a photo with a place, a serial number and names in it', () => {
  it('is shown with what was taken out, and arrives without', async () => {
    const page = await openFiles();
    await choose(page, 'photo.jpg', 'picture.png');
    await row(page, 2, 'removed').waitFor();
    const said = await row(page, 1, 'removed').innerText();
    expect(said).toMatch(/^Removed: .*the place/u);
    expect(said).toContain('serial numbers (PLANTED-SERIAL)');
    await expectAccessible(page);
    const cleaner = page.workers().find((each) => each.url().includes('/worker-cleaning.'));
    const refused = await cleaner?.evaluate(async () => {
      const outcomes = await Promise.allSettled([
        fetch('/api/directory'),
        WebAssembly.instantiate(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
      ]);
      return outcomes.map(({ status }) => status);
    });
    expect(refused).toEqual(['rejected', 'rejected']);
    await row(page, 1, 'rename').click();
    expect(await row(page, 1, 'name').innerText()).toBe('photo-1.jpg');
    const words = await sendOn(page);
    const files = await arrived(words);
    expect(files.map(({ name }) => name)).toEqual(['photo-1.jpg', 'picture.png']);
    for (const { bytes } of files) expect(letters(bytes)).not.toMatch(PLANTED);
    await page.context().close();
  });

  it('is cleaned again after the page was loaded anew', async () => {
    const page = await openFiles();
    await choose(page, 'photo.jpg');
    await row(page, 1, 'removed').waitFor();
    await page.waitForFunction(() => sessionStorage.getItem('d') !== null);
    await page.waitForTimeout(500);
    await page.reload();
    await page.waitForSelector('#files-lost:not([hidden])');
    expect(await page.innerText('#files-lost-list')).toBe('photo.jpg');
    await choose(page, 'photo.jpg');
    const [file] = await arrived(await sendOn(page));
    expect(letters(file?.bytes ?? new Uint8Array(0))).not.toMatch(PLANTED);
    await page.context().close();
  });

  it('is cleaned in an answer too', async () => {
    const { page } = await openReporterPage(browser, site, '/en/write');
    const words = await sendReport(page, 'A report.');
    await page.goto(`${site.server.url}/en/return`);
    await openCaseWith(page, words);
    await choose(page, 'photo.jpg');
    // at once: sending waits until it was looked at
    await page.click('#answer button[type=submit]');
    await page.waitForSelector('#answer-sent:not([hidden])');
    const [file] = await arrived(words);
    expect(file?.name).toBe('photo.jpg');
    expect(letters(file?.bytes ?? new Uint8Array(0))).not.toMatch(PLANTED);
    await page.context().close();
  });
});

describe('a file that cannot be cleaned', () => {
  it('waits for its person, who can send it all the same', async () => {
    const page = await openFiles();
    await page.setInputFiles('#file-input', [unknown]);
    await row(page, 1, 'left').waitFor();
    expect(await row(page, 1, 'left').innerText()).toContain('Nothing was removed');
    await page.click('#step-files [data-go=next]');
    await page.waitForSelector('#file-undecided:not([hidden])');
    expect(await page.locator('#step-files').isVisible()).toBe(true);
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-slot'));
    expect(focused).toBe('accept');
    await expectAccessible(page);
    await row(page, 1, 'accept').click();
    expect(await page.locator('#file-undecided').isVisible()).toBe(false);
    expect(await row(page, 1, 'state').innerText()).toBe('It will be sent all the same.');
    const [file] = await arrived(await sendOn(page));
    expect(file?.bytes).toEqual(unknown.buffer);
    await page.context().close();
  });

  it.each(['en', 'sv', 'fi', 'nb'])('can be left out instead: %s', async (lang) => {
    const page = await openFiles(lang);
    await page.setInputFiles('#file-input', [unknown]);
    await row(page, 1, 'left').waitFor();
    await row(page, 1, 'remove').click();
    await page.click('#step-files [data-go=next]');
    await page.waitForSelector('#step-readers:not([hidden])');
    await page.context().close();
  });
});

describe('while files are looked at', () => {
  it('one is taken out, and the others are still cleaned', async () => {
    const page = await openFiles();
    const large = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(12e6, 65) };
    const photo = {
      name: 'photo.jpg',
      mimeType: 'image/jpeg',
      buffer: await fixture('photo.jpg'),
    };
    await page.setInputFiles('#file-input', [large, photo]);
    await row(page, 1, 'remove').click();
    await row(page, 1, 'removed').waitFor();
    expect(await page.locator('#file-list .file-name').allInnerTexts()).toEqual(['photo.jpg']);
    await page.context().close();
  });

  it('nothing goes on where the means to clean cannot be had, until it can', async () => {
    const page = await openFiles();
    await page.context().route('**/worker-cleaning*', (route) => route.abort());
    await choose(page, 'photo.jpg');
    await row(page, 1, 'again').waitFor();
    expect(await row(page, 1, 'left').innerText()).toContain('is not sent yet');
    await page.click('#step-files [data-go=next]');
    await page.waitForSelector('#file-undecided:not([hidden])');
    await page.context().unroute('**/worker-cleaning*');
    await row(page, 1, 'again').click();
    await row(page, 1, 'removed').waitFor();
    await page.click('#step-files [data-go=next]');
    await page.waitForSelector('#step-readers:not([hidden])');
    await page.context().close();
  });
});

describe('a cleaned file', () => {
  /** What a browser makes of bytes: the size and every pixel of a picture. */
  const drawn = (page: Page, bytes: Uint8Array, type: string): Promise<string> =>
    page.evaluate(
      async ([base64, kind]) => {
        const own = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const blob = new Blob([own], { type: kind });
        const picture = await createImageBitmap(blob);
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext('2d');
        context?.drawImage(picture, 0, 0);
        const pixels = context?.getImageData(0, 0, picture.width, picture.height).data ?? [];
        return `${String(picture.width)} ${String(picture.height)} ${[...pixels].join(' ')}`;
      },
      [Buffer.from(bytes).toString('base64'), type] as const,
    );

  it.each([
    ['photo.jpg', 'image/jpeg', '48 64'],
    ['picture.png', 'image/png', '64 48'],
    ['picture.webp', 'image/webp', '64 48'],
    ['picture.gif', 'image/gif', '64 48'],
    ['picture.avif', 'image/avif', '64 48'],
  ])('%s is drawn with the same pixels, the same way up', async (name, type, size) => {
    const page = await browser.newPage();
    const original = await fixture(name);
    const before = await drawn(page, original, type);
    const after = await drawn(page, (await cleanBytes(original)).bytes, type);
    expect(after.startsWith(size)).toBe(true);
    expect(after === before).toBe(true);
    await page.close();
  });

  /** What a browser makes of a film: its size and length, and the pixels of two pictures. */
  const played = (page: Page, bytes: Uint8Array, type: string): Promise<string> =>
    page.evaluate(
      async ([base64, kind]) => {
        const own = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const video = document.createElement('video');
        const canvas = new OffscreenCanvas(64, 48);
        const context = canvas.getContext('2d', { willReadFrequently: true });
        document.body.append(video);
        // of a picture that is shown: before that the one before it would be drawn
        const shown = (): Promise<unknown> =>
          new Promise((resolve, reject) => {
            video.requestVideoFrameCallback(resolve);
            video.addEventListener('error', () => {
              reject(new Error(video.error?.message));
            });
          });
        const told: string[] = [];
        const look = (): void => {
          context?.drawImage(video, 0, 0);
          told.push([...(context?.getImageData(0, 0, 64, 48).data ?? [])].join(' '));
        };
        const begun = shown();
        video.src = URL.createObjectURL(new Blob([own], { type: kind }));
        await begun;
        look();
        const moved = shown();
        video.currentTime = 0.75;
        await moved;
        look();
        const { videoWidth, videoHeight, duration } = video;
        video.remove();
        return [videoWidth, videoHeight, duration.toFixed(1), ...told].join(' ');
      },
      [Buffer.from(bytes).toString('base64'), type] as const,
    );

  // of H.264 a browser may know nothing, and says so of both
  it.each([
    ['film-vp9.mp4', /^64 48 1\.0 /u],
    ['film.webm', /^64 48 1\.0 /u],
    ['live.webm', /^64 48 /u],
    ['film.mp4', /^64 48 1\.0 |^unknown$/u],
    ['film.mov', /^64 48 1\.0 |^unknown$/u],
  ])('%s is played with the same pictures, as long as before', async (name, expected) => {
    const page = await browser.newPage();
    const original = await fixture(name);
    const of = (bytes: Uint8Array): Promise<string> =>
      played(page, bytes, 'video/mp4').catch((error: unknown) => {
        if (/no supported|DEMUXER_ERROR_NO_SUPPORTED_STREAMS/u.test(String(error)))
          return 'unknown';
        throw error;
      });
    const before = await of(original);
    const after = await of((await cleanBytes(original)).bytes);
    expect(before.slice(0, 12)).toMatch(expected);
    expect(new Set(before.split(' ')).size > 9 || before === 'unknown').toBe(true);
    expect(after === before).toBe(true);
    await page.close();
  });

  it.each(['voice.opus', 'recording.ogg', 'recording.wav'])(
    '%s sounds as before, to the sample',
    async (name) => {
      const page = await browser.newPage();
      const heard = (bytes: Uint8Array): Promise<number[]> =>
        page.evaluate(async (base64) => {
          const own = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const context = new OfflineAudioContext(1, 1, 48_000);
          return [...(await context.decodeAudioData(own.buffer)).getChannelData(0)];
        }, Buffer.from(bytes).toString('base64'));
      const original = await fixture(name);
      const before = await heard(original);
      const after = await heard((await cleanBytes(original)).bytes);
      expect(before.filter((sample) => sample !== 0).length).toBeGreaterThan(10_000);
      expect(after.length).toBe(before.length);
      expect(after.every((sample, at) => sample === before[at])).toBe(true);
      await page.close();
    },
  );
});
