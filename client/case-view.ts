import {
  isAboutErasing,
  isInternal,
  type CaseFacts,
  type Directory,
  type EpochBody,
  type OpenedCase,
  type OpenedCompartment,
  type Party,
  type Reading,
} from '../crypto/private.js';
import type {
  AccessView,
  EntryView,
  OriginView,
  ReporterEntry,
  Warning,
  Writable,
} from './models.js';

type Author = EntryView['author'];

function authorView(directory: Directory, party: Party): Author {
  if (party === 'reporter') return { side: 'reporter' };
  const reader = directory.readers.find(({ record }) => record.id === party);
  const name = reader?.record.name ?? party;
  const outside = reader?.record.part === 'guest';
  return { side: 'reader', id: party, name, ...(outside && { outside }) };
}

/** Who made a case, as a page shows it. */
export function originView(
  { origin }: OpenedCase,
  directory: Directory,
  { receivedOn: recordedOn }: Pick<CaseFacts, 'receivedOn'>,
): OriginView {
  if (origin.made !== 'handler') return origin;
  const { made, way, receivedOn, key, by, proven } = origin;
  const reader = directory.readers.find(({ record }) => record.id === by);
  const name = proven ? (reader?.record.name ?? null) : null;
  return { made, way, receivedOn, key, name, recordedOn };
}

function compartments(opened: OpenedCase): OpenedCompartment[] {
  return [opened.dialogue, opened.internal, opened.identity].flatMap((each) => each ?? []);
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
      erasure: entry.erasure && {
        ...entry.erasure,
        author: authorView(directory, entry.erasure.author),
      },
      erasedFiles: entry.erasedFiles.map(({ attachment }) => attachment),
      readOn:
        entry.compartment === 'dialogue' && entry.author === 'reporter'
          ? (readOn.get(entry.sequence) ?? null)
          : null,
    })),
  );
}

function dayOf({ content }: EntryView): string {
  const isThere = content.kind !== 'unreadable' && content.kind !== 'erased';
  return isThere ? content.at.slice(0, 10) : '';
}

/**
 * The conversation as a reporter sees it: its entries in their order, and every opening of the
 * identity before what was written on a later day. What the reporter said of themself is not in it.
 */
export function reporterViews(entries: readonly EntryView[]): EntryView<ReporterEntry>[] {
  const shown = entries.flatMap((entry): EntryView<ReporterEntry>[] => {
    const { content } = entry;
    if (entry.compartment === 'identity' && entry.author.side === 'reporter') return [];
    if (content.kind === 'unreadable' || content.kind === 'erased') return [{ ...entry, content }];
    if (content.kind === 'identity' || isInternal(content) || isAboutErasing(content)) return [];
    return [{ ...entry, content }];
  });
  const conversation = shown.filter(({ compartment }) => compartment === 'dialogue');
  for (const opening of shown.filter(({ compartment }) => compartment === 'identity')) {
    const day = dayOf(opening);
    const later = conversation.findIndex((entry) => dayOf(entry) > day);
    conversation.splice(later === -1 || day === '' ? conversation.length : later, 0, opening);
  }
  return conversation;
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

/** What is told of an epoch that a recovery officer's paper opened; nothing of any other. */
function recoveredBy(
  { recovers, members }: EpochBody,
  before: EpochBody | undefined,
  { readers }: Directory,
): Pick<AccessView, 'recovered'> {
  if (recovers === undefined) return {};
  const { terms, asked, agreed } = recovers;
  const nameOf = (id: string): string | null =>
    readers.find(({ record }) => record.id === id)?.record.name ?? null;
  const known = new Set<string>(before?.members.map(({ id }) => id));
  const to = members.flatMap(({ id }) => (known.has(id) ? [] : (nameOf(id) ?? id)));
  const officer = nameOf(terms.officer) ?? terms.officer;
  const { on, ground } = terms;
  return {
    recovered: { on, ground, officer, asked: nameOf(asked.by), agreed: nameOf(agreed.by), to },
  };
}

/** Who could read from when on: one line for each epoch. */
export function accessViews(opened: OpenedCase, directory: Directory): AccessView[] {
  return [opened.dialogue, opened.internal]
    .flatMap((each) => each ?? [])
    .flatMap(({ chain }) =>
      chain.epochs.map(({ entry, body }, index) => ({
        compartment: chain.compartment === 'internal' ? 'internal' : 'dialogue',
        sequence: entry.header.sequence,
        epoch: entry.header.epoch,
        by: authorView(directory, entry.header.author),
        readers: body.members.flatMap(({ id, guest }) => {
          const member = authorView(directory, id);
          if (member.side !== 'reader') return [];
          return [{ id: member.id, name: member.name, ...(guest && { guest }) }];
        }),
        ...recoveredBy(body, chain.epochs[index - 1]?.body, directory),
      })),
    );
}
