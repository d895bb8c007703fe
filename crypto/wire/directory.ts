import * as v from 'valibot';
import {
  AccountId,
  bytesBetween,
  bytesSchema,
  ChannelId,
  Country,
  Day,
  DirectoryHash,
  InstallationId,
  Language,
  OrganisationId,
  ReaderId,
  Texts,
} from '../ids.js';
import { KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { Questionnaire } from '../questionnaire.js';
import { ShownName } from '../shown-name.js';
import { Deadlines, TermsReason } from './deadlines.js';
import { Count } from './entry.js';
import { Notices } from './notices.js';
import { Retention, RetentionMonths, RetentionRule } from './retention.js';

/**
 * What a reader may do. A custodian opens the identities that reporters give in the channels named,
 * and reads nothing else of their cases. A guest is from outside the organisation and reads the cases
 * that a handler of theirs grants; no report is sealed to one. An auditor reads the log and the sealed
 * figures, and no case.
 */
export const ReaderPart = v.picklist([
  'handler',
  'recovery_officer',
  'custodian',
  'guest',
  'auditor',
]);
export type ReaderPart = v.InferOutput<typeof ReaderPart>;

/** The part of a reader's record that an admission signs. */
export const ReaderRecord = v.strictObject({
  id: ReaderId,
  organisation: OrganisationId,
  channels: v.array(ChannelId),
  part: ReaderPart,
  name: ShownName,
  role: Texts,
  kem: bytesSchema(KEM_PUBLIC_KEY_BYTES),
  sig: bytesSchema(32),
  /** The same person under keys from before, which left; null for somebody new. */
  replaces: v.nullable(ReaderId),
});
export type ReaderRecord = v.InferOutput<typeof ReaderRecord>;

/** Who let somebody in: the root (those of set-up), or an administrator and a handler. */
export const Admission = v.variant('by', [
  v.strictObject({ by: v.literal('root'), signature: bytesSchema(64) }),
  v.strictObject({
    by: v.literal('two'),
    administrator: AccountId,
    administratorSignature: bytesSchema(64),
    handler: ReaderId,
    handlerSignature: bytesSchema(64),
  }),
]);
export type Admission = v.InferOutput<typeof Admission>;

/** A reader in the directory. One who left stays, so that admissions by that person still verify. */
export const Reader = v.strictObject({
  record: ReaderRecord,
  admission: Admission,
  state: v.picklist(['active', 'left']),
});
export type Reader = v.InferOutput<typeof Reader>;

/** What a delegation signs of an administrator: who that is, and the keys. */
export const AdministratorRecord = v.strictObject({
  id: AccountId,
  organisation: OrganisationId,
  /** Counts the administrators of an installation; no two have the same. */
  serial: Count,
  kem: bytesSchema(KEM_PUBLIC_KEY_BYTES),
  sig: bytesSchema(32),
});
export type AdministratorRecord = v.InferOutput<typeof AdministratorRecord>;

/**
 * An administrator who waits for admission. The name goes with the record as far as the desk: the
 * directory, which everybody can read, has none.
 */
export const NewAdministrator = v.strictObject({
  ...AdministratorRecord.entries,
  part: v.literal('administrator'),
  name: ShownName,
});
export type NewAdministrator = v.InferOutput<typeof NewAdministrator>;

/** Somebody who waits for admission. */
export const NewPerson = v.union([ReaderRecord, NewAdministrator]);
export type NewPerson = v.InferOutput<typeof NewPerson>;

export const Administrator = v.strictObject({
  ...AdministratorRecord.entries,
  /** By the root (the first administrator), or by another administrator and a handler. */
  delegation: Admission,
  state: v.picklist(['active', 'revoked']),
});
export type Administrator = v.InferOutput<typeof Administrator>;

export const Organisation = v.strictObject({
  id: OrganisationId,
  names: Texts,
  country: Country,
  /** The root's Ed25519 public key. */
  root: bytesSchema(32),
});
export type Organisation = v.InferOutput<typeof Organisation>;

/** A key under which the server signs receipts. Those of before stay, so that theirs still verify. */
export const ReceiptKey = v.strictObject({
  sig: bytesSchema(32),
  /** The last day that it signs for; null for the one in use. */
  until: v.nullable(Day),
});
export type ReceiptKey = v.InferOutput<typeof ReceiptKey>;

/**
 * Who reads a channel beside those whose records name it, and who of those does not any more, as of
 * the version of the directory that both knew who signed it.
 */
export const RosterTerms = v.strictObject({
  channel: ChannelId,
  since: Count,
  added: v.pipe(v.array(ReaderId), v.maxLength(1000)),
  removed: v.pipe(v.array(ReaderId), v.maxLength(1000)),
});
export type RosterTerms = v.InferOutput<typeof RosterTerms>;

/** The readers of a channel as an administrator and a handler of it agreed. */
export const Roster = v.strictObject({
  terms: RosterTerms,
  administrator: AccountId,
  administratorSignature: bytesSchema(64),
  handler: ReaderId,
  handlerSignature: bytesSchema(64),
});
export type Roster = v.InferOutput<typeof Roster>;

export const Channel = v.strictObject({
  id: ChannelId,
  organisation: OrganisationId,
  names: Texts,
  /** The organisation's own words to reporters. */
  texts: Texts,
  country: Country,
  /** Why it follows another country's act than before; absent as long as it never did. */
  countryReason: v.exactOptional(TermsReason),
  /** What the organisation promises of the dates; absent where nothing more than they are. */
  deadlines: v.exactOptional(Deadlines),
  /** What the organisation says to the notices of the country; absent as long as it never did. */
  notices: v.exactOptional(Notices),
  languages: v.pipe(v.array(Language), v.minLength(1)),
  published: v.boolean(),
  /** Full months after closure until a case is purged, at most: where there is no `retention`. */
  retentionMonths: RetentionMonths,
  /** How long cases are kept otherwise; absent where it is the months alone. */
  retention: v.exactOptional(Retention),
  /** Whether a public body answers for it, which hands over to an archive; absent where not. */
  publicBody: v.exactOptional(v.literal(true)),
  /** Whether reporters may take a receipt. */
  receipts: v.boolean(),
  /** Whether a second person confirms what is taken out of a case as a file; absent where not. */
  exportsByTwo: v.exactOptional(v.literal(true)),
  /** The channel's own questions; absent where it asks the built-in ones. */
  questionnaire: v.exactOptional(Questionnaire),
  /** For whom it is, in a sentence: what reporters choose by where there are several. */
  about: v.exactOptional(Texts),
  /** Takes no reports any more, practice neither; absent where it may. */
  closed: v.exactOptional(v.literal(true)),
  /** Absent as long as the readers' records alone say who reads. */
  roster: v.exactOptional(Roster),
});
export type Channel = v.InferOutput<typeof Channel>;

/** The one signed document of an installation. */
export const Directory = v.strictObject({
  v: v.literal(1),
  installation: InstallationId,
  version: Count,
  date: Day,
  previous: v.nullable(DirectoryHash),
  organisations: v.pipe(v.array(Organisation), v.minLength(1), v.maxLength(100)),
  administrators: v.pipe(v.array(Administrator), v.maxLength(1000)),
  channels: v.pipe(v.array(Channel), v.maxLength(1000)),
  readers: v.pipe(v.array(Reader), v.maxLength(1000)),
  /** Oldest first. */
  receiptKeys: v.pipe(v.array(ReceiptKey), v.maxLength(1000)),
});
export type Directory = v.InferOutput<typeof Directory>;

/** The document's exact bytes and the administrator's signature over them. */
export const SignedDirectory = v.strictObject({
  document: bytesBetween(1, 4 * 1024 * 1024),
  administrator: AccountId,
  signature: bytesSchema(64),
});
export type SignedDirectory = v.InferOutput<typeof SignedDirectory>;

/** A handler's word that a directory was still the newest on a day. */
export const Stamp = v.strictObject({
  reader: ReaderId,
  hash: DirectoryHash,
  day: Day,
  signature: bytesSchema(64),
});
export type Stamp = v.InferOutput<typeof Stamp>;

/** GET /api/directory */
export const DirectoryAnswer = v.strictObject({
  directory: SignedDirectory,
  stamps: v.array(Stamp),
  /** The largest file the server takes, in bytes; a setting of the server's, so nobody signs it. */
  maxFileBytes: Count,
});
export type DirectoryAnswer = v.InferOutput<typeof DirectoryAnswer>;

/** PUT /api/desk/rosters/:channel: an administrator proposes who reads a channel from now on. */
export const ProposeRoster = v.strictObject({ terms: RosterTerms });
/** PUT /api/desk/rosters/:channel/signature: the handler's half. */
export const SignRoster = v.strictObject({ signature: bytesSchema(64) });
/** GET /api/desk/rosters: what is proposed and not in force. */
export const RostersAnswer = v.strictObject({
  rosters: v.array(
    v.strictObject({
      terms: RosterTerms,
      handler: v.nullable(ReaderId),
      handlerSignature: v.nullable(bytesSchema(64)),
    }),
  ),
});
export type RostersAnswer = v.InferOutput<typeof RostersAnswer>;

/** GET /api/desk/directories?after=N: every version above N, oldest first. */
export const DirectoriesAnswer = v.strictObject({ directories: v.array(SignedDirectory) });

/**
 * The rules that count for a channel's cases: those in force now, `from` null, and those that are left
 * of them on a day to come. A case goes on the latest of the days that they name.
 */
export const RetentionTerm = v.strictObject({
  rules: v.pipe(v.array(RetentionRule), v.minLength(1)),
  from: v.nullable(Day),
});
export type RetentionTerm = v.InferOutput<typeof RetentionTerm>;

/** GET /api/desk/retention */
export const RetentionAnswer = v.strictObject({
  /** From when on a rule would count that removes sooner than all of these, were it published today. */
  shorterFrom: Day,
  channels: v.array(
    v.strictObject({
      channel: ChannelId,
      terms: v.pipe(v.array(RetentionTerm), v.minLength(1)),
    }),
  ),
  /**
   * Null but where removing waits, since days may have passed on the server's clock alone: the day by
   * that clock, and the one on which it goes on.
   */
  waits: v.nullable(v.strictObject({ today: Day, until: Day })),
});
export type RetentionAnswer = v.InferOutput<typeof RetentionAnswer>;
