import type { VerifiedChain, VerifiedRecord } from './chain.js';
import { mayStand, type EntryContent, type ErasureGround } from './content.js';
import { openPreviousKey, type EpochKey, type EpochPlace } from './epoch.js';
import type { ErasedBy } from './erasing.js';
import { ProtocolError, type ProtocolFault } from './errors.js';
import type { AttachmentId, CaseId, RecordHash } from './ids.js';
import { isErasedEntry } from './record.js';
import { openContent, type Contents } from './sealed-entry.js';
import type { Compartment, Effect, EntryHeader, Party, SealedEntry } from './wire/entry.js';

/** Stands for what a signed entry says where nobody can tell: its author sealed noise, or its key is lost. */
export interface Unreadable {
  kind: 'unreadable';
  fault: ProtocolFault;
  /** What it does to the case all the same, as its signed header says. */
  effect: Effect | null;
}

/** Stands for what an entry said that was erased, where nothing took its place. */
export interface Erased {
  kind: 'erased';
}

/** What an erasing entry says of itself. */
export interface ErasureMark {
  /** Where it stands, in the same compartment. */
  sequence: number;
  author: Party;
  /** Its moment and its ground; null where its author sealed noise. */
  at: string | null;
  ground: ErasureGround | null;
  text: string;
  /** How many files it took away. */
  files: number;
  /** Whether one person alone did this, or an erasure of the same entry before. */
  alone: boolean;
}

/** What a sealed entry says now. */
export type OpenedContent = EntryContent | Unreadable | Erased;

/** A sealed entry after it was verified and opened. */
export interface OpenedEntry {
  compartment: Compartment;
  sequence: number;
  hash: RecordHash;
  author: Party;
  /** What it says; of an erased one what remains of it. */
  content: OpenedContent;
  /** The newest erasure that took something of what it said; null for none. */
  erasure: ErasureMark | null;
  /** Those of its files that were erased. */
  erasedFiles: { attachment: AttachmentId; erasure: ErasureMark }[];
}

/** A compartment with its keys: what is needed to read and to write on. */
export interface OpenedCompartment {
  chain: VerifiedChain;
  /** Keys by epoch number, as far as they were to be had. */
  keys: Map<number, EpochKey>;
  /** Why the newest of them was not; null where it was. */
  lost: ProtocolFault | null;
  entries: OpenedEntry[];
  /** Entries that stand for erased ones, or were to: what they say is shown at those, if anywhere. */
  remains: OpenedEntry[];
}

/** What is needed to open a compartment. */
export interface CompartmentInput {
  id: CaseId;
  /** Opens an epoch's key from its grant or an own copy; throws a ProtocolError otherwise. */
  keyFor: (place: EpochPlace, commitment: string) => EpochKey;
  /** The documents that this reader knows. */
  contents: Contents;
  /**
   * Which entries of the conversation are decrypted, none of the notes; all where it is missing.
   */
  opens?: (sequence: number) => boolean;
}

/** What `make` gives, or the fault of the protocol that it found. */
function attempt<T>(make: () => T): T | ProtocolFault {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.fault;
  }
}

/** The key of each epoch: by the way back from the one after it, else from what was given to me. */
function keysOf(
  caseId: CaseId,
  { compartment, epochs }: VerifiedChain,
  keyFor: CompartmentInput['keyFor'],
): Map<number, EpochKey | ProtocolFault> {
  const keys = new Map<number, EpochKey | ProtocolFault>();
  let wayBack: EpochKey | null = null;
  for (const [index, { entry, body }] of [...epochs.entries()].toReversed()) {
    const { epoch, commitment } = entry.header;
    const key: EpochKey | ProtocolFault =
      wayBack ?? attempt(() => keyFor({ case: caseId, compartment, epoch }, commitment));
    keys.set(epoch, key);
    const before = epochs[index - 1]?.entry.header.commitment;
    const { previousKey } = body;
    const back: EpochKey | ProtocolFault | null =
      typeof key === 'string' || previousKey === null || before === undefined
        ? null
        : attempt(() => openPreviousKey(key, previousKey, before));
    wayBack = typeof back === 'string' ? null : back;
  }
  return keys;
}

/** Opens what a chain that was verified holds, as far as keys are to be had. */
export function openCompartment(chain: VerifiedChain, input: CompartmentInput): OpenedCompartment {
  const keys = keysOf(input.id, chain, input.keyFor);
  const reader = readerOf(chain, keys, input.contents);
  const isOpened = (sequence: number): boolean =>
    input.opens === undefined || (chain.compartment === 'dialogue' && input.opens(sequence));
  const all = chain.records
    .filter(({ entry }) => isOpened(entry.header.sequence))
    .flatMap((record) => openRecord(record, chain, reader));
  const found = [...keys].filter((item): item is [number, EpochKey] => typeof item[1] !== 'string');
  const newest = keys.get(chain.epochs.length);
  const lost = typeof newest === 'string' ? newest : null;
  // by the signed headers too, so that whoever has no key knows which these are
  const isRemains = ({ sequence, content: { kind } }: OpenedEntry): boolean =>
    chain.erasing.remains.has(sequence) &&
    ['remains', 'note_remains', 'erased', 'unreadable'].includes(kind);
  return {
    chain,
    keys: new Map(found),
    lost,
    entries: all.filter((entry) => !isRemains(entry)),
    remains: all.filter(isRemains),
  };
}

/** What entries of one chain say to whoever opens it. */
interface ChainReader {
  /** What the entry at a place says by itself, opened once; never of one that was erased. */
  read: (sequence: number) => OpenedContent;
  /** Why there is no key to the entry at a place; null where there is one. */
  lockOf: (sequence: number) => ProtocolFault | null;
}

