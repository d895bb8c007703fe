import * as v from 'valibot';
import { fromBase64, toBase64 } from './bytes.js';
import { openBox, sealBox } from './box.js';
import {
  verifyChain,
  type VerifiedChain,
  type VerifiedEpoch,
  type VerifiedRecord,
} from './chain.js';
import { mayStand, type EntryContent, type ErasureGround, type Report } from './content.js';
import { IdentityEntry } from './content/identity.js';
import { withSuccessors } from './directory.js';
import type { ErasedBy } from './erasing.js';
import { openPreviousKey, type EpochKey, type EpochPlace } from './epoch.js';
import { ProtocolError, type ProtocolFault } from './errors.js';
import { memberTerms } from './guest.js';
import { bytesSchema, RecordHash, type AttachmentId, type CaseId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { openOrigin, type CaseOrigin } from './origin.js';
import { caseIdOf, isErasedEntry } from './record.js';
import { openContent, type Contents } from './sealed-entry.js';
import type { Directory } from './wire/directory.js';
import {
  Count,
  type Compartment,
  type Effect,
  type Entry,
  type Party,
  type SealedEntry,
} from './wire/entry.js';
import type { CaseFacts } from './wire/reports.js';

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

/** A case as far as it could be verified. All three lists are empty where everybody is honest. */
export interface OpenedCase {
  id: CaseId;
  dialogue: OpenedCompartment;
  internal: OpenedCompartment | null;
  /** The reporter's own; null for everybody else, and where there is none. */
  identity: OpenedCompartment | null;
  report: Report | null;
  /** Who made the case. */
  origin: CaseOrigin;
  /** Who may never be given access: the reporter left them out. */
  leftOut: Report['leftOut'];
  /** What only a server can have done: nothing may be written into such a case. */
  faults: ProtocolFault[];
  /** What a handler who is a member can mend by new keys: until then nothing else may be written. */
  mendable: ProtocolFault[];
  /** What stands in the case for good and hinders nobody: a member did it. */
  notices: ProtocolFault[];
}

/** What is needed to open a case. */
export interface CaseInput {
  id: CaseId;
  reporter: { kem: string; sig: string };
  entries: readonly Entry[];
  directory: Directory;
  /** Hashes of directory versions, as far as this client knows them for certain. */
  directories: ReadonlyMap<number, string>;
  /** Opens an epoch's key from its grant or an own copy; throws a ProtocolError otherwise. */
  keyFor: (place: EpochPlace, commitment: string) => EpochKey;
  /** The documents that this reader knows. */
  contents: Contents;
  /** Whether the internal compartment is this reader's to open. */
  withInternal: boolean;
  /**
   * Which entries of the conversation are decrypted, none of the notes; all where it is missing.
   */
  opens?: (sequence: number) => boolean;
  /** Whether the compartment of the identity is. */
  withIdentity?: boolean;
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
  keyFor: CaseInput['keyFor'],
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
export function openCompartment(
  chain: VerifiedChain,
  input: Pick<CaseInput, 'id' | 'keyFor' | 'contents' | 'opens'>,
): OpenedCompartment {
  const keys = keysOf(input.id, chain, input.keyFor);
  const read = readerOf(chain, keys, input.contents);
  const isOpened = (sequence: number): boolean =>
    input.opens === undefined || (chain.compartment === 'dialogue' && input.opens(sequence));
  const all = chain.records
    .filter(({ entry }) => isOpened(entry.header.sequence))
    .flatMap((record) => openRecord(record, chain, read));
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

/** What the entry at a place says by itself, each opened once; never of one that was erased. */
function readerOf(
  chain: VerifiedChain,
  keys: ReadonlyMap<number, EpochKey | ProtocolFault>,
  contents: Contents,
): (sequence: number) => OpenedContent {
  const known = new Map<number, OpenedContent>();
  const read = (sequence: number): OpenedContent => {
    const record = chain.records[sequence - 1];
    const entry = record?.entry;
    // also where the server still hands the body out
    const isErased = chain.erasing.entries.has(sequence);
    if (entry === undefined || isErased || isErasedEntry(entry)) return { kind: 'erased' };
    const { epoch, effect } = entry.header;
    if ('body' in entry) return { kind: 'unreadable', fault: 'malformed', effect };
    const key = keys.get(epoch) ?? 'wrong_epoch';
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
  return (sequence) => {
    const content = known.get(sequence) ?? read(sequence);
    known.set(sequence, content);
    return content;
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
  read: (sequence: number) => OpenedContent,
): ErasureMark {
  const record = chain.records[sequence - 1];
  const author = record?.entry.header.author ?? 'reporter';
  const { content } =
    record === undefined ? { content: read(sequence) } : nowOf(record, chain, read);
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
  read: (sequence: number) => OpenedContent,
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
  const content = at === sequence ? said : remainsOf(said, sequence, header, isByGuest(record));
  return { content, newest };
}

/** A sealed record with what it says now; an epoch entry says nothing. */
function openRecord(
  record: VerifiedRecord,
  chain: VerifiedChain,
  read: (sequence: number) => OpenedContent,
): OpenedEntry[] {
  const { entry, hash } = record;
  if ('body' in entry) return [];
  const { author, sequence } = entry.header;
  const { files } = chain.erasing;
  const { content, newest } = nowOf(record, chain, read);
  const attached = 'files' in content ? content.files : [];
  return [
    {
      compartment: chain.compartment,
      sequence,
      hash,
      author,
      content,
      erasure: newest === null ? null : markOf(newest, chain, read),
      erasedFiles: attached.flatMap(({ attachment }) => {
        const by = files.get(attachment);
        return by === undefined ? [] : [{ attachment, erasure: markOf(by, chain, read) }];
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

/** The notes belong to those readers who have the dialogue, no more and no fewer. */
function notesFit(dialogue: VerifiedChain, notes: VerifiedChain): boolean {
  const idsOf = (chain: VerifiedChain): string[] =>
    (chain.epochs.at(-1)?.body.members ?? [])
      .filter(({ id }) => id !== 'reporter')
      .map(memberTerms)
      .sort();
  const readers = idsOf(dialogue);
  const members = idsOf(notes);
  return readers.length === members.length && readers.every((id, at) => id === members[at]);
}

/**
 * Whom the report leaves out, also where they came back under new keys, but for those to whom its own
 * author gave the key all the same.
 */
function leftOutBy(
  report: Report | null,
  dialogue: VerifiedChain,
  directory: Directory,
): Report['leftOut'] {
  const given = new Set<string>(dialogue.epochs[0]?.body.members.map(({ id }) => id));
  const leftOut = (report?.leftOut ?? []).filter((id) => !given.has(id));
  return withSuccessors(directory, leftOut).filter((id) => !given.has(id));
}

/** What the case says of who made it; another epoch of another chain than the first says nothing. */
function originOf({ chain, keys }: OpenedCompartment, directory: Directory): CaseOrigin {
  const box = chain.epochs[0]?.body.origin;
  const key = keys.get(1);
  return box === undefined || key === undefined
    ? { made: 'unknown' }
    : openOrigin(key, box, directory);
}

/** Whoever the reporter left out and has, or had, keys nonetheless. */
function leftOutIn(opened: OpenedCase): { now: boolean; ever: boolean } {
  const leftOut: readonly string[] = opened.leftOut;
  const names = ({ body }: VerifiedEpoch): boolean =>
    body.members.some(({ id }) => leftOut.includes(id));
  const chains = [opened.dialogue.chain, ...(opened.internal ? [opened.internal.chain] : [])];
  return {
    now: chains.some(({ epochs }) => epochs.slice(-1).some(names)),
    ever: chains.some(({ epochs }) => epochs.some(names)),
  };
}

/**
 * Verifies and opens a case: the id against the reporter's keys, both chains, every epoch's key and
 * commitment, every entry, and that nobody whom the reporter left out was made a member. Throws
 * nothing of the protocol's: what does not hold is named in the result, and whatever holds is opened.
 */
export function openCase(input: CaseInput): OpenedCase {
  const { directory, directories, reporter } = input;
  const context = { caseId: input.id, reporter, directory, directories };
  const of = (compartment: Compartment): Entry[] =>
    input.entries.filter((entry) => entry.header.compartment === compartment);
  const chain = verifyChain('dialogue', of('dialogue'), { ...context, dialogue: null });
  const notes = input.withInternal ? of('internal') : [];
  const notesChain =
    notes.length > 0 ? verifyChain('internal', notes, { ...context, dialogue: chain }) : null;
  const dialogue = openCompartment(chain, input);
  const internal = notesChain === null ? null : openCompartment(notesChain, input);
  const own = input.withIdentity === true ? of('identity') : [];
  const ownChain =
    own.length > 0 ? verifyChain('identity', own, { ...context, dialogue: chain }) : null;
  const identity =
    ownChain === null ? null : openCompartment(ownChain, { ...input, contents: IdentityEntry });
  const first = dialogue.entries.at(0)?.content;
  const report = first?.kind === 'report' ? first : null;
  const opened: OpenedCase = {
    id: input.id,
    dialogue,
    internal,
    identity,
    report,
    origin: input.opens === undefined ? originOf(dialogue, directory) : { made: 'unknown' },
    leftOut: leftOutBy(report, chain, directory),
    faults: [],
    mendable: [],
    notices: [],
  };
  const { faults, mendable, notices } = opened;
  if (caseIdOf(reporter) !== input.id) faults.push('wrong_case_id');
  if (chain.fault !== null) faults.push(chain.fault);
  if (notesChain !== null) {
    if (notesChain.fault !== null) faults.push(notesChain.fault);
    if (!notesFit(chain, notesChain)) faults.push('wrong_epoch');
  }
  if (ownChain !== null && ownChain.fault !== null) faults.push(ownChain.fault);
  if (first === undefined && faults.length === 0) faults.push('missing_entry');
  for (const lost of [dialogue.lost, internal?.lost]) if (lost) mendable.push(lost);
  const leftOut = leftOutIn(opened);
  if (leftOut.ever) (leftOut.now ? mendable : notices).push('left_out_member');
  return opened;
}

/** Whether the newest of these two effects in a chain is the first. */
function lasts(chain: VerifiedChain | undefined, effect: Effect, ends: Effect): boolean {
  const turn = chain?.records.findLast(({ entry: { header } }) =>
    [effect, ends].some((each) => each === header.effect),
  );
  return turn?.entry.header.effect === effect;
}

/**
 * `wrong_facts` where the server calls a case closed that nobody closed (it may reopen a case by
 * itself, where nobody decided about it in time), or names a day of removal for one that is held or
 * restricted, be it in part.
 */
export function faultInState(
  { dialogue, internal }: OpenedCase,
  facts: CaseFacts,
): ProtocolFault | null {
  const closed = lasts(dialogue.chain, 'close', 'reopen');
  const paused = (
    [
      ['hold', 'release'],
      ['restrict', 'unrestrict'],
      ['restrict_part', 'unrestrict_part'],
    ] as const
  ).some(([effect, ends]) => lasts(internal?.chain, effect, ends));
  const fits = (facts.closedOn === null || closed) && (facts.purgeOn === null || !paused);
  return fits ? null : 'wrong_facts';
}

/**
 * `wrong_facts` where the server names another channel than the report, or takes practice for a real
 * report or the reverse. A reporter knows that it lies; others cannot tell whether the reporter did,
 * in sealing another word than the server was told.
 */
export function faultInOrigin({ report }: OpenedCase, facts: CaseFacts): ProtocolFault | null {
  if (report === null) return null;
  const holds = report.channel === facts.channel && report.practice === facts.practice;
  return holds ? null : 'wrong_facts';
}

const HEAD_BYTES = 256;

/** Number and hash of an entry of an audit chain, short enough for what a desk remembers. */
export const AuditPlace = v.strictTuple([Count, bytesSchema(32)]);
export type AuditPlace = v.InferOutput<typeof AuditPlace>;

/** What a desk remembers of a case, sealed: how far it saw the chains, and read them. */
export const Head = v.strictObject({
  dialogue: v.strictObject({ sequence: Count, hash: RecordHash }),
  internal: v.nullable(v.strictObject({ sequence: Count, hash: RecordHash })),
  readThrough: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** How far this desk followed and signed the case's audit chain; absent before it did. */
  log: v.exactOptional(AuditPlace),
});
export type Head = v.InferOutput<typeof Head>;

/** Seals a head under the handler's own key (base64url). */
export function sealHead(own: Uint8Array, caseId: CaseId, handler: string, head: Head): string {
  const padded = pad(toJsonBytes(head), HEAD_BYTES);
  return toBase64(sealBox(own, 'head', [caseId, handler], padded));
}

/** Opens a head. Throws as `openBox` does, or `malformed`. */
export function openHead(own: Uint8Array, caseId: CaseId, handler: string, box: string): Head {
  return fromJsonBytes(Head, unpad(openBox(own, 'head', [caseId, handler], fromBase64(box))));
}

/** The head of a case as it was opened now. */
export function headOf(opened: OpenedCase, readThrough: number): Head {
  const newest = (chain: VerifiedChain): Head['internal'] => {
    const last = chain.records.at(-1);
    return last === undefined ? null : { sequence: last.entry.header.sequence, hash: last.hash };
  };
  const dialogue = newest(opened.dialogue.chain);
  if (dialogue === null) throw new ProtocolError('missing_entry');
  const internal = opened.internal === null ? null : newest(opened.internal.chain);
  return { dialogue, internal, readThrough };
}

/**
 * Compares a case with the head that this desk sealed when it last opened it: `truncated_chain`
 * where entries it saw are missing, `rewritten_chain` where they are others now, null where all
 * that it saw still stands.
 */
export function faultAgainstHead(opened: OpenedCase, head: Head): ProtocolFault | null {
  for (const compartment of ['dialogue', 'internal'] as const) {
    const seen = head[compartment];
    if (seen === null) continue;
    const record = opened[compartment]?.chain.records[seen.sequence - 1];
    if (record === undefined) return 'truncated_chain';
    if (record.hash !== seen.hash) return 'rewritten_chain';
  }
  return null;
}
