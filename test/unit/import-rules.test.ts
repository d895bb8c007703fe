import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';

const run = promisify(execFile);
const project = process.cwd();
const folders: string[] = [];

afterEach(async () => {
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

describe('import rules', () => {
  it.each([
    ['server-cannot-decrypt', 'server/a.ts', 'crypto/private.ts'],
    ['server-cannot-decrypt', 'server/a.ts', 'crypto/box.ts'],
    ['server-apart-from-clients', 'server/a.ts', 'client/engine.ts'],
    ['server-apart-from-clients', 'server/a.ts', 'views/browser/x.ts'],
    ['crypto-is-pure', 'crypto/a.ts', 'client/x.ts'],
    ['crypto-has-two-doors', 'client/a.ts', 'crypto/box.ts'],
    ['client-stands-alone', 'client/a.ts', 'server/x.ts'],
    ['browser-apart-from-server', 'views/browser/a.ts', 'server/x.ts'],
    ['migrations-stand-alone', 'migrations/a.ts', 'server/x.ts'],
    ['no-tests-in-the-product', 'server/a.ts', 'test/x.ts'],
  ])('%s: %s may not import %s', async (rule, from, to) => {
    const specifier = path.posix.relative(path.posix.dirname(from), to).replace(/\.ts$/, '.js');
    const summary = await cruise({
      [from]: `import { secret } from '${specifier}';\nexport const copy = secret;\n`,
      [to]: secret,
    });
    expect(summary.totalCruised).toBeGreaterThanOrEqual(2);
    expect(summary.violations).toContainEqual(
      expect.objectContaining({
        from,
        to,
        rule: expect.objectContaining({ name: rule }) as object,
      }),
    );
  });

  it.each([
    ['crypto-is-pure', 'crypto/a.ts', 'node:fs'],
    ['crypto-is-pure', 'crypto/a.ts', 'express'],
    ['server-does-not-open-or-seal', 'server/a.ts', 'libsodium-wrappers'],
    ['browser-without-node', 'views/browser/a.ts', 'node:crypto'],
    ['everything-resolves', 'server/a.ts', './nowhere.js'],
  ])('%s: %s may not import %s', async (rule, from, specifier) => {
    const { violations } = await cruise({
      [from]: `import * as x from '${specifier}';\nvoid x;\n`,
    });
    expect(violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  it('counts imports of types too', async () => {
    const { violations } = await cruise({
      'server/a.ts':
        "import type { Secret } from '../crypto/private.js';\nexport type A = Secret;\n",
      'crypto/private.ts': 'export type Secret = string;\n',
    });
    expect(violations.map((violation) => violation.rule.name)).toContain('server-cannot-decrypt');
  });

  it('finds a way from the public door to the private one, and cycles', async () => {
    const { violations } = await cruise({
      'crypto/public.ts': "export * from './middle.js';\n",
      'crypto/middle.ts': "import { secret } from './private.js';\nexport const b = secret;\n",
      'crypto/private.ts': "export { b } from './middle.js';\nexport const secret = 1;\n",
    });
    const names = violations.map((violation) => violation.rule.name);
    expect(names).toContain('public-door-opens-nothing-private');
    expect(names).toContain('no-cycles');
  });

  it('lets through what is allowed', async () => {
    const summary = await cruise({
      'server/a.ts': "import { secret } from '../crypto/public.js';\nexport const a = secret;\n",
      'client/b.ts': "import { secret } from '../crypto/private.js';\nexport const b = secret;\n",
      'crypto/public.ts': secret,
      'crypto/private.ts': secret,
    });
    expect(summary.violations).toEqual([]);
    expect(summary.totalCruised).toBe(4);
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
