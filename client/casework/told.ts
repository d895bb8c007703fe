import {
  type Day,
  type EntryContent,
  isDataRequest,
  type OpenedContent,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { isToldOutside, nobodyReads } from './consent.js';
import { dayIn, reportDay, type Said } from './said.js';

/** What stands in the conversation and carries the moment at which it was written. */
type Dated = Extract<OpenedContent, { at: string }>;

/** What an entry says of something that happened outside of the case; null where it says nothing. */
function outside(content: OpenedContent): { on: Day } | null {
  if (content.kind === 'transcript') return content.paper ?? null;
  return 'told' in content ? (content.told ?? null) : null;
}

/** The day on which the person was told outside, by the entry's own word; null where it says none. */
function wordOf(content: OpenedContent): Day | null {
  // a paper that was not signed may never have been shown
  if (content.kind === 'transcript' && content.paper?.answer !== 'signed') return null;
  return outside(content)?.on ?? null;
}

/**
 * The day on which the person who reported was told what an entry says: that of the entry; where nobody
 * has a key, the day that its handler gives, or null where nobody was told.
 */
export function toldOn(said: Pick<Said, 'origin' | 'timeZone'>, content: Dated): Day | null {
  return isToldOutside(said) ? wordOf(content) : dayIn(said, content);
}

/** Whether a paper's day was put right by a later version of what was written down. */
function isReplaced(
  said: Pick<Said, 'dialogue' | 'origin'>,
  content: OpenedContent,
  index: number,
): boolean {
  if (content.kind !== 'transcript' || !isToldOutside(said)) return false;
  return said.dialogue
    .slice(index + 1)
    .some((later) => later.kind === 'transcript' && later.id === content.id);
}

/** The day on which something of this kind was told first; null where it never was. */
export function firstToldOn(
  said: Pick<Said, 'dialogue' | 'origin' | 'timeZone'>,
  is: (content: Dated) => boolean,
): Day | null {
  const days = said.dialogue.flatMap((content, index) =>
    'at' in content && is(content) && !isReplaced(said, content, index)
      ? (toldOn(said, content) ?? [])
      : [],
  );
  // told outside, it can be written down in any order
  return (isToldOutside(said) ? days.sort() : days)[0] ?? null;
}

/** Kinds that say something to the person, so that without a day nothing was said. */
const NEEDS_DAY: ReadonlySet<string> = new Set(['acknowledgement', 'reply', 'feedback']);

/** Kinds that can be written where nobody reads the conversation. */
const WRITTEN_THERE: ReadonlySet<string> = new Set([...NEEDS_DAY, 'closure', 'reopening']);

/**
 * An entry of the conversation says how the person was told exactly where nobody has a key to read it.
 *
 * @throws ClientError `key_not_kept` for what only somebody with a key can answer; `told_missing`
 * where it needs the day on which it was told; `told_day` for a day to come, or one before the report
 * was received, or before what was spoken was; `told_inside` where the person reads the entry itself.
 */
export function checkTold(said: Said, content: EntryContent, today: Day): void {
  const word = outside(content);
  if (word !== null && !isToldOutside(said)) throw new ClientError('told_inside');
  if (!nobodyReads(said)) return;
  const isPaper = content.kind === 'transcript' && isToldOutside(said);
  if (!WRITTEN_THERE.has(content.kind) && !isPaper) throw new ClientError('key_not_kept');
  if (isDataRequest(said.origin)) return;
  if (word === null && NEEDS_DAY.has(content.kind)) throw new ClientError('told_missing');
  if (word === null) return;
  const earliest = [reportDay(said), content.kind === 'transcript' ? content.heldOn : null];
  const isEarly = earliest.some((day) => day !== null && word.on < day);
  if (isEarly || word.on > today) throw new ClientError('told_day');
}
