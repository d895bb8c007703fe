import { existsSync, readFileSync } from 'node:fs';

const WINDOW = 16;
const FILTER_BITS = 25;

/** Looks for byte strings in raw files, by windows of 16 bytes at any offset. */
export interface Search {
  /** How many windows of all byte strings were found at least so often. */
  windowsFound(times: number): number;
  readonly windows: number;
}

/**
 * Searches the database file, its journal and its index as they lie on the disk. A piece of 31 bytes
 * of any of the byte strings is found, wherever it stands.
 */
export function searchRaw(database: string, sought: readonly Buffer[]): Search {
  const counts = new Map<string, number>();
  const filter = new Uint8Array(2 ** (FILTER_BITS - 3));
  for (const bytes of sought) {
    for (const at of windowsOf(bytes)) {
      counts.set(keyAt(bytes, at), 0);
      const place = placeOf(bytes, at);
      filter[place >>> 3] = (filter[place >>> 3] ?? 0) | (1 << (place & 7));
    }
  }
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (!existsSync(database + suffix)) continue;
    const file = readFileSync(database + suffix);
    for (let at = 0; at + WINDOW <= file.length; at += 1) {
      const place = placeOf(file, at);
      if (((filter[place >>> 3] ?? 0) & (1 << (place & 7))) === 0) continue;
      const key = keyAt(file, at);
      const count = counts.get(key);
      if (count !== undefined) counts.set(key, count + 1);
    }
  }
  return {
    windowsFound: (times) => [...counts.values()].filter((count) => count >= times).length,
    windows: counts.size,
  };
}

function* windowsOf(bytes: Buffer): Generator<number> {
  for (let at = 0; at + WINDOW <= bytes.length; at += WINDOW) yield at;
}

function keyAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + WINDOW);
}

/** A place in the filter, by the first bytes there. */
function placeOf(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
      0) >>>
    (32 - FILTER_BITS)
  );
}