function readerOf(
  chain: VerifiedChain,
  keys: ReadonlyMap<number, EpochKey | ProtocolFault>,
  contents: Contents,
): ChainReader {
  const keyOf = ({ epoch }: EntryHeader): EpochKey | ProtocolFault =>
    keys.get(epoch) ?? 'wrong_epoch';
  const known = new Map<number, OpenedContent>();
  const read = (sequence: number): OpenedContent => {
    const record = chain.records[sequence - 1];
    const entry = record?.entry;
    // also where the server still hands the body out
    const isErased = chain.erasing.entries.has(sequence);
    if (entry === undefined || isErased || isErasedEntry(entry)) return { kind: 'erased' };
    const { effect } = entry.header;
    if ('body' in entry) return { kind: 'unreadable', fault: 'malformed', effect };
    const key = keyOf(entry.header);
    const found =
      typeof key === 'string'
        ? key
        : attempt(() => readEntry(contents, key, entry, isByGuest(record)));
    const isStray =
      typeof found !== 'string' &&
      (found.kind === 'remains' || found.kind === 'note_remains') &&
      !chain.erasing.remains.has(sequence);
    // it stands for nothing
    const content = isStray ? 'unknown_author' : found;
    return typeof content === 'string' ? { kind: 'unreadable', fault: content, effect } : content;
  };
  return {
    read(sequence) {
      const content = known.get(sequence) ?? read(sequence);
      known.set(sequence, content);
      return content;
    },
    lockOf(sequence) {
      const record = chain.records[sequence - 1];
      const key = record && keyOf(record.entry.header);
      return typeof key === 'string' ? key : null;
    },
  };
}

/** Whether an entry's author was a guest under the epoch in which it stands. */
function isByGuest(record: VerifiedRecord | undefined): boolean {
  const author = record?.entry.header.author;
  return record?.epoch.body.members.some(({ id, guest }) => id === author && guest) === true;
}

/** What an erasing entry says of itself, which can lose words as well. */
function markOf(
  { sequence, files, alone }: ErasedBy,
  chain: VerifiedChain,
  reader: ChainReader,
): ErasureMark {
  const record = chain.records[sequence - 1];
  const author = record?.entry.header.author ?? 'reporter';
  const { content } =
    record === undefined ? { content: reader.read(sequence) } : nowOf(record, chain, reader);
  if (content.kind !== 'erasure') {
    return { sequence, author, at: null, ground: null, text: '', files, alone };
  }
  const { at, ground, text } = content;
  return { sequence, author, at, ground, text, files, alone };
}

/** What a sealed record says now, and the newest erasure that took something of it. */
function nowOf(
  record: VerifiedRecord,
  { erasing: { entries } }: VerifiedChain,
  { read, lockOf }: ChainReader,
): { content: OpenedContent; newest: ErasedBy | null } {
  const { header } = record.entry;
  const { sequence } = header;
  // each erasure is newer than the one before, so this ends
  let at: number | null = sequence;
  let newest: ErasedBy | null = null;
  let alone = false;
  for (let by = entries.get(sequence); by; by = at === null ? undefined : entries.get(at)) {
    alone ||= by.alone;
    newest = { ...by, alone };
    at = by.remains;
  }
  const said: OpenedContent = at === null ? { kind: 'erased' } : read(at);
  if (at === sequence) return { content: said, newest };
  const lock = at === null ? null : lockOf(at);
  // something is left, which others read
  if (lock !== null) {
    return { content: { kind: 'unreadable', fault: lock, effect: header.effect }, newest };
  }
  return { content: remainsOf(said, sequence, header, isByGuest(record)), newest };
}

/** A sealed record with what it says now; an epoch entry says nothing. */
function openRecord(
  record: VerifiedRecord,
  chain: VerifiedChain,
  reader: ChainReader,
): OpenedEntry[] {
  const { entry, hash } = record;
  if ('body' in entry) return [];
  const { author, sequence } = entry.header;
  const { files } = chain.erasing;
  const { content, newest } = nowOf(record, chain, reader);
  const attached = 'files' in content ? content.files : [];
  return [
    {
      compartment: chain.compartment,
      sequence,
      hash,
      author,
      content,
      erasure: newest === null ? null : markOf(newest, chain, reader),
      erasedFiles: attached.flatMap(({ attachment }) => {
        const by = files.get(attachment);
        return by === undefined ? [] : [{ attachment, erasure: markOf(by, chain, reader) }];
      }),
    },
  ];
}

/**
 * What an entry leaves of the one at this place; nothing where it could not have stood there. What had
 * an effect has it all the same.
 */
function remainsOf(
  said: OpenedContent,
  sequence: number,
  header: VerifiedRecord['entry']['header'],
  byGuest: boolean,
): OpenedContent {
  const isRemains = said.kind === 'remains' || said.kind === 'note_remains';
  const holds = isRemains && said.of === sequence && mayStand(said.content, header, byGuest);
  if (holds) return said.content;
  const { effect } = header;
  if (effect === null) return { kind: 'erased' };
  return {
    kind: 'unreadable',
    fault: said.kind === 'unreadable' ? said.fault : 'malformed',
    effect,
  };
}

function readEntry(
  contents: Contents,
  key: EpochKey,
  entry: SealedEntry,
  byGuest: boolean,
): EntryContent {
  const content = openContent(contents, key, entry);
  if (!mayStand(content, entry.header, byGuest)) throw new ProtocolError('unknown_author');
  return content;
}
