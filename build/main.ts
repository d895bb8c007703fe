import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toJsonBytes, type Release, type ReleaseFile } from '../crypto/public.js';
import { bundleAssets, bundlePrograms } from './bundles.js';
import { compress } from './compress.js';
import { projectFolders, type Folders } from './folders.js';
import { loadLocales } from './locales.js';
import { renderPages } from './pages.js';
import {
  headersFor,
  kinds,
  permittedHeaders,
  secureHeaders,
  type Kind,
} from '../server/http/headers.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The page that answers unknown addresses. */
const notFound = '/404';
/** Where answers are data. */
const dynamic = ['/api/'];

/** The version that package.json tells. */
async function projectVersion(): Promise<string> {
  const file = fileURLToPath(new URL('../package.json', import.meta.url));
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/**
 * Builds everything into `folders.out`: the programs for Node, pages, assets, and `manifest.json`,
 * which says what of it is served, and how. The same sources give the same bytes, wherever, whenever
 * and by whomever they are built. The folder is replaced at the very end, so a failed build leaves
 * the previous one in place.
 *
 * @throws Error that says which page or bundle is wrong.
 */
export async function build(folders: Folders): Promise<Release> {
  const [assets, programs, { locales, problems }] = await Promise.all([
    bundleAssets(folders),
    bundlePrograms(folders),
    loadLocales(path.join(folders.views, 'locales')),
  ]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const pages = await renderPages(folders.views, locales, assets);

  const files: Record<string, ReleaseFile> = {};
  const contents = new Map<string, Uint8Array>(programs);
  const add = (address: string, file: string, bytes: Uint8Array): void => {
    const type = types[path.extname(file)];
    if (type === undefined) throw new Error(`${file}: no media type known for this ending`);
    contents.set(file, bytes);
    files[address] = {
      file,
      kind: kindOf(address),
      type,
      encodings: /^image\/(?:png|webp|x-icon)$/.test(type) ? [] : ['br', 'gzip'],
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  };
  for (const asset of assets) add(asset.href, asset.href.slice(1), asset.bytes);
  for (const page of pages) {
    const name = page.address.endsWith('/') ? `${page.address}index` : page.address;
    add(page.address, `pages${name}.html`, new TextEncoder().encode(page.html));
  }
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const release: Release = {
    format: 'casekey release 1',
    version: await projectVersion(),
    notFound,
    dynamic,
    headers: Object.fromEntries(kinds.map((kind) => [kind, headersFor(kind, { secure: false })])),
    secure: secureHeaders(),
    permitted: [...permittedHeaders],
    files: Object.fromEntries(sorted),
  };
  await Promise.all(
    sorted
      .filter(([, entry]) => entry.encodings.length > 0)
      .map(async ([, { file }]) => {
        const { br, gz } = await compress(contents.get(file) ?? new Uint8Array());
        contents.set(`${file}.br`, br).set(`${file}.gz`, gz);
      }),
  );
  contents.set('manifest.json', toJsonBytes(release));
  await replaceFolder(folders.out, contents);
  return release;
}

function kindOf(address: string): Kind {
  if (address.startsWith('/assets/worker-cleaning.')) return 'cleaner';
  if (address.startsWith('/assets/worker-')) return 'worker';
  if (address.startsWith('/assets/preview.')) return 'preview-asset';
  if (address.startsWith('/assets/')) return 'asset';
  if (address === '/desk/preview') return 'preview';
  if (/^\/[a-z]{2}\/away$/.test(address)) return 'away';
  // where a reporter writes; start and form are one document
  if (/^\/[a-z]{2}\/(?:write|return)?$/.test(address)) return 'voice-page';
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
  const release = await build(projectFolders(fileURLToPath(new URL('..', import.meta.url))));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`Built ${Object.keys(release.files).length.toString()} files in ${seconds} s`);
}
