import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSodium } from '../../build/sodium.js';
import { sodiumFile } from '../../views/browser/sodium-file.js';
import { temporaryFolder } from '../support/server.js';

/** What libsodium's own start gives: its functions, as they are in C. */
interface Raw {
  _sodium_init(): number;
}
type Factory = (options: object) => Promise<Raw>;

let folder: string;
let factory: Factory;
let code: Uint8Array<ArrayBuffer>;
let integrity: string;

beforeAll(async () => {
  const parts = await readSodium('');
  code = Uint8Array.from(parts.code);
  integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`;
  folder = await temporaryFolder();
  const file = path.join(folder, 'libsodium.mjs');
  await writeFile(file, parts.script);
  ({ default: factory } = (await import(pathToFileURL(file).href)) as { default: Factory });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

afterAll(() => rm(folder, { recursive: true }));

/** Each request takes the next answer: bytes, or a dead network for null. */
function server(...answers: (Uint8Array<ArrayBuffer> | null)[]) {
  const fetch = vi.fn((_address: string, _init: RequestInit) => {
    const answer = answers.shift() ?? null;
    return answer === null
      ? Promise.reject(new TypeError('Failed to fetch'))
      : Promise.resolve(new Response(answer));
  });
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

/** libsodium and its wrappers' promise, as the build puts them together. */
function sodium() {
  const file = sodiumFile('/assets/libsodium.wasm', integrity);
  const raw = file.start(factory, {});
  return { raw, wrappers: file.before({ ready: raw.then(() => undefined) }) };
}

describe('libsodium with its code in a file of its own', () => {
  it('starts with the file, which is asked for once, by its hash', async () => {
    const fetch = server(code);
    const { raw, wrappers } = sodium();
    await Promise.all([wrappers.ready, wrappers.ready]);
    expect((await raw)._sodium_init()).toBe(0);
    await wrappers.ready;
    expect(fetch).toHaveBeenCalledOnce();
    expect(fetch.mock.calls[0]?.[0]).toBe('/assets/libsodium.wasm');
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ integrity, credentials: 'omit' });
  });

  it('says that the network failed, and asks again when somebody waits again', async () => {
    const fetch = server(null, null, code);
    const { raw, wrappers } = sodium();
    await expect(Promise.all([wrappers.ready, wrappers.ready])).rejects.toMatchObject({
      code: 'network',
    });
    await expect(wrappers.ready).rejects.toMatchObject({ code: 'network' });
    await wrappers.ready;
    expect((await raw)._sodium_init()).toBe(0);
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it('says that the browser cannot encrypt where the code does not start', async () => {
    server(Uint8Array.of(1, 2, 3));
    const { wrappers } = sodium();
    await expect(wrappers.ready).rejects.toMatchObject({ code: 'worker_failed' });
  });

  it('never waits for ever where the code does not fit', async () => {
    server(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const { wrappers } = sodium();
    await expect(wrappers.ready).rejects.toThrow();
  });
});
