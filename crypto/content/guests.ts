import * as v from 'valibot';
import { Day } from '../ids.js';
import { moment, needed } from './fields.js';

/**
 * A guest keeps secret what the case says, and reads it from then on. The words stand here as the
 * guest read them, so that nobody has to guess later which they were.
 */
export const SecrecyEntry = v.strictObject({
  kind: v.literal('secrecy'),
  at: moment,
  /** The last day of the guest's access, as it was then. */
  until: Day,
  text: needed,
});
export type SecrecyEntry = v.InferOutput<typeof SecrecyEntry>;

/** What a guest may say; everything else is handlers' work. */
export const GUEST_KINDS: ReadonlySet<string> = new Set(['note', 'secrecy']);
