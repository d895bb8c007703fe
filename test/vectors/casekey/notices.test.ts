import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ready } from '../../../crypto/private.js';
import { Vectors } from './form.js';
import { NoticeVectors, runNotices } from './run-notices.js';

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const text = readFileSync(place('notices-1.json'), 'utf8');
const protocol = v.parse(Vectors, JSON.parse(readFileSync(place('protocol-1.json'), 'utf8')));
const checks: { name: string; body: () => void }[] = [];

await ready();
runNotices(v.parse(NoticeVectors, JSON.parse(text)), protocol, (name, body) => {
  checks.push({ name, body });
});

test.each(checks)('$name is as it was frozen', ({ body }) => {
  body();
});

test('all vectors were run', () => {
  expect(checks).toHaveLength(3);
});

test('the file is the one that was frozen, and its script does not make it again', async () => {
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '03ca1f5209a513e30eaa4279d9c6ede166af9b6b1b6eea20647869ccea3ded61',
  );
  const ended = await new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', place('make-notices.ts')], (error, _, said) => {
      resolve({ code: error?.code, said });
    });
  });
  expect(ended.code).toBe(1);
  expect(ended.said).toContain('frozen');
  expect(readFileSync(place('notices-1.json'), 'utf8')).toBe(text);
});
