import * as v from 'valibot';
import { bytesSchema, mapOf } from '../ids.js';

/** A path as it is served: printable ASCII, neither query nor fragment, no way up, in one spelling. */
const Address = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^\/[\w./-]*$/),
  v.check((path) => !/\.\.|\/\.?\/|\/\.$/u.test(path)),
);
/** A file below the folder of a build. */
const File = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^\w[\w./-]*$/),
  v.check((path) => !path.includes('..')),
);
const Kind = v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,30}$/));
const HeaderName = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/));
/** Values of headers by their names. */
const Headers = mapOf(
  HeaderName,
  v.pipe(v.string(), v.minLength(1), v.maxLength(4000), v.regex(/^[\x20-\x7e]+$/)),
);
export type ReleaseHeaders = v.InferOutput<typeof Headers>;

/** One address of a release and what must come back from it. */
const ReleaseFile = v.strictObject({
  /** Where the bytes lie below the folder of the build. */
  file: File,
  /** Which of the release's `headers` it carries. */
  kind: Kind,
  /** The Content-Type. */
  type: v.pipe(v.string(), v.regex(/^[\x20-\x7e]{3,100}$/)),
  /**
   * Encodings besides none in which it can come; where there are any, `Vary: Accept-Encoding` is
   * among its headers.
   */
  encodings: v.pipe(v.array(v.picklist(['br', 'gzip'])), v.maxLength(2)),
  /** Of the bytes before any encoding. */
  size: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64 * 1024 * 1024)),
  /** SHA-256 of these bytes, in hexadecimal digits. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type ReleaseFile = v.InferOutput<typeof ReleaseFile>;

/**
 * `manifest.json` of a build: everything that an installation of this release serves to everybody,
 * the same everywhere. Its one form is the JSON that `toJsonBytes` writes.
 */
export const Release = v.pipe(
  v.strictObject({
    format: v.literal('casekey release 1'),
    version: v.pipe(v.string(), v.regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]{1,30})?$/)),
    /** The page that answers every address that is not here, with status 404. */
    notFound: Address,
    /** Beginnings of the addresses that answer with data: their bytes differ, their headers do not. */
    dynamic: v.pipe(v.array(Address), v.maxLength(10)),
    /** Every header of a kind of answer, but for Content-Type, Vary and those below. */
    headers: mapOf(Kind, Headers),
    /** What stands in every answer besides where the installation is reached over https. */
    secure: Headers,
    /** Headers that may come besides, whatever they say: they change nothing of what is run. */
    permitted: v.pipe(v.array(HeaderName), v.maxLength(30)),
    files: mapOf(Address, ReleaseFile),
  }),
  v.check(
    ({ headers, files, notFound }) =>
      notFound in files &&
      'api' in headers &&
      Object.values(files).every(({ kind }) => Object.hasOwn(headers, kind)),
  ),
);
export type Release = v.InferOutput<typeof Release>;

/** `manifest.json.sig`: who vouches for a release. */
export const ReleaseSignature = v.strictObject({
  /** The Ed25519 key that signed. It says nothing until it is compared with one that is trusted. */
  key: bytesSchema(32),
  signature: bytesSchema(64),
});
export type ReleaseSignature = v.InferOutput<typeof ReleaseSignature>;
