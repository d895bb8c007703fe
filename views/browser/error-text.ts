import type { ProtocolFault } from '../../crypto/private.js';
import { t } from './strings.js';

/** What clients find wrong with what a server handed out: every fault has words. */
const FAULTS = {
  malformed: 'error.tampered',
  unknown_version: 'error.outdated',
  wrong_commitment: 'error.tampered',
  does_not_open: 'error.tampered',
  wrong_signature: 'error.tampered',
  wrong_case_id: 'error.tampered',
  wrong_sequence: 'error.tampered',
  wrong_previous: 'error.tampered',
  wrong_epoch: 'error.tampered',
  not_a_member: 'error.tampered',
  wrong_compartment: 'error.tampered',
  unknown_author: 'error.tampered',
  missing_entry: 'error.missing',
  truncated_chain: 'error.missing',
  rewritten_chain: 'error.tampered',
  reused_seen_head: 'error.tampered',
  left_out_member: 'error.left_out',
  wrong_directory: 'error.directory',
  directory_rolled_back: 'error.directory_older',
  wrong_effect: 'error.tampered',
  wrong_erasure: 'error.tampered',
  wrong_facts: 'error.case_facts',
  wrong_chunk: 'error.file_altered',
  wrong_manifest: 'error.file_altered',
  too_long: 'error.too_long',
} as const satisfies Record<ProtocolFault, string>;

/**
 * The key of the words for every code that a reporter's page can meet. Codes are many; what a person
 * can do about them is not.
 */
export const ERROR_TEXTS: Readonly<Record<string, string>> = {
  ...FAULTS,
  network: 'error.network',
  timeout: 'error.network',
  unavailable: 'error.busy',
  internal: 'error.busy',
  unexpected_answer: 'error.busy',
  too_many_requests: 'error.busy',
  work_needed: 'error.busy',
  storage_full: 'error.storage_full',
  case_full: 'error.case_full',
  too_large: 'error.too_large',
  file_too_large: 'error.too_large',
  file_unreadable: 'error.file_unreadable',
  already_sent: 'error.already_sent',
  case_exists: 'error.already_sent',
  case_not_found: 'error.case_not_found',
  draft_key_gone: 'error.draft_gone',
  worker_failed: 'error.worker',
  channel_unknown: 'error.outdated',
  directory_unknown: 'error.outdated',
  directory_conflict: 'error.outdated',
  directory_stale: 'error.directory_stale',
  directory_expired: 'error.directory_expired',
  directory_withheld: 'error.directory_withheld',
  nobody_reads: 'error.nobody_reads',
  left_out_before: 'error.left_out_before',
  epoch_outdated: 'error.outdated',
  member_unknown: 'error.outdated',
  practice_only: 'error.outdated',
  practice_over: 'error.outdated',
  channel_closed: 'error.outdated',
  not_set_up: 'error.outdated',
  nobody_left: 'error.nobody_left',
  no_custodian: 'error.no_custodian',
  readers_changed: 'error.readers_changed',
  conflict: 'error.conflict',
  previous_unknown: 'error.conflict',
  sequence_gap: 'error.conflict',
  sequence_taken: 'error.conflict',
  gone: 'error.upload_gone',
  not_found: 'error.upload_gone',
  upload_not_found: 'error.upload_gone',
  upload_incomplete: 'error.upload_gone',
  attachment_taken: 'error.upload_gone',
  chunk_taken: 'error.upload_gone',
  attachment_not_found: 'error.missing',
  cross_site: 'error.refused',
  forbidden: 'error.refused',
  grants_do_not_fit: 'error.refused',
  method_not_allowed: 'error.refused',
  seen_unknown: 'error.refused',
  wrong_seen: 'error.refused',
  unauthorised: 'error.refused',
  unsupported_media_type: 'error.refused',
  wrong_author: 'error.refused',
  wrong_case: 'error.refused',
  wrong_chunk_size: 'error.refused',
  wrong_day: 'error.refused',
  wrong_members: 'error.refused',
  wrong_record: 'error.refused',
  wrong_size: 'error.refused',
};

/** The same code from a server that refuses what it is sent, and in what a client reads. */
const WHILE_SENDING: Readonly<Record<string, string>> = {
  'error.tampered': 'error.refused',
  'error.file_altered': 'error.upload_gone',
  'error.outdated': 'error.changed',
};

/** What stands in the way of opening a case: nothing of it is shown then. */
const WHILE_OPENING: Readonly<Record<string, string>> = {
  'error.tampered': 'error.opening',
  'error.missing': 'error.opening',
  'error.directory': 'error.opening_directory',
};

/** Within a case, the signature holds; it is the list that is not the one of the case. */
const IN_A_CASE: Readonly<Record<string, string>> = {
  'error.directory': 'error.directory_other',
  'error.directory_older': 'error.directory_other',
  'error.missing': 'error.case_missing',
  'error.tampered': 'error.case_altered',
};

/** In a case whose newest key is not to be had: the entries hold. */
const WITHOUT_KEYS: Readonly<Record<string, string>> = {
  'error.missing': 'error.key_missing',
  'error.tampered': 'error.key_wrong',
};

/** In a file of a case. */
const WHILE_SAVING: Readonly<Record<string, string>> = { 'error.tampered': 'error.file_altered' };

const DURING = {
  anything: {},
  sending: WHILE_SENDING,
  opening: WHILE_OPENING,
  reading: IN_A_CASE,
  keyless: WITHOUT_KEYS,
  saving: WHILE_SAVING,
} as const;

/** What changed at the organisation while a page was open: a try with what holds now may succeed. */
const OUTDATED: readonly string[] = [
  'error.outdated',
  'error.readers_changed',
  'error.nobody_left',
  'error.no_custodian',
];

/** Whether the page should read anew who reads before the same call is tried again. */
export function isOutdated(code: string): boolean {
  return OUTDATED.includes(ERROR_TEXTS[code] ?? '');
}

/**
 * What happened and what to do next, in the page's language, for any code that a worker's error
 * carries. Codes without words of their own get the general ones, and the code with them, for
 * whoever helps.
 */
export function errorText(code: string, during: keyof typeof DURING = 'anything'): string {
  const key = ERROR_TEXTS[code];
  if (key === undefined) return t('error.unexpected', { code });
  const others: Readonly<Record<string, string>> = DURING[during];
  return t(others[key] ?? key);
}

/** Whether the same call may succeed later, unchanged. */
export function isPassing(code: string): boolean {
  return ['error.network', 'error.busy'].includes(ERROR_TEXTS[code] ?? '');
}
