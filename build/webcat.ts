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
  /** SHA-256 of the WebAssembly modules, which are files of their own here. */
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
 * @param app where the source is.
 * @throws Error where a kind of answer has no policy, or the index is missing.
 */
export function webcatManifest(release: Release, app: string): WebcatManifest {
  const policyOf = (kind: string): string => {
    const value = release.headers[kind]?.[policy];
    if (value === undefined) throw new Error(`${kind} has no ${policy}`);
    return value;
  };
  if (release.files[`/${index}`] === undefined) throw new Error(`There is no page /${index}`);
  const usual = policyOf('page');
  const extra: Record<string, string> = {};
  const files: Record<string, string> = {};
  const modules: string[] = [];
  for (const [address, { kind, type, sha256 }] of Object.entries(release.files)) {
    const hash = Buffer.from(sha256, 'hex').toString('base64url');
    files[address] = hash;
    const own = policyOf(kind);
    if (own !== usual) extra[address] = own;
    if (type === 'application/wasm') modules.push(hash);
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
    wasm: modules.sort(),
  };
}
