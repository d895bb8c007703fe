import * as v from 'valibot';
import { AttachmentId, bytesSchema, RecordHash } from '../ids.js';
import { KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import {
  Count,
  Entry,
  EpochEntry,
  Grant,
  GuestTerms,
  SealedEntry,
  SealedOverview,
} from './entry.js';
import { CaseFacts, Reading } from './reports.js';

/** A case that a handler granted to a guest. */
export const GuestListing = v.strictObject({
  case: CaseFacts,
  terms: GuestTerms,
  /** Whether this guest accepted to keep it secret. */
  accepted: v.boolean(),
});
export type GuestListing = v.InferOutput<typeof GuestListing>;

/** GET /api/desk/guest/cases: the cases that this guest may read now. */
export const GuestList = v.strictObject({ cases: v.array(GuestListing) });

/**
 * GET /api/desk/guest/cases/:id: what a guest needs to accept secrecy, and from then on what the case
 * holds: nothing that is sealed before.
 */
export const GuestCase = v.strictObject({
  case: CaseFacts,
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  /** The epoch entries of conversation and notes, each oldest first. */
  epochs: v.array(EpochEntry),
  grants: v.array(Grant),
  /** The newest record among the notes. */
  newest: v.strictObject({ sequence: Count, hash: RecordHash }),
  opened: v.nullable(
    v.strictObject({
      entries: v.array(Entry),
      overview: SealedOverview,
      readings: v.array(Reading),
    }),
  ),
});
export type GuestCase = v.InferOutput<typeof GuestCase>;

/** POST /api/desk/guest/cases/:id/entries: that secrecy is accepted, or a note with its files. */
export const GuestAppend = v.strictObject({
  entry: SealedEntry,
  attachments: v.pipe(v.array(AttachmentId), v.maxLength(100)),
});
export type GuestAppend = v.InferOutput<typeof GuestAppend>;
