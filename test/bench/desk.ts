import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { openBenchDatabase } from './database.js';
import { keepRecords, keysOf, sealListings } from './desk-seed.js';
import { setUpHandler, type InstalledHandler } from './installed.js';
import { median, timed, type Measure } from './measure.js';
import { startProcess, withFolder } from './process.js';
import { seedCases } from './seed.js';

/** Seconds from when the server handed the vault out. */
interface SignInTimes {
  /** Until the first cases stand in the list and can be opened. */
  usable: number;
  /** Until every case is in the list. */
  whole: number;
}

async function signIn(page: Page, { name, passphrase }: InstalledHandler): Promise<SignInTimes> {
  await page.fill('#sign-in-name', name);
  await page.fill('#sign-in-passphrase', passphrase);
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/api/desk/sessions') && response.ok(),
  );
  await page.click('form[data-part="form"] button[type=submit]');
  await answered;
  const started = performance.now();
  const since = (): number => (performance.now() - started) / 1000;
  await page.waitForSelector('.row-open');
  const usable = since();
  await page.waitForFunction(() => {
    const working = document.querySelector('[data-part="working"]');
    const more = document.querySelector<HTMLElement>('[data-part="more-line"]');
    return working?.textContent === '' && more?.hidden === true;
  });
  return { usable, whole: since() };
}

/** The desk of somebody with many cases, in Chromium. */
export const desk: Measure = {
  name: 'desk',
  title: 'a handler with 10,000 cases, and 100,000 records of closed ones',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const [cases, records] = quick ? [200, 5000] : [10_000, 100_000];
      const rounds = quick ? 1 : 5;
      const first = await startProcess(folder);
      const handler = await setUpHandler(first);
      const own = await keysOf(first.address, handler);
      await first.stop();
      say(`making up ${String(cases)} cases`);
      const db = await openBenchDatabase(folder);
      await seedCases(db, { count: cases, handler, closedDaysAgo: null, whole: false });
      await sealListings(db, handler, own.keys);
      await keepRecords(db, handler, own, records);
      await db.destroy();
      const server = await startProcess(folder);
      const browser = await launchBrowser({ memory: 'usual' });
      const times: (SignInTimes & { filtered: number; figures: number })[] = [];
      try {
        for (let round = 0; round < rounds; round += 1) {
          const page = await browser.newPage();
          await page.goto(`${server.address}/desk/en/`);
          const entered = await signIn(page, handler);
          const { seconds: filtered } = await timed(async () => {
            await page.selectOption('[data-part="category"]', 'nuclear_safety');
            await page.evaluate(() => new Promise(requestAnimationFrame));
          });
          await page.click('[data-go="figures"]');
          const { seconds: figures } = await timed(async () => {
            await page.click('main [data-part="bulk"] [data-part="start"]');
            await page.waitForSelector('[data-part="found"]:not([hidden])');
          });
          times.push({ ...entered, filtered, figures });
          await page.click('[data-part="sign-out"]');
          await page.close();
        }
      } finally {
        await browser.close();
        await server.stop();
      }
      const of = (name: keyof (typeof times)[number]): number =>
        median(times.map((each) => each[name]));
      return [
        {
          name: 'desk.usable',
          label: 'from the open vault to a usable inbox',
          value: of('usable'),
          unit: 's',
          limit: { most: 2 },
        },
        {
          name: 'desk.figures',
          label: `figures over ${records.toLocaleString('en')} records, open cases included`,
          value: of('figures'),
          unit: 's',
          limit: { most: 2 },
        },
        {
          name: 'desk.whole',
          label: 'until every case is in the list',
          value: of('whole'),
          unit: 's',
        },
        {
          name: 'desk.filter',
          label: 'choosing a filter',
          value: of('filtered') * 1000,
          unit: 'ms',
        },
      ];
    }),
};
