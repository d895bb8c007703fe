import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVisit, type RawAnswer } from '../../client/node/visit.js';
import { fromJsonBytes, Release } from '../../crypto/public.js';
import { projectDist, startTestServer, type TestServer } from '../support/server.js';

/*
 * The product's own pages, as a real server gives them out. What is true of every page of any build
 * (no inline code and so on) the build itself checks; here it is looked at once more from outside.
 */

let server: TestServer;
let release: Release;
const answers = new Map<string, RawAnswer>();
const visit = createVisit();

beforeAll(async () => {
  server = await startTestServer();
  release = fromJsonBytes(Release, await readFile(path.join(projectDist, 'manifest.json')));
  for (const address of [...Object.keys(release.files), '/api/directory', '/nowhere', '/sv']) {
    answers.set(address, await visit(server.url + address, {}, { most: 10_000_000 }));
  }
});

afterAll(() => server.stop());

const valuesOf = (answer: RawAnswer | undefined, wanted: string): string[] =>
  (answer?.headers ?? []).flatMap(([name, value]) =>
    name.toLowerCase() === wanted ? [value] : [],
  );

const textOf = (address: string): string =>
  Buffer.from(answers.get(address)?.body ?? new Uint8Array()).toString('utf8');

const ofKind = (...kinds: string[]): string[] =>
  Object.entries(release.files).flatMap(([address, { kind }]) =>
    kinds.includes(kind) ? [address] : [],
  );

const directivesOf = (address: string): Map<string, string> =>
  new Map(
    (valuesOf(answers.get(address), 'content-security-policy')[0] ?? '').split(';').map((each) => {
      const [name = '', ...values] = each.split(' ');
      return [name, values.join(' ')];
    }),
  );

describe('every answer', () => {
  it('carries exactly one policy, which begins with nothing and lets in nobody else’s code', () => {
    for (const [address, answer] of answers) {
      const policies = valuesOf(answer, 'content-security-policy');
      expect([address, policies.length]).toEqual([address, 1]);
      expect(policies[0], address).not.toContain(',');
      const directives = directivesOf(address);
      expect(directives.get('default-src'), address).toBe("'none'");
      expect(directives.get('base-uri'), address).toBe("'none'");
      expect(directives.get('form-action'), address).toBe("'none'");
      expect(directives.has('frame-ancestors'), address).toBe(true);
      expect(policies[0], address).not.toMatch(
        /unsafe-inline|'unsafe-eval'|https?:|\*|nonce-|strict-dynamic/u,
      );
    }
  });

  it('loads, moves on and keeps nothing by a header', () => {
    for (const [address, answer] of answers) {
      expect(answer.before, address).toEqual([]);
      // nor does it tell browsers of an onion address, which would tell that it was told
      const none = 'link refresh set-cookie server x-powered-by etag onion-location'.split(' ');
      for (const header of none) {
        expect(valuesOf(answer, header), `${address} ${header}`).toEqual([]);
      }
      expect(valuesOf(answer, 'x-content-type-options'), address).toEqual(['nosniff']);
      expect(valuesOf(answer, 'referrer-policy'), address).toEqual(['no-referrer']);
    }
  });

  it('allows WebAssembly in workers that seal and open, and nowhere else', () => {
    const workers = ofKind('worker');
    expect(workers).toHaveLength(4);
    for (const address of answers.keys()) {
      const allowed = directivesOf(address).get('script-src')?.includes('wasm') ?? false;
      expect([address, allowed]).toEqual([address, workers.includes(address)]);
    }
  });

  it('gives the worker that reads people’s files no network and no other code', () => {
    const [cleaner = '', ...others] = ofKind('cleaner');
    expect(cleaner).toMatch(/^\/assets\/worker-cleaning\.[0-9a-f]{16}\.js$/u);
    expect(others).toEqual([]);
    expect([...directivesOf(cleaner)].sort()).toEqual([
      ['base-uri', "'none'"],
      ['default-src', "'none'"],
      ['form-action', "'none'"],
      ['frame-ancestors', "'none'"],
      ['require-trusted-types-for', "'script'"],
      ['trusted-types', "'none'"],
    ]);
  });

  it('lets only the pages on which a reporter writes ask for a microphone, and no frame in them', () => {
    const may = [...answers].flatMap(([address, answer]) => {
      const [policy = ''] = valuesOf(answer, 'permissions-policy');
      expect(policy, address).toMatch(/(?:^|, )microphone=\((?:self)?\)(?:,|$)/u);
      expect(policy.replace('microphone=(self)', 'microphone=()'), address).not.toMatch(
        /=\([^)]+\)/u,
      );
      return policy.includes('microphone=(self)') ? [address] : [];
    });
    const pages = ['en', 'fi', 'nb', 'sv'].flatMap((language) =>
      ['', 'return', 'write'].map((name) => `/${language}/${name}`),
    );
    expect(may.sort()).toEqual(pages);
  });

  it('plays sound and film nowhere but in the frame that shows files, from its own memory', () => {
    for (const address of answers.keys()) {
      const media = directivesOf(address).get('media-src');
      const isFrame = release.files[address]?.kind === 'preview';
      expect([address, media]).toEqual([address, isFrame ? 'blob:' : undefined]);
    }
  });

  it('makes Trusted Types a must wherever script could run', () => {
    for (const address of ofKind('page', 'voice-page', 'away', 'preview', 'worker', 'cleaner')) {
      expect(directivesOf(address).get('require-trusted-types-for'), address).toBe("'script'");
      const own = directivesOf(address).get('trusted-types');
      expect(['casekey', "'none'", undefined], address).toContain(own);
    }
    for (const address of ofKind('asset', 'preview-asset')) {
      expect(directivesOf(address).has('sandbox'), address).toBe(true);
    }
  });
});

