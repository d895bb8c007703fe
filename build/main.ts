import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAssets, bundlePrograms } from './bundles.js';
import { compress } from './compress.js';
import { projectFolders, type Folders } from './folders.js';
import { loadLocales } from './locales.js';
import { renderPages } from './pages.js';
import { headersFor, type Kind } from '../server/http/headers.js';
import type { Manifest, ManifestFile } from '../server/http/manifest.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The page that answers unknown addresses. */
const notFound = '/404';

/**
 * Builds everything into `folders.out`: the programs for Node, pages, assets, and `manifest.json`.
 * The same sources give the same bytes. The folder is replaced at the very end, so a failed build
 * leaves the previous one in place.
 *
 * @throws Error that says which page or bundle is wrong.
 */
export async function build(folders: Folders): Promise<Manifest> {
  const [assets, programs, { locales, problems }] = await Promise.all([
    bundleAssets(folders),
    bundlePrograms(folders),
    loadLocales(path.join(folders.views, 'locales')),
  ]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const pages = await renderPages(folders.views, locales, assets);

  const files: Record<string, ManifestFile> = {};
  const contents = new Map<string, Uint8Array>(programs);
  const add = (address: string, file: string, bytes: Uint8Array): void => {
    const type = types[path.extname(file)];
    if (type === undefined) throw new Error(`${file}: no media type known for this ending`);
    const kind = kindOf(address);
    const compressed = !/^image\/(?:png|webp|x-icon)$/.test(type);
    contents.set(file, bytes);
    files[address] = {
      file,
      kind,
      type,
      compressed,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      headers: {
        ...headersFor(kind, { secure: false }),
        'Content-Type': type,
        ...(compressed ? { Vary: 'Accept-Encoding' } : {}),
      },
    };
  };
  for (const asset of assets) add(asset.href, asset.href.slice(1), asset.bytes);
  for (const page of pages) {
    const name = page.address.endsWith('/') ? `${page.address}index` : page.address;
    add(page.address, `pages${name}.html`, new TextEncoder().encode(page.html));
  }
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const manifest: Manifest = { version: 1, notFound, files: Object.fromEntries(sorted) };
  await Promise.all(
    sorted
      .filter(([, entry]) => entry.compressed)
      .map(async ([, { file }]) => {
        const { br, gz } = await compress(contents.get(file) ?? new Uint8Array());
        contents.set(`${file}.br`, br).set(`${file}.gz`, gz);
      }),
  );
  contents.set('manifest.json', new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`));
  await replaceFolder(folders.out, contents);
  return manifest;
}

function kindOf(address: string): Kind {
  if (address.startsWith('/assets/worker-')) return 'worker';
  if (address.startsWith('/assets/preview.')) return 'preview-asset';
  if (address.startsWith('/assets/')) return 'asset';
  if (address === '/desk/preview') return 'preview';
  if (/^\/[a-z]{2}\/away$/.test(address)) return 'away';
  return 'page';
}

async function replaceFolder(out: string, contents: ReadonlyMap<string, Uint8Array>) {
  const fresh = `${out}.${process.pid.toString()}`;
  const stale = `${fresh}.old`;
  for (const [name, bytes] of contents) {
    await mkdir(path.dirname(path.join(fresh, name)), { recursive: true });
    await writeFile(path.join(fresh, name), bytes);
  }
  await rename(out, stale).catch(() => undefined);
  await rename(fresh, out);
  await rm(stale, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const manifest = await build(projectFolders(fileURLToPath(new URL('..', import.meta.url))));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`Built ${Object.keys(manifest.files).length.toString()} files in ${seconds} s`);
}
