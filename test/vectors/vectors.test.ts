import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sodium from 'libsodium-wrappers-sumo';
import { describe, expect, test } from 'vitest';
import { algorithms, runVectors } from './run.js';
import type { VectorResult, VectorSet } from './run.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const elsewhere = process.env['VECTORS_DIR'];

/** Every JSON file of a folder per algorithm; a named folder that does not exist is an error. */
function load(root: string): VectorSet[] {
  if (!existsSync(root)) throw new Error(`VECTORS_DIR names no folder: ${root}`);
  return algorithms.flatMap((algorithm) => {
    const folder = join(root, algorithm);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({
        algorithm,
        source: file,
        data: JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
      }));
  });
}

await sodium.ready;
const sets = [...load(here), ...(elsewhere === undefined ? [] : load(elsewhere))];
const results: VectorResult[] = [];
runVectors(sodium, sets, (result) => results.push(result));

test('every algorithm has vectors', () => {
  expect(new Set(results.map((result) => result.algorithm))).toEqual(new Set(algorithms));
});

describe.each(sets)('$algorithm $source', ({ algorithm, source }) => {
  const own = results.filter(
    (result) => result.algorithm === algorithm && result.source === source,
  );

  test('has results', () => {
    expect(own).not.toHaveLength(0);
  });

  for (const [index, { name, failure }] of own.entries()) {
    test(`${String(index + 1)}: ${name}`, () => {
      expect(failure).toBeUndefined();
    });
  }
});
