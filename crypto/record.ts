import { frame, fromBase64, toBase64, type Field } from './bytes.js';
import { hash } from './derive.js';
import { ProtocolError } from './errors.js';
import type { CaseId, RecordHash } from './ids.js';
import { fromJsonBytes } from './json.js';
import { verify } from './signature.js';
import {
  EpochBody,
  type Entry,
  type EntryHeader,
  type EpochEntry,
  type ErasedEntry,
  type Erases,
  type RecordPlace,
} from './wire/entry.js';

/**
 * The id of the case whose reporter has these public keys (base64url): their hash, so that nobody
 * can put other keys under a case.
 */
export function caseIdOf(reporter: { kem: string; sig: string }): CaseId {
  const id = hash('case id', fromBase64(reporter.kem), fromBase64(reporter.sig));
  return toBase64(id) as CaseId;
}

/**
 * What the reporter signs of a request that creates a case: that this look-up token's hash goes with
 * this case. Nobody else knows the hash, so nobody who once read the case can send it again, be it to
 * learn whether it is still there.
 */
export function creationFields(request: {
  reporter: { kem: string; sig: string };
  tokenHash: string;
}): Field[] {
  return [fromBase64(caseIdOf(request.reporter)), fromBase64(request.tokenHash)];
}

/** What a header says of erasing, as one field; bytes of one list are never those of another. */
function erasesBytes({ entries, files, remains }: Erases): Uint8Array {
  const placeFields = ({ sequence, hash: record }: RecordPlace): Field[] => [
    sequence,
    fromBase64(record),
  ];
  return frame('casekey/1 erases', [
    entries.length,
    ...entries.flatMap(placeFields),
    files.length,
    ...files.map((file) => fromBase64(file)),
    ...(remains === null ? [] : placeFields(remains)),
  ]);
}

/** The bytes of a header that are signed, hashed and authenticated with the ciphertext. */
export function headerBytes(header: EntryHeader): Uint8Array {
  return frame('casekey/1 entry header', [
    header.version,
    fromBase64(header.case),
    header.compartment,
    header.sequence,
    header.epoch,
    header.author,
    header.previous === null ? '' : fromBase64(header.previous),
    header.seen === null ? '' : fromBase64(header.seen),
    fromBase64(header.commitment),
    header.form,
    header.effect ?? '',
    ...(header.erases === undefined ? [] : [erasesBytes(header.erases)]),
  ]);
}

/** The hash of an entry's body; of one that was erased it is all that is left of the body. */
export function bodyHashOf(entry: Entry): Uint8Array {
  if ('bodyHash' in entry) return fromBase64(entry.bodyHash);
  const fields: Field[] =
    'body' in entry
      ? [fromBase64(entry.body)]
      : [fromBase64(entry.nonce), fromBase64(entry.ciphertext)];
  return hash('entry body', entry.header.form, ...fields);
}

/** The fields that an entry's author signs: the header and the hash of the body. */
export function signedFields(entry: Omit<Entry, 'signature'>): Field[] {
  return [headerBytes(entry.header), bodyHashOf(entry as Entry)];
}

/** The record hash that the next entry names as its previous. */
export function recordHashOf(entry: Entry): RecordHash {
  return toBase64(hash('record', headerBytes(entry.header), bodyHashOf(entry))) as RecordHash;
}

/**
 * The record hash of an entry if it was signed with this Ed25519 public key (base64url), else null.
 * Both in one, since the body's hash is most of the work of each.
 */
export function signedRecordHash(entry: Entry, signingKey: string): RecordHash | null {
  const fields = signedFields(entry);
  const signature = fromBase64(entry.signature);
  if (!verify(fromBase64(signingKey), signature, 'entry', ...fields)) return null;
  return toBase64(hash('record', ...fields)) as RecordHash;
}

/** Whether the entry was signed with this Ed25519 public key (base64url). */
export function entryIsSignedBy(entry: Entry, signingKey: string): boolean {
  return verify(
    fromBase64(signingKey),
    fromBase64(entry.signature),
    'entry',
    ...signedFields(entry),
  );
}

/** What an epoch entry says. Throws `malformed`, or `wrong_epoch` for a member named twice. */
export function epochBodyOf(entry: EpochEntry): EpochBody {
  const body = fromJsonBytes(EpochBody, fromBase64(entry.body));
  if (new Set(body.members.map((member) => member.id)).size !== body.members.length) {
    throw new ProtocolError('wrong_epoch', 'a member twice');
  }
  if (body.previousKey !== null && entry.header.epoch === 1) {
    throw new ProtocolError('wrong_epoch', 'way back');
  }
  const { compartment, epoch } = entry.header;
  if (body.origin !== undefined && (compartment !== 'dialogue' || epoch !== 1)) {
    throw new ProtocolError('wrong_epoch', 'origin');
  }
  if (body.recuses === true) {
    const isNamed = body.members.some(({ id }) => id === entry.header.author);
    if (compartment !== 'dialogue' || epoch === 1 || isNamed) {
      throw new ProtocolError('wrong_epoch', 'recusal');
    }
  }
  const isMisplaced = compartment === 'identity' || epoch === 1 || body.recuses === true;
  if (body.recovers !== undefined && isMisplaced) {
    throw new ProtocolError('wrong_epoch', 'ceremony');
  }
  return body;
}

/** Whether of an entry only the hash of its body is left. */
export function isErasedEntry(entry: Entry): entry is ErasedEntry {
  return 'bodyHash' in entry;
}

/** Whether an entry is an epoch entry. */
export function isEpochEntry(entry: Entry): entry is EpochEntry {
  return entry.header.form === 'epoch';
}
