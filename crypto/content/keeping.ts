import * as v from 'valibot';
import { Day, WorkId } from '../ids.js';
import { Compartment, Count } from '../wire/entry.js';
import { moment, needed, text } from './fields.js';
import { WORK_NAME_LIMIT } from './work.js';

const line = v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT));

/** Why a case is held: what obliges or entitles to keep it longer. */
export const HOLD_GROUNDS = ['court', 'authority', 'proceedings', 'claim', 'law', 'other'] as const;
export type HoldGround = (typeof HOLD_GROUNDS)[number];

/**
 * The case is held from here on: nothing of it is removed until the hold is lifted. The same again
 * changes what is said of the hold.
 */
export const HoldEntry = v.strictObject({
  kind: v.literal('hold'),
  at: moment,
  ground: v.picklist(HOLD_GROUNDS),
  /** Number of the matter, the letter or the decision; may be empty. */
  reference: line,
  /** Who decided it. */
  decidedBy: v.pipe(line, v.minLength(1)),
  /** What it covers, and why. */
  scope: needed,
  /** The day by which somebody looks whether it is still needed. */
  review: Day,
});

/** The hold is lifted. */
export const ReleaseEntry = v.strictObject({
  kind: v.literal('release'),
  at: moment,
  text: needed,
});

/** Why a case is restricted (GDPR article 18(1)), and what else may ask for it. */
export const RESTRICTION_GROUNDS = ['accuracy', 'unlawful', 'claim', 'objection', 'other'] as const;
export type RestrictionGround = (typeof RESTRICTION_GROUNDS)[number];

/** The case is restricted from here on: kept as it is, and neither changed, given out nor removed. */
export const RestrictionEntry = v.strictObject({
  kind: v.literal('restriction'),
  at: moment,
  id: WorkId,
  ground: v.picklist(RESTRICTION_GROUNDS),
  text: needed,
  /** The day by which somebody looks whether it is still needed. */
  review: Day,
});

/** The restriction ends; whoever asked for it is told before (GDPR article 18(3)). */
export const UnrestrictionEntry = v.strictObject({
  kind: v.literal('unrestriction'),
  at: moment,
  text,
});

/**
 * A correction: what an earlier entry says is wrong, and what is right instead. The entry that it
 * corrects stays as it is.
 */
export const CorrectionEntry = v.strictObject({
  kind: v.literal('correction'),
  at: moment,
  id: WorkId,
  of: v.strictObject({ compartment: Compartment, sequence: Count }),
  text: needed,
});

/** What handlers say of how long and how a case is kept, and of what is wrong in it. */
export const KeepingEntry = v.variant('kind', [
  HoldEntry,
  ReleaseEntry,
  RestrictionEntry,
  UnrestrictionEntry,
  CorrectionEntry,
]);
export type KeepingEntry = v.InferOutput<typeof KeepingEntry>;
