import type { Day } from '../../crypto/private.js';
import type { Said } from './said.js';

/** A change of data in a case of which those who had them before are to be told (GDPR article 19). */
export interface DataChange {
  /** Id of what changed them. */
  id: string;
  what: 'rectification' | 'erasure' | 'restriction';
  on: Day;
}

/** Gives the changes that one subject of the case work made, worked out of what was said. */
export type ChangeSource = (said: Said) => readonly DataChange[];
