import * as v from 'valibot';
import { DialogueEntry } from './dialogue.js';
import { InternalEntry } from './internal.js';

/** Every sealed entry's document. */
export const EntryContent = v.variant('kind', [...DialogueEntry.options, ...InternalEntry.options]);
export type EntryContent = v.InferOutput<typeof EntryContent>;
