import * as v from 'valibot';
import { WorkId } from '../ids.js';
import { moment, text } from './fields.js';

/**
 * Why something is erased: it has nothing to do with the report (Directive (EU) 2019/1937 article 17),
 * it should not have been kept, somebody objected or asked, a law or a court says so (GDPR article
 * 17(1)), or another reason that `text` gives.
 */
export const ERASURE_GROUNDS = [
  'irrelevant',
  'unlawful',
  'request',
  'obligation',
  'other',
] as const;
export type ErasureGround = (typeof ERASURE_GROUNDS)[number];

const erasureText = <Kind extends 'erasure_proposal' | 'erasure'>(kind: Kind) =>
  v.strictObject({
    kind: v.literal(kind),
    at: moment,
    /** The proposal's and the erasure's are the same. */
    id: WorkId,
    ground: v.picklist(ERASURE_GROUNDS),
    /** May say more about the ground; never what was erased. */
    text,
  });

/**
 * That a handler proposes to erase what the entry's header names, that another does it, or declines.
 * What goes and what remains stands in the header, not here.
 */
export const ErasureEntry = v.variant('kind', [
  erasureText('erasure_proposal'),
  erasureText('erasure'),
  v.strictObject({ kind: v.literal('erasure_declined'), at: moment, text }),
]);
export type ErasureEntry = v.InferOutput<typeof ErasureEntry>;
