import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { bytesSchema, ReaderId } from '../ids.js';
import { Count } from './entry.js';
import { SharedKey } from './shared.js';

/** Bytes of what a handler says of being away, whatever that is. */
export const ABSENCE_BYTES = 256;

const absence = {
  /** Counts up with each that this handler says. */
  number: Count,
  box: bytesSchema(BOX_OVERHEAD + ABSENCE_BYTES),
  signature: bytesSchema(64),
};

/** PUT /api/desk/absence: what a handler says of being away, sealed to every handler who is active. */
export const PutAbsence = v.strictObject({
  ...absence,
  keys: v.pipe(v.array(SharedKey), v.maxLength(1000)),
});
export type PutAbsence = v.InferOutput<typeof PutAbsence>;

/** What one handler said last, for whoever asks. */
export const SealedAbsence = v.strictObject({
  reader: ReaderId,
  ...absence,
  /** Null where it was not sealed to whoever asks. */
  key: v.nullable(SharedKey),
});
export type SealedAbsence = v.InferOutput<typeof SealedAbsence>;

/** GET /api/desk/absences */
export const AbsencesAnswer = v.strictObject({ absences: v.array(SealedAbsence) });
