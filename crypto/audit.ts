import { frame, fromBase64, toBase64, utf8 } from './bytes.js';
import { hash } from './derive.js';
import type { AuditEntry } from './wire/desk.js';

/**
 * Hash of an audit entry's content under its salt. With content and salt erased it says nothing
 * about either, and the chain still verifies.
 */
export function auditContentHash(content: string, salt: string): string {
  return toBase64(hash('audit content', fromBase64(salt), utf8(content)));
}

/** The link of an audit chain: scope, sequence, the link before and the content's hash. */
export function auditHash(
  entry: Pick<AuditEntry, 'scope' | 'sequence' | 'previous' | 'contentHash'>,
): string {
  return toBase64(
    hash(
      'audit entry',
      frame('casekey/1 audit', [
        entry.scope,
        entry.sequence,
        entry.previous === null ? '' : fromBase64(entry.previous),
        fromBase64(entry.contentHash),
      ]),
    ),
  );
}

/**
 * The first sequence at which a chain of one scope is broken, or null where it holds from its
 * first entry to its last; a long chain can be checked in parts, each after the last entry of the
 * one before. Erased entries (content and salt null) keep their place.
 */
export function firstBrokenLink(
  entries: readonly AuditEntry[],
  after: Pick<AuditEntry, 'sequence' | 'hash'> | null = null,
): number | null {
  let previous = after?.hash ?? null;
  let sequence = (after?.sequence ?? 0) + 1;
  for (const entry of entries) {
    const contentHolds =
      entry.content === null || entry.salt === null
        ? entry.content === entry.salt
        : auditContentHash(entry.content, entry.salt) === entry.contentHash;
    if (
      entry.sequence !== sequence ||
      entry.previous !== previous ||
      auditHash(entry) !== entry.hash ||
      !contentHolds
    ) {
      return sequence;
    }
    previous = entry.hash;
    sequence += 1;
  }
  return null;
}
