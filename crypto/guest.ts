import type { EntryHeader, GuestTerms, Member } from './wire/entry.js';

/** What is wrong with an entry of a guest, or with one that only a guest writes. */
export type GuestFault = 'effect' | 'right' | 'secrecy';

/**
 * Checks a sealed entry by what its author may do as a guest. A guest writes among the notes alone:
 * first that the case is kept secret, then, with the right to, what has no effect. Nobody else
 * accepts secrecy. Needs no key, so that a server refuses what a client would.
 *
 * @param terms of the author in the newest epoch; undefined for whoever is no guest.
 * @param accepted whether the author accepted secrecy before, in this case.
 * @returns `effect`, `right` or `secrecy` for what is wrong, or null where it holds.
 */
export function faultInGuestEntry(
  { compartment, effect }: Pick<EntryHeader, 'compartment' | 'effect'>,
  terms: GuestTerms | undefined,
  accepted: boolean,
): GuestFault | null {
  if (terms === undefined) return effect === 'accept_secrecy' ? 'effect' : null;
  if (compartment !== 'internal') return 'right';
  if (effect === 'accept_secrecy') return null;
  if (effect !== null) return 'effect';
  if (!terms.write) return 'right';
  return accepted ? null : 'secrecy';
}

/**
 * Whether the guests among the members of an epoch may be there: each has terms and nobody else has
 * any, nobody is a guest when the case begins, and somebody reads it beside them and the reporter.
 *
 * @param isGuest whether the directory calls somebody a guest.
 * @param begins whether it is the first epoch of the conversation.
 */
export function guestsFit(
  members: readonly Member[],
  isGuest: (id: string) => boolean,
  begins: boolean,
): boolean {
  if (members.some(({ id, guest }) => isGuest(id) !== (guest !== undefined))) return false;
  const guests = members.filter(({ guest }) => guest !== undefined);
  if (guests.length === 0) return true;
  const others = members.filter(({ id, guest }) => id !== 'reporter' && guest === undefined);
  return !begins && others.length > 0;
}

/** A member without the keys: the id, and for a guest the terms. The notes' are the dialogue's. */
export function memberTerms({ id, guest }: Member): string {
  return guest === undefined
    ? id
    : [id, guest.until, String(guest.write), String(guest.save)].join(' ');
}
