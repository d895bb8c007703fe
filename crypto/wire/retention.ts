import * as v from 'valibot';
import { Country, Day } from '../ids.js';
import { clashes } from '../retention-clash.js';

/**
 * What a time means. `at_most`: gone by its end. `at_least`: not gone before its end, and then looked
 * at. `keep_then_delete`: neither sooner nor later. `necessity`: looked at when it is over, and kept
 * until two people say that it is not needed any more.
 */
export const RETENTION_KINDS = ['at_most', 'at_least', 'keep_then_delete', 'necessity'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/**
 * From when it runs: from receipt, from closure, from the last entry after it, from the end of the
 * calendar year in which the case was closed, or from the day on which the outcome was told, which is
 * the closing message.
 */
export const RETENTION_ANCHORS = [
  'receipt',
  'closure',
  'last_processing',
  'year_end',
  'outcome',
] as const;
export type RetentionAnchor = (typeof RETENTION_ANCHORS)[number];

/** Full months of any time for which cases are kept. */
export const RetentionMonths = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1200));

/** One time of a rule. */
export const RetentionClause = v.strictObject({
  kind: v.picklist(RETENTION_KINDS),
  months: RetentionMonths,
  anchor: v.picklist(RETENTION_ANCHORS),
});
export type RetentionClause = v.InferOutput<typeof RetentionClause>;

/** For which cases a shorter time can be set: what they are stands in sealed entries. */
export const SHORTER_FOR = ['not_investigated', 'out_of_scope', 'spam'] as const;
export type ShorterFor = (typeof SHORTER_FOR)[number];

/** A shorter time for some cases, which two handlers carry out: the server cannot tell which they are. */
export const ShorterTerm = v.strictObject({
  of: v.picklist(SHORTER_FOR),
  months: RetentionMonths,
  anchor: v.picklist(['receipt', 'closure']),
});
export type ShorterTerm = v.InferOutput<typeof ShorterTerm>;

/** Longest reason for a rule. */
export const RETENTION_REASON_LIMIT = 2000;

/** How long closed cases of a channel are kept, and why so. */
export const Retention = v.pipe(
  v.strictObject({
    /** All of them hold together. */
    clauses: v.pipe(v.array(RetentionClause), v.minLength(1), v.maxLength(4)),
    /** Which counts where a case has to be kept longer than it may be; null where none can. */
    wins: v.nullable(v.picklist(['longer', 'shorter'])),
    shorter: v.pipe(v.array(ShorterTerm), v.maxLength(SHORTER_FOR.length)),
    /** The country whose act it follows; null for a rule of the organisation's own. */
    preset: v.nullable(Country),
    /** The countries of channel and organisation as it was decided; absent in rules of before. */
    decidedFor: v.exactOptional(v.strictTuple([Country, Country])),
    /** Why the organisation decided so. Everybody can read it. */
    reason: v.pipe(v.string(), v.minLength(1), v.maxLength(RETENTION_REASON_LIMIT)),
  }),
  v.check(({ clauses, wins }) => clashes(clauses) === (wins !== null)),
  v.check(({ shorter }) => new Set(shorter.map((term) => term.of)).size === shorter.length),
);
export type Retention = v.InferOutput<typeof Retention>;

/** The part of a rule by which days are worked out. */
export const RetentionRule = v.strictObject({
  clauses: v.pipe(v.array(RetentionClause), v.minLength(1), v.maxLength(4)),
  wins: v.nullable(v.picklist(['longer', 'shorter'])),
});
export type RetentionRule = v.InferOutput<typeof RetentionRule>;

const Days = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What the server counts the days of a closed case by, beside receipt and closure. */
export const RetentionClock = v.strictObject({
  /** The day of the last work on the case; never before closure. */
  processed: Day,
  /** Days since closure on which the time stood still, as the case was held or restricted. */
  paused: Days,
  /** Those of them that lie after the last work. */
  pausedSince: Days,
});
export type RetentionClock = v.InferOutput<typeof RetentionClock>;

/**
 * POST /api/desk/retention/preview: what a rule would move, were it published today; asked by
 * administrators before they sign it.
 */
export const RetentionPreviewRequest = v.strictObject({ channel: v.string(), rule: RetentionRule });
export type RetentionPreviewRequest = v.InferOutput<typeof RetentionPreviewRequest>;

/** How many months ago the cases were closed of which a preview tells. */
export const PREVIEW_MONTHS = [0, 3, 6, 12, 24, 36, 48, 60, 84, 120] as const;

/** A case closed on a day: the day of its removal in force and another one by the new rule; null for none. */
export const RetentionMove = v.strictObject({
  closed: Day,
  from: v.nullable(Day),
  to: v.nullable(Day),
});
export type RetentionMove = v.InferOutput<typeof RetentionMove>;

/** The answer: which of them would go on another day, the one closed last first. */
export const RetentionPreview = v.strictObject({
  moves: v.pipe(v.array(RetentionMove), v.maxLength(PREVIEW_MONTHS.length)),
});
export type RetentionPreview = v.InferOutput<typeof RetentionPreview>;

/** How far two handlers agreed to remove a closed case sooner than its rule; absent where neither did. */
export const RemovalStanding = v.picklist(['proposed', 'agreed']);
export type RemovalStanding = v.InferOutput<typeof RemovalStanding>;
