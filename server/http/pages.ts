import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RequestHandler, Response } from 'express';
import { fromJsonBytes, Release } from '../../crypto/public.js';
import { headerTable, kinds, type HeaderTable, type Kind } from './headers.js';

interface Served {
  readonly kind: Kind;
  readonly type: string;
  readonly bytes: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

/** The built pages and assets, in memory. */
export interface Pages {
  readonly byAddress: ReadonlyMap<string, Served>;
  readonly notFound: Served;
}

/**
 * Reads what the build wrote.
 *
 * @throws Error when a file is missing or is not the one the manifest names.
 */
export async function loadPages(dist: string): Promise<Pages> {
  const manifest = await readFile(path.join(dist, 'manifest.json')).catch((cause: unknown) => {
    throw new Error('Nothing is built yet: run `npm run build`', { cause });
  });
  const release = readRelease(manifest);
  const byAddress = new Map<string, Served>();
  for (const [address, entry] of Object.entries(release.files)) {
    const file = path.join(dist, entry.file);
    const bytes = await readFile(file);
    const kind = kinds.find((each) => each === entry.kind);
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (kind === undefined || hash !== entry.sha256) {
      throw new Error(`${entry.file} is not the file that was built: run \`npm run build\``);
    }
    byAddress.set(address, {
      kind,
      type: entry.type,
      bytes,
      br: entry.encodings.includes('br') ? await readFile(`${file}.br`) : undefined,
      gzip: entry.encodings.includes('gzip') ? await readFile(`${file}.gz`) : undefined,
    });
  }
  const notFound = byAddress.get(release.notFound);
  if (notFound === undefined) throw new Error(`There is no page ${release.notFound}`);
  return { byAddress, notFound };
}

function readRelease(manifest: Uint8Array): Release {
  try {
    return fromJsonBytes(Release, manifest);
  } catch (cause) {
    throw new Error('What was built is of another version: run `npm run build`', { cause });
  }
}

/**
 * Serves the pages: the same bytes to everybody, without a word of the request in them, and one
 * fixed page for every address and method there is nothing for. A page's address without its last
 * slash leads to the page.
 */
export function servePages(pages: Pages, options: { readonly secure: boolean }): RequestHandler {
  const headers = headerTable(options);
  return (request, response) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const found = readable ? pages.byAddress.get(request.path) : undefined;
    if (found === undefined && readable && pages.byAddress.has(`${request.path}/`)) {
      response.set(headers.page);
      response.writeHead(308, { Location: `${request.path}/`, 'Content-Length': '0' }).end();
      return;
    }
    const served = found ?? pages.notFound;
    // the page for unknown addresses stays one when asked for by its own
    const status = served === pages.notFound ? 404 : 200;
    send(response, status, served, request.headers['accept-encoding'], headers);
  };
}

function send(
  response: Response,
  status: number,
  served: Served,
  accepted: string | undefined,
  headers: HeaderTable,
): void {
  const encoding = chooseEncoding(accepted);
  const bytes = (encoding && served[encoding]) ?? served.bytes;
  response.status(status).set(headers[served.kind]);
  response.set('Content-Type', served.type);
  response.set('Content-Length', String(bytes.length));
  if (served.br !== undefined) response.set('Vary', 'Accept-Encoding');
  if (bytes !== served.bytes && encoding !== undefined) response.set('Content-Encoding', encoding);
  // not Express' send, which would answer ranges and conditions; Node drops the body for HEAD
  response.end(bytes);
}

/** The better of the two encodings we have that the client takes, or none. */
export function chooseEncoding(accepted: string | undefined): 'br' | 'gzip' | undefined {
  const taken = new Map<string, boolean>();
  for (const part of (accepted ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    taken.set(name, !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)));
  }
  const takes = (name: string) => taken.get(name) ?? taken.get('*') ?? false;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}
