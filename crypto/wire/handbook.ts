import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { AccountId, bytesBetween, bytesSchema, Day, InstallationId, ReaderId } from '../ids.js';
import { Count } from './entry.js';
import { SharedKey } from './shared.js';

/** Least and most bytes of a handbook's contents, which are padded to a power of two. */
export const HANDBOOK_MIN_BYTES = 4 * 1024;
export const HANDBOOK_MAX_BYTES = 256 * 1024;

/** What an administrator signs of a handbook; what is in it stands sealed beside this. */
export const Handbook = v.strictObject({
  v: v.literal(1),
  installation: InstallationId,
  /** Counts up with each that an administrator saves. */
  number: Count,
  date: Day,
  /** Hash of the one that its signer knew as the newest; null where there was none. */
  previous: v.nullable(bytesSchema(32)),
  /** Hash of the sealed contents. */
  contents: bytesSchema(32),
});
export type Handbook = v.InferOutput<typeof Handbook>;

/** The document's exact bytes and the administrator's signature over them. */
export const SignedHandbook = v.strictObject({
  document: bytesBetween(1, 1024),
  administrator: AccountId,
  signature: bytesSchema(64),
});
export type SignedHandbook = v.InferOutput<typeof SignedHandbook>;

const contents = bytesBetween(BOX_OVERHEAD + HANDBOOK_MIN_BYTES, BOX_OVERHEAD + HANDBOOK_MAX_BYTES);

/** PUT /api/desk/handbook: the next one, sealed to every active handler and administrator. */
export const PutHandbook = v.strictObject({
  handbook: SignedHandbook,
  box: contents,
  keys: v.pipe(v.array(SharedKey), v.maxLength(1000)),
});
export type PutHandbook = v.InferOutput<typeof PutHandbook>;

/** GET /api/desk/handbook */
export const HandbookAnswer = v.strictObject({
  /** The newest, null where none was ever saved. */
  handbook: v.nullable(
    v.strictObject({
      handbook: SignedHandbook,
      box: contents,
      /** The key for whoever asks; null where it was not sealed to that account. */
      key: v.nullable(SharedKey),
      /** To whom it is sealed. */
      recipients: v.array(ReaderId),
    }),
  ),
});
export type HandbookAnswer = v.InferOutput<typeof HandbookAnswer>;
