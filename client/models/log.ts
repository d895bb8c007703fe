import type { AuditHeadFault } from '../../crypto/private.js';
import type { ReviewContradiction, ReviewPoint, Tenure } from '../access-review.js';
import type { ReaderView } from './directory.js';
import type { CaseRow } from './handler-case.js';

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
