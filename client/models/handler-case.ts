import type {
  Aloneness,
  Category,
  DateKind,
  Day,
  Ending,
  GuestTerms,
  Identity,
  IdentityField,
  Money,
  Overview,
  ProtocolFault,
  ReaderPart,
  RequestOutcome,
  RetentionFacts,
} from '../../crypto/private.js';
import type { CaseDate } from '../casework/case-date.js';
import type { IdentityTalk } from '../casework/consent.js';
import type { DateDecisions } from '../casework/dates.js';
import type { Disclosure, Notice } from '../casework/disclosures.js';
import type { CaseExport } from '../casework/exports.js';
import type { Keeping } from '../casework/keeping.js';
import type { Person } from '../casework/persons.js';
import type { Removal } from '../casework/removals.js';
import type { DataRequest } from '../casework/requests.js';
import type { HandledMeeting } from '../casework/spoken.js';
import type { CaseWork } from '../casework/work.js';
import type { ErasureProposal } from '../desk/erasure-proposals.js';
import type { SpokenTranscript } from '../spoken/transcripts.js';
import type { AccessView, EntryView, OriginView, Warning, Writable } from './case.js';
import type { LogFinding } from './log.js';

/** A case in the desk's list. */
export interface CaseRow {
  id: string;
  channel: string;
  /**
   * The country whose act the channel followed when the case was made: of an opened case by the signed
   * directory that its first epoch names, in a list as the server says.
   */
  country: string;
  practice: boolean;
  receivedOn: string;
  state: 'open' | 'closed';
  closedOn: string | null;
  /** The day a purge will remove it, null while open, held or restricted. */
  purgeOn: string | null;
  /** What the server counts its days by; null while it is open, held or restricted. */
  counted: RetentionFacts | null;
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
  /** Whether it is no report but a request about data, as the sealed overview says. */
  dataRequest: boolean;
  category: Category;
  acknowledgedOn: string | null;
  feedbackOn: string | null;
  /** What handlers decided of the two dates; whether it counts is for the country's rule. */
  acknowledgementWaived: boolean;
  /** Whether whoever reported cannot be reached, by a handler's word, so that neither is due. */
  unreachable: boolean;
  feedbackExtendedTo: string | null;
  /** Whether it ever was under investigation; null where nobody can tell. */
  investigated: boolean | null;
  /** Whether an export waits for a second person, as the sealed overview says. */
  exportWaits: boolean;
  /** Whether somebody decided that it is still needed, as the sealed overview says. */
  stillNeeded: boolean;
  outcome: Ending | null;
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
  /** The oldest first; `own` where this handler asked, be it under the keys of an account from before. */
  exports: readonly (CaseExport & { own: boolean })[];
  /** How a case ends that is a request about data; null as long as it waits, and for every other. */
  requestOutcome: RequestOutcome | null;
  /** Every date beside acknowledgement and feedback, done or not, the earliest first. */
  dates: CaseDate[];
  decisions: DateDecisions;
  keeping: Keeping;
  removal: Removal;
  /** Whether this handler may agree to the removal that was proposed last. */
  agreesToRemoval: boolean;
  money: Money | null;
  identity: CaseIdentityView;
  /** What is proposed to be erased and not decided yet. */
  erasures: readonly ErasureProposal[];
  /**
   * Where this handler erases alone: `always`, since no other could ever read there; `left`, since
   * the others left or declared a conflict, and only some time after an own proposal. Who is alone
   * in the conversation also exports alone.
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
