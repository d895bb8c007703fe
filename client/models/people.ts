import type {
  AccountPart,
  CeremonyGround,
  Incident,
  InvitedPart,
  ReaderPart,
} from '../../crypto/private.js';

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

/** Removing closed cases waits, since the server's clock may be wrong. */
export interface RemovalWait {
  /** The day by the server's clock. */
  today: string;
  /** The day by the same clock on which it goes on. */
  until: string;
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

/** What somebody is shown before an administrator is made by the root. */
export interface AppointmentView {
  /** Its names by language. */
  organisation: Readonly<Record<string, string>>;
  /** Eight words of the root. */
  fingerprint: string[];
  /** Of the newest signed directory. */
  version: number;
  date: string;
  /** The last day on which a handler confirmed it, or it was signed. */
  confirmedOn: string | null;
  /** Those who would go; the names are the server's word, null for none. */
  administrators: { serial: number; name: string | null }[];
  /** Names of all who are in the directory as readers of any part. */
  readers: string[];
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
  /**
   * `possible`: it can be given to the substitute. `other_channel`: who does not read the case's channel
   * gets no access. `refused`: for another reason, which is told to nobody.
   */
  giving: 'possible' | 'other_channel' | 'refused';
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
  /** Whether nobody outside reads what is written in it, so that the person is told elsewhere. */
  outside: boolean;
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
  /**
   * Who administers by the signed directory, which holds numbers and keys. The names are those of
   * accounts, on the server's word; null where it names no such account.
   */
  administrators: { id: string; serial: number; name: string | null }[];
  /** Everybody who left, whatever their part, and in whose place nobody has come back. */
  former: { id: string; name: string; part: ReaderPart }[];
  /** Handlers who came back under new keys, and may lack cases that their old keys had. */
  returned: { id: string; name: string }[];
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
