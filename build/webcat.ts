import { createHash } from 'node:crypto';
import type { Release } from '../crypto/public.js';

/** What the WEBCAT browser extension compares a site with, before anybody has signed it. */
export interface WebcatManifest {
  readonly app: string;
  readonly version: string;
  readonly default_csp: string;
  /** Policies of addresses that have another, by the whole address or its beginning. */
  readonly extra_csp: Readonly<Record<string, string>>;
  readonly default_index: string;
  readonly default_fallback: string;
  /** SHA-256 by address. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of the WebAssembly modules that scripts carry inside. */
  readonly wasm: readonly string[];
}

/**
 * WEBCAT wants a file that stands for each address with a slash at its end, and that it exists for
 * the root. Here every address stands for itself, so one that exists is named.
 */
const index = 'en/';
const policy = 'Content-Security-Policy';

/**
 * The same release as WEBCAT wants it told (docs/verifying.md says which of its rules this keeps).
 *
 * @param assets the bytes of a file of the build.
 * @param app where the source is.
 * @throws Error where a kind of answer has no policy, or the index is missing.
 */
export function webcatManifest(
  release: Release,
  assets: ReadonlyMap<string, Uint8Array>,
  app: string,
): WebcatManifest {
  const policyOf = (kind: string): string => {
    const value = release.headers[kind]?.[policy];
    if (value === undefined) throw new Error(`${kind} has no ${policy}`);
    return value;
  };
  if (release.files[`/${index}`] === undefined) throw new Error(`There is no page /${index}`);
  const usual = policyOf('page');
  const extra: Record<string, string> = {};
  const files: Record<string, string> = {};
  const modules = new Set<string>();
  for (const [address, { kind, file, sha256 }] of Object.entries(release.files)) {
    files[address] = Buffer.from(sha256, 'hex').toString('base64url');
    const own = policyOf(kind);
    if (own !== usual) extra[address] = own;
    if (kind === 'worker') {
      for (const each of inlineModules(assets.get(file))) modules.add(each);
    }
  }
  for (const beginning of release.dynamic) extra[beginning] = policyOf('api');
  return {
    app,
    version: release.version,
    default_csp: usual,
    extra_csp: extra,
    default_index: index,
    default_fallback: release.notFound,
    files,
    wasm: [...modules].sort(),
  };
}

/** Hashes of the WebAssembly modules written into a script as base64: they begin with `\0asm\1`. */
function inlineModules(script: Uint8Array | undefined): string[] {
  if (script === undefined) throw new Error('A worker is missing from the build');
  const text = Buffer.from(script).toString('latin1');
  return [...text.matchAll(/AGFzbQ[\w+/]+={0,2}/g)].map(([module]) => {
    const bytes = Buffer.from(module, 'base64');
    return createHash('sha256').update(bytes).digest('base64url');
  });
}
