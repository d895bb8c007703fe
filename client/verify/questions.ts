import { randomBytes } from 'node:crypto';
import type { Release, ReleaseFile } from '../../crypto/private.js';
import type { Expected } from './compare.js';
import { visitors, type Purpose, type Visitor } from './visitors.js';

/** What an installation is compared with. */
export interface Reference {
  readonly release: Release;
  /** The bytes of a file of the release, where they are at hand and not only their hashes. */
  readonly bytes?: (file: ReleaseFile) => Promise<Uint8Array>;
}

/** One request, and what must come back. */
export interface Question {
  readonly path: string;
  readonly visitor: Visitor;
  readonly purpose: Purpose;
  readonly expected: Expected;
}

/** Names under which sites keep scripts that stay in a browser, or that browsers ask for. */
const guesses = [
  '/sw.js',
  '/service-worker.js',
  '/serviceworker.js',
  '/worker.js',
  '/main.js',
  '/index.html',
  '/favicon.ico',
  '/robots.txt',
  '/manifest.webmanifest',
];

function purposeOf(path: string, kind: string): Purpose {
  if (kind === 'worker' || kind === 'cleaner') return 'worker';
  if (kind === 'preview') return 'iframe';
  if (path.endsWith('.js')) return 'script';
  if (path.endsWith('.css')) return 'style';
  return path.startsWith('/assets/') ? 'image' : 'document';
}

/** Addresses where nothing is: random ones, guesses, and names of scripts without their hash. */
function emptyAddresses({ files }: Release): string[] {
  const nowhere = (): string => randomBytes(6).toString('hex');
  const stems = Object.keys(files)
    .filter((path) => path.startsWith('/assets/'))
    .map((path) => path.replace(/\.[0-9a-f]{16}(?=\.\w+$)/u, ''));
  const random = [`/${nowhere()}`, `/en/${nowhere()}`, `/desk/${nowhere()}`];
  const assets = [`/assets/${nowhere()}.js`, `/assets/worker-${nowhere()}.js`];
  return [...new Set([...random, ...assets, ...guesses, ...stems])].filter(
    (path) => !(path in files),
  );
}

/**
 * Everything to be asked of an installation: each address as each visitor; addresses where nothing
 * is, addresses without their last slash, and data, as a program and as one browser.
 *
 * @param options.secure whether it is reached over https.
 */
export function questionsFor(
  { release, bytes }: Reference,
  options: { readonly secure: boolean },
): Question[] {
  const { files, dynamic, permitted, secure } = release;
  const common = (kind: string): Pick<Expected, 'headers' | 'optional' | 'permitted'> => ({
    headers: { ...release.headers[kind], ...(options.secure ? secure : {}) },
    // told over plain http as well, browsers do not heed it
    optional: options.secure ? {} : secure,
    permitted,
  });
  const fileExpected = (file: ReleaseFile, status: number): Expected => {
    const shared = common(file.kind);
    const vary = file.encodings.length > 0 ? { Vary: 'Accept-Encoding' } : {};
    return {
      ...shared,
      status,
      headers: { ...shared.headers, 'Content-Type': file.type, ...vary },
      encodings: file.encodings,
      body: {
        size: file.size,
        sha256: file.sha256,
        ...(bytes === undefined ? {} : { bytes: () => bytes(file) }),
      },
    };
  };
  const questions: Question[] = [];
  for (const [path, file] of Object.entries(files)) {
    const expected = fileExpected(file, path === release.notFound ? 404 : 200);
    for (const visitor of visitors) {
      questions.push({ path, visitor, purpose: purposeOf(path, file.kind), expected });
    }
  }
  const few = visitors.slice(0, 2);
  const ask = (path: string, purpose: Purpose, expected: Expected): void => {
    for (const visitor of few) questions.push({ path, visitor, purpose, expected });
  };
  const nothing = files[release.notFound];
  if (nothing !== undefined) {
    const expected = fileExpected(nothing, 404);
    for (const path of emptyAddresses(release)) ask(path, purposeOf(path, 'page'), expected);
  }
  for (const path of Object.keys(files)) {
    if (path === '/' || !path.endsWith('/') || path.slice(0, -1) in files) continue;
    const shared = common('page');
    ask(path.slice(0, -1), 'document', {
      ...shared,
      status: 308,
      headers: { ...shared.headers, Location: path },
      encodings: [],
      body: { size: 0, sha256: emptyHash },
    });
  }
  for (const beginning of dynamic) {
    const shared = common('api');
    const headers = { ...shared.headers, 'Content-Type': 'application/json; charset=utf-8' };
    const expected = { ...shared, headers, status: null, encodings: [], body: null };
    ask(`${beginning}directory`, 'empty', expected);
    ask(`${beginning}${randomBytes(6).toString('hex')}`, 'empty', expected);
  }
  return questions;
}

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
