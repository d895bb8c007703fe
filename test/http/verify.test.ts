import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../client/cli/run.js';
import { createFetch } from '../../client/node/fetch.js';
import { createNetwork } from '../../client/node/network.js';
import { createVisit } from '../../client/node/visit.js';
import type { Survey } from '../../client/verify/survey.js';
import {
  fromJsonBytes,
  ready,
  Release,
  signRelease,
  signingKeys,
  toBase64,
  toJsonBytes,
} from '../../crypto/private.js';
import { hurry } from '../support/lying-server.js';
import {
  projectDist,
  startTestServer,
  temporaryFolder,
  type TestServer,
} from '../support/server.js';
import {
  startTamperingProxy,
  type Asking,
  type Passing,
  type TamperingProxy,
} from '../support/tampering-proxy.js';
import { createTestTerminal } from '../support/terminal.js';

let server: TestServer;
let proxy: TamperingProxy;
let manifest: Buffer;
let release: Release;
let folder: string;

beforeAll(async () => {
  await ready();
  server = await startTestServer();
  proxy = await startTamperingProxy(server.url);
  manifest = await readFile(path.join(projectDist, 'manifest.json'));
  release = fromJsonBytes(Release, manifest);
  folder = await temporaryFolder();
});

afterEach(() => {
  proxy.rest();
  vi.restoreAllMocks();
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
  await rm(folder, { recursive: true });
});

interface Outcome {
  readonly exit: number;
  readonly printed: string;
  readonly said: string;
}

async function verify(
  args: readonly string[] = [],
  { address = proxy.url, build = projectDist, network = createNetwork } = {},
): Promise<Outcome> {
  const terminal = createTestTerminal();
  const exit = await run(['verify', address, ...args], {
    terminal,
    network,
    now: () => new Date(),
    signal: new AbortController().signal,
    build,
  });
  return { exit, printed: terminal.printed, said: terminal.said };
}

async function surveyed(): Promise<Survey & { exit: number }> {
  const { exit, printed } = await verify(['--json']);
  return { exit, ...(JSON.parse(printed) as Survey) };
}

function addressOf(beginning: string): string {
  const found = Object.keys(release.files).find((each) => each.startsWith(beginning));
  if (found === undefined) throw new Error(`no ${beginning}`);
  return found;
}

function flip(body: Buffer, at: number): Buffer {
  const changed = Buffer.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Changes the answers for one address only. */
function changeAt(address: string, how: (answer: Passing, asking: Asking) => void): void {
  proxy.change((asking) => asking.path === address, how);
}

const policy = 'content-security-policy';

function without<T>(record: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== name));
}

