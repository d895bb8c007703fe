import type { EntryContent, OpenedCase, Unreadable } from '../../crypto/private.js';

/** What the entries of a case say, in the order of each chain. */
export interface Said {
  dialogue: readonly (EntryContent | Unreadable)[];
  internal: readonly (EntryContent | Unreadable)[];
}

/** What was said in a case, as it was opened. */
export function saidIn({ dialogue, internal }: OpenedCase): Said {
  const contents = (entries: OpenedCase['dialogue']['entries']): Said['dialogue'] =>
    entries.map(({ content }) => content);
  return { dialogue: contents(dialogue.entries), internal: contents(internal?.entries ?? []) };
}
