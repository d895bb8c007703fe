import { faultInCeremony } from './ceremony.js';
import { effectFits } from './effect.js';
import {
  faultInErasing,
  handlersOf,
  noteErasing,
  noteMembers,
  nothingErased,
  type ErasableRecord,
  type Erasing,
} from './erasing.js';
import { ProtocolError, type ProtocolFault } from './errors.js';
import { faultInGuestEntry, guestsFit, type GuestFault } from './guest.js';
import type { CaseId, ReaderId, RecordHash } from './ids.js';
import {
  entryIsSignedBy,
  epochBodyOf,
  isEpochEntry,
  isErasedEntry,
  recordHashOf,
} from './record.js';
import { faultInSeen } from './seen.js';
import { identitiesOf } from './directory.js';
import type { Directory } from './wire/directory.js';
import type {
  Compartment,
  Entry,
  EntryHeader,
  EpochBody,
  EpochEntry,
  Member,
  Party,
} from './wire/entry.js';

/** An epoch that its entry proves: number, commitment, who may read. */
export interface VerifiedEpoch {
  entry: EpochEntry;
  hash: RecordHash;
  body: EpochBody;
}

/** A record at its place, under the epoch that was newest there. */
export interface VerifiedRecord {
  entry: Entry;
  hash: RecordHash;
  epoch: VerifiedEpoch;
}

/** One compartment's chain as far as it holds; `fault` says why it ends where it does. */
export interface VerifiedChain {
  compartment: Compartment;
  records: VerifiedRecord[];
  epochs: VerifiedEpoch[];
  /** What was erased in it. */
  erasing: Erasing;
  /** The guests who accepted to keep it secret. */
  sworn: Set<string>;
  fault: ProtocolFault | null;
}

/** What a chain is checked against. */
export interface ChainContext {
  caseId: CaseId;
  reporter: { kem: string; sig: string };
  directory: Directory;
  /** Hashes of directory versions, as far as this client knows them for certain. */
  directories: ReadonlyMap<number, string>;
  /**
   * The dialogue, when another chain is checked; null besides for a custodian, who does not see it.
   */
  dialogue: VerifiedChain | null;
}

function fail(fault: ProtocolFault, detail?: string): never {
  throw new ProtocolError(fault, detail);
}

function memberOf(epoch: VerifiedEpoch, party: Party): Member {
  return epoch.body.members.find(({ id }) => id === party) ?? fail('not_a_member');
}

/** Every member has the keys that the directory, or for the reporter the case id, vouches for. */
function checkMembers(
  body: EpochBody,
  { compartment, epoch }: Pick<EntryHeader, 'compartment' | 'epoch'>,
  context: ChainContext,
): void {
  const { version, hash } = body.directory;
  if (version > context.directory.version) fail('directory_rolled_back');
  // Somebody was shown a directory that nobody else knows.
  if ((context.directories.get(version) ?? hash) !== hash) fail('wrong_directory');
  let reporterIsIn = false;
  for (const member of body.members) {
    if (member.id === 'reporter') {
      reporterIsIn = true;
      if (member.kem !== context.reporter.kem || member.sig !== context.reporter.sig) {
        fail('wrong_epoch', 'keys of the reporter');
      }
      continue;
    }
    const known = context.directory.readers.find(({ record }) => record.id === member.id);
    if (known?.record.kem !== member.kem || known.record.sig !== member.sig) {
      fail('wrong_epoch', 'a member whom the directory does not know');
    }
    const { part } = known.record;
    if (part === 'auditor' || (part === 'custodian') !== (compartment === 'identity')) {
      fail('wrong_epoch', 'a member of another part');
    }
  }
  const isGuest = (id: string): boolean =>
    context.directory.readers.find(({ record }) => record.id === id)?.record.part === 'guest';
  const begins = compartment === 'dialogue' && epoch === 1;
  if (!guestsFit(body.members, isGuest, begins)) fail('wrong_epoch', 'guests');
  if (reporterIsIn !== (compartment !== 'internal')) fail('wrong_epoch', 'reporter');
}