describe('an installation that serves what the release says', () => {
  it('passes, after every address was asked for as every kind of visitor', async () => {
    const { exit, printed } = await verify();
    expect(printed).toMatch(/serves exactly what the build beside this program \(version 0/u);
    expect(exit).toBe(0);
    const pages = proxy.asked.filter((asking) => asking.path === '/sv/write');
    expect(new Set(pages.map((asking) => asking.headers['accept-language']))).toEqual(
      new Set([
        undefined,
        'en-GB,en;q=0.9',
        'fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3',
        'sv-SE,sv;q=0.9',
      ])
        .add('en-US,en;q=0.5')
        .add('nb,no;q=0.9,nn;q=0.8'),
    );
    const encodings = new Set(pages.map((asking) => asking.headers['accept-encoding']));
    expect(encodings).toContain('identity');
    expect(encodings).toContain('gzip');
    expect(encodings).toContain('gzip, deflate, br, zstd');
    for (const address of Object.keys(release.files)) {
      expect(proxy.asked.filter((asking) => asking.path === address).length).toBeGreaterThan(5);
    }
    const worker = proxy.asked.find(
      ({ path: asked, headers }) =>
        asked === addressOf('/assets/worker-desk.') && headers['user-agent'] !== undefined,
    );
    expect(worker?.headers['sec-fetch-dest']).toBe('worker');
  });

  it('may have a proxy in front that tells its name and offers a newer HTTP', async () => {
    proxy.change(
      () => true,
      (answer) => {
        answer.headers['server'] = 'nginx';
        answer.headers['alt-svc'] = 'h3=":443"; ma=2592000';
      },
    );
    const result = await surveyed();
    expect(result).toMatchObject({
      exit: 0,
      findings: [],
      additions: ['alt-svc: h3=":443"; ma=2592000', 'server: nginx'],
    });
  });
});

describe('tampering is found and named', () => {
  const other = 'default-src *';

  it.each<[string, string, (answer: Passing, asking: Asking) => void, object]>([
    [
      'a changed byte in a page',
      '/en/write',
      (answer) => (answer.body = flip(answer.body, 700)),
      { code: 'bytes', at: 701 },
    ],
    [
      'a changed byte in the reporter’s worker',
      '/assets/worker-reporter.',
      (answer) => (answer.body = flip(answer.body, 100_000)),
      { code: 'bytes', at: 100_001 },
    ],
    [
      'a changed byte in the worker of browsers without WebAssembly',
      '/assets/worker-desk-nowasm.',
      (answer) => (answer.body = flip(answer.body, 0)),
      { code: 'bytes', at: 1 },
    ],
    [
      'a style with more at its end',
      '/assets/base.',
      (answer) => (answer.body = Buffer.concat([answer.body, Buffer.from('b{}')])),
      { code: 'bytes' },
    ],
    [
      'a page that is cut off',
      '/desk/en/',
      (answer) => (answer.body = answer.body.subarray(0, 900)),
      { code: 'bytes', at: 901 },
    ],
    [
      'a header that loads something',
      '/en/',
      (answer) => (answer.headers['link'] = '</sw.js>; rel=preload; as=script'),
      { code: 'header_added', header: 'link', got: '</sw.js>; rel=preload; as=script' },
    ],
    [
      'a cookie',
      '/en/',
      (answer) => (answer.headers['set-cookie'] = ['a=1', 'b=2']),
      { code: 'header_added', header: 'set-cookie', got: 'a=1 | b=2' },
    ],
    [
      'a page without its policy',
      '/en/return',
      (answer) => (answer.headers = without(answer.headers, policy)),
      { code: 'header_missing', header: 'Content-Security-Policy' },
    ],
    [
      'a worker without its policy',
      '/assets/worker-reporter.',
      (answer) => (answer.headers = without(answer.headers, policy)),
      { code: 'header_missing', header: 'Content-Security-Policy' },
    ],
    [
      'a weaker policy',
      '/en/write',
      (answer) =>
        (answer.headers[policy] = String(answer.headers[policy]).replace(
          "script-src 'self'",
          "script-src 'self' 'unsafe-inline'",
        )),
      { code: 'header_differs', header: 'Content-Security-Policy', at: 37 },
    ],
    [
      'a second policy',
      '/en/write',
      (answer) => (answer.headers[policy] = [String(answer.headers[policy]), other]),
      { code: 'header_repeated', header: 'Content-Security-Policy' },
    ],
    [
      'another kind of content',
      '/assets/worker-desk.',
      (answer) => (answer.headers['content-type'] = 'text/html'),
      { code: 'header_differs', header: 'Content-Type', got: 'text/html', at: 6 },
    ],
    [
      'an offer to go on at another host',
      '/sv/',
      (answer) => (answer.headers['alt-svc'] = 'h2="elsewhere.example:443"'),
      { code: 'header_added', header: 'alt-svc', got: 'h2="elsewhere.example:443"' },
    ],
    [
      'a shorter promise to use https only',
      '/sv/',
      (answer) => (answer.headers['strict-transport-security'] = 'max-age=0'),
      { code: 'header_differs', header: 'Strict-Transport-Security', got: 'max-age=0' },
    ],
    [
      'another status',
      '/fi/privacy',
      (answer) => (answer.status = 203),
      { code: 'status', expected: '200', got: '203' },
    ],
    [
      'something loaded before the answer',
      '/nb/write',
      (answer) => (answer.hints = '</sw.js>; rel=preload; as=script'),
      { code: 'early_answer', got: '103' },
    ],
    [
      'a script at an address where nothing is',
      '/sw.js',
      (answer) => {
        answer.status = 200;
        answer.headers['content-type'] = 'text/javascript';
        answer.body = Buffer.from('self.onfetch = () => {}');
      },
      { code: 'status', expected: '404', got: '200' },
    ],
    [
      'a way on to another site',
      '/desk/sv',
      (answer) => (answer.headers['location'] = 'https://elsewhere.example/'),
      { code: 'header_differs', header: 'Location', expected: '/desk/sv/' },
    ],
    [
      'data that a browser could take for a page',
      '/api/directory',
      (answer) => (answer.headers['content-type'] = 'text/html'),
      { code: 'header_differs', header: 'Content-Type' },
    ],
    [
      'data without its policy',
      '/api/directory',
      (answer) => (answer.headers = without(answer.headers, policy)),
      { code: 'header_missing', header: 'Content-Security-Policy' },
    ],
    [
      'compression that does not open',
      '/en/write',
      (answer, { headers }) => {
        if (headers['accept-encoding'] === 'gzip') answer.sent = bomb;
      },
      { code: 'not_decodable', got: 'gzip' },
    ],
  ])('%s', async (_name, beginning, how, difference) => {
    const isPart = beginning.endsWith('.') && beginning.startsWith('/assets/');
    const address = isPart ? addressOf(beginning) : beginning;
    changeAt(address, how);
    const { exit, findings, unanswered } = await surveyed();
    expect(exit).toBe(5);
    expect(unanswered).toEqual([]);
    expect(new Set(findings.map((finding) => finding.path))).toEqual(new Set([address]));
    expect(findings.map((finding) => finding.difference)).toEqual(
      expect.arrayContaining([expect.objectContaining(difference)]),
    );
  });

  const bomb = brotliCompressSync(Buffer.alloc(64 * 1024 * 1024));

  it('what only some visitors are given, and who they are', async () => {
    changeAt('/sv/write', (answer, { headers }) => {
      if (headers['accept-language']?.startsWith('sv') === true) {
        answer.body = Buffer.from(answer.body.toString().replace('</main>', '<i></i></main>'));
      }
    });
    const { findings } = await surveyed();
    expect(findings).toMatchObject([
      {
        path: '/sv/write',
        visitors: ['Safari on an iPhone, Swedish'],
        everybody: false,
        difference: { code: 'bytes' },
      },
    ]);
    const { exit, printed } = await verify();
    expect(exit).toBe(5);
    expect(printed).toContain('/sv/write\n  The content differs, from byte ');
    expect(printed).toContain('only for  Safari on an iPhone, Swedish');
    expect(printed).toMatch(/expected {2}.*<\/main>/u);
    expect(printed).toMatch(/got {7}.*<i><\/i><\/main>/u);
    expect(printed).toContain('serves something else than the build beside this program');
  });

  it('a compressed answer that is not the uncompressed one', async () => {
    const worker = addressOf('/assets/worker-reporter.');
    changeAt(worker, (answer, { headers }) => {
      if (String(headers['accept-encoding']).includes('br')) answer.body = flip(answer.body, 9);
    });
    const { findings } = await surveyed();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ path: worker, everybody: false });
    expect(findings[0]?.visitors).toHaveLength(4);
    expect(findings[0]?.visitors).not.toContain('a program, uncompressed');
  });

  it('gigabytes in a small compressed answer, of which little is unpacked', async () => {
    changeAt('/en/', (answer) => {
      if (answer.headers['content-encoding']?.[0] === 'br') answer.sent = bomb;
    });
    const { findings } = await surveyed();
    expect(findings.map((finding) => finding.difference.code)).toEqual(['too_long']);
  });

  it('an answer much longer than it must be, of which the rest is not read', async () => {
    changeAt('/en/', (answer) => (answer.sent = Buffer.alloc(32 * 1024 * 1024)));
    const { findings } = await surveyed();
    expect(findings.map((finding) => finding.difference.code)).toContain('too_long');
  });

  it('a page of one’s own for unknown addresses', async () => {
    proxy.change(
      (asking) => !asking.path.startsWith('/api/'),
      (answer) => {
        if (answer.status === 404) answer.body = Buffer.from('<p>Sorry</p>');
      },
    );
    const { findings } = await surveyed();
    const paths = findings.map((finding) => finding.path);
    expect(paths).toEqual(expect.arrayContaining(['/404', '/sw.js', '/assets/worker-desk.js']));
    expect(paths.some((each) => /^\/en\/[0-9a-f]{12}$/u.test(each))).toBe(true);
  });

  it('with what a server writes kept from moving the cursor', async () => {
    changeAt('/en/', (answer) => (answer.headers['x-note'] = 'a\u009b31m'));
    const { printed } = await verify();
    expect(printed).toContain('The header x-note is not part of the release.');
    expect(printed).not.toContain('\u009b');
  });

  it('another version as what it probably is', async () => {
    proxy.change(
      (asking) => !asking.path.startsWith('/api/'),
      (answer) => {
        if (answer.status === 200) answer.sent = Buffer.from('another');
      },
    );
    const { printed } = await verify();
    expect(printed).toMatch(/perhaps it is of another version/u);
  });
});

