import { fromBase64, toBase64, type Field } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { derive } from './derive.js';
import { ProtocolError } from './errors.js';
import type { CaseId } from './ids.js';
import { decapsulate, encapsulate } from './kem.js';
import { randomBytes } from './sodium.js';
import type { Compartment, Grant, Member, OwnKey } from './wire/entry.js';

/** A place of a case: one compartment, one epoch. */
export interface EpochPlace {
  case: CaseId;
  compartment: Compartment;
  epoch: number;
}

/** An epoch key with the place and commitment it is for. */
export interface EpochKey extends EpochPlace {
  key: Uint8Array;
  /** base64url, as headers carry it */
  commitment: string;
}

function placeFields(place: EpochPlace): Field[] {
  return [place.case, place.compartment, place.epoch];
}

/** What an epoch key commits to: a value nobody can make with a second key (base64url). */
export function epochCommitment(key: Uint8Array, place: EpochPlace): string {
  return toBase64(derive(key, 'epoch commitment', ...placeFields(place)));
}

/** A new random epoch key for a place. */
export function newEpochKey(place: EpochPlace): EpochKey {
  const key = randomBytes(32);
  return { ...place, key, commitment: epochCommitment(key, place) };
}

/** An epoch key after its commitment was checked. Throws `wrong_commitment`. */
function checked(place: EpochPlace, commitment: string, key: Uint8Array): EpochKey {
  if (epochCommitment(key, place) !== commitment) {
    throw new ProtocolError('wrong_commitment', 'epoch');
  }
  return { ...place, key, commitment };
}

function wrappingKey(
  shared: Uint8Array,
  place: EpochPlace,
  commitment: string,
  recipientKey: string,
  ciphertext: Uint8Array,
): Uint8Array {
  return derive(
    shared,
    'grant',
    ...placeFields(place),
    fromBase64(commitment),
    fromBase64(recipientKey),
    ciphertext,
  );
}

/** Seals an epoch key to a member. */
export function sealGrant(epoch: EpochKey, member: Pick<Member, 'id' | 'kem'>): Grant {
  const { ciphertext, sharedSecret } = encapsulate(fromBase64(member.kem));
  const key = wrappingKey(sharedSecret, epoch, epoch.commitment, member.kem, ciphertext);
  return {
    compartment: epoch.compartment,
    epoch: epoch.epoch,
    recipient: member.id,
    kem: toBase64(ciphertext),
    box: toBase64(sealBox(key, 'grant', placeFields(epoch), epoch.key)),
  };
}

/**
 * Opens a grant with the recipient's X-Wing keys and checks the key against the commitment that the
 * epoch entry names. Throws `wrong_commitment` or `does_not_open` where it was swapped or forged.
 */
export function openGrant(
  grant: Grant,
  place: EpochPlace,
  commitment: string,
  recipient: { publicKey: Uint8Array; secretKey: Uint8Array },
): EpochKey {
  const ciphertext = fromBase64(grant.kem);
  const key = wrappingKey(
    decapsulate(ciphertext, recipient.secretKey),
    place,
    commitment,
    toBase64(recipient.publicKey),
    ciphertext,
  );
  return checked(
    place,
    commitment,
    openBox(key, 'grant', placeFields(place), fromBase64(grant.box)),
  );
}

/** Keeps an epoch key under a handler's own symmetric key, to spare the next opening a KEM. */
export function sealOwnKey(epoch: EpochKey, ownKey: Uint8Array, handler: string): OwnKey {
  const context = [...placeFields(epoch), fromBase64(epoch.commitment), handler];
  return {
    compartment: epoch.compartment,
    epoch: epoch.epoch,
    box: toBase64(sealBox(ownKey, 'own key', context, epoch.key)),
  };
}

/** Opens what {@link sealOwnKey} kept. Throws `wrong_commitment` or `does_not_open`. */
export function openOwnKey(
  kept: OwnKey,
  place: EpochPlace,
  commitment: string,
  ownKey: Uint8Array,
  handler: string,
): EpochKey {
  const context = [...placeFields(place), fromBase64(commitment), handler];
  return checked(place, commitment, openBox(ownKey, 'own key', context, fromBase64(kept.box)));
}

/** The previous epoch's key in a box under the new one, for the epoch entry (base64url). */
export function sealPreviousKey(epoch: EpochKey, previous: EpochKey): string {
  return toBase64(sealBox(epoch.key, 'previous epoch', placeFields(epoch), previous.key));
}

/** Opens the way back to the previous epoch and checks it against that epoch's commitment. */
export function openPreviousKey(epoch: EpochKey, box: string, commitment: string): EpochKey {
  const key = openBox(epoch.key, 'previous epoch', placeFields(epoch), fromBase64(box));
  return checked({ ...epoch, epoch: epoch.epoch - 1 }, commitment, key);
}
