import {
  aloneness,
  effectFits,
  faultInGuestEntry,
  faultInErasing,
  guestsFit,
  memberTerms,
  noteErasing,
  noteMembers,
  epochBodyOf,
  isConfirmed,
  isEpochEntry,
  paddedTextSize,
  ProtocolError,
  signedRecordHash,
  faultInSeen,
  type CaseId,
  type Compartment,
  type NewEntry,
  type EntryHeader,
  type EpochBody,
  type EpochEntry,
  type Erasing,
  type ErasingFault,
  type Grant,
  type GuestFault,
  type Member,
  type Party,
  type ReaderRecord,
  type RecordHash,
  type SealedEntry,
} from '../../crypto/public.js';
import { bytesOf } from '../bytes.js';
import { ApiError, type ErrorCode } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import type { ErasableChains } from './erasures.js';

/** Bytes that XChaCha20-Poly1305 adds to what it seals. */
const TAG_BYTES = 16;

/** The newest epoch of a chain: whoever writes under it must be one of its members. */
export interface Epoch {
  number: number;
  commitment: string;
  members: readonly Member[];
}

/** The end of one compartment's chain. */
export interface Chain {
  sequence: number;
  head: RecordHash | null;
  epoch: Epoch | null;
}

export type Chains = Record<Compartment, Chain>;

/** Where a record stands in the dialogue, and whose it is. */
export type DialogueRecord = Pick<EntryHeader, 'author' | 'sequence'>;

/** All that the rules need to know besides the entries themselves. */
export interface AppendContext {
  case: { id: CaseId; organisation: string; reporter: { kem: string; sig: string } };
  chains: Chains;
  /** Who sends the entries, and where such a person may write. */
  author: Party;
  writes: readonly Compartment[];
  /** An active reader of the newest directory, null for anybody else. */
  reader(id: string): ReaderRecord | null;
  /** Whether somebody is a handler, or was one before leaving. */
  wasHandler(id: string): boolean;
  /** What is wrong with an epoch that a recovery officer's paper opens; null where it holds. */
  faultInCeremony(body: EpochBody, author: Party, before: readonly Member[]): string | null;
  /** The first id of somebody who came back under new keys. */
  person(id: string): string;
  /** Whether somebody's account can be signed in to. */
  canSignIn(id: string): boolean;
  /** Those records named as seen that stand in this case's dialogue, by hash. */
  dialogueRecords: ReadonlyMap<string, DialogueRecord>;
  /** Sequence of the record that the author named as seen last in each compartment, 0 for none. */
  seenBefore: Readonly<Record<Compartment, number>>;
  /** What each of the epoch entries says, see `readEpochBodies`. */
  bodies: ReadonlyMap<EpochEntry, EpochBody>;
  /** Persons who declared, in epochs that stand here, that they take no part any more. */
  recused: ReadonlySet<string>;
  /** Those directories named in epochs that were in force here, by `directoryKey`. */
  directories: ReadonlySet<string>;
  /** Those among the author and guests who accepted secrecy before; it is followed with. */
  sworn: Set<string>;
  /** The compartments in which something is to be erased, as they stand; they are followed with. */
  erasable: ErasableChains;
  /** Why whoever was left alone by all others may not erase by themselves yet; null where they may. */
  notAlone: ErrorCode | null;
}

/** Where the chains end after entries that hold, and the entries with their record hashes. */
export interface Followed {
  chains: Chains;
  records: { entry: NewEntry; recordHash: RecordHash }[];
}

/** A directory as an epoch names it, as one string. */
export function directoryKey(directory: EpochBody['directory']): string {
  return `${String(directory.version)} ${directory.hash}`;
}

/**
 * What an epoch entry says.
 *
 * @throws ApiError `malformed`, or `wrong_epoch` for a document that no epoch can have.
 */
export function readEpochBody(entry: EpochEntry): EpochBody {
  try {
    return epochBodyOf(entry);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ApiError(cause.fault === 'wrong_epoch' ? 'wrong_epoch' : 'malformed', { cause });
  }
}

/**
 * What the epoch entries among some entries say.
 *
 * @throws ApiError as {@link readEpochBody} does.
 */
export function readEpochBodies(entries: readonly NewEntry[]): Map<EpochEntry, EpochBody> {
  return new Map(entries.filter(isEpochEntry).map((entry) => [entry, readEpochBody(entry)]));
}