/** Only a handler opens an epoch in a case that is there, and only while a member of it. */
function handlerOf(epoch: VerifiedEpoch, author: Party, { directory }: ChainContext): Member {
  const member = memberOf(epoch, author);
  const reader = directory.readers.find(({ record }) => record.id === author);
  return reader?.record.part === 'handler' ? member : fail('wrong_epoch', 'by no handler');
}

/** Whether somebody is a recovery officer, whose key exists on paper only. */
function isPaper(party: Party, { directory }: ChainContext): boolean {
  return directory.readers.some(
    ({ record }) => record.id === party && record.part === 'recovery_officer',
  );
}

/** A recovery officer's paper opens epochs in a ceremony alone, and nobody else does so by one. */
function checkCeremony(
  body: EpochBody,
  author: Party,
  current: VerifiedEpoch | undefined,
  context: ChainContext,
): void {
  if (!isPaper(author, context)) {
    if (body.recovers !== undefined) fail('wrong_epoch', 'ceremony by another');
    return;
  }
  const before = current?.body.members ?? [];
  const fault = faultInCeremony(body, author, before, context.directory);
  if (fault !== null) fail('wrong_epoch', fault);
}

/** Who opens an epoch: of the identity the reporter alone, who says which custodians can read it. */
function openerOf(
  { header }: EpochEntry,
  current: VerifiedEpoch | undefined,
  context: ChainContext,
): string | null {
  if (header.compartment !== 'identity') {
    if (current === undefined) return null;
    return isPaper(header.author, context)
      ? memberOf(current, header.author).sig
      : handlerOf(current, header.author, context).sig;
  }
  return header.author === 'reporter' ? context.reporter.sig : fail('wrong_epoch', 'opener');
}

/** Who signed the first epoch: the reporter the dialogue, a handler in the dialogue the notes. */
function firstSigner(entry: EpochEntry, context: ChainContext): string {
  const { header } = entry;
  if (header.compartment === 'dialogue') {
    return header.author === 'reporter' ? context.reporter.sig : fail('wrong_epoch', 'creator');
  }
  const seen = context.dialogue?.records.find(({ hash }) => hash === header.seen);
  if (seen === undefined) return fail('truncated_chain', 'dialogue');
  return handlerOf(seen.epoch, header.author, context).sig;
}

function checkSeen({ header }: Entry, chain: VerifiedChain, context: ChainContext): void {
  const { compartment, author } = header;
  if (compartment === 'identity' && context.dialogue === null) {
    if ((header.seen === null) !== (author !== 'reporter')) fail('reused_seen_head');
    return;
  }
  const dialogue = compartment === 'dialogue' ? chain : context.dialogue;
  const named = (hash: RecordHash | null): EntryHeader | undefined =>
    dialogue?.records.find((record) => record.hash === hash)?.entry.header;
  const earlier = chain.records.findLast(
    ({ entry }) => entry.header.author === header.author && entry.header.seen !== null,
  )?.entry.header.seen;
  const seen = header.seen === null ? null : (named(header.seen) ?? 'unknown');
  const fault = faultInSeen(header, seen, named(earlier ?? null)?.sequence ?? 0);
  if (fault !== null) fail(fault);
}

/** Readers who declared that they take no part in the case any more: the authors of such epochs. */
export function recusedIn(epochs: readonly VerifiedEpoch[]): ReaderId[] {
  return epochs.flatMap(({ body, entry: { header } }) =>
    body.recuses === true && header.author !== 'reporter' ? header.author : [],
  );
}

/**
 * Whoever declared to take no part is named by no later epoch, nor is the same person under other
 * keys; and no handler leaves a case to people who are none.
 */
