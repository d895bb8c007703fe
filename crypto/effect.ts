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
};

/**
 * Whether an entry may have the effect that its header names: only handlers have any, each in its
 * place. The server refuses what a client would.
 */
export function effectFits({
  effect,
  author,
  compartment,
}: Pick<EntryHeader, 'effect' | 'author' | 'compartment'>): boolean {
  return effect === null || (author !== 'reporter' && compartment === places[effect]);
}
