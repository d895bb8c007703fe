import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ready, signRelease, type Release } from '../crypto/private.js';
import { projectFolders, type Folders } from './folders.js';
import { build } from './main.js';
import { makeReleaseKey, readReleaseKey, type ReleaseKey } from './release-key.js';
import { webcatManifest } from './webcat.js';

/** What was written, for whoever publishes it. */
export interface WrittenRelease {
  readonly release: Release;
  /** Files, by their whole names. */
  readonly written: readonly string[];
}

/**
 * Builds, and writes what a release is published with: the manifest, its signature where a key is
 * given, and WEBCAT's manifest where the address of the source is.
 *
 * @param options.into an absent or old folder, which is replaced.
 */
export async function writeRelease(
  folders: Folders,
  options: { readonly into: string; readonly key?: ReleaseKey; readonly source?: string },
): Promise<WrittenRelease> {
  const release = await build(folders);
  const manifest = await readFile(path.join(folders.out, 'manifest.json'));
  const contents = new Map<string, Uint8Array>([['manifest.json', manifest]]);
  if (options.key !== undefined) {
    contents.set('manifest.json.sig', signRelease(manifest, options.key.seed));
  }
  if (options.source !== undefined) {
    const document = { manifest: webcatManifest(release, options.source), signatures: {} };
    contents.set('webcat.json', new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`));
  }
  await rm(options.into, { recursive: true, force: true });
  await mkdir(options.into, { recursive: true });
  const written: string[] = [];
  for (const [name, bytes] of contents) {
    const file = path.join(options.into, name);
    await writeFile(file, bytes);
    written.push(file);
  }
  return { release, written };
}

const usage = `npm run release                           builds, and writes release/VERSION/manifest.json
npm run release -- --key FILE             signs it besides
npm run release -- --source URL           writes WEBCAT's manifest besides; URL is where the source is
npm run release -- --new-key FILE         makes a key to sign with, in a new file outside the project`;

async function main(args: string[]): Promise<void> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { values } = parseArgs({
    args,
    options: {
      key: { type: 'string' },
      'new-key': { type: 'string' },
      source: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  await ready();
  if (values['new-key'] !== undefined) {
    const { publicKey } = await makeReleaseKey(root, values['new-key']);
    console.log(`Public key, for \`casekey verify --release-key\`: ${publicKey}`);
    return;
  }
  if (values.source !== undefined && !URL.canParse(values.source)) {
    throw new Error('--source must be an address such as https://code.example.org/casekey');
  }
  const key = values.key === undefined ? undefined : await readReleaseKey(root, values.key);
  const folders = projectFolders(root);
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const { written } = await writeRelease(folders, {
    into: path.join(root, 'release', version),
    ...(key === undefined ? {} : { key }),
    ...(values.source === undefined ? {} : { source: values.source }),
  });
  for (const file of written) console.log(path.relative(process.cwd(), file));
  if (key !== undefined) console.log(`Signed by ${key.publicKey}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