describe('where an answer is missing', () => {
  it('it is not taken for a good one', async () => {
    hurry();
    proxy.cut((asking) => asking.path === '/en/privacy');
    const result = await surveyed();
    expect(result).toMatchObject({ exit: 3, findings: [], unanswered: ['/en/privacy'] });
    const { printed } = await verify();
    expect(printed).toContain('No answer, so nothing is known of:\n  /en/privacy');
    expect(printed).not.toContain('exactly');
  });

  it('because the server is busy, it is asked for again', async () => {
    hurry();
    let refusals = 0;
    changeAt('/en/', (answer) => {
      refusals += 1;
      if (refusals <= 2) answer.status = 503;
    });
    expect(await surveyed()).toMatchObject({ exit: 0, findings: [], unanswered: [] });
  });

  it('everywhere, the installation could not be reached', async () => {
    hurry();
    const { exit, said } = await verify([], { address: 'http://127.0.0.1:9' });
    expect(exit).toBe(3);
    expect(said).toContain('nothing is known of it');
  });
});

describe('over https', () => {
  const certificate = readFileSync(new URL('../fixtures/tls/certificate.pem', import.meta.url));
  const key = readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url));
  const network = () => {
    const agents = { http: new http.Agent(), https: new https.Agent({ ca: certificate }) };
    return { fetch: createFetch({ agents }), visit: createVisit(agents) };
  };

  it.each([
    ['https://localhost', 0],
    ['http://localhost', 5],
  ])('browsers must be told to use nothing else (%s: %i)', async (publicAddress, expected) => {
    const secure = await startTestServer({ env: { CASEKEY_PUBLIC_ADDRESS: publicAddress } });
    const front = await startTamperingProxy(secure.url, { cert: certificate, key });
    try {
      const { exit, printed } = await verify([], { address: front.url, network });
      expect(exit).toBe(expected);
      if (expected === 5) expect(printed).toContain('Strict-Transport-Security is missing');
    } finally {
      await front.stop();
      await secure.stop();
    }
  });
});

