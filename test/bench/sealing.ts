import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { median, type Measure } from './measure.js';
import { residentBytes, watchMemory, withFolder } from './process.js';
import type { Comparison, SealingTask } from './sealing/worker.js';

const MIB = 1024 * 1024;

async function bundledWorker(): Promise<Uint8Array> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('sealing/worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    external: ['node:*'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

async function serveWorker(): Promise<{ address: string; stop(): void }> {
  const worker = await bundledWorker();
  const server = createServer((request, response) => {
    const isWorker = request.url === '/worker.js';
    response.setHeader('Content-Type', isWorker ? 'text/javascript' : 'text/html');
    response.end(isWorker ? worker : html);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${String(port)}/`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const html = `<!doctype html><title>Bench</title><input type="file">`;

/** Has a new worker compare our sealing with the bare calls beneath it. */
async function compareIn(page: Page, chunks: number, rounds: number): Promise<Comparison> {
  const task: SealingTask = { kind: 'compare', chunks, rounds };
  return page.evaluate(
    (wanted) =>
      new Promise<Comparison>((resolve, reject) => {
        const worker = new Worker('/worker.js');
        worker.onmessage = ({ data }: MessageEvent<Comparison>) => {
          resolve(data);
        };
        worker.onerror = ({ message }) => {
          reject(new Error(message));
        };
        worker.postMessage(wanted);
      }),
    task,
  );
}

/** Has the page's one worker seal the file that was chosen. */
async function sealChosen(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const scope = globalThis as typeof globalThis & { benchWorker?: Worker };
        const worker = (scope.benchWorker ??= new Worker('/worker.js'));
        worker.onmessage = () => {
          resolve();
        };
        worker.onerror = ({ message }) => {
          reject(new Error(message));
        };
        const file = document.querySelector('input')?.files?.[0];
        worker.postMessage({ kind: 'file', file });
      }),
  );
}

/** Bytes of memory that the browser's pages hold together, workers included. */
async function pageMemory(session: CDPSession): Promise<() => number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return () => renderers.reduce((sum, pid) => sum + residentBytes(pid), 0);
}

/** Sealing in Chromium, against libsodium and the platform's hash alone on the same buffers. */
export const sealing: Measure = {
  name: 'sealing',
  title: 'sealing a 100 MB file in Chromium',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const chunks = quick ? 16 : 100;
      const files = quick ? 2 : 6;
      const [small, large] = [path.join(folder, 'small.mp4'), path.join(folder, 'large.mp4')];
      await writeFile(small, new Uint8Array(8 * MIB));
      await writeFile(large, new Uint8Array(chunks * MIB));
      const site = await serveWorker();
      const browser = await launchBrowser({ memory: 'usual' });
      try {
        const page = await browser.newPage();
        await page.goto(site.address);
        const { sealed, raw, cipher } = await compareIn(page, chunks, quick ? 1 : 7);
        await page.close();

        const fresh = await browser.newPage();
        await fresh.goto(site.address);
        await fresh.setInputFiles('input', small);
        await sealChosen(fresh);
        await fresh.setInputFiles('input', large);
        const memory = await pageMemory(await browser.newBrowserCDPSession());
        const before = memory();
        const peaks: number[] = [];
        for (let file = 1; file <= files; file += 1) {
          const watch = watchMemory(memory);
          await sealChosen(fresh);
          peaks.push(watch.stop());
          say(`file ${String(file)}: ${((peaks.at(-1) ?? 0) / MIB).toFixed(0)} MiB at the peak`);
        }
        const [first = before] = peaks;
        const half = Math.ceil(files / 2);
        return [
          {
            name: 'sealing.ratio',
            label: 'speed against bare cipher and hash',
            value: (median(raw) / median(sealed)) * 100,
            unit: '%',
            limit: { least: 80 },
          },
          {
            name: 'sealing.growth',
            label: `growth of the page from the first ${String(half)} files to the last`,
            value: (median(peaks.slice(-half)) - median(peaks.slice(0, half))) / MIB,
            unit: 'MiB',
            limit: { most: 16 },
          },
          {
            name: 'sealing.working',
            label: 'memory the page works with',
            value: (first - before) / MIB,
            unit: 'MiB',
          },
          { name: 'sealing.rate', label: 'sealed', value: chunks / median(sealed), unit: 'MiB/s' },
          {
            name: 'sealing.raw',
            label: 'bare cipher and hash',
            value: chunks / median(raw),
            unit: 'MiB/s',
          },
          {
            name: 'sealing.cipher',
            label: 'bare cipher, nothing hashed',
            value: chunks / median(cipher),
            unit: 'MiB/s',
          },
        ];
      } finally {
        await browser.close();
        site.stop();
      }
    }),
};
