import type { CaseOrigin, OpenedContent } from '../../crypto/private.js';

/** What stands in a conversation, with what it takes to tell which entry another one names. */
export interface Spoken {
  dialogue: readonly OpenedContent[];
  /** Record hashes of the same entries, in the same order; one that is not sealed yet has none. */
  hashes?: readonly string[];
  /** Absent where nobody knows. */
  origin?: CaseOrigin;
  /** The organisation's, in which days are counted; the device's own where nobody says. */
  timeZone?: string;
}
