import * as v from 'valibot';
import { DialogueEntry } from './dialogue.js';
import { IdentityEntry } from './identity.js';
import { InternalEntry } from './internal.js';

/** Every sealed entry's document. */
export const EntryContent = v.variant('kind', [
  ...DialogueEntry.options,
  ...InternalEntry.options,
  ...IdentityEntry.options,
]);
export type EntryContent = v.InferOutput<typeof EntryContent>;
