import * as v from 'valibot';
import { Day, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';
import { WorkName } from './work.js';

/** On what it rests that somebody outside is told who the reporter is. */
export const IdentityBasis = v.variant('basis', [
  v.strictObject({ basis: v.literal('consent'), entry: WorkId }),
  v.strictObject({ basis: v.literal('obligation'), entry: WorkId }),
  /** Why telling the reporter beforehand would have jeopardised the proceedings. */
  v.strictObject({ basis: v.literal('jeopardy'), text: needed }),
  /**
   * By the handler's word alone: the reporter was told, or agreed, elsewhere than in the conversation,
   * which nobody can open; on which day, and how.
   */
  v.strictObject({
    basis: v.literal('elsewhere'),
    how: v.picklist(['told', 'agreed']),
    on: Day,
    text: needed,
  }),
]);

/** What was disclosed to somebody outside, as known from here on; the same id again corrects it. */
export const DisclosureEntry = v.strictObject({
  kind: v.literal('disclosure'),
  at: moment,
  id: WorkId,
  recipient: WorkName,
  ground: needed,
  scope: needed,
  on: Day,
  /** `withdrawn`: noted by mistake; what was disclosed cannot be taken back. */
  state: v.picklist(['made', 'withdrawn']),
  /** Absent where it did not tell who the reporter is. */
  identity: v.exactOptional(IdentityBasis),
});
export type DisclosureEntry = v.InferOutput<typeof DisclosureEntry>;

/**
 * That a recipient was told of a rectification, an erasure or a restriction, or that it proved
 * impossible or out of proportion (GDPR article 19), and why.
 */
export const RecipientToldEntry = v.pipe(
  v.strictObject({
    kind: v.literal('recipient_told'),
    at: moment,
    disclosure: WorkId,
    /** What was changed: the request, the erasure or the restriction of this id. */
    change: WorkId,
    state: v.picklist(['told', 'not_possible']),
    on: Day,
    text,
  }),
  v.check(({ state, text: reason }) => state === 'told' || reason !== ''),
);

/** What handlers say of disclosures. */
export const DisclosuresEntry = v.variant('kind', [DisclosureEntry, RecipientToldEntry]);
