import * as v from 'valibot';
import { fromBase64, toBase64, type Field } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { IdentityAnswer, IdentityQuestion } from './content/identity.js';
import { ProtocolError } from './errors.js';
import { bytesSchema, type CaseId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import type { KemKeys } from './kem.js';
import { pad, unpad } from './padding.js';
import { openSealedTo, sealTo, type SealedTo } from './sealed-to.js';
import { sign, verify } from './signature.js';
import { IDENTITY_ANSWER_BYTES, IDENTITY_QUESTION_BYTES } from './wire/identity.js';

/** Which request of which case a question or an answer is about. */
export interface IdentityPlace {
  case: CaseId;
  request: string;
}

const Signed = v.strictObject({ document: v.string(), signature: bytesSchema(64) });

const placeOf = ({ case: id, request }: IdentityPlace): Field[] => [id, request];

type Purpose = 'identity question' | 'identity answer';

/** A document with its author's signature over it and over what it is about, padded. */
function signedDocument(
  purpose: Purpose,
  place: IdentityPlace,
  document: unknown,
  secretKey: Uint8Array,
  size: number,
): Uint8Array {
  const text = JSON.stringify(document);
  const signature = toBase64(sign(secretKey, purpose, ...placeOf(place), text));
  return pad(toJsonBytes({ document: text, signature }), size);
}

function readSigned<Schema extends v.GenericSchema<unknown, { by: string }>>(
  schema: Schema,
  purpose: Purpose,
  place: IdentityPlace,
  padded: Uint8Array,
  keyOf: (author: string) => string | null,
): v.InferOutput<Schema> {
  const { document, signature } = fromJsonBytes(Signed, unpad(padded));
  const content = fromJsonBytes(schema, new TextEncoder().encode(document));
  const key = keyOf(content.by);
  if (key === null) throw new ProtocolError('unknown_author');
  const fields = [...placeOf(place), document];
  if (!verify(fromBase64(key), fromBase64(signature), purpose, ...fields)) {
    throw new ProtocolError('wrong_signature');
  }
  return content;
}

/** Seals a handler's question to one custodian. Throws `too_long`. */
export function sealIdentityQuestion(
  place: IdentityPlace,
  custodian: { kem: string },
  question: IdentityQuestion,
  secretKey: Uint8Array,
): SealedTo {
  const signed = signedDocument(
    'identity question',
    place,
    question,
    secretKey,
    IDENTITY_QUESTION_BYTES,
  );
  return sealTo(custodian.kem, 'identity question', placeOf(place), signed);
}

/**
 * Opens a question with the custodian's keys.
 *
 * @param keyOf the signing key of somebody who may ask, null for anybody else.
 * @throws ProtocolError `unknown_author`, `wrong_signature`, `malformed`, and as `openBox` does.
 */
export function openIdentityQuestion(
  place: IdentityPlace,
  keys: KemKeys,
  sealed: SealedTo,
  keyOf: (author: string) => string | null,
): IdentityQuestion {
  const padded = openSealedTo(keys, 'identity question', placeOf(place), sealed);
  return readSigned(IdentityQuestion, 'identity question', place, padded, keyOf);
}

/** Seals a custodian's answer under the key that came with the question (base64url). */
export function sealIdentityAnswer(
  place: IdentityPlace,
  key: string,
  answer: IdentityAnswer,
  secretKey: Uint8Array,
): string {
  const signed = signedDocument('identity answer', place, answer, secretKey, IDENTITY_ANSWER_BYTES);
  return toBase64(sealBox(fromBase64(key), 'identity answer', placeOf(place), signed));
}

/**
 * Opens an answer under the request's key.
 *
 * @param keyOf the signing key of somebody who may answer, null for anybody else.
 * @throws ProtocolError as {@link openIdentityQuestion} does.
 */
export function openIdentityAnswer(
  place: IdentityPlace,
  key: string,
  box: string,
  keyOf: (author: string) => string | null,
): IdentityAnswer {
  const padded = openBox(fromBase64(key), 'identity answer', placeOf(place), fromBase64(box));
  return readSigned(IdentityAnswer, 'identity answer', place, padded, keyOf);
}
