import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Folders } from '../../build/folders.js';
import { filesBelow } from '../../build/folders.js';
import { build } from '../../build/main.js';
import { takeApart } from '../../build/sodium.js';
import type { Release } from '../../crypto/public.js';
import { temporaryFolder } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

describe('build', () => {
  let site: Folders;
  let manifest: Release;
  const folders: string[] = [];

  beforeAll(async () => {
    site = await fixtureSite();
    folders.push(path.dirname(site.out));
    manifest = await build(site);
  });

  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  const html = (name: string) => readFile(path.join(site.out, 'pages', name), 'utf8');

  /** A copy of the fixture's views with one file changed. */
  async function changedSite(file: string, text: string): Promise<Folders> {
    const root = await temporaryFolder();
    folders.push(root);
    const views = path.join(root, 'views');
    await cp(site.views, views, { recursive: true });
    await rm(path.join(views, 'browser'), { recursive: true });
    for (const page of ['reporter/index.ejs', 'desk/index.ejs', 'plain/desk/preview.ejs']) {
      await rm(path.join(views, 'pages', page));
    }
    await writeFile(path.join(views, file), text);
    return { root, views, out: path.join(root, 'dist'), programs: [] };
  }

  it('renders each page in the languages of its folder', () => {
    const pages = Object.keys(manifest.files).filter((address) => !address.startsWith('/assets/'));
    expect(pages).toEqual(
      ['/', '/404', '/desk/en/', '/desk/preview', '/desk/sv/', '/en/', '/en/away', '/fi/']
        .concat(['/fi/away', '/nb/', '/nb/away', '/sv/', '/sv/away'])
        .sort(),
    );
  });

  it('escapes texts', async () => {
    expect(await html('sv/index.html')).toContain('<h1>Start &lt;sv&gt;</h1>');
  });

  it('hands a page the strings of its own scripts and no others', async () => {
    const [, json = ''] =
      /<template id="strings">(.*?)<\/template>/.exec(await html('fi/index.html')) ?? [];
    const strings = JSON.parse(json.replaceAll('&lt;', '<').replaceAll('&amp;', '&')) as object;
    expect(Object.keys(strings)).toEqual([
      'start.files.one',
      'start.files.other',
      'status.closed',
      'status.open',
      'worker.said',
    ]);
  });

  it('gives every script and style its integrity', async () => {
    const page = await html('en/index.html');
    const tags = page.match(/<(?:script|link rel="stylesheet")[^>]*>/g) ?? [];
    expect(tags).toHaveLength(2);
    for (const tag of tags) {
      expect(tag).toMatch(/integrity="sha384-[\w+/]{64}" crossorigin="anonymous"/);
    }
  });

  it('writes compressed forms of the same bytes', async () => {
    for (const { file, encodings } of Object.values(manifest.files)) {
      if (encodings.length === 0) continue;
      const bytes = await readFile(path.join(site.out, file));
      const br = brotliDecompressSync(await readFile(path.join(site.out, `${file}.br`)));
      const gz = gunzipSync(await readFile(path.join(site.out, `${file}.gz`)));
      expect([br.equals(bytes), gz.equals(bytes)], file).toEqual([true, true]);
    }
  });

  it('builds workers with Argon2id for the desk only', async () => {
    const withArgon2: string[] = [];
    for (const [address, { file, kind }] of Object.entries(manifest.files)) {
      if (kind !== 'worker') continue;
      const text = await readFile(path.join(site.out, file), 'utf8');
      if (text.includes('crypto_pwhash_alg_argon2id13')) {
        withArgon2.push(address.replace(/\.[0-9a-f]{16}\.js$/, ''));
      }
    }
    expect(withArgon2).toEqual(['/assets/worker-desk-nowasm', '/assets/worker-desk']);
  });

  it('takes libsodium’s WebAssembly out of the workers, into files of their own', async () => {
    const addresses = Object.keys(manifest.files);
    const modules = addresses.filter((address) => address.endsWith('.wasm'));
    expect(modules.map((address) => address.replace(/\.[0-9a-f]{16}/, ''))).toEqual([
      '/assets/libsodium-sumo.wasm',
      '/assets/libsodium.wasm',
    ]);
    for (const address of modules) {
      const { file, kind, type, encodings } = manifest.files[address] ?? {};
      expect([kind, type, encodings]).toEqual(['asset', 'application/wasm', ['br', 'gzip']]);
      expect(WebAssembly.validate(await readFile(path.join(site.out, file ?? '')))).toBe(true);
    }
    for (const [name, module] of [
      ['reporter', modules[1]],
      ['desk', modules[0]],
    ]) {
      const worker = addresses.find((each) => each.startsWith(`/assets/worker-${name}.`)) ?? '';
      const script = await readFile(path.join(site.out, worker), 'utf8');
      const named = modules.filter((each) => script.includes(each));
      expect([named, script.includes('AGFzbQ')], worker).toEqual([[module], false]);
    }
  });

  it('gives the same bytes twice', async () => {
    const again = await fixtureSite();
    folders.push(path.dirname(again.out));
    await build(again);
    const relative = (folder: string, files: string[]) =>
      files.map((file) => path.relative(folder, file));
    const files = relative(site.out, await filesBelow(site.out, ''));
    expect(relative(again.out, await filesBelow(again.out, ''))).toEqual(files);
    for (const file of files) {
      const [one, two] = await Promise.all(
        [site, again].map(({ out }) => readFile(path.join(out, file))),
      );
      expect(two && one?.equals(two), file).toBe(true);
    }
  });

  it.each([
    ['an inline script', '<script>1</script>'],
    ['a script without integrity', '<script src="/x.js"></script>'],
    ['an inline style sheet', '<style>p { color: red }</style>'],
    ['a style attribute', '<p style="color: red">x</p>'],
    ['an event handler', '<p onclick="x()">x</p>'],
    ['refers to /nowhere', '<a href="/nowhere">x</a>'],
    ["No string 'no.such.key' in 'en'", "<p><%= t('no.such.key') %></p>"],
    ["'start.files.one' takes {count,total}", "<p><%= t('start.files.one') %></p>"],
    ["No asset 'nothing.js'", "<%- script('nothing.js') %>"],
  ])('refuses a page with %s', async (message, markup) => {
    const changed = await changedSite('pages/reporter/extra.ejs', markup);
    await expect(build(changed)).rejects.toThrow(message);
  });

  it('leaves the previous build in place when it fails', async () => {
    const changed = await changedSite('pages/plain/extra.ejs', '<p>fine</p>');
    await build(changed);
    await writeFile(path.join(changed.views, 'pages/plain/extra.ejs'), "<%= t('no.key') %>");
    await expect(build(changed)).rejects.toThrow('no.key');
    const kept = await readFile(path.join(changed.out, 'pages/extra.html'), 'utf8');
    expect(kept).toBe('<p>fine</p>');
  });
});

describe('taking libsodium apart', () => {
  const empty = 'AGFzbQEAAAA=';
  const start = 'return g.instantiateWasm?new Promise((I,B)=>{g.instantiateWasm(C,I)}):F';

  it('leaves nothing in the constant’s place', () => {
    const { script, code } = takeApart(`${start}("${empty}")`);
    expect(script).toBe(`${start}("")`);
    expect([...code]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  });

  it.each([
    ['without WebAssembly', `${start}()`, 'exactly one module'],
    ['with two modules', `${start}("${empty}","${empty}")`, 'exactly one module'],
    ['with a module that is damaged', `${start}("AGFzbQIAAAA=")`, 'exactly one module'],
    ['that takes no code', `g.start("${empty}")`, 'handed to it'],
  ])('refuses a script %s', (_name, script, message) => {
    expect(() => takeApart(script)).toThrow(message);
  });
});
