import * as v from 'valibot';
import { bytesSchema, Day, ReaderId, RecordHash, WorkId } from '../ids.js';
import { moment, needed } from './fields.js';

/** What a reporter can say of themself. */
export const IDENTITY_FIELDS = ['name', 'reach', 'relation', 'text'] as const;
export type IdentityField = (typeof IDENTITY_FIELDS)[number];

/** Longest reason for a request or for its refusal, in bytes. */
export const IDENTITY_REASON_BYTES = 2000;

/** Most bytes of a whole block, so that each takes the smallest size and all look alike. */
const BLOCK_BYTES = 4000;
const limits = { name: 400, reach: 600, relation: 400, text: 2000 } as const;

/** Who the reporter is, as far as they say so; every field may be empty. */
export const Identity = v.strictObject({
  name: v.pipe(v.string(), v.maxBytes(limits.name)),
  reach: v.pipe(v.string(), v.maxBytes(limits.reach)),
  relation: v.pipe(v.string(), v.maxBytes(limits.relation)),
  text: v.pipe(v.string(), v.maxBytes(limits.text)),
});
export type Identity = v.InferOutput<typeof Identity>;

/** The identity as it is from here on; an empty one says that none is given, or not any more. */
export const IdentityBlock = v.pipe(
  v.strictObject({ kind: v.literal('identity'), at: Day, ...Identity.entries }),
  v.check((block) => new TextEncoder().encode(JSON.stringify(block)).length <= BLOCK_BYTES),
);
export type IdentityBlock = v.InferOutput<typeof IdentityBlock>;

const reason = v.pipe(needed, v.maxBytes(IDENTITY_REASON_BYTES));
const fields = v.pipe(v.array(v.picklist(IDENTITY_FIELDS)), v.minLength(1), v.maxLength(4));

/** That a custodian opens the identity, for whom and why: it is there before the identity is. */
export const IdentityOpening = v.strictObject({
  kind: v.literal('identity_opening'),
  at: moment,
  request: WorkId,
  askedBy: ReaderId,
  fields,
  reason,
});
export type IdentityOpening = v.InferOutput<typeof IdentityOpening>;

/** What stands in the compartment of the identity. */
export const IdentityEntry = v.variant('kind', [IdentityBlock, IdentityOpening]);
export type IdentityEntry = v.InferOutput<typeof IdentityEntry>;

/**
 * That a handler asks a custodian for the identity, and the key under which the answer comes: so
 * whoever reads the handlers' own entries reads the answer, and nobody else.
 */
export const IdentityRequestEntry = v.strictObject({
  kind: v.literal('identity_request'),
  at: moment,
  id: WorkId,
  fields,
  reason,
  key: bytesSchema(32),
});
export type IdentityRequestEntry = v.InferOutput<typeof IdentityRequestEntry>;

/** What a custodian is told of a request: nothing of the report. */
export const IdentityQuestion = v.strictObject({
  v: v.literal(1),
  at: moment,
  by: ReaderId,
  fields,
  reason,
  key: bytesSchema(32),
});
export type IdentityQuestion = v.InferOutput<typeof IdentityQuestion>;

/** What a custodian answers: some of the fields, or a refusal with its reason. */
export const IdentityAnswer = v.variant('state', [
  v.strictObject({
    v: v.literal(1),
    state: v.literal('given'),
    at: moment,
    by: ReaderId,
    /** The opening's record hash. */
    opening: RecordHash,
    /** Fields that the reporter left empty are empty here; those not passed on are null. */
    identity: v.strictObject({
      name: v.nullable(Identity.entries.name),
      reach: v.nullable(Identity.entries.reach),
      relation: v.nullable(Identity.entries.relation),
      text: v.nullable(Identity.entries.text),
    }),
  }),
  v.strictObject({
    v: v.literal(1),
    state: v.literal('refused'),
    at: moment,
    by: ReaderId,
    reason,
  }),
]);
export type IdentityAnswer = v.InferOutput<typeof IdentityAnswer>;
