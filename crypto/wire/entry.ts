import * as v from 'valibot';
import {
  AttachmentId,
  bytesBetween,
  bytesSchema,
  CaseId,
  Day,
  DirectoryHash,
  ReaderId,
  RecordHash,
} from '../ids.js';
import { TEXT_MAX_BYTES } from '../padding.js';
import { KEM_CIPHERTEXT_BYTES, KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { BOX_OVERHEAD } from '../box.js';
import { SignedCeremony } from './ceremony.js';

/** A whole number that counts from one. */
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/**
 * An audience inside a case: the conversation, the handlers' own notes, and the reporter's identity,
 * which only the reporter and custodians read.
 */
export const Compartment = v.picklist(['dialogue', 'internal', 'identity']);
export type Compartment = v.InferOutput<typeof Compartment>;

/** Who wrote an entry or holds a grant. */
export const Party = v.union([v.literal('reporter'), ReaderId]);
export type Party = v.InferOutput<typeof Party>;

/**
 * What an entry does to its case, in the one word of it that the server may read: a handler closes or
 * reopens in the dialogue; among themselves handlers decide that a closed case needs nothing further,
 * hold it, restrict it or parts of it, and take each back, or that it is removed, which one proposes
 * and another agrees to or declines; a custodian says that the identity is opened. In
 * dialogue and notes a handler proposes that something that stands there is erased, and another does
 * it or declines. Among the notes a guest accepts to keep secret what the case says.
 */
export const Effect = v.picklist([
  'close',
  'reopen',
  'nothing_further',
  'hold',
  'release',
  'restrict',
  'unrestrict',
  'restrict_part',
  'unrestrict_part',
  'propose_removal',
  'decline_removal',
  'remove',
  'open_identity',
  'accept_secrecy',
  'propose_erasure',
  'decline_erasure',
  'erase',
]);
export type Effect = v.InferOutput<typeof Effect>;

/** Most entries, and most files, that are erased together. */
export const ERASED_ENTRIES_LIMIT = 20;
export const ERASED_FILES_LIMIT = 100;

/** A record of the same compartment, by place and hash. */
export const RecordPlace = v.strictObject({ sequence: Count, hash: RecordHash });
export type RecordPlace = v.InferOutput<typeof RecordPlace>;

function ascend(list: readonly string[] | readonly number[]): boolean {
  return list.every((each, at) => at === 0 || (list[at - 1] ?? each) < each);
}

/**
 * What is erased: bodies of entries, and files with them, each list in ascending order. `remains` is
 * the entry that stands for what is erased from then on, null where nothing does.
 */
export const Erases = v.pipe(
  v.strictObject({
    entries: v.pipe(v.array(RecordPlace), v.minLength(1), v.maxLength(ERASED_ENTRIES_LIMIT)),
    files: v.pipe(v.array(AttachmentId), v.maxLength(ERASED_FILES_LIMIT)),
    remains: v.nullable(RecordPlace),
  }),
  v.check(({ entries }) => ascend(entries.map(({ sequence }) => sequence))),
  v.check(({ files }) => ascend(files)),
);
export type Erases = v.InferOutput<typeof Erases>;

/**
 * What stands before every entry, in the clear and signed. `form` tells an epoch entry, whose body
 * is readable, from a sealed one; `effect` is null where an entry only says something.
 */
export const EntryHeader = v.strictObject({
  version: v.literal(1),
  case: CaseId,
  compartment: Compartment,
  sequence: Count,
  epoch: Count,
  author: Party,
  previous: v.nullable(RecordHash),
  seen: v.nullable(RecordHash),
  commitment: bytesSchema(32),
  form: v.picklist(['epoch', 'sealed']),
  effect: v.nullable(Effect),
  /** There with the effects that are about erasing, and with no other. */
  erases: v.exactOptional(Erases),
});
export type EntryHeader = v.InferOutput<typeof EntryHeader>;

/** What the header of an entry has that erases nothing. */
const plainHeader = v.omit(EntryHeader, ['erases']).entries;

/** An entry of sealed text: the server can verify its signature and its place, and read nothing. */
export const SealedEntry = v.strictObject({
  header: v.strictObject({ ...EntryHeader.entries, form: v.literal('sealed') }),
  nonce: bytesSchema(24),
  ciphertext: bytesBetween(4 * 1024 + 16, TEXT_MAX_BYTES + 16),
  signature: bytesSchema(64),
});
export type SealedEntry = v.InferOutput<typeof SealedEntry>;

/** An epoch entry: `body` is the bytes of an {@link EpochBody} document. */
export const EpochEntry = v.strictObject({
  header: v.strictObject({ ...plainHeader, form: v.literal('epoch'), effect: v.null() }),
  body: bytesBetween(1, 256 * 1024),
  signature: bytesSchema(64),
});
export type EpochEntry = v.InferOutput<typeof EpochEntry>;

/** An entry that can be written. */
export const NewEntry = v.union([SealedEntry, EpochEntry]);
export type NewEntry = v.InferOutput<typeof NewEntry>;

/**
 * What is left of a sealed entry that was erased: the hash of its body stands for the body, so that
 * its record hash and its author's signature can be checked as before. What it did to the case stands
 * in the header, and stays.
 */
export const ErasedEntry = v.strictObject({
  header: v.strictObject({ ...EntryHeader.entries, form: v.literal('sealed') }),
  bodyHash: bytesSchema(32),
  signature: bytesSchema(64),
});
export type ErasedEntry = v.InferOutput<typeof ErasedEntry>;

/** An entry as it is handed out. */
export const Entry = v.union([SealedEntry, EpochEntry, ErasedEntry]);
export type Entry = v.InferOutput<typeof Entry>;

/** How far a guest may go in one case, as the handler who opened the epoch signed it. */
export const GuestTerms = v.strictObject({
  /** The last day on which the guest reads. */
  until: Day,
  /** Whether the guest may write notes. */
  write: v.boolean(),
  /** Whether the guest's client saves files and the case. */
  save: v.boolean(),
});
export type GuestTerms = v.InferOutput<typeof GuestTerms>;

/** A member of an epoch with the public keys that its entries and grants must fit. */
export const Member = v.strictObject({
  id: Party,
  kem: bytesSchema(KEM_PUBLIC_KEY_BYTES),
  sig: bytesSchema(32),
  /** There for guests, and for nobody else. */
  guest: v.exactOptional(GuestTerms),
});
export type Member = v.InferOutput<typeof Member>;

/** Plaintext size of what a case says of who made it, in bytes. */
export const ORIGIN_BYTES = 512;

/** What an epoch entry says: who may read from now on, by which directory, and the way back. */
export const EpochBody = v.strictObject({
  members: v.pipe(v.array(Member), v.minLength(1), v.maxLength(100)),
  directory: v.strictObject({ version: Count, hash: DirectoryHash }),
  /**
   * The previous epoch's key in a box under this one's; null in the first, and where its author could
   * not have it.
   */
  previousKey: v.nullable(bytesSchema(BOX_OVERHEAD + 32)),
  /**
   * That its author, whom it does not name any more, takes no part in the case from now on, for good:
   * in the dialogue alone, and never in the first.
   */
  recuses: v.exactOptional(v.literal(true)),
  /**
   * On what a recovery officer's paper opens it: there where such a paper is its author, and nowhere
   * else; never in the first, and not in the identity.
   */
  recovers: v.exactOptional(SignedCeremony),
  /** Who made the case, sealed under this epoch's key: in the first of the dialogue alone. */
  origin: v.exactOptional(bytesSchema(BOX_OVERHEAD + ORIGIN_BYTES)),
});
export type EpochBody = v.InferOutput<typeof EpochBody>;

/** An epoch key on its way to one member. */
export const Grant = v.strictObject({
  compartment: Compartment,
  epoch: Count,
  recipient: Party,
  kem: bytesSchema(KEM_CIPHERTEXT_BYTES),
  box: bytesSchema(BOX_OVERHEAD + 32),
});
export type Grant = v.InferOutput<typeof Grant>;

/** An epoch key that a handler's client keeps under the handler's own symmetric key. */
export const OwnKey = v.strictObject({
  compartment: Compartment,
  epoch: Count,
  box: bytesSchema(BOX_OVERHEAD + 32),
});
export type OwnKey = v.InferOutput<typeof OwnKey>;

/** Plaintext size of an overview record, in bytes. */
export const OVERVIEW_BYTES = 512;

/** What a list shows of a case, sealed under an epoch key of the compartment named. */
export const SealedOverview = v.strictObject({
  compartment: v.picklist(['dialogue', 'internal']),
  epoch: Count,
  box: bytesSchema(BOX_OVERHEAD + OVERVIEW_BYTES),
});
export type SealedOverview = v.InferOutput<typeof SealedOverview>;
