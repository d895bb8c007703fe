import { frame, fromBase64, toBase64, utf8, type Field } from './bytes.js';
import { hash } from './derive.js';
import { verify } from './signature.js';
import type { AuditEntry, AuditHead } from './wire/desk.js';
import type { Directory } from './wire/directory.js';

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

/** The fields of an account's word that a chain's entry of this number had this hash on a day. */
export function auditHeadFields(
  head: Pick<AuditHead, 'scope' | 'sequence' | 'hash' | 'day'>,
): Field[] {
  return [head.scope, head.sequence, fromBase64(head.hash), head.day];
}

/** Everybody's signing key by account, as the directory has them: those who left included. */
export function signersOf({
  readers,
  administrators,
}: Pick<Directory, 'readers' | 'administrators'>): Map<string, string> {
  return new Map<string, string>([
    ...readers.map(({ record }): [string, string] => [record.id, record.sig]),
    ...administrators.map(({ id, sig }): [string, string] => [id, sig]),
  ]);
}

/**
 * What a signed head and its chain can have against each other. `contradicts`: the entry of that
 * number has another hash now; `ends_before`: the chain has no entry of that number;
 * `wrong_signature`: the person whom it names did not sign it; `unknown_signer`: the directory knows
 * nobody of that id.
 */
export type AuditHeadFault = 'contradicts' | 'ends_before' | 'wrong_signature' | 'unknown_signer';

/**
 * Checks a signed head: its signature first, since what nobody signed accuses nobody, then the chain.
 *
 * @param linked hash of the chain's entry of that number, null where there is none.
 * @param signers see {@link signersOf}.
 */
export function faultInAuditHead(
  head: AuditHead,
  linked: string | null,
  signers: ReadonlyMap<string, string>,
): AuditHeadFault | null {
  const key = signers.get(head.account);
  if (key === undefined) return 'unknown_signer';
  const holds = verify(
    fromBase64(key),
    fromBase64(head.signature),
    'audit head',
    ...auditHeadFields(head),
  );
  if (!holds) return 'wrong_signature';
  if (linked === null) return 'ends_before';
  return linked === head.hash ? null : 'contradicts';
}
