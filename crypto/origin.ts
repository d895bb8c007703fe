import * as v from 'valibot';
import { openBox, sealBox } from './box.js';
import { fromBase64, toBase64, type Field } from './bytes.js';
import type { EpochKey } from './epoch.js';
import { ProtocolError } from './errors.js';
import { bytesSchema, Day, ReaderId, type CaseId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { sign, verify } from './signature.js';
import type { Directory } from './wire/directory.js';
import { ORIGIN_BYTES } from './wire/entry.js';

/**
 * How a report can come that its reporter did not send through the page; or, last, that it is no
 * report but somebody's request about data on them, which belongs to no case.
 */
export const WAYS = [
  'phone',
  'meeting',
  'letter',
  'email',
  'passed_on',
  'other',
  'data_request',
] as const;
export type Way = (typeof WAYS)[number];

/** What became of the case key that a handler made: given to whoever reported, or kept by nobody. */
export const MADE_KEYS = ['handed_over', 'not_kept'] as const;
export type MadeKey = (typeof MADE_KEYS)[number];

const MadeByHandler = v.pipe(
  v.strictObject({
    made: v.literal('handler'),
    by: ReaderId,
    way: v.picklist(WAYS),
    /** The true date of receipt; the server knows the day of recording alone. */
    receivedOn: Day,
    key: v.picklist(MADE_KEYS),
    /** Of the handler, over `recordingFields`. */
    signature: bytesSchema(64),
  }),
  // whoever asks is answered outside, once it is sure who it is: a key would answer anybody who has it
  v.check(({ way, key }) => way !== 'data_request' || key === 'not_kept'),
);

const Mark = v.variant('made', [v.strictObject({ made: v.literal('reporter') }), MadeByHandler]);
type Mark = v.InferOutput<typeof Mark>;

/** What a handler says of a case that the handler made. */
export type Recording = Omit<v.InferOutput<typeof MadeByHandler>, 'made' | 'signature'>;

/**
 * Who made a case. `proven`: the handler whom it names signed that, by keys that the directory
 * vouches for. `unknown`: the case does not say, or nobody can read what it says.
 */
export type CaseOrigin =
  { made: 'reporter' } | { made: 'unknown' } | ({ made: 'handler'; proven: boolean } & Recording);

function recordingFields(id: CaseId, { by, way, receivedOn, key }: Recording): Field[] {
  return [fromBase64(id), by, way, receivedOn, key];
}

/** The mark of a case that a handler made, signed by that handler's own key. */
function handlerMark(id: CaseId, recording: Recording, secretKey: Uint8Array): Mark {
  const signature = sign(secretKey, 'recording', ...recordingFields(id, recording));
  return { made: 'handler', ...recording, signature: toBase64(signature) };
}

/**
 * Who makes a case, sealed at one size under the key of its first epoch, for the entry that opens
 * that: it can never be erased, and it tells the server nothing.
 *
 * @param handler what a handler records, and the handler's Ed25519 secret key; null for the reporter.
 */
export function sealOrigin(
  epoch: EpochKey,
  handler: { recording: Recording; secretKey: Uint8Array } | null,
): string {
  const mark: Mark =
    handler === null
      ? { made: 'reporter' }
      : handlerMark(epoch.case, handler.recording, handler.secretKey);
  const padded = pad(toJsonBytes(mark), ORIGIN_BYTES);
  return toBase64(sealBox(epoch.key, 'origin', [epoch.case], padded));
}

/** Opens what {@link sealOrigin} sealed. What nobody can read says nothing, and stops nobody. */
export function openOrigin(epoch: EpochKey, box: string, directory: Directory): CaseOrigin {
  let mark: Mark;
  try {
    mark = fromJsonBytes(Mark, unpad(openBox(epoch.key, 'origin', [epoch.case], fromBase64(box))));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { made: 'unknown' };
  }
  if (mark.made === 'reporter') return mark;
  const { signature, ...recording } = mark;
  const reader = directory.readers.find(({ record }) => record.id === mark.by)?.record;
  const proven =
    reader?.part === 'handler' &&
    verify(
      fromBase64(reader.sig),
      fromBase64(signature),
      'recording',
      ...recordingFields(epoch.case, recording),
    );
  return { ...recording, proven };
}

/**
 * Whether a case is no report but somebody's request about data on them. Only a handler's signature
 * makes it so: nobody else takes a report out of the dates and figures of reports.
 */
export function isDataRequest(origin: CaseOrigin | undefined): boolean {
  return origin?.made === 'handler' && origin.proven && origin.way === 'data_request';
}

/**
 * The day from which the dates of a case run: that of receipt where a handler signed one, which cannot
 * be after the day on which the server got it.
 */
export function receiptDay(origin: CaseOrigin, storedOn: Day): Day {
  const isSaid = origin.made === 'handler' && origin.proven;
  return isSaid && origin.receivedOn < storedOn ? origin.receivedOn : storedOn;
}
