import * as v from 'valibot';
import { kinds } from './headers.js';

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** `dist/manifest.json`: every address of a release with what must come back from it. */
export const ManifestSchema = v.strictObject({
  version: v.literal(1),
  /** Address of the page that answers every unknown address, with status 404. */
  notFound: v.string(),
  files: v.record(
    v.string(),
    v.strictObject({
      /** File below `dist`; `<file>.br` and `<file>.gz` lie beside it when `compressed`. */
      file: v.string(),
      kind: v.picklist(kinds),
      type: v.string(),
      compressed: v.boolean(),
      /** Hash of the bytes before compression. */
      sha256: hash,
      /** Every header but Content-Encoding, Content-Length, Date, and HSTS (https only). */
      headers: v.record(v.string(), v.string()),
    }),
  ),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;
export type ManifestFile = Manifest['files'][string];
