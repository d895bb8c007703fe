import type {
  AccountPart,
  Aloneness,
  AnsweredForm,
  Answers,
  AuditHeadFault,
  CaseOrigin,
  CeremonyGround,
  Category,
  DateKind,
  Day,
  EntryContent,
  Erased,
  ErasureMark,
  FileReference,
  FormAnswer,
  GuestTerms,
  HandbookContents,
  HandlerMessage,
  Identity,
  Incident,
  IncidentCause,
  InvitedPart,
  Money,
  Outcome,
  Overview,
  IdentityField,
  IdentityOpening,
  ProtocolFault,
  Questionnaire,
  ReaderPart,
  Relation,
  Retention,
  RetentionRule,
  ShorterTerm,
  SpokenEntry,
  ReporterConsent,
  Unreadable,
} from '../crypto/private.js';
import type { ReviewContradiction, ReviewPoint, Tenure } from './access-review.js';
import type { IdentityTalk } from './casework/consent.js';
import type { Disclosure, Notice } from './casework/disclosures.js';
import type { Person } from './casework/persons.js';
import type { DataRequest } from './casework/requests.js';
import type { CaseDate } from './casework/case-date.js';
import type { DateDecisions } from './casework/dates.js';
import type { Keeping } from './casework/keeping.js';
import type { Removal } from './casework/removals.js';
import type { HandledMeeting } from './casework/spoken.js';
import type { CaseWork } from './casework/work.js';
import type { ErasureProposal } from './desk/erasing.js';
import type { Meeting } from './spoken/meetings.js';
import type { SpokenTranscript } from './spoken/transcripts.js';

/** A person who may read reports, as the signed directory names them. */
export interface ReaderView {
  id: string;
  /** Name or role, as the organisation chose to show it. */
  name: string;
  /** What the person does there, per language; may be empty. */
  role: Record<string, string>;
  part: ReaderPart;
  /** Ids of the same person under keys from before: who left these out left this person out. */
  formerly: string[];
}

/** One reporting channel of the verified directory. */
export interface ChannelView {
  id: string;
  organisation: string;
  names: Record<string, string>;
  /** The organisation's own words to reporters, per language; paragraphs parted by blank lines. */
  texts: Record<string, string>;
  country: string;
  languages: string[];
  published: boolean;
  retentionMonths: number;
  /** How long cases are kept otherwise; null where it is so many months after closure. */
  retention: Retention | null;
  /** Whether a public body answers for it, which hands over to an archive. */
  publicBody: boolean;
  /** Whether reporters may take a receipt. */
  receipts: boolean;
  /** Whether a second person confirms what is taken out of a case as a file. */
  exportsByTwo: boolean;
  /** The questions it asks in place of the built-in ones; null where it asks these. */
  questionnaire: Questionnaire | null;
  /** For whom it is, in a sentence; may be empty. */
  about: Record<string, string>;
  /** Takes no reports any more. */
  closed: boolean;
  readers: ReaderView[];
}

/** The newest directory, after its signatures and its freshness were checked. */
export interface DirectoryView {
  version: number;
  hash: string;
  /** `stale`: no handler confirmed it for over 30 days (warn); `expired`: for over 90 (refuse). */
  freshness: 'fresh' | 'stale' | 'expired';
  /** Day of the newest confirmation, null where there is none. */
  confirmedOn: string | null;
  /** Eight words by which a person recognises the organisation's keys. */
  fingerprint: string[];
  /** The root's public key, base64url: what the poster's QR code carries after `#`. */
  root: string;
  /** The largest file that the server takes, in bytes. */
  maxFileBytes: number;
  organisation: { id: string; names: Record<string, string>; country: string };
  channels: ChannelView[];
  /** Everybody who could be chosen as a reader of a channel. */
  people: ReaderView[];
}

