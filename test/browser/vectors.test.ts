import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAssets } from '../../build/bundles.js';
import { launchBrowser } from '../support/browser.js';
import { temporaryFolder } from '../support/server.js';
import type { FrozenResult } from '../vectors/casekey/run.js';
import { algorithms, type VectorResult, type VectorSet } from '../vectors/run.js';

/*
 * Other people's vectors and our own, run by the very bundles that pages load: the standard build of
 * libsodium for reporters, the larger one for the desk, each with WebAssembly and with the JavaScript
 * that stands in for it.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
const vectors = path.join(root, 'test/vectors');

/** What a worker is asked and answers. */
interface Question {
  sets: VectorSet[];
  frozen: unknown;
  withSlow: boolean;
}
interface Answer {
  results: (VectorResult | FrozenResult)[];
  hasWebAssembly: boolean;
}

/** A worker that runs vectors with the build of libsodium that its name gets. */
function workerSource(withFrozen: boolean): string {
  const from = (file: string): string => JSON.stringify(path.join(root, file));
  return `
    import { ready, sodium } from ${from('crypto/sodium.ts')};
    import { runVectors } from ${from('test/vectors/run.ts')};
    ${withFrozen ? `import { runFrozen } from ${from('test/vectors/casekey/run.ts')};` : ''}
    ${withFrozen ? `import { passphraseReady } from ${from('crypto/passphrase.ts')};` : ''}
    self.onmessage = async ({ data }) => {
      await ready();
      ${withFrozen ? 'await passphraseReady();' : ''}
      const results = [];
      runVectors(sodium, data.sets, (result) => results.push(result));
      ${withFrozen ? 'await runFrozen(data.frozen, data.withSlow, (result) => results.push(result));' : ''}
      self.postMessage({ results, hasWebAssembly: typeof WebAssembly === 'object' });
    };
  `;
}

async function readSets(): Promise<VectorSet[]> {
  const sets: VectorSet[] = [];
  for (const algorithm of algorithms) {
    const folder = path.join(vectors, algorithm);
    for (const source of await readdir(folder)) {
      const data = JSON.parse(await readFile(path.join(folder, source), 'utf8')) as unknown;
      sets.push({ algorithm, source, data });
    }
  }
  return sets;
}

let folder: string;
let server: Server;
let address: string;
let sets: VectorSet[];
let frozen: unknown;

beforeAll(async () => {
  folder = await temporaryFolder();
  const views = path.join(folder, 'views');
  const workers = path.join(views, 'browser/worker');
  await mkdir(workers, { recursive: true });
  await writeFile(path.join(workers, 'reporter.ts'), workerSource(false));
  await writeFile(path.join(workers, 'desk.ts'), workerSource(true));
  const assets = await bundleAssets({ root, views, out: path.join(folder, 'dist'), programs: [] });
  const files = new Map(
    assets.flatMap(({ name, href, bytes }) => [
      [`/${name}`, bytes],
      [href, bytes],
    ]),
  );
  sets = await readSets();
  const file = path.join(vectors, 'casekey/protocol-1.json');
  frozen = JSON.parse(await readFile(file, 'utf8')) as unknown;
  server = createServer((request, response) => {
    const script = files.get(request.url ?? '');
    const type = script === undefined ? 'text/html' : 'text/javascript';
    response.setHeader('Content-Type', type);
    response.end(script ?? '<!doctype html><title>Vectors</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function runIn(browser: Browser, script: string, question: Question): Promise<Answer> {
  const page = await browser.newPage();
  await page.goto(address);
  const answer = await page.evaluate(
    ([name, asked]) =>
      new Promise<Answer>((resolve, reject) => {
        const worker = new Worker(`/${name}`);
        worker.onmessage = ({ data }: MessageEvent<Answer>) => {
          resolve(data);
        };
        worker.onerror = ({ message }) => {
          reject(new Error(message));
        };
        worker.postMessage(asked);
      }),
    [script, question] as const,
  );
  await page.close();
  return answer;
}

/** The names of those that failed, and that none was left out. */
function failuresOf({ results }: Answer): string[] {
  return results
    .filter(({ failure }) => failure !== undefined)
    .map(({ name, failure }) => `${name}: ${failure ?? ''}`);
}

function without(...left: string[]): VectorSet[] {
  return sets.filter(({ algorithm }) => !left.includes(algorithm));
}

function algorithmsOf({ results }: Answer): Set<string> {
  return new Set(results.flatMap((result) => ('algorithm' in result ? [result.algorithm] : [])));
}

describe('in Chromium with WebAssembly', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('the reporter’s build passes every vector (it has no Argon2id)', async () => {
    const question = { sets: without('argon2id'), frozen, withSlow: false };
    const answer = await runIn(browser, 'worker-reporter.js', question);
    expect(answer.hasWebAssembly).toBe(true);
    expect(failuresOf(answer)).toEqual([]);
    expect(algorithmsOf(answer).size).toBe(algorithms.length - 1);
  });

  it('the desk’s build passes every vector, and makes what is frozen', async () => {
    const answer = await runIn(browser, 'worker-desk.js', { sets, frozen, withSlow: true });
    expect(failuresOf(answer)).toEqual([]);
    expect(algorithmsOf(answer)).toEqual(new Set(algorithms));
    expect(answer.results.filter((result) => !('algorithm' in result))).toHaveLength(104);
  });
});

describe('in Chromium without WebAssembly', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser({ wasm: false });
  });
  afterAll(() => browser.close());

  it('the reporter’s build passes every vector (it has no Argon2id)', async () => {
    const question = { sets: without('argon2id'), frozen, withSlow: false };
    const answer = await runIn(browser, 'worker-reporter-nowasm.js', question);
    expect(answer.hasWebAssembly).toBe(false);
    expect(failuresOf(answer)).toEqual([]);
    expect(algorithmsOf(answer).size).toBe(algorithms.length - 1);
  });

  it('the desk’s build passes every vector but those that take minutes there', async () => {
    const question = { sets: without('argon2id'), frozen, withSlow: false };
    const answer = await runIn(browser, 'worker-desk-nowasm.js', question);
    expect(answer.hasWebAssembly).toBe(false);
    expect(failuresOf(answer)).toEqual([]);
    expect(algorithmsOf(answer).size).toBe(algorithms.length - 1);
    expect(answer.results.filter((result) => !('algorithm' in result))).toHaveLength(83);
  });
});
