import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { ProtocolError } from '../../crypto/private.js';
import { FUZZ_SECONDS } from './seed.js';

/** A change of something, by numbers alone, so that what fails shrinks to few and small ones. */
export interface Change {
  readonly kind: number;
  readonly at: number;
  readonly value: number;
}

/** Up to `most` changes. */
export function changes(most = 4): fc.Arbitrary<Change[]> {
  const number = fc.nat(0xffff);
  return fc.array(fc.record({ kind: number, at: number, value: number }), { maxLength: most });
}

/** Numbers, texts and shapes at which parsers have stumbled. */
const oddities: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  2 ** 31,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  1e308,
  '',
  'A',
  '=',
  '__proto__',
  'reporter',
  '2026-02-31',
  '+275760-09-13T00:00:00.000Z',
  '\ud800',
  '\u0000',
  'x'.repeat(70_000),
  [],
  {},
  [[[[]]]],
  { ['__proto__']: 1, constructor: {} },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  Array.from({ length: 1001 }, () => 0),
];

type Holder = Record<string, unknown> | unknown[];
interface Place {
  readonly holder: Holder;
  readonly key: string;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value as Holder, key });
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

function read({ holder, key }: Place): unknown {
  return (holder as Record<string, unknown>)[key];
}

function write({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

function changedText(text: string, value: number): string {
  const at = value % (text.length + 1);
  const letter = String.fromCharCode((value * 7) % 128);
  if (value % 3 === 0) return text.slice(0, at) + letter + text.slice(at + 1);
  return value % 3 === 1 ? text.slice(0, at) : text.slice(0, at) + letter + text.slice(at);
}

/** A document with some of its structure changed: other values, fields gone, twice, new or moved. */
export function changedDocument(original: unknown, list: readonly Change[]): unknown {
  const root = { root: structuredClone(original) };
  for (const { kind, at, value } of list) {
    const places = placesIn(root);
    const place = places[at % places.length];
    const other = places[value % places.length];
    if (place === undefined || other === undefined) continue;
    const now = read(place);
    if (kind % 7 === 0) remove(place);
    else if (kind % 7 === 1) write(place, structuredClone(read(other)));
    else if (kind % 7 === 2 && Array.isArray(now)) now.push(structuredClone(now[0]));
    else if (kind % 7 === 3 && typeof now === 'string') write(place, changedText(now, value));
    else if (kind % 7 === 4 && typeof now === 'number') write(place, now + (value % 5) - 2);
    else if (kind % 7 === 5 && typeof now === 'object' && now !== null && !Array.isArray(now)) {
      write({ holder: now as Holder, key: `field ${String(value % 3)}` }, 1);
    } else write(place, structuredClone(oddities[value % oddities.length]));
  }
  return (root as { root?: unknown }).root;
}

/** Bytes with some flipped, cut out, put in, doubled, or moved to the front. */
export function changedBytes(original: Uint8Array, list: readonly Change[]): Uint8Array {
  let bytes = Buffer.from(original);
  for (const { kind, at, value } of list) {
    const from = bytes.length === 0 ? 0 : (at * 31 + value) % bytes.length;
    const to = Math.min(bytes.length, from + 1 + (value % 16));
    const [before, middle, after] = [
      bytes.subarray(0, from),
      bytes.subarray(from, to),
      bytes.subarray(to),
    ];
    if (kind % 6 === 0)
      bytes = Buffer.concat([before, Buffer.of(value & 255), bytes.subarray(from + 1)]);
    else if (kind % 6 === 1) bytes = Buffer.concat([before, after]);
    else if (kind % 6 === 2) bytes = Buffer.concat([before, Buffer.of(value & 255), middle, after]);
    else if (kind % 6 === 3) bytes = Buffer.concat([before, middle, middle, after]);
    else if (kind % 6 === 4) bytes = Buffer.from(before);
    else bytes = Buffer.concat([middle, before, after]);
  }
  return Uint8Array.from(bytes);
}

const corpus = fileURLToPath(new URL('../fuzz/corpus/', import.meta.url));

/** A file of the corpus. */
export interface Kept {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the corpus has of a kind, by name. Throws where there is nothing. */
export function kept(kind: string): Kept[] {
  const names = readdirSync(corpus + kind).sort();
  if (names.length === 0) throw new Error(`an empty corpus: ${kind}`);
  return names.map((name) => ({
    name,
    bytes: Uint8Array.from(readFileSync(`${corpus}${kind}/${name}`)),
  }));
}

/** How long a test of this file may take, in milliseconds. */
export const FUZZ_TIMEOUT = 60_000 + 1000 * FUZZ_SECONDS;

/**
 * Tries a property on inputs in number, or with `FUZZ_SECONDS` for so long. Throws with the seed, what
 * went wrong and the smallest input that `show` can tell.
 */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  runs: number,
  holds: (input: T) => void | Promise<void>,
  show: (input: T) => string = (input) => JSON.stringify(input),
): Promise<void> {
  const long =
    FUZZ_SECONDS > 0
      ? { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: FUZZ_SECONDS * 1000 }
      : { numRuns: runs };
  const property = fc.asyncProperty(inputs, async (input) => {
    await holds(input);
  });
  const result = await fc.check(property, { ...long, markInterruptAsFailure: false });
  if (!result.failed) return;
  const input = result.counterexample === null ? '' : show(result.counterexample[0]);
  const said = `FUZZ_SEED=${String(result.seed)}, after ${String(result.numRuns)} inputs: ${input}`;
  throw new Error(said, { cause: result.errorInstance });
}

/** The fault that a call ends with, null where it ends well. Other errors stay what they are. */
export async function faultOf(call: () => unknown): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.fault;
    throw error;
  }
}