function checkWhoGoesOn(
  { members }: EpochBody,
  compartment: Compartment,
  before: readonly VerifiedEpoch[],
  { directory }: ChainContext,
): void {
  if (compartment !== 'dialogue' || before.length === 0) return;
  const person = (id: string): string => identitiesOf(directory, id).at(-1) ?? id;
  const gone = new Set(recusedIn(before).map(person));
  if (members.some(({ id }) => gone.has(person(id)))) fail('wrong_epoch', 'recused');
  const isHandler = ({ id }: Member): boolean =>
    directory.readers.some(({ record }) => record.id === id && record.part === 'handler');
  if (!members.some(isHandler)) fail('wrong_epoch', 'no handler');
}

/**
 * An epoch names whoever makes it, who has its keys: nobody goes in silence. But for a declared
 * conflict, and the epoch of the notes that comes with it, which is never their first.
 */
function checkMakerStays(
  { members, recuses }: EpochBody,
  { compartment, author, epoch }: EntryHeader,
  { dialogue }: ChainContext,
): void {
  if (members.some(({ id }) => id === author)) return;
  const goes =
    compartment === 'internal'
      ? epoch > 1 && recusedIn(dialogue?.epochs ?? []).some((id) => id === author)
      : recuses === true;
  if (!goes) fail('wrong_epoch', 'without its maker');
}

/**
 * Checks an epoch entry by itself: number, signature by who may open it, its members, that whoever
 * makes it is one of them or declares to go, and that it lets in nobody again who did.
 */
function verifiedEpoch(
  entry: EpochEntry,
  before: readonly VerifiedEpoch[],
  context: ChainContext,
): VerifiedEpoch {
  const { header } = entry;
  const current = before.at(-1);
  if (header.epoch !== (current?.entry.header.epoch ?? 0) + 1) fail('wrong_epoch');
  const signer = openerOf(entry, current, context) ?? firstSigner(entry, context);
  if (!entryIsSignedBy(entry, signer)) fail('wrong_signature');
  const body = epochBodyOf(entry);
  checkCeremony(body, header.author, current, context);
  checkMembers(body, header, context);
  checkMakerStays(body, header, context);
  checkWhoGoesOn(body, header.compartment, before, context);
  return { entry, hash: recordHashOf(entry), body };
}

const guestFaults = {
  effect: 'wrong_effect',
  right: 'not_a_member',
  secrecy: 'not_a_member',
} as const satisfies Record<GuestFault, ProtocolFault>;

function addEntry(entry: Entry, chain: VerifiedChain, context: ChainContext): void {
  const { header } = entry;
  const last = chain.records.at(-1);
  const current = chain.epochs.at(-1);
  if (header.case !== context.caseId) fail('wrong_case_id');
  if (header.compartment !== chain.compartment) fail('wrong_compartment');
  if (header.sequence !== chain.records.length + 1) fail('missing_entry');
  if (header.previous !== (last?.hash ?? null)) fail('wrong_previous');
  checkSeen(entry, chain, context);
  if (!effectFits(header)) fail('wrong_effect');
  const hash = recordHashOf(entry);
  if (isEpochEntry(entry)) {
    const epoch = verifiedEpoch(entry, chain.epochs, context);
    if (epoch.body.recuses === true) chain.erasing.recused.add(header.author);
    chain.epochs.push(epoch);
    chain.records.push({ entry, hash, epoch });
    noteMembers(chain.erasing, epoch.body);
    return;
  }
  if (current === undefined) fail('wrong_epoch', 'none yet');
  if (header.epoch !== current.entry.header.epoch) fail('wrong_epoch');
  if (header.commitment !== current.entry.header.commitment) fail('wrong_commitment');
  const author = memberOf(current, header.author);
  if (!entryIsSignedBy(entry, author.sig)) fail('wrong_signature');
  const fault = faultInGuestEntry(header, author.guest, chain.sworn.has(author.id));
  if (fault !== null) fail(guestFaults[fault]);
  if (header.effect === 'accept_secrecy') chain.sworn.add(author.id);
  checkErasing(entry, chain, context);
  chain.records.push({ entry, hash, epoch: current });
}

