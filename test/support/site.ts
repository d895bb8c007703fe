import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Folders } from '../../build/folders.js';
import { temporaryFolder } from './server.js';

const root = fileURLToPath(new URL('../fixtures/site/', import.meta.url));

/** A small tree of pages, scripts and workers to build, and a new folder to build it into. */
export async function fixtureSite(): Promise<Folders> {
  const out = path.join(await temporaryFolder(), 'dist');
  return { root, views: path.join(root, 'views'), out, programs: [] };
}