describe('a signed release', () => {
  const seed = new Uint8Array(32).fill(7);
  const releaseKey = () => toBase64(signingKeys(seed).publicKey);

  async function signed(name: string, bytes: Uint8Array, over = bytes): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    await writeFile(`${file}.sig`, signRelease(over, seed));
    return file;
  }

  it('takes the place of an own build', async () => {
    const file = await signed('good.json', manifest);
    const args = ['--manifest', file, '--release-key', releaseKey()];
    const good = await verify(args, { build: folder });
    expect(good.printed).toContain('serves exactly what the signed release 0');
    expect(good.exit).toBe(0);
    changeAt('/en/write', (answer) => (answer.body = flip(answer.body, 700)));
    const bad = await verify(args, { build: folder });
    expect(bad.exit).toBe(5);
    expect(bad.printed).toMatch(/expected {2}\d+ bytes, SHA-256 [0-9a-f]{64}/u);
  });

  it('counts for nothing by another key, or with another content, and nobody is asked', async () => {
    const before = proxy.asked.length;
    const good = await signed('good.json', manifest);
    const otherKey = toBase64(signingKeys(new Uint8Array(32).fill(8)).publicKey);
    const changed = toJsonBytes({ ...release, version: '9.9.9' });
    const forged = await signed('forged.json', changed, manifest);
    for (const [file, by] of [
      [good, otherKey],
      [forged, releaseKey()],
    ] as const) {
      const { exit, said } = await verify(['--manifest', file, '--release-key', by]);
      expect([exit, said]).toEqual([5, expect.stringContaining('nothing was compared')]);
    }
    expect(proxy.asked.length).toBe(before);
  });

  it('is refused where it is written otherwise than it must be, though signed', async () => {
    for (const document of [
      { ...release, extra: 1 },
      { ...release, format: 'casekey release 2' },
      { ...release, notFound: '/nowhere' },
      { ...release, files: { '/../x': release.files['/404'] } },
      { ...release, files: { '/404': { ...release.files['/404'], kind: 'unknown' } } },
    ]) {
      const file = await signed('odd.json', toJsonBytes(document));
      const { exit } = await verify(['--manifest', file, '--release-key', releaseKey()]);
      expect(exit).toBe(5);
    }
    const spaced = Buffer.concat([manifest, Buffer.from('\n')]);
    const file = await signed('spaced.json', spaced);
    expect((await verify(['--manifest', file, '--release-key', releaseKey()])).exit).toBe(5);
  });

  it('must be there, with its signature and a key', async () => {
    const args = (file: string, key: string) => ['--manifest', file, '--release-key', key];
    const absent = path.join(folder, 'absent.json');
    expect((await verify(args(absent, releaseKey()))).exit).toBe(6);
    const bare = path.join(folder, 'bare.json');
    await writeFile(bare, manifest);
    const unsigned = await verify(args(bare, releaseKey()));
    expect([unsigned.exit, unsigned.said]).toEqual([6, expect.stringContaining('bare.json.sig')]);
    expect((await verify(args(bare, 'short'))).exit).toBe(2);
  });
});

describe('without a build beside the program', () => {
  it('it says so', async () => {
    const { exit, said } = await verify([], { build: folder });
    expect(exit).toBe(6);
    expect(said).toContain('npm run build');
  });
});
