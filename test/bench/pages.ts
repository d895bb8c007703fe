import { launchBrowser } from '../support/browser.js';
import { startCountingProxy } from './counting-proxy.js';
import { prepareFolder } from './database.js';
import type { Measure } from './measure.js';
import { startProcess, withFolder } from './process.js';

/** Landing page and form in a browser that was never here, all that crypto needs included. */
export const pages: Measure = {
  name: 'pages',
  title: 'landing page, form and crypto on the wire',
  run: ({ say }) =>
    withFolder(async (folder) => {
      await prepareFolder(folder);
      const server = await startProcess(folder);
      const proxy = await startCountingProxy(server.address);
      const browser = await launchBrowser({ memory: 'usual' });
      try {
        const page = await browser.newPage();
        const failures: string[] = [];
        page.on('pageerror', (error) => failures.push(error.message));
        await page.goto(`${proxy.address}/en/`, { waitUntil: 'networkidle' });
        await page.click('#to-form');
        await page.waitForSelector('#step-write:not([hidden])');
        // the worker has loaded libsodium when it has verified the directory
        await page.waitForTimeout(2000);
        if (failures.length > 0) throw new Error(failures.join('\n'));
        const { answers } = proxy;
        for (const { path, encoding, bodyBytes } of answers) {
          say(`${path} ${encoding} ${String(bodyBytes)}`);
        }
        if (!answers.some(({ path }) => path.startsWith('/assets/worker-reporter'))) {
          throw new Error('The form has not loaded its worker.');
        }
        const body = answers.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
        const headers = answers.reduce((sum, answer) => sum + answer.headerBytes, 0);
        return [
          {
            name: 'pages.bytes',
            label: 'sent by the server, headers included',
            value: (body + headers) / 1000,
            unit: 'kB',
            limit: { most: 200 },
          },
          {
            name: 'pages.requests',
            label: 'requests',
            value: answers.length,
            unit: '',
            limit: { most: 14 },
          },
          { name: 'pages.headers', label: 'of it headers', value: headers / 1000, unit: 'kB' },
        ];
      } finally {
        await browser.close();
        await proxy.stop();
        await server.stop();
      }
    }),
};
