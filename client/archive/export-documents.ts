import * as v from 'valibot';
import {
  AuditEntry,
  bytesSchema,
  CaseId,
  Compartment,
  Count,
  Entry,
  KEM_PUBLIC_KEY_BYTES,
  RecordHash,
  WorkId,
} from '../../crypto/private.js';

/** `records.json`: the signed records of a case as the server keeps them, what they say still sealed. */
export const ExportRecords = v.strictObject({
  format: v.literal('casekey records 1'),
  case: CaseId,
  /** The reporter's public keys; the case's id is their hash. */
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  entries: v.array(Entry),
});
export type ExportRecords = v.InferOutput<typeof ExportRecords>;

/** `trail.json`: the chain of the audit log that is about the case. */
export const ExportTrail = v.strictObject({
  format: v.literal('casekey trail 1'),
  entries: v.array(AuditEntry),
});
export type ExportTrail = v.InferOutput<typeof ExportTrail>;

/** What a check reads of `case.json`; there is more in it. */
export const ExportCase = v.object({
  format: v.literal('casekey case 1'),
  case: CaseId,
  export: WorkId,
  entries: v.array(
    v.object({
      compartment: Compartment,
      sequence: Count,
      record: RecordHash,
      author: v.union([v.literal('reporter'), v.object({ id: v.string() })]),
    }),
  ),
});
export type ExportCase = v.InferOutput<typeof ExportCase>;