/**
 * Checks entries, in their order, and the grants that come with them against all the rules of the
 * chain that somebody who can decrypt nothing can check; answers where the chains end afterwards.
 * It stores nothing.
 *
 * @throws ApiError with the code of the first rule that is broken.
 */
export function followChains(
  context: AppendContext,
  entries: readonly NewEntry[],
  grants: readonly Grant[],
): Followed {
  const chains = { ...context.chains };
  const records: Followed['records'] = [];
  const seen = { records: new Map(context.dialogueRecords), before: { ...context.seenBefore } };
  const expected = new Set<string>();
  for (const entry of entries) {
    const { compartment } = entry.header;
    const chain = chains[compartment];
    checkPlace(context, chain, entry, seen);
    const { epoch, head } = isEpochEntry(entry)
      ? checkEpoch(context, chains, entry)
      : checkSealed(context, chain, entry);
    if (isEpochEntry(entry)) {
      for (const { id } of epoch.members)
        expected.add(`${compartment} ${String(epoch.number)} ${id}`);
    }
    checkErasing(context, entry, head, epoch);
    records.push({ entry, recordHash: head });
    if (compartment === 'dialogue') seen.records.set(head, entry.header);
    chains[compartment] = { sequence: chain.sequence + 1, head, epoch };
  }
  checkGrants(expected, grants);
  checkNotesReaders(chains);
  return { chains, records };
}

/** Whether the entry stands where it says, is its sender's, and follows the newest record. */
function checkPlace(
  context: AppendContext,
  chain: Chain,
  { header }: NewEntry,
  seen: SeenSoFar,
): void {
  bytesOf(header.commitment);
  if (header.case !== context.case.id) throw new ApiError('wrong_case');
  if (header.author !== context.author) throw new ApiError('wrong_author');
  if (!context.writes.includes(header.compartment)) throw new ApiError('wrong_compartment');
  if (header.sequence <= chain.sequence) throw new ApiError('sequence_taken');
  if (header.sequence > chain.sequence + 1) throw new ApiError('sequence_gap');
  if (header.previous !== chain.head) throw new ApiError('previous_unknown');
  checkSeen(header, seen);
  if (!effectFits(header)) throw new ApiError('wrong_effect');
}

/** What the clients' own rule says of erasing; see `faultInErasing`. */
function checkErasing(
  context: AppendContext,
  { header }: NewEntry,
  head: RecordHash,
  epoch: Epoch,
): void {
  const chain = context.erasable[header.compartment];
  if (chain === undefined) return;
  const { erasing, records } = chain;
  const isHandler = (id: string): boolean => context.reader(id)?.part === 'handler';
  const person = (id: string): string => context.person(id);
  const handlers = { ever: (id: string) => context.wasHandler(id), now: isHandler, person };
  const { erases, author }: EntryHeader = header;
  if (erases !== undefined && !isHandler(author)) throw new ApiError('wrong_erasure');
  const fault = faultInErasing(erasing, header, (sequence) => records.get(sequence), handlers);
  if (fault !== null) throw new ApiError(erasingCodes[fault]);
  const confirmed = isConfirmed(erasing, header, handlers);
  // what was erased before stays so, but nobody is confirmed by keys that may be in wrong hands
  if (
    header.effect === 'erase' &&
    confirmed &&
    !isConfirmed(canSign(context, erasing), header, handlers)
  ) {
    throw new ApiError('erasure_unconfirmed');
  }
  if (
    context.notAlone !== null &&
    header.effect === 'erase' &&
    !confirmed &&
    aloneness(erasing, header.author, handlers) === 'left'
  ) {
    throw new ApiError(context.notAlone);
  }
  noteErasing(erasing, header);
  noteMembers(erasing, epoch);
  records.set(header.sequence, { header, hash: head });
}

/** The proposals of those whose account can be signed in to. */
function canSign(context: AppendContext, { proposals }: Erasing): Pick<Erasing, 'proposals'> {
  const standing = [...proposals].map(
    ([key, by]) => [key, new Set([...by].filter((id) => context.canSignIn(id)))] as const,
  );
  return { proposals: new Map(standing) };
}

const erasingCodes = {
  wrong: 'wrong_erasure',
  erased: 'already_erased',
  unconfirmed: 'erasure_unconfirmed',
} as const satisfies Record<ErasingFault, ErrorCode>;