describe('every page', () => {
  it('says by header that no script is run without a hash', () => {
    for (const address of ofKind('page', 'voice-page', 'away', 'preview')) {
      expect(valuesOf(answers.get(address), 'integrity-policy'), address).toEqual([
        'blocked-destinations=(script)',
      ]);
    }
  });

  it('names the hash of each script and style, and it is that of what is served', () => {
    let tags = 0;
    for (const address of ofKind('page', 'voice-page', 'away', 'preview')) {
      const html = textOf(address).replace(/<!--[\s\S]*?-->/gu, '');
      for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/giu)) {
        const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`, 'u').exec(tag)?.[1];
        const isStyle = attribute('rel') === 'stylesheet';
        if (tag.startsWith('<link') && !isStyle) {
          expect(attribute('rel'), tag).toBe('icon');
          continue;
        }
        const body = answers.get(attribute('src') ?? attribute('href') ?? '')?.body;
        const hash = createHash('sha384')
          .update(body ?? '')
          .digest('base64');
        expect([address, attribute('integrity')]).toEqual([address, `sha384-${hash}`]);
        expect(attribute('crossorigin'), tag).toBe('anonymous');
        tags += 1;
      }
    }
    expect(tags).toBeGreaterThan(40);
  });

  it('starts workers that name the hash of the WebAssembly they fetch, and it is that of what is served', () => {
    const named = ofKind('worker').flatMap((address) => {
      const constant = /"(\/assets\/libsodium[^"]*)","(sha384-[^"]*)"/u.exec(textOf(address));
      if (address.includes('nowasm')) return constant ?? [];
      const hash = createHash('sha384').update(answers.get(constant?.[1] ?? '')?.body ?? '');
      expect([address, constant?.[2]]).toEqual([address, `sha384-${hash.digest('base64')}`]);
      return constant?.[1] ?? [];
    });
    const served = Object.keys(release.files).filter((address) => address.endsWith('.wasm'));
    expect(named.sort()).toEqual(served);
    expect(served).toHaveLength(2);
    for (const address of served) {
      expect(valuesOf(answers.get(address), 'content-type')).toEqual(['application/wasm']);
    }
  });

  it('holds no code or style of its own, and loads nothing but files of the release', () => {
    for (const address of ofKind('page', 'voice-page', 'away', 'preview')) {
      const html = textOf(address).replace(/<!--[\s\S]*?-->/gu, '');
      expect(html.match(/<script\b[^>]*>/giu) ?? [], address).toHaveLength(
        (html.match(/<script\b[^>]*><\/script>/giu) ?? []).length,
      );
      expect(html, address).not.toMatch(/<style\b|<base\b|<object\b|<embed\b|http-equiv/iu);
      expect(html, address).not.toMatch(/<[^>]+\s(?:style|on\w+|srcdoc|ping)=/iu);
      for (const [, name = '', target = ''] of html.matchAll(
        /\s(src|srcset|data|poster|data-worker[\w-]*)="([^"]*)"/giu,
      )) {
        expect(
          target.startsWith('data:image/') || target in release.files,
          `${address} ${name}`,
        ).toBe(true);
        const isWorker = ['worker', 'cleaner'].includes(release.files[target]?.kind ?? '');
        expect(isWorker, `${address} ${name}`).toBe(name.startsWith('data-worker'));
      }
      // what records is loaded when somebody presses, under the hash that the page names
      const recorder = /data-recorder="([^"]*)" data-recorder-integrity="([^"]*)"/u.exec(html);
      const worklet = /data-worklet="([^"]*)"/u.exec(html)?.[1] ?? '';
      expect(recorder !== null, address).toBe(release.files[address]?.kind === 'voice-page');
      if (recorder === null) continue;
      const [, script = '', integrity] = recorder;
      const body = answers.get(script)?.body ?? '';
      expect(integrity).toBe(`sha384-${createHash('sha384').update(body).digest('base64')}`);
      expect(worklet).toMatch(/^\/assets\/worklet-voice\./u);
      expect(worklet in release.files, worklet).toBe(true);
      // and what draws a channel's own questions, where reports are written
      const drawn = /data-questions="([^"]*)" data-questions-integrity="([^"]*)"/u.exec(html);
      expect(drawn === null, address).toBe(address.endsWith('/return'));
      if (drawn === null) continue;
      const questions = answers.get(drawn[1] ?? '')?.body ?? '';
      const hash = createHash('sha384').update(questions).digest('base64');
      expect(drawn[2]).toBe(`sha384-${hash}`);
    }
  });

  it('is the same fixed one for every address where nothing is', async () => {
    const unknown = [randomBytes(8).toString('hex'), 'en/x', 'desk/x', 'assets/x.js', 'robots.txt'];
    const [first, ...others] = await Promise.all(
      unknown.map((each) => visit(`${server.url}/${each}`, {}, { most: 1_000_000 })),
    );
    expect(first?.status).toBe(404);
    const withoutDate = (answer: RawAnswer | undefined) => ({
      ...answer,
      headers: answer?.headers.filter(([name]) => name !== 'Date'),
    });
    for (const other of others) expect(withoutDate(other)).toEqual(withoutDate(first));
    const { sha256 } = release.files[release.notFound] ?? {};
    expect(
      createHash('sha256')
        .update(first?.body ?? '')
        .digest('hex'),
    ).toBe(sha256);
  });
});
