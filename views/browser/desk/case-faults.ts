import type { CaseRow, EntryView, HandlerCaseView } from '../../../client/models.js';
import type { ProtocolFault } from '../../../crypto/private.js';
import { t } from '../strings.js';

/** What a fault of a case means to a handler: many say the same. */
const KINDS = {
  malformed: 'altered',
  unknown_version: 'newer',
  wrong_commitment: 'altered',
  does_not_open: 'altered',
  wrong_signature: 'altered',
  wrong_case_id: 'other_case',
  wrong_sequence: 'altered',
  wrong_previous: 'altered',
  wrong_epoch: 'members',
  not_a_member: 'members',
  wrong_compartment: 'altered',
  unknown_author: 'members',
  missing_entry: 'missing',
  truncated_chain: 'missing',
  rewritten_chain: 'rewritten',
  reused_seen_head: 'altered',
  left_out_member: 'left_out',
  wrong_directory: 'directory',
  directory_rolled_back: 'directory',
  wrong_facts: 'facts',
  wrong_effect: 'altered',
  wrong_erasure: 'altered',
  wrong_chunk: 'altered',
  wrong_manifest: 'altered',
  too_long: 'altered',
} as const satisfies Record<ProtocolFault, string>;

/** Which words tell what happened to a case that the server does not show as it is. */
export function faultKind(fault: ProtocolFault): string {
  return KINDS[fault];
}

/** What happened to a case that the server does not show as it is, in a sentence. */
export function faultText(fault: ProtocolFault): string {
  return t(`desk.fault.${faultKind(fault)}`);
}

/**
 * Why an entry shows no text, and what can be done about it. Of one that lost something its author is
 * not to blame, and not to be asked for what was erased.
 */
export function unreadableText(fault: ProtocolFault, { author, erasure }: EntryView): string {
  const why = {
    missing_entry: t('desk.unreadable.no_key'),
    unknown_author: t('desk.unreadable.not_theirs'),
    unknown_version: t('desk.unreadable.newer'),
  };
  if (erasure !== null) {
    return fault === 'unknown_version' ? why.unknown_version : t('desk.unreadable.remains');
  }
  const known = Object.entries(why).find(([code]) => code === fault)?.[1];
  const advice = t(
    author.side === 'reporter' ? 'desk.unreadable.ask_reporter' : 'desk.unreadable.ask_author',
  );
  return `${known ?? t('desk.unreadable.sealed')} ${advice}`;
}

/** Whether what a row says can be relied on: of a case that only needs new keys it can. */
export function isTrusted(row: CaseRow | HandlerCaseView): boolean {
  return row.fault === null || needsKeys(row);
}

/** Whether a case was opened and found to need new keys. */
export function needsKeys(row: CaseRow | HandlerCaseView): boolean {
  return 'writable' in row && row.writable === 'after_new_keys';
}

/** What is wrong with a row of the list: as the case said when it was opened, else that its line does not open. */
export function rowFaultText(row: CaseRow | HandlerCaseView): string {
  if (row.fault === null) return '';
  if (needsKeys(row)) return t('desk.row.needs_keys');
  return 'writable' in row ? faultText(row.fault) : t('desk.row.does_not_open');
}

/** Why nothing can be written into a case as it stands, null where it can be. */
export function blockedText({ writable }: HandlerCaseView): string | null {
  switch (writable) {
    case 'yes':
      return null;
    case 'after_new_keys':
      return t('desk.blocked.after_new_keys');
    case 'no':
      return t('desk.blocked.no');
  }
}
