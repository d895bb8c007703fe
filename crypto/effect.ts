import type { Compartment, EntryHeader, Effect } from './wire/entry.js';

/** Where an entry with an effect stands; null for where what it erases stands, so for either. */
const places: Readonly<Record<Effect, Compartment | null>> = {
  close: 'dialogue',
  reopen: 'dialogue',
  nothing_further: 'internal',
  hold: 'internal',
  release: 'internal',
  restrict: 'internal',
  unrestrict: 'internal',
  restrict_part: 'internal',
  unrestrict_part: 'internal',
  propose_removal: 'internal',
  decline_removal: 'internal',
  remove: 'internal',
  open_identity: 'identity',
  accept_secrecy: 'internal',
  propose_erasure: null,
  decline_erasure: null,
  erase: null,
};

/**
 * Whether an entry may have the effect that its header names: only readers have any, each in its
 * place, and an effect about erasing names what. Whatever a custodian writes opens the identity, so
 * that nothing of theirs stands beside the record. The server refuses what a client would.
 */
export function effectFits({
  effect,
  author,
  compartment,
  erases,
}: Pick<EntryHeader, 'effect' | 'author' | 'compartment' | 'erases'>): boolean {
  const place = effect === null ? undefined : places[effect];
  if ((place === null) !== (erases !== undefined)) return false;
  if (compartment === 'identity') {
    return author === 'reporter' ? effect === null : effect === 'open_identity';
  }
  if (place === undefined) return true;
  return author !== 'reporter' && (place === null || compartment === place);
}
