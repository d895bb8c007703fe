import { fromBase64, toBase64 } from './bytes.js';
import { hash } from './derive.js';
import { ProtocolError } from './errors.js';
import type { AccountId, ReaderId } from './ids.js';
import { fromJsonBytes } from './json.js';
import { verify } from './signature.js';
import type { Directory } from './wire/directory.js';
import { Handbook, type SignedHandbook } from './wire/handbook.js';

/** The hash (base64url) by which a handbook is known, over the document's bytes. */
export function handbookHash(document: Uint8Array): string {
  return toBase64(hash('handbook', document));
}

/** The hash (base64url) of a handbook's sealed contents, which the signed document names. */
export function handbookContentsHash(box: string): string {
  return toBase64(hash('handbook contents', fromBase64(box)));
}

/** A handbook whose signature was checked, with the hash of its document. */
export interface VerifiedHandbook {
  handbook: Handbook;
  hash: string;
  /** False where whoever signed it is no administrator any more: nothing in it counts. */
  counts: boolean;
}

/**
 * Reads and checks a signed handbook and that these are its contents. Throws `malformed`,
 * `wrong_signature`, `wrong_directory` for another installation, or `wrong_commitment` for other
 * contents.
 */
export function verifyHandbook(
  signed: SignedHandbook,
  box: string,
  directory: Pick<Directory, 'installation' | 'administrators'>,
): VerifiedHandbook {
  const document = fromBase64(signed.document);
  const handbook = fromJsonBytes(Handbook, document);
  const signer = directory.administrators.find(({ id }) => id === signed.administrator);
  const holds =
    signer !== undefined &&
    verify(fromBase64(signer.sig), fromBase64(signed.signature), 'handbook', document);
  if (!holds) throw new ProtocolError('wrong_signature', 'handbook');
  if (handbook.installation !== directory.installation) throw new ProtocolError('wrong_directory');
  if (handbook.contents !== handbookContentsHash(box)) throw new ProtocolError('wrong_commitment');
  return { handbook, hash: handbookHash(document), counts: signer.state === 'active' };
}

/** How far somebody has seen the handbook. */
export interface HandbookPlace {
  number: number;
  hash: string;
}

/**
 * Whether a handbook can be the newest for somebody who has seen this one: the same, the next one
 * naming it, or a later one.
 */
export function handbookFollows(
  seen: HandbookPlace | null,
  { handbook: { number, previous }, hash: found }: VerifiedHandbook,
): boolean {
  if (seen === null) return true;
  if (number === seen.number) return found === seen.hash;
  return number === seen.number + 1 ? previous === seen.hash : number > seen.number;
}

/** The handlers whom the directory names as active. */
export function activeHandlers(
  directory: Pick<Directory, 'readers'>,
): { id: ReaderId; kem: string }[] {
  return directory.readers.flatMap(({ record: { id, kem, part }, state }) =>
    state === 'active' && part === 'handler' ? [{ id, kem }] : [],
  );
}

/** To whom a handbook is sealed: the active handlers, and those who may sign the next one. */
export function handbookRecipients(
  directory: Pick<Directory, 'administrators' | 'readers'>,
): { id: AccountId | ReaderId; kem: string }[] {
  const administrators = directory.administrators.flatMap(({ id, kem, state }) =>
    state === 'active' ? [{ id, kem }] : [],
  );
  return [...activeHandlers(directory), ...administrators];
}
