import {
  aloneness,
  type Aloneness,
  type Directory,
  handlersOf,
  type Party,
} from '../../crypto/private.js';
import { grantable } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { ErasableCompartment } from './erasable.js';

/**
 * Whether somebody erases alone in a place: since no other handler could ever read there, or since
 * all others left or declared a conflict and nobody else may be given access.
 */
export function erasesAlone(
  opened: OpenedForHandler,
  compartment: ErasableCompartment,
  me: Party,
): Aloneness {
  return aloneIn(opened, [compartment], me);
}

/** The same, of some parts of a case together. */
export function aloneIn(
  opened: OpenedForHandler,
  compartments: readonly ErasableCompartment[],
  me: Party,
): Aloneness {
  const chains = compartments.flatMap((name) => opened.file[name]?.chain.erasing ?? []);
  if (chains.length === 0) return 'no';
  const together = {
    members: new Set(chains.flatMap(({ members }) => [...members])),
    recused: new Set(chains.flatMap(({ recused }) => [...recused])),
  };
  const { directory } = opened.directory;
  const alone = aloneness(together, me, handlersOf(directory));
  if (alone !== 'left') return alone;
  return grantable(opened).some(({ id }) => isHandlerId(directory, id)) ? 'no' : 'left';
}

function isHandlerId({ readers }: Directory, id: string): boolean {
  return readers.some(({ record }) => record.id === id && record.part === 'handler');
}
