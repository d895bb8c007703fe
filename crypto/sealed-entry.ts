import * as v from 'valibot';
import { fromBase64, fromUtf8, toBase64 } from './bytes.js';
import { openCipher } from './box.js';
import { effectOf, type DialogueEntry, type EntryContent, type IdentityEntry } from './content.js';
import { derive } from './derive.js';
import type { EpochKey } from './epoch.js';
import { ProtocolError } from './errors.js';
import type { RecordHash } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, paddedTextSize, unpad } from './padding.js';
import { headerBytes, signedFields } from './record.js';
import { sign } from './signature.js';
import { randomBytes, sodium } from './sodium.js';
import type {
  Effect,
  EntryHeader,
  EpochBody,
  EpochEntry,
  Erases,
  Party,
  SealedEntry,
} from './wire/entry.js';

/** Where an entry goes in its chain, and who writes it. */
export interface EntryPlace {
  author: Party;
  /** The author's Ed25519 secret key. */
  secretKey: Uint8Array;
  sequence: number;
  previous: RecordHash | null;
  /** Newest record of the other side that the author saw. */
  seen: RecordHash | null;
}

function headerFor<F extends EntryHeader['form'], E extends Effect | null>(
  epoch: EpochKey,
  place: EntryPlace,
  form: F,
  effect: E,
): Omit<EntryHeader, 'erases'> & { form: F; effect: E } {
  return {
    version: 1,
    case: epoch.case,
    compartment: epoch.compartment,
    sequence: place.sequence,
    epoch: epoch.epoch,
    author: place.author,
    previous: place.previous,
    seen: place.seen,
    commitment: epoch.commitment,
    form,
    effect,
  };
}

/** The key of one entry: so one entry can be shown to a court without opening the rest. */
export function entryKey(epochKey: Uint8Array, header: EntryHeader): Uint8Array {
  return derive(epochKey, 'entry', headerBytes(header));
}

/**
 * The documents that whoever reads or writes entries has to know. Reporters know those of the
 * conversation and of their identity alone: their pages stay small, whatever handlers come to keep
 * about a case.
 */
export type Contents = typeof DialogueEntry | typeof EntryContent | typeof IdentityEntry;

/** What nobody could read again is not sealed. */
function checkedBytes(contents: Contents, content: EntryContent): Uint8Array {
  const bytes = toJsonBytes(content);
  const result = v.safeParse(contents, JSON.parse(fromUtf8(bytes)));
  if (result.success) return bytes;
  const isTooLong = result.issues.some(({ type }) => type === 'max_length' || type === 'max_bytes');
  throw new ProtocolError(isTooLong ? 'too_long' : 'malformed', 'not an entry');
}

/**
 * Seals and signs a document as the next entry. Throws `too_long` where a text is over its limit or
 * the document does not fit 1 MiB, and `malformed` where it is none of these documents.
 *
 * @param erases what an entry about erasing names; every other goes without.
 */
export function sealContent(
  contents: Contents,
  epoch: EpochKey,
  place: EntryPlace,
  content: EntryContent,
  erases?: Erases,
): SealedEntry {
  const bytes = checkedBytes(contents, content);
  const plain = headerFor(epoch, place, 'sealed', effectOf(content));
  const header = erases === undefined ? plain : { ...plain, erases };
  const nonce = randomBytes(24);
  const ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    pad(bytes, paddedTextSize(bytes.length)),
    headerBytes(header),
    null,
    nonce,
    entryKey(epoch.key, header),
  );
  const unsigned = { header, nonce: toBase64(nonce), ciphertext: toBase64(ciphertext) };
  const signature = sign(place.secretKey, 'entry', ...signedFields(unsigned));
  return { ...unsigned, signature: toBase64(signature) };
}

/**
 * Opens a sealed entry under its epoch's key. The signature is the chain's business. Throws
 * `wrong_epoch` for another epoch's key, `wrong_commitment`, `does_not_open`, or `malformed` for what is
 * none of these documents.
 */
export function openContent(contents: Contents, epoch: EpochKey, entry: SealedEntry): EntryContent {
  const { header } = entry;
  if (header.epoch !== epoch.epoch || header.compartment !== epoch.compartment) {
    throw new ProtocolError('wrong_epoch');
  }
  if (header.case !== epoch.case) throw new ProtocolError('wrong_case_id');
  if (header.commitment !== epoch.commitment) throw new ProtocolError('wrong_commitment');
  const padded = openCipher(
    entryKey(epoch.key, header),
    fromBase64(entry.nonce),
    headerBytes(header),
    fromBase64(entry.ciphertext),
  );
  return fromJsonBytes<Contents>(contents, unpad(padded));
}

/** Makes and signs an epoch entry: who may read from here on. */
export function makeEpochEntry(epoch: EpochKey, place: EntryPlace, body: EpochBody): EpochEntry {
  const unsigned = {
    header: headerFor(epoch, place, 'epoch', null),
    body: toBase64(toJsonBytes(body)),
  };
  const signature = sign(place.secretKey, 'entry', ...signedFields(unsigned));
  return { ...unsigned, signature: toBase64(signature) };
}
