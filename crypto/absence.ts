import { fromBase64, type Field } from './bytes.js';
import { hash } from './derive.js';
import { verify } from './signature.js';
import type { SealedAbsence } from './wire/absence.js';

/** The fields that a handler signs of what was said about being away. */
export function absenceFields(
  installation: string,
  { reader, number, box }: Pick<SealedAbsence, 'reader' | 'number' | 'box'>,
): Field[] {
  return [installation, reader, number, hash('absence', fromBase64(box))];
}

/** Whether it was signed with this key (base64url). Throws `malformed` for what is no base64url. */
export function absenceHolds(
  installation: string,
  sig: string,
  absence: Pick<SealedAbsence, 'reader' | 'number' | 'box' | 'signature'>,
): boolean {
  const fields = absenceFields(installation, absence);
  return verify(fromBase64(sig), fromBase64(absence.signature), 'absence', ...fields);
}
