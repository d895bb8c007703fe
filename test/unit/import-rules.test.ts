import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';

const run = promisify(execFile);
const project = process.cwd();
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

interface Result {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { from: string; to: string; rule: { name: string } }[];
  };
}

/** Checks a forged tree with the project's own rules. */
async function cruise(files: Record<string, string>): Promise<Result['summary']> {
  const folder = await temporaryFolder();
  folders.push(folder);
  for (const name of ['node_modules', 'tsconfig.json', 'package.json']) {
    await symlink(path.join(project, name), path.join(folder, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const tool = path.join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = path.join(project, '.dependency-cruiser.cjs');
  const roots = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
  const { stdout } = await run(
    process.execPath,
    [tool, '--config', config, '--output-type', 'json', ...roots],
    { cwd: folder, maxBuffer: 2 ** 26 },
  );
  return (JSON.parse(stdout) as Result).summary;
}

const secret = 'export const secret = 1;\n';

/** A forbidden import each: the rule, and who imports what. */
const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['server-cannot-decrypt', 'server/a.ts', 'crypto/private.ts'],
  ['server-cannot-decrypt', 'server/b.ts', 'crypto/box.ts'],
  ['server-cannot-decrypt', 'server/types.ts', 'type crypto/private.ts'],
  ['server-apart-from-clients', 'server/c.ts', 'client/engine.ts'],
  ['server-apart-from-clients', 'server/d.ts', 'views/browser/x.ts'],
  ['server-does-not-open-or-seal', 'server/e.ts', 'libsodium-wrappers'],
  ['crypto-is-pure', 'crypto/a.ts', 'client/engine.ts'],
  ['crypto-is-pure', 'crypto/b.ts', 'node:fs'],
  ['crypto-is-pure', 'crypto/c.ts', 'express'],
  ['crypto-has-two-doors', 'client/a.ts', 'crypto/box.ts'],
  ['client-stands-alone', 'client/b.ts', 'server/x.ts'],
  ['browser-apart-from-server', 'views/browser/a.ts', 'server/x.ts'],
  ['browser-without-node', 'views/browser/b.ts', 'node:crypto'],
  ['migrations-stand-alone', 'migrations/a.ts', 'server/x.ts'],
  ['no-tests-in-the-product', 'server/f.ts', 'test/x.ts'],
  ['everything-resolves', 'server/g.ts', './nowhere.js'],
];

describe('import rules', () => {
  let summary: Result['summary'];

  beforeAll(async () => {
    const files: Record<string, string> = {
      'crypto/public.ts': "export * from './middle.js';\n",
      'crypto/middle.ts': "import { secret } from './private.js';\nexport const b = secret;\n",
      'crypto/private.ts': "export { b } from './middle.js';\nexport const secret = 1;\n",
    };
    for (const [, from, to] of forbidden) {
      const target = to.replace(/^type /, '');
      const own = target.endsWith('.ts');
      const relative = path.posix.relative(path.posix.dirname(from), target);
      const specifier = own ? `./${relative.replace(/\.ts$/, '.js')}` : target;
      const keyword = to.startsWith('type ') ? 'import type' : 'import';
      files[from] = `${keyword} * as x from '${specifier}';\nexport type X = typeof x;\n`;
      if (keyword === 'import') files[from] += 'export const y = x;\n';
      if (own) files[target] ??= secret;
    }
    summary = await cruise(files);
  });

  it.each(forbidden)('%s: %s may not import %s', (rule, from) => {
    const broken = summary.violations.filter((violation) => violation.from === from);
    expect(broken.map((violation) => violation.rule.name)).toContain(rule);
  });

  it('finds a way from the public door to the private one, and cycles', () => {
    const names = summary.violations.map((violation) => violation.rule.name);
    expect(names).toContain('public-door-opens-nothing-private');
    expect(names).toContain('no-cycles');
  });

  it('looked at every file', () => {
    expect(summary.totalCruised).toBeGreaterThan(forbidden.length);
  });

  it('lets through what is allowed', async () => {
    const allowed = await cruise({
      'server/a.ts': "import { secret } from '../crypto/public.js';\nexport const a = secret;\n",
      'client/b.ts': "import { secret } from '../crypto/private.js';\nexport const b = secret;\n",
      'crypto/public.ts': secret,
      'crypto/private.ts': secret,
    });
    expect(allowed.violations).toEqual([]);
    expect(allowed.totalCruised).toBe(4);
  });
});

describe('the project', () => {
  it('is really looked at', async () => {
    const tool = path.join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = await run(
      process.execPath,
      [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'server', 'crypto'],
      { cwd: project, maxBuffer: 2 ** 26 },
    ).catch((error: unknown) => error as { stdout: string });
    expect((JSON.parse(stdout) as Result).summary.totalCruised).toBeGreaterThan(20);
  });
});
