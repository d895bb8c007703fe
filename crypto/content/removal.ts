import * as v from 'valibot';
import { Day, RecordHash, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';
import { WORK_NAME_LIMIT } from './work.js';

const line = v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT));

/**
 * Why a closed case is removed before its rule would, or where that removes nothing by itself: a
 * shorter time of the rule, as nothing was investigated, or for its outcome; it is not needed any
 * more; or a public body hands it over to an archive.
 */
export const REMOVAL_GROUNDS = ['not_investigated', 'outcome', 'not_needed', 'archive'] as const;
export type RemovalGround = (typeof REMOVAL_GROUNDS)[number];

/** A handler proposes that a closed case is removed: the decision on disposal, as it is recorded. */
export const RemovalProposalEntry = v.strictObject({
  kind: v.literal('removal_proposal'),
  at: moment,
  id: WorkId,
  ground: v.picklist(REMOVAL_GROUNDS),
  /** Who decided it. */
  decidedBy: v.pipe(line, v.minLength(1)),
  /** The archive that takes the case over; empty where none does. */
  archive: line,
  /** Number of the decision or the plan for disposal; may be empty. */
  reference: line,
  text: needed,
});

/** The proposal, or what was agreed, is taken back. */
export const RemovalDeclinedEntry = v.strictObject({
  kind: v.literal('removal_declined'),
  at: moment,
  text,
});

/** Another handler agrees: the case goes some weeks later. */
export const RemovalEntry = v.strictObject({
  kind: v.literal('removal'),
  at: moment,
  /** The record of the proposal. */
  of: RecordHash,
  /** By what the archive confirmed that it has the case; empty where none takes it over. */
  received: line,
});

/** The case is still needed: why, and the day by which somebody looks again. */
export const StillNeededEntry = v.strictObject({
  kind: v.literal('still_needed'),
  at: moment,
  text: needed,
  review: Day,
});

/** What handlers decide about removing a case. */
export const RemovalsEntry = v.variant('kind', [
  RemovalProposalEntry,
  RemovalDeclinedEntry,
  RemovalEntry,
  StillNeededEntry,
]);
export type RemovalsEntry = v.InferOutput<typeof RemovalsEntry>;
