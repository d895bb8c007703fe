import type { Day, OpenedCompartment } from '../../crypto/private.js';
import { dayOf } from '../../crypto/private.js';
import type { OpenedForHandler } from './case-opening.js';

/** What somebody's keys opened of one case, as its epochs say. */
export interface Exposure {
  /** Entries of conversation and notes; those that opened epochs are not among them. */
  entries: number;
  files: number;
  /** Whether the keys open what is written now. */
  still: boolean;
}

type Opened = Pick<OpenedForHandler, 'file'> & Partial<Pick<OpenedForHandler, 'timeZone'>>;

/**
 * The epoch after the last one whose keys a reader had, as a member or as its maker: null while the
 * reader has the newest, undefined where the reader never had any.
 */
function endOf({ chain }: OpenedCompartment, reader: string): number | null | undefined {
  const last = chain.epochs.findLastIndex(
    ({ entry, body }) =>
      entry.header.author === reader || body.members.some(({ id }) => id === reader),
  );
  if (last < 0) return undefined;
  return chain.epochs[last + 1]?.entry.header.sequence ?? null;
}

/** The day of a handler's entry, on the word of its author. */
function dayIn(
  entry: OpenedCompartment['entries'][number],
  timeZone: string | undefined,
): Day | null {
  if (entry.author === 'reporter' || !('at' in entry.content)) return null;
  return dayOf(new Date(entry.content.at), timeZone);
}

/**
 * Epochs carry no time. A handler's entry after the one that ended the membership does: if it is
 * from before `since`, the membership had ended by then. Where nothing tells, it counts as not ended.
 */
function endedBefore(
  compartment: OpenedCompartment,
  end: number,
  since: Day,
  timeZone: string | undefined,
): boolean {
  return compartment.entries.some((entry) => {
    if (entry.sequence < end) return false;
    const day = dayIn(entry, timeZone);
    return day !== null && day < since;
  });
}

/**
 * What a reader's keys opened of a case at any time since a day, null for nothing. Who is a member of
 * one epoch has the whole history before it, so everything up to the end of the membership counts.
 *
 * @param since null for ever.
 */
export function exposureOf(
  { file, timeZone }: Opened,
  reader: string,
  since: Day | null,
): Exposure | null {
  const exposure: Exposure = { entries: 0, files: 0, still: false };
  let ever = false;
  for (const compartment of [file.dialogue, file.internal]) {
    if (compartment === null) continue;
    const end = endOf(compartment, reader);
    if (end === undefined) continue;
    if (end !== null && since !== null && endedBefore(compartment, end, since, timeZone)) continue;
    ever = true;
    if (end === null) exposure.still = true;
    for (const { sequence, content } of compartment.entries) {
      if (end !== null && sequence >= end) continue;
      exposure.entries += 1;
      if ('files' in content) exposure.files += content.files.length;
    }
  }
  return ever ? exposure : null;
}

/**
 * Whether a reader who left had this case until its keys were renewed because of that, or has it
 * still: an epoch drops the reader and names a directory in which the reader had left already.
 *
 * @param leftIn the first version of the directory in which the reader had left.
 */
export function hadWhenLeaving({ file }: Opened, reader: string, leftIn: number): boolean {
  const { epochs } = file.dialogue.chain;
  const last = epochs.findLastIndex(({ body }) => body.members.some(({ id }) => id === reader));
  if (last < 0) return false;
  const after = epochs[last + 1];
  return after === undefined || after.body.directory.version >= leftIn;
}
