import type { ProtocolFault } from './errors.js';
import type { EntryHeader, Party } from './wire/entry.js';

/** The dialogue's record that an entry names as seen; `unknown` where no record has that hash. */
export type Seen = { readonly author: Party; readonly sequence: number } | 'unknown' | null;

/**
 * Checks what an entry says its author saw. In the dialogue it is a record of the other side, or none
 * yet; the notes always name one, and so does the reporter in the identity. A custodian, who does not
 * see the dialogue, names none. Nobody un-sees: a later entry of the same author names the same
 * record or a newer one. Needs no key, so that a server refuses what a client would.
 *
 * @param earlier sequence of the record that this author named last in this compartment, 0 for none.
 * @returns `truncated_chain` where a record is missing, `reused_seen_head`, or null where it holds.
 */
export function faultInSeen(
  { compartment, author }: Pick<EntryHeader, 'compartment' | 'author'>,
  seen: Seen,
  earlier: number,
): ProtocolFault | null {
  if (compartment === 'identity' && author !== 'reporter') {
    return seen === null ? null : 'reused_seen_head';
  }
  const isDialogue = compartment === 'dialogue';
  if (seen === 'unknown' || (seen === null && !isDialogue)) return 'truncated_chain';
  if (seen === null) return earlier > 0 ? 'reused_seen_head' : null;
  const isOwnSide = (seen.author === 'reporter') === (author === 'reporter');
  return (isDialogue && isOwnSide) || seen.sequence < earlier ? 'reused_seen_head' : null;
}