/** What the author of some entries may name as seen, as far as they were followed. */
interface SeenSoFar {
  records: Map<string, DialogueRecord>;
  before: Record<Compartment, number>;
}

/** The rule is the clients' own: what they would not read is not stored. */
function checkSeen(header: EntryHeader, { records, before }: SeenSoFar): void {
  const { compartment, seen } = header;
  const named = seen === null ? null : (records.get(seen) ?? 'unknown');
  if (named === 'unknown') throw new ApiError('seen_unknown');
  if (faultInSeen(header, named, before[compartment]) !== null) throw new ApiError('wrong_seen');
  if (named !== null) before[compartment] = named.sequence;
}

/** What a good entry makes of its chain. */
interface Checked {
  epoch: Epoch;
  head: RecordHash;
}

/** A sealed entry: under the newest epoch, by one of its members, of one of the sizes. */
function checkSealed(context: AppendContext, chain: Chain, entry: SealedEntry): Checked {
  const { header } = entry;
  const { epoch } = chain;
  if (epoch?.number !== header.epoch) throw new ApiError('epoch_outdated');
  if (epoch.commitment !== header.commitment) throw new ApiError('wrong_commitment');
  const text = bytesOf(entry.ciphertext).length - TAG_BYTES;
  if (paddedTextSize(text) !== text) throw new ApiError('wrong_size');
  const author = epoch.members.find(({ id }) => id === context.author);
  if (author === undefined) throw new ApiError('not_a_member');
  const fault = faultInGuestEntry(header, author.guest, context.sworn.has(author.id));
  if (fault !== null) throw new ApiError(guestCodes[fault]);
  const head = checkSignature(entry, author.sig);
  if (header.effect === 'accept_secrecy') context.sworn.add(author.id);
  return { epoch, head };
}

const guestCodes = {
  effect: 'wrong_effect',
  right: 'not_a_member',
  secrecy: 'secrecy_not_accepted',
} as const satisfies Record<GuestFault, ErrorCode>;

/** An epoch entry: the next epoch, opened by somebody who may, with members who may be. */
function checkEpoch(context: AppendContext, chains: Chains, entry: EpochEntry): Checked {
  const { header } = entry;
  const { compartment } = header;
  const current = chains[compartment].epoch;
  if (header.epoch !== (current?.number ?? 0) + 1) throw new ApiError('epoch_outdated');
  // the first of the notes is for whoever reads the dialogue at the record that it names
  if (compartment === 'internal' && current === null && header.seen !== chains.dialogue.head) {
    throw new ApiError('previous_unknown');
  }
  const head = checkSignature(entry, openerKey(context, chains, compartment));
  const body = context.bodies.get(entry) ?? readEpochBody(entry);
  if (body.previousKey !== null) bytesOf(body.previousKey);
  if (body.origin !== undefined) bytesOf(body.origin);
  if (!context.directories.has(directoryKey(body.directory))) {
    throw new ApiError('directory_unknown');
  }
  checkCeremony(context, body, current);
  checkMembers(context, header, body.members);
  checkMakerStays(context, header, body);
  if (compartment === 'dialogue' && current !== null) checkWhoGoesOn(context, body.members);
  const { epoch: number, commitment } = header;
  return { epoch: { number, commitment, members: body.members }, head };
}

/**
 * The key of somebody who may open the compartment's next epoch: the reporter begins the dialogue,
 * and alone opens epochs of the identity; elsewhere a handler goes on who reads the compartment, or the dialogue where it is the first.
 */
function openerKey(context: AppendContext, chains: Chains, compartment: Compartment): string {
  const current = chains[compartment].epoch;
  if (compartment === 'identity' || (compartment === 'dialogue' && current === null)) {
    if (context.author !== 'reporter') throw new ApiError('not_a_member');
    return context.case.reporter.sig;
  }
  const { members } = current ?? chains.dialogue.epoch ?? { members: [] };
  const author = members.find(({ id }) => id === context.author);
  const part = context.reader(context.author)?.part;
  // a paper goes on with what is there, and begins nothing
  const mayOpen = part === 'handler' || (part === 'recovery_officer' && current !== null);
  if (author === undefined || !mayOpen) throw new ApiError('not_a_member');
  return author.sig;
}

