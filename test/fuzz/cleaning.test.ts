import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFile } from '../../client/cleaning/clean.js';
import { sizeOf } from '../../client/cleaning/pieces.js';
import { fixture, sourceOf } from '../support/cleaning.js';
import { changedBytes, changes, fuzz, FUZZ_TIMEOUT, kept } from '../support/fuzz.js';

const names = readdirSync('test/fixtures/cleaning').filter(
  (name) => !/\.(?:md|py|sh)$/u.test(name),
);

describe('a file to be cleaned that was changed in any way', { timeout: FUZZ_TIMEOUT }, () => {
  it('is cleaned or called what it is, after reading it a few times over at most', async () => {
    const originals = new Map<string, Buffer>();
    for (const name of names) originals.set(name, await fixture(name));
    for (const { name, bytes } of kept('files')) {
      originals.set(name, Buffer.from(bytes));
      expect(await cleanFile(sourceOf(bytes))).toMatchObject({ kind: 'archive', pieces: null });
    }
    const input = fc.record({ name: fc.constantFrom(...originals.keys()), list: changes(6) });
    await fuzz(input, 150, async ({ name, list }) => {
      const bytes = changedBytes(originals.get(name) ?? new Uint8Array(), list);
      const source = sourceOf(bytes);
      let reads = 0;
      const read: typeof source.read = (start, end) => {
        reads += 1;
        return source.read(start, end);
      };
      const { verdict, pieces } = await cleanFile({ size: source.size, read });
      expect(['clean', 'cleaned', 'partly', 'not_cleanable']).toContain(verdict);
      expect(reads).toBeLessThanOrEqual(1000 + bytes.length);
      for (const piece of pieces ?? []) {
        if ('start' in piece) {
          expect(0 <= piece.start && piece.start <= piece.end && piece.end <= bytes.length).toBe(
            true,
          );
        }
      }
      if (pieces !== null) expect(sizeOf(pieces)).toBeLessThanOrEqual(2 * bytes.length + 65_536);
    });
  });
});
