import { execFile } from 'node:child_process';
import { cp, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../build/folders.js';
import { temporaryFolder } from '../support/server.js';

const run = promisify(execFile);
const project = process.cwd();
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const sources = ['build', 'client', 'crypto', 'migrations', 'server', 'views'];
const files = ['package.json', 'tsconfig.json'];

/** Copies the sources into a new folder below the system's temporary ones. */
async function copyProject(depth: string): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  const root = path.join(folder, depth);
  for (const name of [...sources, ...files]) {
    await cp(path.join(project, name), path.join(root, name), { recursive: true });
  }
  await symlink(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
  return root;
}

/** Builds in a process of its own, and answers every file of the build by its name. */
async function buildIn(
  root: string,
  options: {
    readonly umask: string;
    readonly env: Record<string, string>;
    readonly preload: string;
  },
): Promise<Map<string, Buffer>> {
  const { umask, env, preload } = options;
  const command = `umask ${umask}; exec "$0" --import "$1" --import tsx build/main.ts`;
  await run('/bin/sh', ['-c', command, process.execPath, preload], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const dist = path.join(root, 'dist');
  const names = await filesBelow(dist, '');
  return new Map(
    await Promise.all(
      names.map(async (name) => [path.relative(dist, name), await readFile(name)] as const),
    ),
  );
}

/** A module, as an address, that moves the clock by so many days before anything else runs. */
function clockMoved(days: number): string {
  const source = `const Real = Date; const by = ${String(days * 86_400_000)};
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + by) : super(...given); }
      static now() { return Real.now() + by; }
    };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

describe('two clean builds of the same sources', () => {
  it('give the same bytes in other folders, times, time zones, languages and umasks', async () => {
    const [here, there] = await Promise.all([
      copyProject('a'),
      copyProject('somewhere/else entirely/with-å'),
    ]);
    const one = await buildIn(here, {
      umask: '022',
      env: { TZ: 'UTC', LANG: 'C', HOME: '/' },
      preload: clockMoved(0),
    });
    const two = await buildIn(there, {
      umask: '077',
      env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: there },
      preload: clockMoved(400),
    });
    expect([...two.keys()]).toEqual([...one.keys()]);
    expect(one.size).toBeGreaterThan(100);
    for (const [name, bytes] of one) {
      expect(two.get(name)?.equals(bytes), name).toBe(true);
      const text = bytes.toString('latin1');
      for (const folder of folders) expect(text.includes(folder), name).toBe(false);
      expect(text.includes(project), name).toBe(false);
    }
  }, 120_000);
});