/** A paper opens an epoch by what two people signed, and nobody else does; see `faultInCeremony`. */
function checkCeremony(context: AppendContext, body: EpochBody, current: Epoch | null): void {
  const isPaper = context.reader(context.author)?.part === 'recovery_officer';
  if (isPaper !== (body.recovers !== undefined)) throw new ApiError('not_a_member');
  if (!isPaper) return;
  const fault = context.faultInCeremony(body, context.author, current?.members ?? []);
  if (fault !== null) throw new ApiError('not_a_member');
}

/**
 * The reporter reads the dialogue and the own identity; everybody else stands in the directory, and a
 * custodian in the identity alone, as nobody else does. An auditor reads no case.
 */
function checkMembers(
  context: AppendContext,
  { compartment, epoch }: Pick<EntryHeader, 'compartment' | 'epoch'>,
  members: readonly Member[],
): void {
  const reporter = members.find(({ id }) => id === 'reporter');
  const { kem, sig } = context.case.reporter;
  const fits =
    compartment === 'internal'
      ? reporter === undefined
      : reporter?.kem === kem && reporter.sig === sig;
  const readers = members.filter(({ id }) => id !== 'reporter');
  if (!fits || readers.length === 0) throw new ApiError('wrong_members');
  for (const member of readers) {
    const record = context.reader(member.id);
    if (
      record?.organisation !== context.case.organisation ||
      record.kem !== member.kem ||
      record.sig !== member.sig
    ) {
      throw new ApiError('member_unknown');
    }
    const { part } = record;
    if (part === 'auditor' || (part === 'custodian') !== (compartment === 'identity')) {
      throw new ApiError('wrong_members');
    }
  }
  const isGuest = (id: string): boolean => context.reader(id)?.part === 'guest';
  const begins = compartment === 'dialogue' && epoch === 1;
  if (!guestsFit(members, isGuest, begins)) throw new ApiError('wrong_members');
}

/** The rule is the clients' own: nobody goes in silence; see `checkMakerStays` of the chain. */
function checkMakerStays(
  { bodies }: AppendContext,
  { compartment, author, epoch }: EntryHeader,
  { members, recuses }: EpochBody,
): void {
  if (members.some(({ id }) => id === author)) return;
  const goes =
    compartment === 'internal'
      ? epoch > 1 && [...bodies.values()].some((body) => body.recuses === true)
      : recuses === true;
  if (!goes) throw new ApiError('wrong_members');
}

/**
 * Nobody comes back who declared to take no part, and no case is left without a handler who can sign
 * in: one whose account is closed answers nobody.
 */
function checkWhoGoesOn(context: AppendContext, members: readonly Member[]): void {
  if (members.some(({ id }) => context.recused.has(context.person(id)))) {
    throw new ApiError('wrong_members');
  }
  const handlers = members.filter(({ id }) => context.reader(id)?.part === 'handler');
  if (handlers.length === 0) throw new ApiError('last_holder');
  if (!handlers.some(({ id }) => context.canSignIn(id))) throw new ApiError('handlers_locked_out');
}

/** The notes belong to those readers who have the dialogue: nobody is shut out of one of the two. */
function checkNotesReaders({ dialogue, internal }: Chains): void {
  if (internal.epoch === null) return;
  const readers = new Set(dialogue.epoch?.members.map(memberTerms));
  readers.delete('reporter');
  const { members } = internal.epoch;
  if (members.length !== readers.size || members.some((each) => !readers.has(memberTerms(each)))) {
    throw new ApiError('wrong_members');
  }
}

/** The record hash of an entry that this key signed. */
function checkSignature(entry: NewEntry, key: string): RecordHash {
  bytesOf(entry.signature);
  const head = asApiError(() => signedRecordHash(entry, key));
  if (head === null) throw new ApiError('wrong_signature');
  return head;
}

/** Each member of each new epoch has one grant, and nobody else has any. */
function checkGrants(expected: ReadonlySet<string>, grants: readonly Grant[]): void {
  const given = new Set(
    grants.map(
      ({ compartment, epoch, recipient }) => `${compartment} ${String(epoch)} ${recipient}`,
    ),
  );
  const fits = given.size === grants.length && given.size === expected.size;
  if (!fits || [...given].some((key) => !expected.has(key))) {
    throw new ApiError('grants_do_not_fit');
  }
}
