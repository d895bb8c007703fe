import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { bytesSchema, ReaderId } from '../ids.js';
import { KEM_CIPHERTEXT_BYTES } from '../kem.js';

/** The organisation's time zone by its IANA name: in which its days are counted. */
export const TimeZone = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** The key of something that several readers may open, for one of them. */
export const SharedKey = v.strictObject({
  recipient: ReaderId,
  kem: bytesSchema(KEM_CIPHERTEXT_BYTES),
  box: bytesSchema(BOX_OVERHEAD + 32),
});
export type SharedKey = v.InferOutput<typeof SharedKey>;