/** What an entry erases, proposes to erase, or declines to; see {@link faultInErasing}. */
function checkErasing({ header }: Entry, chain: VerifiedChain, { directory }: ChainContext): void {
  const recordAt = (sequence: number): ErasableRecord | undefined => {
    const record = chain.records[sequence - 1];
    return record && { header: record.entry.header, hash: record.hash };
  };
  const fault = faultInErasing(chain.erasing, header, recordAt, handlersOf(directory));
  if (fault !== null) fail('wrong_erasure', fault);
  noteErasing(chain.erasing, header);
}

/** Ends a chain before the first entry that lacks its body although no entry after it erased it. */
function endBeforeWithheld(chain: VerifiedChain): void {
  const { records, epochs, erasing } = chain;
  const at = records.findIndex(
    ({ entry }) => isErasedEntry(entry) && !erasing.entries.has(entry.header.sequence),
  );
  if (at === -1) return;
  chain.fault = 'missing_entry';
  chain.records = records.slice(0, at);
  chain.epochs = epochs.filter(({ entry }) => entry.header.sequence <= at);
}

/**
 * Follows one compartment's entries from the first and checks every link, signature, epoch and
 * member, and that a body is missing only where an entry erased it. Never throws a protocol fault: it
 * ends at the first one and names it.
 */
export function verifyChain(
  compartment: Compartment,
  entries: readonly Entry[],
  context: ChainContext,
): VerifiedChain {
  const chain: VerifiedChain = {
    compartment,
    records: [],
    epochs: [],
    erasing: nothingErased(),
    sworn: new Set(),
    fault: null,
  };
  // a conflict is declared in the conversation, and goes for the notes
  for (const id of recusedIn(context.dialogue?.epochs ?? [])) chain.erasing.recused.add(id);
  try {
    if (compartment === 'dialogue' && entries.length === 0) fail('missing_entry');
    for (const entry of entries) addEntry(entry, chain, context);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    chain.fault = error.fault;
  }
  endBeforeWithheld(chain);
  return chain;
}

/**
 * Follows the epoch entries of a compartment without the entries between them: who signed each, and
 * whom it names. That shows who was given the keys; what was written it does not show, nor an entry
 * that is missing between two epochs. Ends at the first that does not hold, and names the fault.
 */
export function verifyEpochs(
  entries: readonly EpochEntry[],
  context: Omit<ChainContext, 'dialogue'>,
  compartment: 'dialogue' | 'identity' = 'dialogue',
): Pick<VerifiedChain, 'epochs' | 'fault'> {
  const found: Pick<VerifiedChain, 'epochs' | 'fault'> = { epochs: [], fault: null };
  try {
    if (entries.length === 0) fail('missing_entry');
    for (const entry of entries) {
      const { header } = entry;
      const current = found.epochs.at(-1);
      if (header.case !== context.caseId) fail('wrong_case_id');
      if (header.compartment !== compartment) fail('wrong_compartment');
      const before = current?.entry.header.sequence ?? 0;
      // the first epoch is the first entry of all
      if (current === undefined ? header.sequence !== 1 : header.sequence <= before) {
        fail('missing_entry');
      }
      found.epochs.push(verifiedEpoch(entry, found.epochs, { ...context, dialogue: null }));
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    found.fault = error.fault;
  }
  return found;
}

/** The newest record that the other side wrote, for `seen` in a new dialogue entry. */
export function newestOfOtherSide(chain: VerifiedChain, author: Party): RecordHash | null {
  const other = chain.records.findLast(
    ({ entry }) => (entry.header.author === 'reporter') !== (author === 'reporter'),
  );
  return other?.hash ?? null;
}