/** A file to send: a browser's `File` fits, and so does a file on disk. */
export interface FileSource {
  name: string;
  type: string;
  size: number;
  /** Changes when the file's content does: a browser's lastModified, a disk's mtime. */
  lastModified: number;
  /** Bytes `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** How far sending has come; `sent` and `total` count bytes of padded files. */
export type SendProgress =
  | { step: 'sealing' }
  /** A calculation that the server asks for while much arrives; see work.ts. */
  | { step: 'working' }
  | { step: 'file'; index: number; files: number; name: string; sent: number; total: number }
  | { step: 'sending' };

/**
 * An answer before sealing: one of files says by their places which of the files that are sent along
 * it means.
 */
export type GivenAnswer =
  Exclude<FormAnswer, { is: 'files' }> | { is: 'files'; field: string; files: number[] };

/** A channel's own questions and the answers to them, before sealing. */
export interface FormInput {
  questions: Questionnaire;
  answers: GivenAnswer[];
}

/** What the reporter wrote, before sealing. */
export interface ReportInput {
  words: string[];
  channel: string;
  language: string;
  category: Category;
  relation: Relation;
  text: string;
  /** To the built-in questions. */
  answers: Answers;
  /** Where the channel asks its own: the questions as they were shown, and the answers to them. */
  form?: FormInput | null;
  /** Ids of readers whom the report concerns. */
  leftOut: string[];
  /** Who the reporter is, for custodians alone; null to give nothing. */
  identity?: Identity | null;
}

/**
 * A receipt of a report: the text of a file that its reporter may keep, or why there is none (a code
 * of the error texts), or that this channel gives none.
 */
export type ReceiptOffer =
  { state: 'none' } | { state: 'ready'; file: string } | { state: 'failed'; code: string };

/** What the final page shows after sending. */
export interface ReceiptView {
  receivedOn: string;
  acknowledgementBy: string;
  feedbackBy: string;
  receipt: ReceiptOffer;
}

/** The reporter, or a reader; `outside` stands with a guest, who is not of the organisation. */
export type PartyView =
  { side: 'reporter' } | { side: 'reader'; id: string; name: string; outside?: true };

/** One entry of a case, opened and verified. */
export interface EntryView<Content extends EntryContent = EntryContent> {
  compartment: 'dialogue' | 'internal' | 'identity';
  sequence: number;
  /** Hash of the record, base64url. */
  hash: string;
  author: PartyView;
  /**
   * What it says, or why nobody can tell although its author signed it; of an erased one what remains
   * of it.
   */
  content: Content | Unreadable | Erased;
  /** The newest erasure that took something of it; null for none. */
  erasure: ErasureView | null;
  /** Ids of those files named in it that were erased. */
  erasedFiles: string[];
  /** Day on which a reader first opened it (reporter's entries only), as the server says. */
  readOn: string | null;
}

/** That something of an entry was erased. */
export interface ErasureView extends Omit<ErasureMark, 'author'> {
  author: EntryView['author'];
}

/** A change of who may read: every one is an entry of the case. */
export interface AccessView {
  compartment: 'dialogue' | 'internal';
  sequence: number;
  epoch: number;
  by: PartyView;
  /** With how far they may go, if they are guests. */
  readers: { id: string; name: string; guest?: GuestTerms }[];
  /** There where a recovery officer's paper gave the case on, since nobody could read it any more. */
  recovered?: RecoveredView;
}

/** On what a recovery officer's paper gave a case on, and to whom. */
export interface RecoveredView {
  /** The day on which it was asked for. */
  on: string;
  ground: CeremonyGround;
  officer: string;
  /** Null for an administrator, who has no name that is signed. */
  asked: string | null;
  agreed: string | null;
  to: string[];
}

/** Something a client noticed that honest servers do not do; `code` is a key of the error texts. */
export interface Warning {
  code:
    ProtocolFault | 'directory_stale' | 'directory_expired' | 'nobody_reads' | 'left_out_before';
}

/**
 * Whether something may be written into a case: `after_new_keys` where a handler who reads it must
 * renew its keys first, `no` where the server does not show the case as it is.
 */
export type Writable = 'yes' | 'after_new_keys' | 'no';

/** What a reporter's page shows of the own identity. */
export interface ReporterIdentityView {
  /** Names of those who could open what is given now; empty where nobody could. */
  custodians: string[];
  given: (Identity & { at: string }) | null;
  /** Whether others were custodians when it was given: to give it to those of now, it is sent again. */
  others: boolean;
}

/** What a reporter answers where the identity is to be given to somebody. */
export type ConsentAnswer = ReporterConsent['answer'];

/** What stands in the conversation as a reporter sees it. */
export type ReporterEntry = SpokenEntry | IdentityOpening;

/**
 * Who made a case: its reporter, a handler who recorded a report that came another way (`name` of
 * the one who signed that, null where nobody did), or nobody can tell.
 */
export type OriginView =
  | Extract<CaseOrigin, { made: 'reporter' | 'unknown' }>
  | (Pick<Extract<CaseOrigin, { made: 'handler' }>, 'made' | 'way' | 'receivedOn' | 'key'> & {
      name: string | null;
      /** The day on which it was recorded, as the server says. */
      recordedOn: string;
    });

/** A case as its reporter sees it. */
export interface ReporterCaseView {
  id: string;
  channel: ChannelView | null;
  practice: boolean;
  receivedOn: string;
  state: 'open' | 'closed';
  closedOn: string | null;
  /** When it will be removed, for a closed case; null while that is put off. */
  purgeOn: string | null;
  /** Day of the latest opening by a reader, null before the first. */
  openedOn: string | null;
  acknowledgementBy: string;
  feedbackBy: string;
  /** The days from which a closed case asks about reprisals. */
  reprisalDays: string[];
  entries: EntryView<ReporterEntry>[];
  identity: ReporterIdentityView;
  access: AccessView[];
  writable: Writable;
  warnings: Warning[];
  origin: OriginView;
  transcripts: readonly SpokenTranscript[];
  meetings: readonly Meeting[];
  receipt: ReceiptOffer;
  /** The largest file that can be added, in bytes. */
  maxFileBytes: number;
}

/** A case in the desk's list. */
export interface CaseRow {
  id: string;
  channel: string;
  practice: boolean;
  receivedOn: string;
  state: 'open' | 'closed';
  closedOn: string | null;
  /** The day a purge will remove it, null while open, held or restricted. */
  purgeOn: string | null;
  /** A reporter wrote after closure: reopen, or nothing further, by this day. */
  decisionBy: string | null;
  /** Reopened by the clock, because nobody decided. */
  escalated: boolean;
  unread: boolean;
  /** Whether any reader has opened what the reporter wrote, as the server says. */
  opened: boolean;
  title: string;
  /** Whether a handler recorded it, as the sealed overview says. */
  recorded: boolean;
  category: Category;
  acknowledgedOn: string | null;
  feedbackOn: string | null;
  /** What handlers decided of the two dates; whether it counts is for the country's rule. */
  acknowledgementWaived: boolean;
  feedbackExtendedTo: string | null;
  outcome: Outcome | null;
  /** Where an open case stands; of a closed one where it stood. */
  status: Overview['status'];
  labels: string[];
  /** Ids of the readers who are responsible for it; may name some who left. */
  responsible: string[];
  /** What is due first beside acknowledgement and feedback, and the day from which its time runs. */
  due: { what: DateKind; by: string; from: string } | null;
  /** Set where the row could not be verified or opened; nothing else in it can be trusted then. */
  fault: ProtocolFault | null;
}

/** A case as a handler sees it. */
export interface HandlerCaseView extends CaseRow {
  work: CaseWork;
  persons: readonly Person[];
  disclosures: readonly Disclosure[];
  /** What the reporter was asked or told about giving the identity to somebody. */
  identityTalks: readonly IdentityTalk[];
  /** Who is, or was, to be told of changes of what was disclosed. */
  notices: readonly Notice[];
  requests: readonly DataRequest[];
  /** Every date beside acknowledgement and feedback, done or not, the earliest first. */
  dates: CaseDate[];
  decisions: DateDecisions;
  keeping: Keeping;
  removal: Removal;
  money: Money | null;
  identity: CaseIdentityView;
  /** What is proposed to be erased and not decided yet. */
  erasures: readonly ErasureProposal[];
  /**
   * Where this handler erases alone: `always`, since no other could ever read there; `left`, since
   * the others declared a conflict, and only some time after an own proposal.
   */
  erasesAlone: Readonly<Record<'dialogue' | 'internal', Aloneness>>;
  transcripts: readonly SpokenTranscript[];
  meetings: readonly HandledMeeting[];
  origin: OriginView;
  entries: EntryView[];
  access: AccessView[];
  /** Who reads it now. */
  readers: { id: string; name: string; part: ReaderPart; guest?: GuestTerms }[];
  /** Handlers of the channel who may be given access; those the reporter left out are not here. */
  grantable: { id: string; name: string }[];
  /** People from outside the organisation who may be given access. */
  grantableGuests: { id: string; name: string }[];
  /** Who declared to take no part in it: they can never be given access. */
  recused: { id: string; name: string }[];
  /** Those among the readers who left the organisation: new keys take them off. */
  departed: { id: string; name: string }[];
  writable: Writable;
  warnings: Warning[];
  /** What speaks against the log of this case; null where it could not be followed now. */
  log: LogFinding[] | null;
}

/** A request for the identity as a handler sees it. */
export interface IdentityRequestView {
  id: string;
  at: string;
  /** Who asked. */
  by: string;
  fields: IdentityField[];
  reason: string;
  /**
   * `waiting`, also where the answer is not to be had; `opened` by a custodian who has not answered;
   * `unclear` where an answer came that does not open.
   */
  state: 'waiting' | 'opened' | 'given' | 'refused' | 'unclear';
  answer: {
    at: string;
    by: string;
    /** What was passed on; null of a field that was not. */
    identity: Record<IdentityField, string | null> | null;
    /** Why it was refused. */
    reason: string | null;
  } | null;
}

/** What handlers can know of the reporter's identity. */
export interface CaseIdentityView {
  /** Who could open it now; empty where nobody could. */
  custodians: { id: string; name: string }[];
  /** Whether all of those have the name of the one who looks: one person in both parts. */
  onlyOneself: boolean;
  requests: IdentityRequestView[];
}

/** A case in a guest's list: what the server tells before anything of it may be read. */
export interface GuestRow extends GuestTerms {
  id: string;
  channel: string;
  practice: boolean;
  receivedOn: Day;
  closedOn: Day | null;
  /** Whether this guest accepted to keep it secret. */
  accepted: boolean;
}

/** A case as a guest reads it, and how far the grant goes. */
export interface GuestCaseView {
  data: HandlerCaseView;
  terms: GuestTerms;
}

/** A request as a custodian sees it. */
export interface CustodyRow {
  caseId: string;
  request: string;
  channel: string;
  practice: boolean;
  askedOn: string;
  openedOn: string | null;
  answeredOn: string | null;
  /** What was asked; null where it cannot be read, or not be vouched for. */
  question: {
    at: string;
    by: string;
    fields: IdentityField[];
    reason: string;
    /** Whether whoever asks has this custodian's own name. */
    namesake: boolean;
  } | null;
}

/** An identity that was opened; null where the reporter gave none, or none that can be read. */
export interface OpenedIdentity {
  identity: (Identity & { at: string }) | null;
}

/** Who is signed in. */
export interface AccountView {
  id: string;
  name: string;
  part: AccountPart;
  oneTimeCode: boolean;
  /** Where the daily mail goes, null for none. */
  mail: string | null;
  /** Whether this installation sends mail at all. */
  sendsMail: boolean;
  /** In which the organisation counts days. */
  timeZone: string;
}

/** One line of the audit log. */
export interface AuditLine {
  sequence: number;
  at: string;
  action: string;
  actor: string | null;
  caseId: string | null;
  details: Record<string, string | number>;
}

/**
 * Something that speaks against the audit log. `broken`: a chain does not hold from this entry on.
 * The others are about a head that somebody signed: see `AuditHeadFault`; `own_head_gone`: this desk
 * remembers having signed it, and the server does not show it any more.
 */
export interface LogFinding {
  code: AuditHeadFault | 'broken' | 'own_head_gone';
  chain: 'organisation' | 'operation' | 'case';
  /** The case whose chain it is, null for the others. */
  caseId: string | null;
  sequence: number;
  /** Hash that the entry had when it was signed; '' for a broken chain. */
  hash: string;
  /** When it was signed, null where nobody knows any more. */
  day: string | null;
  /** Account that signed, null for a broken chain. */
  signer: string | null;
}

/** Somebody whom the review names. */
export interface ReviewPersonView {
  id: string;
  name: string;
  part: ReaderView['part'];
  /** When the person left, null where not. */
  left: ReviewPoint | null;
  /** Through which days the person was a reader of new reports, by the signed directory. */
  channels: {
    channel: string;
    from: string;
    /** Administrator and handler who let the person in; null for the root. */
    by: { administrator: string; handler: string } | null;
    until: string | null;
  }[];
}

/** A case in the review. */
export type ReviewCaseView = Pick<
  CaseRow,
  'id' | 'title' | 'channel' | 'practice' | 'receivedOn' | 'state' | 'fault'
>;

/** Who could read which case through which time, of the cases that this person can open. */
export interface AccessReview {
  today: string;
  people: ReviewPersonView[];
  /** Empty for an administrator, who opens no case. */
  cases: ReviewCaseView[];
  tenures: Tenure[];
  contradictions: ReviewContradiction[];
}

/** What a check of the whole log found, as far as this person may read it. */
export interface LogVerdict {
  /** Entries that were followed. */
  checked: number;
  /** Signed heads that were compared. */
  heads: number;
  /** Heads of a saved file whose chains this person cannot read, or not any more. */
  unreadable: number;
  findings: LogFinding[];
}

export type { Identity, IdentityField };
export type {
  AnsweredForm,
  Answers,
  FormAnswer,
  Questionnaire,
  Category,
  FileReference,
  HandlerMessage,
  IncidentCause,
  Outcome,
  Relation,
};

/** One version of the directory and what it changed. */
export interface DirectoryChange {
  version: number;
  date: string;
  lines: DirectoryChangeLine[];
}

type ByLanguage = Readonly<Record<string, string>>;

/** One thing that a version changed; `before` and `after` are null where there was, or is, none. */
export type DirectoryChangeLine =
  | {
      code: 'reader_added';
      name: string;
      role: ByLanguage;
      part: ReaderView['part'];
      /** Names of the channels that the person reads. */
      channels: ByLanguage[];
      /** Eight words of the keys. */
      words: string[];
      /** The handler who let the person in; null for the root. */
      by: string | null;
      /** The name under which the same person read before, with other keys; null for somebody new. */
      replaces: string | null;
    }
  | { code: 'reader_left'; name: string }
  | { code: 'administrator_revoked'; serial: number }
  | {
      code: 'administrator_added';
      serial: number;
      /** Eight words of the keys. */
      words: string[];
      /** The handler who signed; null where it was the root. */
      by: string | null;
    }
  | {
      code: 'organisation_name';
      language: string;
      before: string | null;
      after: string | null;
    }
  | { code: 'organisation_country'; organisation: ByLanguage; before: string; after: string }
  | { code: 'channel_added'; channel: ByLanguage; months: number }
  | {
      code:
        | 'channel_removed'
        | 'channel_published'
        | 'channel_unpublished'
        | 'receipts_on'
        | 'receipts_off'
        | 'exports_by_two'
        | 'exports_by_one'
        | 'questions_own'
        | 'questions_built_in'
        | 'channel_closed'
        | 'channel_opened'
        | 'public_body'
        | 'no_public_body';
      channel: ByLanguage;
    }
  | {
      code: 'question_added' | 'question_changed' | 'question_removed';
      channel: ByLanguage;
      label: ByLanguage;
      /** All that it says now, in every language. */
      texts: string[];
      /** Whether it seems to ask reporters who they are. */
      invites: boolean;
    }
  | { code: 'questions_arranged'; channel: ByLanguage; texts: string[]; invites: boolean }
  | { code: 'channel_moved'; channel: ByLanguage; before: ByLanguage; after: ByLanguage }
  | {
      code: 'channel_name';
      channel: ByLanguage;
      language: string;
      before: string | null;
      after: string | null;
    }
  | { code: 'channel_texts' | 'channel_about'; channel: ByLanguage; languages: string[] }
  /** Names of all who read it now, of those who are new, and of those who do not any more. */
  | {
      code: 'channel_readers';
      channel: ByLanguage;
      readers: string[];
      joining: string[];
      leaving: string[];
    }
  | { code: 'channel_country'; channel: ByLanguage; before: string; after: string }
  | { code: 'channel_languages'; channel: ByLanguage; before: string[]; after: string[] }
  | { code: 'receipt_key_added'; words: string[] }
  /** `until` is the last day that it signs for. */
  | { code: 'receipt_key_ended'; words: string[]; until: string }
  | { code: 'channel_months'; channel: ByLanguage; before: number; after: number }
  | {
      code: 'channel_retention';
      channel: ByLanguage;
      before: RetentionRule;
      after: RetentionRule;
      shorter: ShorterTerm[];
      preset: string | null;
      /** Empty where the rule is so many months after closure again. */
      reason: string;
    }
  | { code: 'order'; of: 'organisations' | 'administrators' | 'channels' | 'readers' }
  | { code: 'nothing' };

/** How long a channel's closed cases are kept. */
export interface RetentionView {
  channel: string;
  /** The rules in force, `from` null, then what is left of them; the latest of their days counts. */
  terms: { rules: RetentionRule[]; from: string | null }[];
  /** From when on a rule that removes sooner would count, were it published today. */
  shorterFrom: string;
}

/** Removing closed cases waits, since the server's clock may be wrong. */
export interface RemovalWait {
  /** The day by the server's clock. */
  today: string;
  /** The day by the same clock on which it goes on. */
  until: string;
}

/** Who is to read a channel, as long as it is proposed. */
export interface RosterView {
  channel: string;
  /** The very terms that are shown, in base64: who signs hands them back, and signs no others. */
  terms: string;
  /** Names of all who would read, of those who would be new, and of those who would not any more. */
  readers: string[];
  joining: string[];
  leaving: string[];
  /** Names of those who left the organisation, and do not read it either should they come back. */
  stayingOff: string[];
  /** Another version of the directory came since: it cannot come into force any more. */
  outdated: boolean;
  handlerSigned: boolean;
  /** Whether whoever looks signed it. */
  mine: boolean;
  /** Names of the handlers who may sign it. */
  signers: string[];
  /** Whether whoever looks is one of them. */
  maySign: boolean;
}

/**
 * What the organisation changed of the words its handlers work with. Where it cannot be used there is
 * a reason, and the built-in words stand: `signer_left`: whoever signed it is no administrator any
 * more; `broken`: signature or contents do not hold; `rolled_back`: this desk has seen a newer one, or
 * another of the same number; `not_sealed`: it was saved before this person could be among its readers.
 */
export interface HandbookView {
  /** 0 where there is none. */
  number: number;
  date: string | null;
  reason: 'signer_left' | 'broken' | 'rolled_back' | 'not_sealed' | null;
  contents: HandbookContents;
}

/** Somebody who asks to be let in, or a recovery officer who was proposed. */
export interface AdmissionView {
  id: string;
  name: string;
  part: ReaderPart | 'administrator';
  /** The very record that is shown, in base64: who signs hands it back, and signs no other. */
  record: string;
  /** Ids of the channels that the record names, and the role that reporters see. */
  channels: string[];
  role: Record<string, string>;
  /** Eight words of the new keys, to compare with what the person says. */
  words: string[];
  /**
   * Whether the keys came through the invitation that this person made, or are those of the recovery
   * officer whom this session named; null where only the eight words tell.
   */
  authentic: boolean | null;
  /** A handler has signed; an administrator can complete it now. */
  handlerSigned: boolean;
  /** The name under which the same person read before, with other keys; null for somebody new. */
  replaces: string | null;
  /** Whether somebody of this name left and the record does not say that it is the same person. */
  namesake: boolean;
}

/** How many cases a handler holds, and how many nobody else would go on with. */
export interface HoldingView {
  reader: string;
  cases: number;
  alone: number;
  /** Of those, how many a recovery officer's paper opens. */
  paper: number;
}

/** A case as its handler gives it away before leaving. */
export interface OwnCase {
  id: string;
  title: string;
  state: 'open' | 'closed';
  receivedOn: string;
  /** Other case handlers who read it and are there. */
  others: { id: string; name: string }[];
  /** Whether a recovery officer's paper opens it. */
  paper: boolean;
  /** To whom it may be given. */
  grantable: { id: string; name: string }[];
}

/** How far work on many cases is. */
export interface BulkProgress {
  done: number;
  of: number;
}

/** What work on many cases came to. */
export interface BulkResult {
  /** Cases in which something was written. */
  changed: number;
  /** Cases in which it could not be, and why. */
  failed: { id: string; code: string }[];
}

/** Somebody in a ceremony; administrators have no name that is signed. */
export interface CeremonyPerson {
  id: string;
  name: string | null;
}

/** What was signed of a ceremony, with names. */
export interface CeremonySaid {
  ground: CeremonyGround;
  /** The day on which it was asked for. */
  on: string;
  asked: CeremonyPerson;
  to: CeremonyPerson[];
  lost: CeremonyPerson[];
}

/** Whether a recovery officer's paper is to be used, as the desk shows it. */
export interface CeremonyView {
  standing:
    | (CeremonySaid & {
        id: string;
        /** The terms as they would be signed. */
        terms: string;
        officer: CeremonyPerson;
        agreed: CeremonyPerson | null;
        /** When it ends by itself. */
        until: string;
        /** Whether the person at the desk may sign it as the second. */
        mayAgree: boolean;
      })
    | null;
  /** Papers in force, and the day on which each was last used. */
  officers: (CeremonyPerson & { usedOn: string | null })[];
  handlers: CeremonyPerson[];
  /** Whoever is at the desk. */
  me: string;
}

/** What a recovery officer is shown before the paper is used. */
export interface PaperView extends CeremonySaid {
  officer: string;
  agreed: CeremonyPerson;
  until: string;
  cases: number;
}

/** What a paper's use came to: how many cases were given on, and why each other was not. */
export interface PaperResult {
  given: number;
  kept: string[];
}

/** What a handler said of being away, both days included. */
export interface AbsenceView {
  reader: string;
  from: string;
  until: string;
  /** Who stands in; null where nobody does, or nobody who may read a channel of the reader's. */
  substitute: string | null;
}

/** A case that a substitute cannot open. */
export interface UncoveredCase {
  id: string;
  title: string;
  /** False where the reporter left the substitute out, or nobody can tell. */
  givable: boolean;
}

/** A case that somebody's keys opened. */
export interface ExposedCase {
  id: string;
  title: string;
  receivedOn: string;
  practice: boolean;
  state: 'open' | 'closed';
  /** Of the report; null where it cannot be read. */
  language: string | null;
  entries: number;
  files: number;
  /** Whether the keys open what is written now. */
  still: boolean;
  /** False where a fault keeps part of the case from being seen, so that there may be more. */
  whole: boolean;
}

/** Keys that may be in wrong hands, as the installation documents it. */
export interface IncidentView extends Incident {
  name: string;
  part: 'administrator' | ReaderPart;
  /** Whether the keys are among those that count by the directory: that read, or administer. */
  reads: 'active' | 'left' | 'never';
  openedByName: string;
  /** Names of those who are there now and were let in with this person's signature. */
  letIn: string[];
}

/** Accounts, open invitations and pending admissions. */
export interface MembersView {
  accounts: {
    id: string;
    name: string;
    part: AccountPart;
    state: 'active' | 'joined' | 'locked' | 'removed';
  }[];
  invitations: { id: string; shownName: string; mine: boolean; createdOn: string }[];
  admissions: AdmissionView[];
  /** Everybody who left, whatever their part, and in whose place nobody has come back. */
  former: { id: string; name: string; part: ReaderPart }[];
}

/** What an invitation says to whoever holds its link. */
export interface InvitationView {
  shownName: string;
  part: InvitedPart;
  organisation: Record<string, string>;
  channel: Record<string, string>;
  /** Eight words of the organisation's root. */
  fingerprint: string[];
}
