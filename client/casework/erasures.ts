import type { DataChange } from './data-change.js';
import { dayIn, type Said } from './said.js';

/** What was erased, in the conversation or among handlers: those who had the data are to be told. */
export const erasureChanges = (said: Said): readonly DataChange[] =>
  [...said.dialogue, ...said.internal].flatMap((content) =>
    content.kind === 'erasure'
      ? [{ id: content.id, what: 'erasure', on: dayIn(said, content) }]
      : [],
  );
