import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Folders } from '../../build/folders.js';
import { build } from '../../build/main.js';
import type { Release } from '../../crypto/public.js';
import { chooseEncoding, loadPages } from '../../server/http/pages.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

let site: Folders;
let manifest: Release;
let server: TestServer;

beforeAll(async () => {
  site = await fixtureSite();
  manifest = await build(site);
  server = await startTestServer({ dist: site.out });
});

afterAll(async () => {
  await server.stop();
  await rm(path.dirname(site.out), { recursive: true });
});

/** Asks without the conveniences of fetch, which would decode and follow. */
function ask(
  address: string,
  options: { method?: string; headers?: Record<string, string>; url?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {} } = options;
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      (options.url ?? server.url) + address,
      { method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, rawHeaders } = response;
          const body = Buffer.concat(chunks);
          resolve({ status: statusCode, headers: response.headers, rawHeaders, body });
        });
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

function assetNamed(beginning: string): string {
  return Object.keys(manifest.files).find((address) => address.startsWith(beginning)) ?? '';
}

describe('pages', () => {
  it('come with the bytes and headers of the manifest, and no others', async () => {
    for (const [address, entry] of Object.entries(manifest.files)) {
      const { status, headers, rawHeaders, body } = await ask(address);
      expect(status, address).toBe(address === '/404' ? 404 : 200);
      expect(createHash('sha256').update(body).digest('hex'), address).toBe(entry.sha256);
      const sent = rawHeaders.filter((_, index) => index % 2 === 0);
      expect(new Set(sent).size, `${address} repeats a header`).toBe(sent.length);
      const wanted = {
        ...manifest.headers[entry.kind],
        'Content-Type': entry.type,
        ...(entry.encodings.length > 0 ? { Vary: 'Accept-Encoding' } : {}),
      };
      const expected = Object.keys(wanted).concat(['Content-Length', 'Date', 'Connection']);
      expect(sent.sort(), address).toEqual(expected.sort());
      for (const [name, value] of Object.entries(wanted)) {
        expect(headers[name.toLowerCase()], `${address} ${name}`).toBe(value);
      }
    }
  });

  it('carry the policies of their kind', async () => {
    const policy = async (address: string) =>
      String((await ask(address)).headers['content-security-policy']);
    const page = await policy('/en/');
    expect(page).toContain("script-src 'self';style-src 'self';");
    expect(page).toContain("require-trusted-types-for 'script';trusted-types casekey");
    expect(page).toContain("frame-ancestors 'none'");
    expect(page).not.toMatch(/unsafe|\*|https?:/);
    expect(await policy(assetNamed('/assets/worker-reporter.'))).toContain("'wasm-unsafe-eval'");
    const preview = await policy('/desk/preview');
    expect(preview).toContain('sandbox allow-scripts');
    expect(preview).toContain("frame-ancestors 'self'");
    expect(preview).not.toContain('connect-src');
  });

  it('clear what the browser kept on the page one leaves for', async () => {
    expect((await ask('/sv/away')).headers['clear-site-data']).toBe('"cache", "storage"');
    expect((await ask('/sv/')).headers['clear-site-data']).toBeUndefined();
  });

  it('are compressed as the browser likes it', async () => {
    const plain = await ask('/en/');
    const br = await ask('/en/', { headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' } });
    const gzip = await ask('/en/', { headers: { 'Accept-Encoding': 'gzip, br;q=0' } });
    expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  it('answer HEAD without a body', async () => {
    const get = await ask('/en/');
    const head = await ask('/en/', { method: 'HEAD' });
    expect(head.body.length).toBe(0);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it('answer every unknown address and method with the same page', async () => {
    const answers = await Promise.all([
      ask('/nowhere'),
      ask('/en/nowhere?secret=canary-7311', { headers: { Cookie: 'canary-7311' } }),
      ask('/%E0%A4%A'),
      ask('/en/', { method: 'POST' }),
      ask('/en/', { method: 'OPTIONS' }),
      ask('/assets/../manifest.json'),
      ask('/pages/en/index.html'),
    ]);
    const [first] = answers;
    for (const { status, headers, body } of answers) {
      expect(status).toBe(404);
      expect(body.equals(first.body)).toBe(true);
      expect({ ...headers, date: '' }).toEqual({ ...first.headers, date: '' });
    }
    expect(first.body.toString()).toContain('nothing here');
  });

  it('are the same bytes whatever is asked along', async () => {
    const plain = await ask('/en/');
    const other = await ask('/en/?ref=x', {
      headers: {
        Cookie: 'a=b',
        'Accept-Language': 'fi',
        'If-None-Match': '*',
        Range: 'bytes=0-3',
        'X-Forwarded-For': '192.0.2.7',
      },
    });
    expect(other.status).toBe(200);
    expect(other.body.equals(plain.body)).toBe(true);
    expect({ ...other.headers, date: '' }).toEqual({ ...plain.headers, date: '' });
  });

  it('are reached without their last slash, and nothing of the query is handed on', async () => {
    const { status, headers, body } = await ask('/desk/sv?x=canary-7311');
    expect(status).toBe(308);
    expect(headers.location).toBe('/desk/sv/');
    expect(body.length).toBe(0);
  });

  it('leave no line in the log', () => {
    expect(server.logged).toEqual([]);
    expect(server.faults).toEqual([]);
  });
});

describe('an installation on https', () => {
  it('tells browsers to use nothing else', async () => {
    const secure = await startTestServer({
      dist: site.out,
      env: { CASEKEY_PUBLIC_ADDRESS: 'https://report.example.org' },
    });
    try {
      const { headers } = await ask('/en/', { url: secure.url });
      expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
      expect((await ask('/en/')).headers['strict-transport-security']).toBeUndefined();
    } finally {
      await secure.stop();
    }
  });
});

describe('loadPages', () => {
  it('refuses files that are not those that were built', async () => {
    const copy = await fixtureSite();
    const built = await build(copy);
    try {
      const file = built.files['/en/']?.file ?? '';
      const text = await readFile(path.join(copy.out, file), 'utf8');
      await writeFile(path.join(copy.out, file), text.replace('Start', 'start'));
      await expect(loadPages(copy.out)).rejects.toThrow('is not the file that was built');
      await rm(path.join(copy.out, 'manifest.json'));
      await expect(loadPages(copy.out)).rejects.toThrow('run `npm run build`');
    } finally {
      await rm(path.dirname(copy.out), { recursive: true });
    }
  });
});

describe('chooseEncoding', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip, deflate', 'gzip'],
    ['deflate, gzip;q=1.0, br;q=0.5', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*, br;q=0', 'gzip'],
    ['BR', 'br'],
  ])('reads %s as %s', (accepted, encoding) => {
    expect(chooseEncoding(accepted)).toBe(encoding);
  });
});
