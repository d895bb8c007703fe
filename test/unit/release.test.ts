import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReleaseKey, readReleaseKey } from '../../build/release-key.js';
import { writeRelease } from '../../build/release.js';
import { webcatManifest, type WebcatManifest } from '../../build/webcat.js';
import {
  fromBase64,
  fromJsonBytes,
  openRelease,
  ready,
  Release,
  signRelease,
  utf8,
} from '../../crypto/private.js';
import { projectDist, temporaryFolder } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

let folder: string;
const project = process.cwd();

beforeAll(async () => {
  await ready();
  folder = await temporaryFolder();
});

afterAll(() => rm(folder, { recursive: true }));

describe('a key of releases', () => {
  it('is made once, for its owner alone, and read again', async () => {
    const file = path.join(folder, 'key');
    const made = await makeReleaseKey(project, file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(fromBase64(made.publicKey)).toHaveLength(32);
    expect(await readReleaseKey(project, file)).toEqual(made);
    await expect(makeReleaseKey(project, file)).rejects.toMatchObject({ code: 'EEXIST' });
    const other = await makeReleaseKey(project, path.join(folder, 'other'));
    expect(other.publicKey).not.toBe(made.publicKey);
  });

  it('is refused inside the project, where others may read it, and where it is none', async () => {
    const root = path.join(folder, 'project');
    await mkdir(path.join(root, 'sub'), { recursive: true });
    for (const name of ['key', 'sub/key', '..x/../key']) {
      await mkdir(path.join(root, '..x'), { recursive: true });
      await expect(makeReleaseKey(root, path.join(root, name))).rejects.toThrow('own folder');
    }
    const open = path.join(folder, 'open');
    await makeReleaseKey(root, open);
    await chmod(open, 0o644);
    await expect(readReleaseKey(root, open)).rejects.toThrow('chmod 600');
    const odd = path.join(folder, 'odd');
    await writeFile(odd, '{"format":"casekey release key 1","seed":"secret"}', { mode: 0o600 });
    await expect(readReleaseKey(root, odd)).rejects.toThrow('holds no key');
    await expect(readReleaseKey(root, odd)).rejects.not.toThrow('secret');
  });
});

/** Over the two bytes `{}`, by the key of the seed 03 03 … 03. */
const FROZEN = {
  key: '7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E',
  signature:
    'uOdCP0giBQI94T8_I-eA11BiIgce7gp3KMMxmIE_QjEgjRyOvVLuBdz37HzyEv6-pLlCNP4_0F3_pDILXbiVDg',
};

describe('the signature of a release', () => {
  it('is Ed25519 over its own label, frozen', () => {
    const signature = signRelease(utf8('{}'), new Uint8Array(32).fill(3));
    expect(JSON.parse(Buffer.from(signature).toString())).toEqual(FROZEN);
  });

  it('is checked before anything of the manifest is read', () => {
    const seed = new Uint8Array(32).fill(3);
    const key = fromBase64(FROZEN.key);
    const notJson = utf8('not JSON');
    expect(() => openRelease(notJson, signRelease(utf8('x'), seed), key)).toThrow(
      'wrong_signature',
    );
    expect(() => openRelease(notJson, signRelease(notJson, seed), key)).toThrow('malformed');
    expect(() => openRelease(notJson, utf8('{}'), key)).toThrow('malformed');
  });
});

describe('npm run release', () => {
  it('writes manifest, signature and WEBCAT’s manifest of what it built, and nothing old', async () => {
    const site = await fixtureSite();
    const into = path.join(folder, 'release');
    await mkdir(into);
    await writeFile(path.join(into, 'manifest.json.sig'), 'of an older release');
    const plain = await writeRelease(site, { into });
    expect(plain.written.map((file) => path.basename(file))).toEqual(['manifest.json']);
    await expect(readFile(path.join(into, 'manifest.json.sig'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    const key = await makeReleaseKey(project, path.join(folder, 'signer'));
    const { release } = await writeRelease(site, { into, key, source: 'https://code.example' });
    const [manifest, signature, webcat] = await Promise.all(
      ['manifest.json', 'manifest.json.sig', 'webcat.json'].map((name) =>
        readFile(path.join(into, name)),
      ),
    );
    if (!manifest || !signature || !webcat) throw new Error('not written');
    expect(openRelease(manifest, signature, fromBase64(key.publicKey))).toEqual(release);
    expect(await readFile(path.join(site.out, 'manifest.json'))).toEqual(manifest);
    expect(JSON.parse(webcat.toString())).toMatchObject({
      manifest: { app: 'https://code.example', version: release.version },
      signatures: {},
    });
    await rm(path.dirname(site.out), { recursive: true });
  }, 60_000);
});

/*
 * The rules of WEBCAT as its documentation tells them (CSP, requirements, config schema) and as its
 * extension applies them (validateManifest, validateCSP, verifyCSP, validateContent), in words of
 * our own. Its extension itself is not run here.
 */
describe('the manifest for WEBCAT', () => {
  let release: Release;
  let manifest: WebcatManifest;
  const assets = new Map<string, Buffer>();

  beforeAll(async () => {
    release = fromJsonBytes(Release, await readFile(path.join(projectDist, 'manifest.json')));
    for (const { file } of Object.values(release.files)) {
      assets.set(file, await readFile(path.join(projectDist, file)));
    }
    manifest = webcatManifest(release, 'https://code.example.org/casekey');
  });

  it('has every field, and the files that must be there', () => {
    expect(URL.canParse(manifest.app)).toBe(true);
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+/u);
    expect(manifest.default_index).toMatch(/^[^/]/u);
    expect(manifest.default_fallback).toMatch(/^\//u);
    expect(manifest.files).toHaveProperty([`/${manifest.default_index}`]);
    expect(manifest.files).toHaveProperty([manifest.default_fallback]);
    for (const address of Object.keys(manifest.extra_csp)) expect(address).toMatch(/^\//u);
  });

  it('names every file by its SHA-256', () => {
    expect(Object.keys(manifest.files)).toEqual(Object.keys(release.files));
    for (const [address, { file }] of Object.entries(release.files)) {
      const hash = createHash('sha256').update(assets.get(file) ?? '');
      expect(manifest.files[address]).toBe(hash.digest('base64url'));
    }
  });

  /** Which policy the extension expects of an address. */
  function policyOf(address: string): string {
    const path = address === '/' ? manifest.default_index : address;
    const own = manifest.extra_csp[path];
    if (own !== undefined) return own;
    const beginnings = Object.keys(manifest.extra_csp).filter((each) => path.startsWith(each));
    const [longest] = beginnings.sort((a, b) => b.length - a.length);
    return longest === undefined ? manifest.default_csp : (manifest.extra_csp[longest] ?? '');
  }

  it('expects of every address the policy that it has', () => {
    const sent = (kind: string) => release.headers[kind]?.['Content-Security-Policy'];
    for (const [address, { kind }] of Object.entries(release.files)) {
      expect(policyOf(address), address).toBe(sent(kind));
    }
    for (const address of ['/nowhere', '/en/nowhere', '/en', '/assets/nowhere.js']) {
      expect(policyOf(address), address).toBe(sent('page'));
    }
    expect(policyOf('/api/directory')).toBe(sent('api'));
  });

  it('has policies that allow no more than WEBCAT does', () => {
    const allowed: Readonly<Record<string, RegExp>> = {
      'default-src': /^'none'$/u,
      'script-src': /^(?:'none'|'self'|'wasm-unsafe-eval')$/u,
      'script-src-elem': /^(?:'none'|'self'|'wasm-unsafe-eval')$/u,
      'style-src': /^(?:'none'|'self')$/u,
      'style-src-elem': /^(?:'none'|'self')$/u,
      'object-src': /^'none'$/u,
      'frame-src': /^(?:'none'|'self')$/u,
      'child-src': /^(?:'none'|'self')$/u,
      'worker-src': /^(?:'none'|'self')$/u,
    };
    const policies = [manifest.default_csp, ...Object.values(manifest.extra_csp)];
    for (const policy of policies) {
      expect(policy).not.toContain(',');
      const directives = policy.split(';').map((each) => each.trim().split(/\s+/u));
      expect(directives.filter(([name]) => name === 'default-src')).toHaveLength(1);
      for (const [name = '', ...sources] of directives) {
        const rule = allowed[name];
        if (rule !== undefined) for (const source of sources) expect(source, policy).toMatch(rule);
      }
    }
  });

  it('lists the WebAssembly that the workers really start, and no other', async () => {
    const started = new Set<string>();
    for (const { kind, file } of Object.values(release.files)) {
      // the others are loaded only where there is no WebAssembly to start
      if (kind !== 'worker' || file.includes('-nowasm')) continue;
      const served = (address: string) => assets.get(release.files[address]?.file ?? '');
      await vm.runInNewContext(assets.get(file)?.toString() ?? '', workerScope(started, served));
    }
    await expect.poll(() => [...started].sort()).toEqual(manifest.wasm);
    expect(manifest.wasm).toHaveLength(2);
  });
});

/** What a worker finds around it, with the modules that it starts written down. */
function workerScope(
  started: Set<string>,
  served: (address: string) => Buffer | undefined,
): object {
  const note = (source: BufferSource): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(source as ArrayBuffer);
    started.add(createHash('sha256').update(bytes).digest('base64url'));
    return bytes;
  };
  const names = Object.getOwnPropertyNames(WebAssembly);
  const parts = names.map((name) => [name, Reflect.get(WebAssembly, name) as unknown] as const);
  const scope: Record<string, unknown> = {
    WebAssembly: {
      ...Object.fromEntries(parts),
      compile: (source: BufferSource) => WebAssembly.compile(note(source)),
      instantiate: (source: BufferSource | WebAssembly.Module, imports: WebAssembly.Imports) =>
        source instanceof WebAssembly.Module
          ? WebAssembly.instantiate(source, imports)
          : WebAssembly.instantiate(note(source), imports),
    },
    fetch: (address: string) =>
      Promise.resolve(new Response(Uint8Array.from(served(address) ?? []))),
    addEventListener: () => undefined,
    postMessage: () => undefined,
    location: { href: 'http://localhost/' },
    console: { error: () => undefined, warn: () => undefined, log: () => undefined },
  };
  // what the platform gives besides the language, but nothing that shows that it is Node
  const language = vm.runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[];
  const hidden = [...language, ...Object.keys(scope), 'process', 'Buffer', 'global', 'require'];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!hidden.includes(name)) scope[name] = Reflect.get(globalThis, name);
  }
  return Object.assign(scope, { self: scope });
}
