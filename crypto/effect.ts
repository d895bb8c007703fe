import type { Compartment, EntryHeader, Effect } from './wire/entry.js';

/** Where an entry with an effect stands. */
const places: Readonly<Record<Effect, Compartment>> = {
  close: 'dialogue',
  reopen: 'dialogue',
  nothing_further: 'internal',
  hold: 'internal',
  release: 'internal',
  restrict: 'internal',
  unrestrict: 'internal',
  open_identity: 'identity',
};

/**
 * Whether an entry may have the effect that its header names: only readers have any, each in its
 * place. Whatever a custodian writes opens the identity, so that nothing of theirs stands beside the
 * record. The server refuses what a client would.
 */
export function effectFits({
  effect,
  author,
  compartment,
}: Pick<EntryHeader, 'effect' | 'author' | 'compartment'>): boolean {
  if (compartment === 'identity') {
    return author === 'reporter' ? effect === null : effect === 'open_identity';
  }
  return effect === null || (author !== 'reporter' && compartment === places[effect]);
}
