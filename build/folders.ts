import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Where a build reads from and writes to; tests give a tree of their own. */
export interface Folders {
  /** Repository root: paths in error messages are relative to it. */
  readonly root: string;
  readonly views: string;
  readonly out: string;
  /** Entry points for Node, relative to `root`; missing folders are fine. */
  readonly programs: readonly string[];
}

/** The project's own tree. */
export function projectFolders(root: string): Folders {
  return {
    root,
    views: path.join(root, 'views'),
    out: path.join(root, 'dist'),
    programs: ['server/main.ts', 'server/commands/*.ts', 'client/casekey.ts', 'client/demo.ts'],
  };
}

/**
 * Files directly in a folder that end in `suffix`, sorted by name; an absent folder holds none.
 * Sorting by code unit keeps builds the same on every machine.
 */
export async function filesIn(folder: string, suffix: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith(suffix) && !entry.name.endsWith('.d.ts'),
    )
    .map((entry) => path.join(folder, entry.name))
    .sort();
}

/** As {@link filesIn}, sub-folders included. */
export async function filesBelow(folder: string, suffix: string): Promise<string[]> {
  const found = await filesIn(folder, suffix);
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory()) {
      found.push(...(await filesBelow(path.join(folder, entry.name), suffix)));
    }
  }
  return found.sort();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
