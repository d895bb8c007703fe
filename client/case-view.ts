import {
  isInternal,
  type DialogueEntry,
  type Directory,
  type OpenedCase,
  type OpenedCompartment,
  type Party,
  type Reading,
} from '../crypto/private.js';
import type { AccessView, EntryView, Warning, Writable } from './models.js';

type Author = EntryView['author'];

function authorView(directory: Directory, party: Party): Author {
  if (party === 'reporter') return { side: 'reporter' };
  const reader = directory.readers.find(({ record }) => record.id === party);
  return { side: 'reader', id: party, name: reader?.record.name ?? party };
}

function compartments(opened: OpenedCase): OpenedCompartment[] {
  return opened.internal === null ? [opened.dialogue] : [opened.dialogue, opened.internal];
}

/** The opened entries of a case for a page, in the order of each chain. */
export function entryViews(
  opened: OpenedCase,
  directory: Directory,
  readings: readonly Reading[],
): EntryView[] {
  const readOn = new Map(readings.map(({ sequence, day }) => [sequence, day]));
  return compartments(opened).flatMap(({ entries }) =>
    entries.map((entry) => ({
      compartment: entry.compartment,
      sequence: entry.sequence,
      hash: entry.hash,
      author: authorView(directory, entry.author),
      content: entry.content,
      readOn:
        entry.compartment === 'dialogue' && entry.author === 'reporter'
          ? (readOn.get(entry.sequence) ?? null)
          : null,
    })),
  );
}

/** The entries of the conversation alone, as a reporter sees them. */
export function dialogueViews(entries: readonly EntryView[]): EntryView<DialogueEntry>[] {
  return entries.flatMap((entry) => {
    const { content } = entry;
    const isTheirs = content.kind !== 'unreadable' && isInternal(content);
    return isTheirs ? [] : [{ ...entry, content }];
  });
}

/** Whether something may be written into the case now. */
export function writableOf({ faults, mendable }: OpenedCase): Writable {
  if (faults.length > 0) return 'no';
  return mendable.length > 0 ? 'after_new_keys' : 'yes';
}

/** All that was found in a case, the gravest first. */
export function warningsOf({ faults, mendable, notices }: OpenedCase): Warning[] {
  return [...new Set([...faults, ...mendable, ...notices])].map((code) => ({ code }));
}

/** Who could read from when on: one line for each epoch. */
export function accessViews(opened: OpenedCase, directory: Directory): AccessView[] {
  return compartments(opened).flatMap(({ chain }) =>
    chain.epochs.map(({ entry, body }) => ({
      compartment: chain.compartment,
      sequence: entry.header.sequence,
      epoch: entry.header.epoch,
      by: authorView(directory, entry.header.author),
      readers: body.members.flatMap(({ id }) => {
        const member = authorView(directory, id);
        return member.side === 'reader' ? [{ id: member.id, name: member.name }] : [];
      }),
    })),
  );
}
