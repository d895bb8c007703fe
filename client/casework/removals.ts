import type * as v from 'valibot';
import type {
  Day,
  Effect,
  OpenedContent,
  RecordHash,
  RemovalEntry,
  RemovalProposalEntry,
  StillNeededEntry,
} from '../../crypto/private.js';
import type { DateSource } from './case-date.js';
import { dayIn, type Notes } from './said.js';

/** What was said of removing a case, as it stands. */
export interface Removal {
  /** What was proposed; `unknown` where it cannot be read. */
  proposal: v.InferOutput<typeof RemovalProposalEntry> | 'unknown' | null;
  /** Whether somebody else agreed since; the day on which that was said. */
  agreedOn: Day | null;
  /** Whether the server names a sooner day than what was agreed gives, by the clock of who agreed. */
  tooSoon: boolean;
  /** By what the archive confirmed that it has the case; empty where nothing was said. */
  received: string;
  /** The newest decision that the case is still needed. */
  stillNeeded: { text: string; review: Day; on: Day } | null;
}

/** The archive that is to take the case as long as nobody agreed to its removal; null for none. */
export function awaitingArchive({
  proposal,
  agreedOn,
}: Pick<Removal, 'proposal' | 'agreedOn'>): string | null {
  if (proposal === null || proposal === 'unknown' || agreedOn !== null) return null;
  return proposal.ground === 'archive' ? proposal.archive : null;
}

const UNDOING: ReadonlySet<string> = new Set([
  'hold',
  'restriction',
  'part_restriction',
  'removal_declined',
]);
const UNDOING_EFFECTS: ReadonlySet<Effect | null> = new Set<Effect | null>([
  'hold',
  'restrict',
  'restrict_part',
  'decline_removal',
]);

/**
 * What is proposed, agreed and decided about removing a case, by the newest words. A hold or a
 * restriction undoes a proposal, as it does at the server; what is said in the conversation does too,
 * which the server's day shows.
 */
export function removalOf(said: Notes): Removal {
  const removal: Removal = {
    proposal: null,
    agreedOn: null,
    tooSoon: false,
    received: '',
    stillNeeded: null,
  };
  const undo = (): void => {
    Object.assign(removal, { proposal: null, agreedOn: null, received: '' });
  };
  for (const content of said.internal) {
    const effect = content.kind === 'unreadable' ? content.effect : null;
    if (content.kind === 'removal_proposal') {
      undo();
      removal.proposal = content;
    }
    if (effect === 'propose_removal') {
      undo();
      removal.proposal = 'unknown';
    }
    if (content.kind === 'removal') agree(removal, content, dayIn(said, content));
    if (UNDOING.has(content.kind) || UNDOING_EFFECTS.has(effect)) undo();
    if (content.kind === 'still_needed') {
      const { text, review } = content;
      removal.stillNeeded = { text, review, on: dayIn(said, content) };
    }
  }
  return removal;
}

function agree(removal: Removal, content: v.InferOutput<typeof RemovalEntry>, on: Day): void {
  removal.agreedOn = on;
  removal.received = content.received;
}

/**
 * The record of the newest proposal, which whoever agrees names; null where there is none, or where
 * nobody can read it: what it took the place of is not proposed any more.
 */
export function proposalHash(
  entries: readonly { hash: RecordHash; content: OpenedContent }[],
): RecordHash | null {
  const newest = entries.findLast(
    ({ content }) =>
      content.kind === 'removal_proposal' ||
      (content.kind === 'unreadable' && content.effect === 'propose_removal'),
  );
  return newest?.content.kind === 'removal_proposal' ? newest.hash : null;
}

/** The day by which somebody looks again whether a case is still needed. */
export const removalDates: DateSource = (said) => {
  const found = said.internal.findLast(({ kind }) => kind === 'still_needed') as
    v.InferOutput<typeof StillNeededEntry> | undefined;
  if (found === undefined) return [];
  return [
    {
      what: 'keeping_review',
      name: '',
      by: found.review,
      from: dayIn(said, found),
      basis: 'plan',
      doneOn: null,
    },
  ];
};
