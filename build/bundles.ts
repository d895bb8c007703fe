import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { filesIn, type Folders } from './folders.js';
import { commonJsSodium, readSodium, sodiumPlugin, type Flavour } from './sodium.js';

/** One file that pages refer to, under an address that changes with its bytes. */
export interface Asset {
  /** What templates call it: `write.js`, `worker-desk.js`, `reporter.css`, `icon.svg`. */
  readonly name: string;
  /** The address it is served under. */
  readonly href: string;
  /** Value of the `integrity` attribute. */
  readonly integrity: string;
  readonly bytes: Uint8Array;
  /** Source files that went in, for the strings a script needs. */
  readonly sources: readonly string[];
}

/** Oldest browsers that can run the WebAssembly build of libsodium and enforce our policies. */
const target = ['es2022', 'chrome109', 'firefox115', 'safari16'];

const shared = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  platform: 'browser',
  format: 'iife',
  target,
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'silent',
  // libsodium asks import.meta.url where it lives, and copes with no answer
  logOverride: { 'empty-import-meta': 'silent' },
  // libsodium's CommonJS build asks for these under Node only; our own code may not (import rules)
  external: ['node:*'],
  define: { 'process.env.NODE_ENV': '"production"' },
} satisfies esbuild.BuildOptions;

/**
 * Bundles what browsers load: one script per file directly in `views/browser/pages`, one worker per
 * file directly in `views/browser/worker` (named `worker-<file>.js`, and `worker-<file>-nowasm.js`
 * for browsers without WebAssembly), one audio worklet per file directly in `views/browser/worklet`
 * (named `worklet-<file>.js`), one style sheet per file directly in `views/styles`, and the
 * files of `views/assets` as they are. Sub-folders hold what these import. Nothing is shared between
 * bundles, since integrity does not reach imported chunks.
 *
 * Workers whose name begins with `desk` get the larger build of libsodium, the one with Argon2id.
 * Its WebAssembly is a file of its own (`libsodium.wasm`, `libsodium-sumo.wasm`), which workers fetch
 * and check: as text in a script it takes a third more on the wire.
 *
 * @throws when a bundle fails, with esbuild's messages.
 */
export async function bundleAssets(folders: Folders): Promise<Asset[]> {
  const { views } = folders;
  const pages = await filesIn(path.join(views, 'browser/pages'), '.ts');
  const workers = await filesIn(path.join(views, 'browser/worker'), '.ts');
  const worklets = await filesIn(path.join(views, 'browser/worklet'), '.ts');
  const styles = await filesIn(path.join(views, 'styles'), '.css');
  // cleaning files needs no libsodium, and so no second build
  const isCleaner = (file: string) => path.basename(file) === 'cleaning.ts';
  const isDesk = (file: string) => path.basename(file).startsWith('desk');
  const cleaners = workers.filter(isCleaner);
  const deskWorkers = workers.filter(isDesk);
  const otherWorkers = workers.filter((file) => !isDesk(file) && !isCleaner(file));
  const groups = await Promise.all([
    bundle(folders, pages, '', '', {}),
    bundle(folders, styles, '', '', {}),
    bundle(folders, worklets, 'worklet-', '', {}),
    bundle(folders, cleaners, 'worker-', '', {}),
    bundleSealing(folders, otherWorkers, ''),
    bundle(folders, otherWorkers, 'worker-', '-nowasm', commonJsSodium('')),
    bundleSealing(folders, deskWorkers, '-sumo'),
    bundle(folders, deskWorkers, 'worker-', '-nowasm', commonJsSodium('-sumo')),
    copyAssets(path.join(views, 'assets')),
  ]);
  return groups.flat();
}

/** Bundles the programs for Node, npm packages left outside: output path below `out` → bytes. */
export async function bundlePrograms(folders: Folders): Promise<Map<string, Uint8Array>> {
  const entries: string[] = [];
  for (const pattern of folders.programs) {
    const [folder, name] = [path.dirname(pattern), path.basename(pattern)];
    const found = await filesIn(path.join(folders.root, folder), '.ts');
    entries.push(...found.filter((file) => name === '*.ts' || path.basename(file) === name));
  }
  if (entries.length === 0) return new Map();
  const result = await esbuild.build({
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'silent',
    absWorkingDir: folders.root,
    entryPoints: entries,
    outbase: folders.root,
    outdir: folders.out,
  });
  return new Map(
    result.outputFiles.map((file) => [path.relative(folders.out, file.path), file.contents]),
  );
}

async function bundle(
  folders: Folders,
  entries: readonly string[],
  prefix: string,
  suffix: string,
  options: Pick<esbuild.BuildOptions, 'alias' | 'plugins'>,
): Promise<Asset[]> {
  if (entries.length === 0) return [];
  const result = await esbuild.build({
    ...shared,
    absWorkingDir: folders.root,
    entryPoints: entries.map((file) => ({
      in: file,
      out: `${prefix}${path.parse(file).name}${suffix}`,
    })),
    outdir: folders.out,
    ...options,
  });
  return result.outputFiles.map((file) => {
    const output = result.metafile.outputs[path.relative(folders.root, file.path)];
    const sources = Object.keys(output?.inputs ?? {}).map((input) =>
      path.resolve(folders.root, input),
    );
    return createAsset(path.basename(file.path), file.contents, sources);
  });
}

/** Workers with WebAssembly, and the file that they fetch it from. */
async function bundleSealing(
  folders: Folders,
  entries: readonly string[],
  flavour: Flavour,
): Promise<Asset[]> {
  if (entries.length === 0) return [];
  const { script, code } = await readSodium(flavour);
  const file = createAsset(`libsodium${flavour}.wasm`, code, []);
  const plugins = [sodiumPlugin(flavour, script, file)];
  return [...(await bundle(folders, entries, 'worker-', '', { plugins })), file];
}

async function copyAssets(folder: string): Promise<Asset[]> {
  const assets: Asset[] = [];
  for (const file of await filesIn(folder, '')) {
    assets.push(createAsset(path.basename(file), await readFile(file), []));
  }
  return assets;
}

function createAsset(name: string, bytes: Uint8Array, sources: readonly string[]): Asset {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
  return { name, href: `/assets/${stem}.${hash}${ext}`, integrity, bytes, sources };
}
