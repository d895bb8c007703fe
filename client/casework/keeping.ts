import { type DateKind, type HoldEntry, type RestrictionEntry } from '../../crypto/private.js';
import type * as v from 'valibot';
import type { CaseDate, DateSource } from './case-date.js';
import type { ChangeSource } from './data-change.js';
import { partsIn, type PartsInForce, type RestrictedPart } from './parts.js';
import { dayIn, type Said } from './said.js';

/** What handlers said of a hold that is in force. */
export type Hold = v.InferOutput<typeof HoldEntry>;

/** What handlers said of a restriction that is in force. */
export type Restriction = v.InferOutput<typeof RestrictionEntry>;

/** What keeps a case, or parts of it, from being removed, or from being changed, given out and removed. */
export interface Keeping extends PartsInForce {
  /** `unknown` where it is in force, and what was said of it cannot be read. */
  hold: Hold | 'unknown' | null;
  restriction: Restriction | 'unknown' | null;
}

/**
 * What is in force of holds and restrictions: the newest word counts. The server goes by the signed
 * headers, so an entry of noise lifts a hold as well, and nobody may be told otherwise.
 */
export function keepingOf({ internal }: Pick<Said, 'internal'>): Keeping {
  const keeping: Keeping = { hold: null, restriction: null, ...partsIn(internal) };
  for (const content of internal) {
    if (content.kind === 'hold') keeping.hold = content;
    if (content.kind === 'release') keeping.hold = null;
    if (content.kind === 'restriction') keeping.restriction = content;
    if (content.kind === 'unrestriction') keeping.restriction = null;
    if (content.kind !== 'unreadable') continue;
    if (content.effect === 'hold') keeping.hold ??= 'unknown';
    if (content.effect === 'release') keeping.hold = null;
    if (content.effect === 'restrict') keeping.restriction ??= 'unknown';
    if (content.effect === 'unrestrict') keeping.restriction = null;
  }
  return keeping;
}

/** The days by which somebody looks whether a hold and restrictions are still needed. */
export const keepingDates: DateSource = (said) => {
  const { hold, restriction, parts } = keepingOf(said);
  const date = (
    what: DateKind,
    of: Hold | Restriction | RestrictedPart,
    name: string,
  ): CaseDate => ({
    what,
    name,
    by: of.review,
    from: dayIn(said, of),
    basis: 'plan',
    doneOn: null,
  });
  return [
    ...(hold === null || hold === 'unknown' ? [] : [date('hold_review', hold, hold.reference)]),
    ...(restriction === null || restriction === 'unknown'
      ? []
      : [date('restriction_review', restriction, '')]),
    ...parts.map((part) => date('restriction_review', part, '')),
  ];
};

/** What each is to those who were given the data before (GDPR article 19). */
const CHANGES = {
  correction: 'rectification',
  restriction: 'restriction',
  part_restriction: 'restriction',
} as const;

/** The corrections and restrictions of which those are to be told who were given the data before. */
export const keepingChanges: ChangeSource = (said) => {
  // the same restriction said anew is none
  const known = new Set<string>();
  return said.internal.flatMap((content) => {
    const isChange =
      content.kind === 'correction' ||
      content.kind === 'restriction' ||
      content.kind === 'part_restriction';
    if (!isChange || known.has(content.id)) return [];
    known.add(content.id);
    return [{ id: content.id, what: CHANGES[content.kind], on: dayIn(said, content) }];
  });
};
