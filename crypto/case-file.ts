import * as v from 'valibot';
import { fromBase64, toBase64 } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { verifyChain, type VerifiedChain, type VerifiedEpoch } from './chain.js';
import { mayStand, type EntryContent, type Report } from './content.js';
import { openEntry } from './entry.js';
import { openPreviousKey, type EpochKey, type EpochPlace } from './epoch.js';
import { ProtocolError, type ProtocolFault } from './errors.js';
import { RecordHash, type CaseId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { caseIdOf } from './record.js';
import type { Directory } from './wire/directory.js';
import { Count, type Compartment, type Entry, type Party } from './wire/entry.js';
import type { CaseFacts } from './wire/reports.js';

/** A sealed entry after it was verified and opened. */
export interface OpenedEntry {
  compartment: Compartment;
  sequence: number;
  hash: RecordHash;
  author: Party;
  content: EntryContent;
}

/** A compartment with its keys: what is needed to read and to write on. */
export interface OpenedCompartment {
  chain: VerifiedChain;
  /** Keys by epoch number, for every epoch of the chain. */
  keys: Map<number, EpochKey>;
  entries: OpenedEntry[];
}

/** A case as far as it could be verified; `faults` is empty for an honest server. */
export interface OpenedCase {
  id: CaseId;
  dialogue: OpenedCompartment;
  internal: OpenedCompartment | null;
  report: Report | null;
  faults: ProtocolFault[];
}

/** What is needed to open a case. */
export interface CaseInput {
  id: CaseId;
  reporter: { kem: string; sig: string };
  entries: readonly Entry[];
  directory: Directory;
  /** Hashes of directory versions, as far as this client knows them for certain. */
  directories: ReadonlyMap<number, string>;
  /** Opens the newest epoch's key from a grant or an own copy; throws a ProtocolError otherwise. */
  keyFor: (place: EpochPlace, commitment: string) => EpochKey;
  /** Whether the internal compartment is this reader's to open. */
  withInternal: boolean;
}

function keysOf(
  caseId: CaseId,
  compartment: Compartment,
  epochs: readonly VerifiedEpoch[],
  keyFor: CaseInput['keyFor'],
): Map<number, EpochKey> {
  const keys = new Map<number, EpochKey>();
  let key: EpochKey | null = null;
  for (const { entry, body } of epochs.toReversed()) {
    const { epoch, commitment } = entry.header;
    key ??= keyFor({ case: caseId, compartment, epoch }, commitment);
    keys.set(epoch, key);
    const before = epochs.find((other) => other.entry.header.epoch === epoch - 1);
    if (body.previousKey !== null && before !== undefined) {
      key = openPreviousKey(key, body.previousKey, before.entry.header.commitment);
    }
  }
  return keys;
}

function openCompartment(
  chain: VerifiedChain,
  input: CaseInput,
  faults: ProtocolFault[],
): OpenedCompartment {
  const opened: OpenedCompartment = { chain, keys: new Map(), entries: [] };
  if (chain.fault !== null) faults.push(chain.fault);
  try {
    opened.keys = keysOf(input.id, chain.compartment, chain.epochs, input.keyFor);
    for (const { entry, hash } of chain.records) {
      if ('body' in entry) continue;
      const { author, sequence, epoch } = entry.header;
      const key = opened.keys.get(epoch);
      if (key === undefined) throw new ProtocolError('wrong_epoch');
      const content = openEntry(key, entry);
      const side = author === 'reporter' ? 'reporter' : 'reader';
      if (!mayStand(content, chain.compartment, side, sequence)) {
        throw new ProtocolError('unknown_author');
      }
      opened.entries.push({ compartment: chain.compartment, sequence, hash, author, content });
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    faults.push(error.fault);
  }
  return opened;
}

/** Whoever reads the notes now reads the dialogue: one who was taken off cannot begin them again. */
function notesFit(dialogue: VerifiedChain, notes: VerifiedChain): boolean {
  const readers = new Set(dialogue.epochs.at(-1)?.body.members.map(({ id }) => id));
  return notes.epochs.at(-1)?.body.members.every(({ id }) => readers.has(id)) ?? true;
}

/**
 * Verifies and opens a case: the id against the reporter's keys, both chains, every epoch's key and
 * commitment, every entry, and that nobody whom the reporter left out was made a member. Throws
 * nothing of the protocol's: what does not hold is in `faults`, and what stands before it is opened.
 */
export function openCase(input: CaseInput): OpenedCase {
  const faults: ProtocolFault[] = [];
  if (caseIdOf(input.reporter) !== input.id) faults.push('wrong_case_id');
  const { directory, directories, reporter } = input;
  const context = { caseId: input.id, reporter, directory, directories };
  const of = (compartment: Compartment): Entry[] =>
    input.entries.filter((entry) => entry.header.compartment === compartment);
  const chain = verifyChain('dialogue', of('dialogue'), { ...context, dialogue: null });
  const dialogue = openCompartment(chain, input, faults);
  const notes = of('internal');
  const internal =
    input.withInternal && notes.length > 0
      ? openCompartment(
          verifyChain('internal', notes, { ...context, dialogue: chain }),
          input,
          faults,
        )
      : null;
  if (internal !== null && !notesFit(chain, internal.chain)) faults.push('wrong_epoch');
  const first = dialogue.entries.at(0)?.content;
  const report = first?.kind === 'report' ? first : null;
  if (report === null && faults.length === 0) faults.push('missing_entry');
  const leftOut: readonly string[] = report?.leftOut ?? [];
  const epochs = [...chain.epochs, ...(internal?.chain.epochs ?? [])];
  if (epochs.some(({ body }) => body.members.some(({ id }) => leftOut.includes(id)))) {
    faults.push('left_out_member');
  }
  return { id: input.id, dialogue, internal, report, faults };
}

/**
 * Compares what the server says of a case with what its entries say: `wrong_facts` where it names
 * another channel, takes practice for a real report or the reverse, or calls a case closed that
 * nobody closed.
 */
export function faultInFacts(
  { report, dialogue }: OpenedCase,
  facts: CaseFacts,
): ProtocolFault | null {
  const turn = dialogue.entries.findLast(
    ({ content }) => content.kind === 'closure' || content.kind === 'reopening',
  );
  const closed = turn?.content.kind === 'closure';
  const holds =
    (report === null || (report.channel === facts.channel && report.practice === facts.practice)) &&
    (facts.closedOn === null || closed);
  return holds ? null : 'wrong_facts';
}

const HEAD_BYTES = 256;

/** What a desk remembers of a case, sealed: how far it saw the chains, and read them. */
export const Head = v.strictObject({
  dialogue: v.strictObject({ sequence: Count, hash: RecordHash }),
  internal: v.nullable(v.strictObject({ sequence: Count, hash: RecordHash })),
  readThrough: v.pipe(v.number(), v.integer(), v.minValue(0)),
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
