import * as v from 'valibot';
import {
  AttachmentId,
  bytesSchema,
  CaseId,
  ChannelId,
  Country,
  Day,
  OrganisationId,
} from '../ids.js';
import { KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { Count, Entry, EpochEntry, Grant, SealedEntry, SealedOverview } from './entry.js';
import { TimeZone } from './shared.js';

const attachments = v.pipe(v.array(AttachmentId), v.maxLength(100));

/** POST /api/cases: a report. The case id is not sent: it is the hash of the two public keys. */
export const CreateCase = v.strictObject({
  version: v.literal(1),
  organisation: OrganisationId,
  channel: ChannelId,
  country: Country,
  practice: v.boolean(),
  /** Hash of the look-up token. */
  tokenHash: bytesSchema(32),
  /** By the reporter's key over `creationFields`. */
  signature: bytesSchema(64),
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  /**
   * The conversation's first epoch and the report; where the channel has custodians, the identity's
   * first epoch and block too, filled in or empty.
   */
  entries: v.union([
    v.strictTuple([EpochEntry, SealedEntry]),
    v.strictTuple([EpochEntry, SealedEntry, EpochEntry, SealedEntry]),
  ]),
  grants: v.pipe(v.array(Grant), v.minLength(1), v.maxLength(200)),
  overview: SealedOverview,
  attachments,
});
export type CreateCase = v.InferOutput<typeof CreateCase>;

/** Answer to a report. */
export const CaseCreated = v.strictObject({ receivedOn: Day });

/** POST /api/case/entries, with the case's look-up token: one sealed entry of the reporter. */
export const ReporterAppend = v.strictObject({ entry: SealedEntry, attachments });
export type ReporterAppend = v.InferOutput<typeof ReporterAppend>;

/**
 * POST /api/case/identity, with the case's look-up token: what the reporter says of themself from now
 * on, behind an epoch where the custodians are others than before.
 */
export const ReporterIdentity = v.strictObject({
  entries: v.union([v.strictTuple([SealedEntry]), v.strictTuple([EpochEntry, SealedEntry])]),
  grants: v.pipe(v.array(Grant), v.maxLength(100)),
});
export type ReporterIdentity = v.InferOutput<typeof ReporterIdentity>;

/** What the server knows of a case and tells everyone who may open it. */
export const CaseFacts = v.strictObject({
  id: CaseId,
  organisation: OrganisationId,
  channel: ChannelId,
  country: Country,
  practice: v.boolean(),
  receivedOn: Day,
  closedOn: v.nullable(Day),
  purgeOn: v.nullable(Day),
});
export type CaseFacts = v.InferOutput<typeof CaseFacts>;

/** That a reader first opened a dialogue entry on a day. */
export const Reading = v.strictObject({ sequence: Count, day: Day });
export type Reading = v.InferOutput<typeof Reading>;

/** GET /api/case, with the look-up token in `Authorization: Case <base64url>`. */
export const ReporterCase = v.strictObject({
  case: CaseFacts,
  entries: v.array(Entry),
  grants: v.array(Grant),
  readings: v.array(Reading),
  timeZone: TimeZone,
});
export type ReporterCase = v.InferOutput<typeof ReporterCase>;

/** POST /api/draft-keys: a new key, or the one of an earlier id while it lives. */
export const DraftKeyRequest = v.strictObject({ id: v.nullable(bytesSchema(24)) });
export const DraftKeyAnswer = v.strictObject({ id: bytesSchema(24), key: bytesSchema(32) });
export type DraftKeyAnswer = v.InferOutput<typeof DraftKeyAnswer>;
