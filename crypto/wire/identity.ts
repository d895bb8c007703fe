import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { bytesSchema, CaseId, ChannelId, Day, ReaderId, RecordHash, WorkId } from '../ids.js';
import { KEM_CIPHERTEXT_BYTES, KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { Count, Entry, EpochEntry, Grant, SealedEntry } from './entry.js';

/** Plaintext sizes of a question to a custodian and of the answer, in bytes. */
export const IDENTITY_QUESTION_BYTES = 8 * 1024;
export const IDENTITY_ANSWER_BYTES = 16 * 1024;

const question = {
  kem: bytesSchema(KEM_CIPHERTEXT_BYTES),
  box: bytesSchema(BOX_OVERHEAD + IDENTITY_QUESTION_BYTES),
};
const answerBox = bytesSchema(BOX_OVERHEAD + IDENTITY_ANSWER_BYTES);

/** A request for the identity on its way to the custodians who can open it. */
export const IdentityRequest = v.strictObject({
  id: WorkId,
  questions: v.pipe(
    v.array(v.strictObject({ recipient: ReaderId, ...question })),
    v.minLength(1),
    v.maxLength(100),
  ),
});
export type IdentityRequest = v.InferOutput<typeof IdentityRequest>;

/** What handlers get of a case's identity: who could open it, and what became of requests. */
export const IdentityOfCase = v.strictObject({
  /** The epoch entries alone, oldest first: none where the case has no such compartment. */
  epochs: v.array(EpochEntry),
  requests: v.array(
    v.strictObject({
      id: WorkId,
      askedOn: Day,
      openedOn: v.nullable(Day),
      answeredOn: v.nullable(Day),
      answer: v.nullable(answerBox),
    }),
  ),
});
export type IdentityOfCase = v.InferOutput<typeof IdentityOfCase>;

/** A request as a custodian's list shows it. */
export const CustodyListing = v.strictObject({
  case: CaseId,
  channel: ChannelId,
  practice: v.boolean(),
  request: WorkId,
  askedOn: Day,
  openedOn: v.nullable(Day),
  answeredOn: v.nullable(Day),
  ...question,
});
export type CustodyListing = v.InferOutput<typeof CustodyListing>;

/** GET /api/desk/custody: the requests addressed to this custodian, the newest first. */
export const CustodyList = v.strictObject({ requests: v.array(CustodyListing) });

/**
 * GET /api/desk/custody/:case: what a custodian needs to write that the identity is opened, and what
 * this custodian may read of it: nothing before such an entry, then all up to the newest of them.
 */
export const CustodyCase = v.strictObject({
  /** Who reads the conversation, by its epoch entries: whoever asks must be among those. */
  readers: v.array(EpochEntry),
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  epochs: v.array(EpochEntry),
  grants: v.array(Grant),
  newest: v.strictObject({ sequence: Count, hash: RecordHash }),
  entries: v.array(Entry),
});
export type CustodyCase = v.InferOutput<typeof CustodyCase>;

/** POST /api/desk/custody/:case/openings: it is on the record, and then the identity is given out. */
export const CustodyOpening = v.strictObject({ request: WorkId, entry: SealedEntry });
export type CustodyOpening = v.InferOutput<typeof CustodyOpening>;

/** POST /api/desk/custody/:case/answers: what the custodian passes on, or why nothing. */
export const CustodyAnswer = v.strictObject({ request: WorkId, box: answerBox });
export type CustodyAnswer = v.InferOutput<typeof CustodyAnswer>;
