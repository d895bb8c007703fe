import {
  type CaseFacts,
  type CaseId,
  type Compartment,
  type Day,
  type Entry,
  type EntryHeader,
  type EpochEntry,
  type ErasedEntry,
  type Grant,
  type Party,
  type RecordHash,
  type SealedOverview,
} from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import type { Followed } from './rules.js';

/** A row of `cases`. Flags are 0 or 1; days are `YYYY-MM-DD`. */
export interface CaseRow {
  id: CaseId;
  organisation: CaseFacts['organisation'];
  channel: CaseFacts['channel'];
  country: string;
  practice: number;
  token_hash: string | null;
  creation_hash: string;
  reporter_kem: Uint8Array;
  reporter_sig: Uint8Array;
  received_day: CaseFacts['receivedOn'];
  active_day: string;
  closed_day: CaseFacts['closedOn'];
  /** The day of the last work on it since it was closed, null where there was none. */
  processed_day: Day | null;
  /** The days of `paused_days` that lie before that day. */
  processed_paused: number;
  /** Whether handlers hold the case, restricted it, or parts of it: nothing removes it then. */
  held: number;
  restricted: number;
  part_restricted: number;
  /** The day since which any is so, null while none is. */
  paused_day: Day | null;
  /** Days since closure that count towards no term, as a hold or a restriction was in force. */
  paused_days: number;
  /** Who proposed to remove the closed case sooner than its rule does, null for nobody. */
  removal_by: string | null;
  /** The day from which it is removed, once somebody else agreed; null before. */
  removal_day: Day | null;
  /**
   * From when a handler whom all others left alone may erase what they proposed: some days after the
   * newest such proposal, declared conflict or handler's leaving; null where there was none.
   */
  alone_from_day: Day | null;
  decision_due_day: string | null;
  escalated: number;
  purging: number;
  audit_scope: string;
  dialogue_sequence: number;
  dialogue_epoch: number;
  internal_sequence: number;
  internal_epoch: number;
  identity_sequence: number;
  identity_epoch: number;
  /** Sequence of the reporter's newest entry in the dialogue. */
  reporter_sequence: number;
}

/**
 * A row of `entries`. An epoch entry has no nonce, and its body is the document; of an erased one
 * there is neither.
 */
export interface EntryRow {
  case_id: CaseId;
  compartment: Compartment;
  sequence: number;
  epoch: number;
  author: Party;
  form: EntryHeader['form'];
  header: string;
  nonce: Uint8Array | null;
  body: Uint8Array | null;
  /** Set, base64url, once the body was erased. */
  body_hash: string | null;
  record_hash: RecordHash;
  signature: Uint8Array;
}

/** A row of `grants`. */
export interface GrantRow {
  case_id: CaseId;
  compartment: Compartment;
  epoch: number;
  recipient: Party;
  kem: Uint8Array;
  box: Uint8Array;
}

/** A row of `overviews`. */
export interface OverviewRow {
  case_id: CaseId;
  compartment: SealedOverview['compartment'];
  epoch: number;
  commitment: string;
  box: Uint8Array;
}

/** A row of `access`: who may list and open a case now, in the order of the list. */
export interface AccessRow {
  reader: string;
  state: 'open' | 'closed';
  active_day: string;
  case_id: CaseId;
  /** A guest's last day; null for everybody else. */
  last_day: Day | null;
}

/**
 * The row that keeps an entry.
 *
 * @throws ApiError `malformed` for bytes in another than their one spelling.
 */
export function entryRow({ entry, recordHash }: Followed['records'][number]): EntryRow {
  const { header } = entry;
  return {
    case_id: header.case,
    compartment: header.compartment,
    sequence: header.sequence,
    epoch: header.epoch,
    author: header.author,
    form: header.form,
    header: JSON.stringify(header),
    nonce: 'nonce' in entry ? bytesOf(entry.nonce) : null,
    body: bytesOf('body' in entry ? entry.body : entry.ciphertext),
    body_hash: null,
    record_hash: recordHash,
    signature: bytesOf(entry.signature),
  };
}

/** The entry that a row keeps, as it was sent. */
export function entryOf(row: EntryRow): Entry {
  const header = JSON.parse(row.header) as EntryHeader;
  const signature = textOf(row.signature);
  if (row.body === null) {
    if (row.body_hash === null) throw new Error('an entry without a body');
    const plain = header as ErasedEntry['header'];
    return { header: plain, bodyHash: row.body_hash, signature };
  }
  const body = textOf(row.body);
  if (row.nonce === null) {
    return { header: header as EpochEntry['header'], body, signature };
  }
  return {
    header: { ...header, form: 'sealed' },
    nonce: textOf(row.nonce),
    ciphertext: body,
    signature,
  };
}

/**
 * The row that keeps a grant.
 *
 * @throws ApiError `malformed` for bytes in another than their one spelling.
 */
export function grantRow(caseId: CaseId, grant: Grant): GrantRow {
  return {
    case_id: caseId,
    compartment: grant.compartment,
    epoch: grant.epoch,
    recipient: grant.recipient,
    kem: bytesOf(grant.kem),
    box: bytesOf(grant.box),
  };
}

/** The grant that a row keeps. */
export function grantOf(row: GrantRow): Grant {
  return {
    compartment: row.compartment,
    epoch: row.epoch,
    recipient: row.recipient,
    kem: textOf(row.kem),
    box: textOf(row.box),
  };
}
