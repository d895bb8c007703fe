import * as v from 'valibot';
import { fromBase64, toBase64 } from './bytes.js';
import { openBox, sealBox } from './box.js';
import type { OpenedCase } from './case-file.js';
import type { VerifiedChain } from './chain.js';
import { ProtocolError, type ProtocolFault } from './errors.js';
import { bytesSchema, RecordHash, type CaseId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { Count } from './wire/entry.js';

const HEAD_BYTES = 256;

/** Number and hash of an entry of an audit chain, short enough for what a desk remembers. */
export const AuditPlace = v.strictTuple([Count, bytesSchema(32)]);
export type AuditPlace = v.InferOutput<typeof AuditPlace>;

/** What a desk remembers of a case, sealed: how far it saw the chains, and read them. */
export const Head = v.strictObject({
  dialogue: v.strictObject({ sequence: Count, hash: RecordHash }),
  internal: v.nullable(v.strictObject({ sequence: Count, hash: RecordHash })),
  readThrough: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** How far this desk followed and signed the case's audit chain; absent before it did. */
  log: v.exactOptional(AuditPlace),
});
export type Head = v.InferOutput<typeof Head>;

/** Seals a head under the handler's own key (base64url). */
export function sealHead(own: Uint8Array, caseId: CaseId, handler: string, head: Head): string {
  const padded = pad(toJsonBytes(head), HEAD_BYTES);
  return toBase64(sealBox(own, 'head', [caseId, handler], padded));
}

/** Opens a head. Throws as `openBox` does, or `malformed`. */
export function openHead(own: Uint8Array, caseId: CaseId, handler: string, box: string): Head {
  return fromJsonBytes(Head, unpad(openBox(own, 'head', [caseId, handler], fromBase64(box))));
}

/** The head of a case as it was opened now. */
export function headOf(opened: OpenedCase, readThrough: number): Head {
  const newest = (chain: VerifiedChain): Head['internal'] => {
    const last = chain.records.at(-1);
    return last === undefined ? null : { sequence: last.entry.header.sequence, hash: last.hash };
  };
  const dialogue = newest(opened.dialogue.chain);
  if (dialogue === null) throw new ProtocolError('missing_entry');
  const internal = opened.internal === null ? null : newest(opened.internal.chain);
  return { dialogue, internal, readThrough };
}

/**
 * Compares a case with the head that this desk sealed when it last opened it: `truncated_chain`
 * where entries it saw are missing, `rewritten_chain` where they are others now, null where all
 * that it saw still stands.
 */
export function faultAgainstHead(opened: OpenedCase, head: Head): ProtocolFault | null {
  for (const compartment of ['dialogue', 'internal'] as const) {
    const seen = head[compartment];
    if (seen === null) continue;
    const record = opened[compartment]?.chain.records[seen.sequence - 1];
    if (record === undefined) return 'truncated_chain';
    if (record.hash !== seen.hash) return 'rewritten_chain';
  }
  return null;
}
