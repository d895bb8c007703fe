import type { EntryView } from '../models.js';

/**
 * The record of what the reporter said last in the conversation, null for nothing. Whoever closes a
 * case, or leaves it closed, names it: over what they were not shown nobody decides.
 */
export function newestFromReporter(
  entries: readonly Pick<EntryView, 'compartment' | 'author' | 'hash'>[],
): string | null {
  const isTheirs = ({ compartment, author }: (typeof entries)[number]): boolean =>
    compartment === 'dialogue' && author.side === 'reporter';
  return entries.findLast(isTheirs)?.hash ?? null;
}
