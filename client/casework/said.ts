import {
  type Country,
  dayOf,
  type Day,
  type OpenedCase,
  type OpenedContent,
  type Party,
} from '../../crypto/private.js';
import type { Spoken } from '../spoken/spoken.js';
import { coverOf } from './parts.js';

/** What the entries of a case say now, in the order of each chain. */
export interface Said extends Spoken {
  internal: readonly OpenedContent[];
  /** Record hashes of those, in the same order; one that is not sealed yet has none. */
  internalHashes?: readonly string[];
  /** Who was let read all the time since each of those, in the same order; absent for everybody. */
  readersSince?: readonly ReadonlySet<Party>[];
  /** How many entries of the conversation the one at this index had seen; absent for all. */
  conversationSeen?: (index: number) => number;
  /** Whose act its dates follow; absent where nobody asks for them. */
  country?: Country;
}

/** What handlers said among themselves, and in which zone its days are counted. */
export type Notes = Pick<Said, 'internal' | 'timeZone'>;

/** Whether the case is closed, by what was said in it. */
export function isClosed({ dialogue }: Pick<Said, 'dialogue'>): boolean {
  const last = dialogue.findLast(({ kind }) => kind === 'closure' || kind === 'reopening');
  return last?.kind === 'closure';
}

/** The true date of receipt where a handler recorded the case and signed that. */
export function recordedDay({ origin }: Pick<Said, 'origin'>): Day | null {
  return origin?.made === 'handler' && origin.proven ? origin.receivedOn : null;
}

/** The day on which the organisation got the report; as its reporter has it, unless handlers do. */
export function reportDay(said: Pick<Said, 'dialogue' | 'origin'>): Day | null {
  const report = said.dialogue.find(({ kind }) => kind === 'report');
  return recordedDay(said) ?? (report?.kind === 'report' ? report.at : null);
}

/** The day on which something was said. */
export function dayIn({ timeZone }: Pick<Said, 'timeZone'>, { at }: { at: string }): Day {
  return dayOf(new Date(at), timeZone);
}

/**
 * Who belongs to the epoch of each entry and to every one after it. Who is let in again has not read all
 * the time: what was said of them ended when they went.
 */
function readersSince({ chain, entries }: OpenedCase['dialogue']): ReadonlySet<Party>[] {
  const since = new Map<number, ReadonlySet<Party>>();
  let later: ReadonlySet<Party> | null = null;
  for (const { entry, body } of chain.epochs.toReversed()) {
    const readers = body.members.map(({ id }) => id).filter((id) => later?.has(id) ?? true);
    later = new Set<Party>(readers);
    since.set(entry.header.epoch, later);
  }
  const epochs = new Map(
    chain.records.map(({ entry, epoch }) => [entry.header.sequence, epoch.entry.header.epoch]),
  );
  return entries.map(({ sequence }) => since.get(epochs.get(sequence) ?? 0) ?? new Set());
}

/**
 * Gives the sequence up to which a note had seen the conversation, as its signed header says: the two
 * chains have no order between them but this.
 *
 * @returns by the note's own sequence; 0 where it saw nothing that stands there.
 */
export function seenBy({
  dialogue,
  internal,
}: Pick<OpenedCase, 'dialogue' | 'internal'>): (sequence: number) => number {
  const places = new Map<string | null, number>(
    dialogue.chain.records.map(({ hash, entry }) => [hash, entry.header.sequence]),
  );
  return (sequence) => {
    const note = internal?.chain.records[sequence - 1];
    return places.get(note?.entry.header.seen ?? null) ?? 0;
  };
}

/**
 * What was said in a case, as it was opened, with its days in this zone and by this country's act;
 * without the words that are restricted, which nothing is worked out of.
 */
export function saidIn(file: OpenedCase, timeZone: string, country?: Country): Said {
  const { dialogue, internal, origin } = file;
  const cover = coverOf(file);
  const contents = (entries: OpenedCase['dialogue']['entries']): Said['dialogue'] =>
    entries.map(cover);
  return {
    dialogue: contents(dialogue.entries),
    hashes: dialogue.entries.map(({ hash }) => hash),
    origin,
    internal: contents(internal?.entries ?? []),
    internalHashes: internal?.entries.map(({ hash }) => hash) ?? [],
    readersSince: internal === null ? [] : readersSince(internal),
    conversationSeen(index) {
      const note = internal?.entries[index];
      // one that is not sealed yet has seen all that stands there
      if (note === undefined) return dialogue.entries.length;
      const last = seenBy(file)(note.sequence);
      return dialogue.entries.filter(({ sequence }) => sequence <= last).length;
    },
    timeZone,
    ...(country !== undefined && { country }),
  };
}
