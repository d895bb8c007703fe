import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { passphraseReady, ready } from '../../../crypto/private.js';
import { runFrozen, type FrozenResult } from './run.js';

const file = fileURLToPath(new URL('protocol-1.json', import.meta.url));
const maker = fileURLToPath(new URL('make.ts', import.meta.url));
const text = readFileSync(file, 'utf8');

await Promise.all([ready(), passphraseReady()]);
const results: FrozenResult[] = [];
await runFrozen(JSON.parse(text), true, (result) => results.push(result));

test.each(results)('$name is as it was frozen', ({ failure }) => {
  expect(failure).toBeUndefined();
});

test('all vectors were run', () => {
  expect(results).toHaveLength(104);
});

test('the file is the one that was frozen', () => {
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    'd71e1140eca103ad0f7dce36e88bb85fccc9e28ed1afcadecfbad48f4fc1bcc0',
  );
});

test('the script that made it does not make it again', async () => {
  const ended = await new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', maker], (error, _, said) => {
      resolve({ code: error?.code, said });
    });
  });
  expect(ended.code).toBe(1);
  expect(ended.said).toContain('frozen');
  expect(readFileSync(file, 'utf8')).toBe(text);
});
