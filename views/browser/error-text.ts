import { t } from './strings.js';

/**
 * Which words tell of an error code. Codes of the server, the client and the protocol are many; what
 * a person can do about them is not.
 */
const TEXTS: Readonly<Record<string, string>> = {
  network: 'error.network',
  timeout: 'error.network',
  unavailable: 'error.busy',
  internal: 'error.busy',
  too_many_requests: 'error.busy',
  too_large: 'error.too_large',
  file_too_large: 'error.too_large',
  too_long: 'error.too_long',
  file_unreadable: 'error.file_unreadable',
  already_sent: 'error.already_sent',
  case_exists: 'error.already_sent',
  case_not_found: 'error.case_not_found',
  draft_key_gone: 'error.draft_gone',
  worker_failed: 'error.worker',
  channel_unknown: 'error.outdated',
  directory_unknown: 'error.outdated',
  member_unknown: 'error.outdated',
  epoch_outdated: 'error.outdated',
  unknown_version: 'error.outdated',
  directory_changed: 'error.outdated',
  readers_changed: 'error.outdated',
  practice_only: 'error.outdated',
  practice_over: 'error.outdated',
  nobody_left: 'error.nobody_left',
  conflict: 'error.conflict',
  sequence_taken: 'error.conflict',
  previous_unknown: 'error.conflict',
  gone: 'error.upload_gone',
  upload_incomplete: 'error.upload_gone',
  upload_not_found: 'error.upload_gone',
  attachment_taken: 'error.upload_gone',
  chunk_taken: 'error.upload_gone',
  not_found: 'error.upload_gone',
  directory_stale: 'error.directory_stale',
  directory_expired: 'error.directory_expired',
  directory_conflict: 'error.conflict',
  directory_rolled_back: 'error.directory',
  wrong_directory: 'error.directory',
  wrong_chunk: 'error.file_altered',
  wrong_manifest: 'error.file_altered',
  missing_entry: 'error.missing',
  truncated_chain: 'error.missing',
  left_out_member: 'error.left_out',
  malformed: 'error.tampered',
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
  rewritten_chain: 'error.tampered',
  reused_seen_head: 'error.tampered',
  wrong_facts: 'error.tampered',
};

/**
 * What happened and what to do next, in the page's language, for any code that a worker's error
 * carries. Codes without words of their own get the general ones, and the code with them, for
 * whoever helps.
 */
export function errorText(code: string): string {
  const key = TEXTS[code];
  return key === undefined ? t('error.unexpected', { code }) : t(key);
}
