import type {
  CaseOrigin,
  CeremonyGround,
  EntryContent,
  Erased,
  ErasureMark,
  GuestTerms,
  Identity,
  IdentityOpening,
  ProtocolFault,
  ReporterConsent,
  SpokenEntry,
  Unreadable,
} from '../../crypto/private.js';
import type { RestrictedPart } from '../casework/parts.js';
import type { Meeting } from '../spoken/meetings.js';
import type { SpokenTranscript } from '../spoken/transcripts.js';
import type { ChannelView } from './directory.js';
import type { ReceiptOffer } from './report.js';

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
  /**
   * There where a handler's desk covers something of it: what it says in truth, why it is covered, and
   * whether all of it is.
   */
  restricted?: {
    content: EntryContent | Unreadable | Erased;
    parts: readonly RestrictedPart[];
    whole: boolean;
  };
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
  /** Whose act the channel followed when the case was made. */
  country: string;
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
  /** The organisation's, in which its days count (IANA name). */
  timeZone: string;
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
