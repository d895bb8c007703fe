import * as v from 'valibot';

/** What work is asked for once too much of it arrives. */
export const WorkKind = v.picklist(['report', 'upload']);
export type WorkKind = v.InferOutput<typeof WorkKind>;

/** POST /api/work: asks for a challenge. */
export const WorkRequest = v.strictObject({ for: WorkKind });
export type WorkRequest = v.InferOutput<typeof WorkRequest>;

const hex = (bytes: number): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${String(2 * bytes)}}$`)));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/**
 * A challenge of ALTCHA, version 2, in its deterministic mode: find the counter, from zero up to
 * `data.steps`, whose PBKDF2 key begins with `keyPrefix`. Signed by the server that made it.
 *
 * Source: https://altcha.org/docs/v2/ and the library altcha-lib.
 */
export const WorkChallenge = v.strictObject({
  parameters: v.strictObject({
    algorithm: v.literal('PBKDF2/SHA-256'),
    cost: v.pipe(count, v.minValue(1), v.maxValue(100_000)),
    /** What it is for, the most counters to try, and until when it counts, in milliseconds since 1970. */
    data: v.strictObject({ for: WorkKind, steps: count, until: count }),
    keyLength: v.literal(32),
    keyPrefix: hex(16),
    keySignature: hex(32),
    nonce: hex(16),
    salt: hex(16),
  }),
  signature: hex(32),
});
export type WorkChallenge = v.InferOutput<typeof WorkChallenge>;

/**
 * What was found. It travels as base64url of its JSON in the header `Casekey-Work` of
 * POST /api/cases and POST /api/attachments, and counts once.
 */
export const WorkProof = v.strictObject({
  challenge: WorkChallenge,
  solution: v.strictObject({ counter: count, derivedKey: hex(32) }),
});
export type WorkProof = v.InferOutput<typeof WorkProof>;

/** Answer to POST /api/work. */
export const WorkAnswer = v.strictObject({ challenge: WorkChallenge });
export type WorkAnswer = v.InferOutput<typeof WorkAnswer>;
