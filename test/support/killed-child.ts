import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import type { TestStore } from './retention.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

// among the packages, so that it finds them
const built = (name: string): string => path.join(root, `node_modules/.cache/casekey/${name}.mjs`);

/** Builds `test/support/<name>.ts` into a program of its own, which a test can start and kill. */
export async function buildChild(name: string): Promise<void> {
  await esbuild.build({
    entryPoints: [path.join(root, `test/support/${name}.ts`)],
    outfile: built(name),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
  });
}

/** Starts such a program at the database of a store; its output comes as text. */
export function startChild(
  name: string,
  argument: string,
  { config }: TestStore,
): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [built(name), argument], {
    env: {
      CASEKEY_DATA_FOLDER: config.dataFolder,
      CASEKEY_DATABASE: config.database,
      CASEKEY_TIME_ZONE: 'UTC',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  return child;
}
