import * as v from 'valibot';
import { AttachmentId, Day, WorkId } from '../ids.js';
import { Count } from '../wire/entry.js';
import { FILES_LIMIT, moment, needed, text, TEXT_LIMIT } from './fields.js';
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

/** Most stretches of one entry that are named at once. */
export const PASSAGES_LIMIT = 50;

/** Entries of the conversation and of the notes: who the reporter is stays with the custodian. */
const EntryPlace = v.strictObject({
  compartment: v.picklist(['dialogue', 'internal']),
  sequence: Count,
});

const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(TEXT_LIMIT));

/** A stretch of one text of an entry, in UTF-16 code units, its end not included. */
const Passage = v.pipe(
  v.strictObject({
    field: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    from: place,
    to: place,
  }),
  v.check(({ from, to }) => from < to),
);

/**
 * Stretches of an entry as it stood: `after` is where the newest erasure stands, in the same
 * compartment, that took something of it before; null for none. After a later one the places are of
 * another text, and name nothing in it.
 */
const passagesOf = {
  after: v.nullable(Count),
  passages: v.pipe(v.array(Passage), v.maxLength(PASSAGES_LIMIT)),
};

/** A part of an entry: stretches of its texts, files of it, or both. */
export const EntryPart = v.pipe(
  v.strictObject({
    ...passagesOf,
    files: v.pipe(v.array(AttachmentId), v.maxLength(FILES_LIMIT)),
  }),
  v.check(({ passages, files }) => passages.length + files.length > 0),
);
export type EntryPart = v.InferOutput<typeof EntryPart>;

/**
 * An entry, or a part of it, is restricted from here on: kept, and neither changed, given out nor
 * erased. The same id again changes what is said of it.
 */
export const PartRestrictionEntry = v.strictObject({
  kind: v.literal('part_restriction'),
  at: moment,
  id: WorkId,
  of: EntryPlace,
  /** Null for the whole entry, its files included. */
  part: v.nullable(EntryPart),
  ground: v.picklist(RESTRICTION_GROUNDS),
  text: needed,
  /** The day by which somebody looks whether it is still needed. */
  review: Day,
});

/**
 * The restriction of a part ends; whoever asked for it is told before (GDPR article 18(3)). With
 * `last` nothing is restricted in part any more, and the header says so to the server; without, it
 * ends none that is the last.
 */
export const PartUnrestrictionEntry = v.strictObject({
  kind: v.literal('part_unrestriction'),
  at: moment,
  /** Of the restriction that ends; any where nobody can read what was said of it. */
  id: WorkId,
  text,
  last: v.boolean(),
});

/**
 * Why something is corrected: it is wrong, it leaves out what belongs there (GDPR article 16), or it
 * was right and is not any more (article 5(1)(d)).
 */
export const CORRECTION_GROUNDS = ['inaccurate', 'incomplete', 'outdated'] as const;
export type CorrectionGround = (typeof CORRECTION_GROUNDS)[number];

/**
 * A correction: what an earlier entry says is not right, and what is right instead. The entry that it
 * corrects stays as it is.
 */
export const CorrectionEntry = v.strictObject({
  kind: v.literal('correction'),
  at: moment,
  id: WorkId,
  of: EntryPlace,
  /** The stretches and files that are not right; null for the entry as a whole. */
  part: v.nullable(
    v.pipe(
      v.strictObject({
        ...passagesOf,
        files: v.exactOptional(
          v.pipe(v.array(AttachmentId), v.minLength(1), v.maxLength(FILES_LIMIT)),
        ),
      }),
      v.check(({ passages, files }) => passages.length + (files?.length ?? 0) > 0),
    ),
  ),
  ground: v.picklist(CORRECTION_GROUNDS),
  text: needed,
});

/** What handlers say of how long and how a case is kept, and of what is wrong in it. */
export const KeepingEntry = v.variant('kind', [
  HoldEntry,
  ReleaseEntry,
  RestrictionEntry,
  UnrestrictionEntry,
  PartRestrictionEntry,
  PartUnrestrictionEntry,
  CorrectionEntry,
]);
export type KeepingEntry = v.InferOutput<typeof KeepingEntry>;
