import { createHash } from 'node:crypto';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { chunkHash, hash, ready } from '../../crypto/private.js';

beforeAll(ready);
afterEach(() => {
  vi.unstubAllGlobals();
});

const lengths = [0, 1, 63, 64, 65_576, 1_048_616];
const chunkOf = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);
const wanted = (chunk: Uint8Array) =>
  hash('chunk', new Uint8Array(createHash('sha256').update(chunk).digest()));

test.each(lengths)('the hash of a chunk of %i bytes is that of its SHA-256', async (length) => {
  const chunk = chunkOf(length);
  expect(await chunkHash(chunk)).toEqual(wanted(chunk));
});

test.each(lengths)(
  'it is the same for %i bytes where the platform hashes nothing',
  async (length) => {
    // a page that came over plain http
    vi.stubGlobal('crypto', { getRandomValues: () => undefined });
    const chunk = chunkOf(length);
    expect(await chunkHash(chunk)).toEqual(wanted(chunk));
  },
);

test('only the bytes of a view are hashed, not the memory around it', async () => {
  const memory = chunkOf(1000);
  expect(await chunkHash(memory.subarray(10, 900))).toEqual(wanted(memory.slice(10, 900)));
});
