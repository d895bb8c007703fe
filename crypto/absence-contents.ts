import * as v from 'valibot';
import type { AccountKeys } from './account.js';
import { absenceFields } from './absence.js';
import { toBase64 } from './bytes.js';
import { Day, ReaderId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { openShared, openSharedKey, sealShared } from './shared-box.js';
import { sign } from './signature.js';
import { ABSENCE_BYTES, PutAbsence, type SealedAbsence } from './wire/absence.js';

/** From when to when a handler is away, both days included, and who stands in. */
export const Absence = v.pipe(
  v.strictObject({ from: Day, until: Day, substitute: v.nullable(ReaderId) }),
  v.check(({ from, until }) => from <= until),
);
export type Absence = v.InferOutput<typeof Absence>;

const Said = v.nullable(Absence);
const PURPOSE = 'absence';

/** Seals and signs what a handler says of being away, null for being there; all have one size. */
export function sealAbsence(
  absence: Absence | null,
  by: {
    installation: string;
    reader: string;
    keys: AccountKeys;
    number: number;
    readers: readonly { id: string; kem: string }[];
  },
): PutAbsence {
  const { installation, number, keys } = by;
  const reader = v.parse(ReaderId, by.reader);
  const padded = pad(toJsonBytes(absence), ABSENCE_BYTES);
  const shared = sealShared(PURPOSE, [installation, reader, number], padded, by.readers);
  const fields = absenceFields(installation, { reader, number, box: shared.box });
  return v.parse(PutAbsence, {
    number,
    box: shared.box,
    signature: toBase64(sign(keys.sig.secretKey, 'absence', ...fields)),
    keys: shared.keys,
  });
}

/** What a handler said, for one to whom it was sealed. Throws as `openBox` does, or `malformed`. */
export function openAbsence(
  { reader, number, box, key }: SealedAbsence,
  installation: string,
  keys: AccountKeys,
): Absence | null {
  if (key === null) return null;
  const context = [installation, reader, number];
  const opening = openSharedKey(PURPOSE, context, key, keys.kem);
  return fromJsonBytes(Said, unpad(openShared(PURPOSE, context, box, opening)));
}
