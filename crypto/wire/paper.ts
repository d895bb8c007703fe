import * as v from 'valibot';
import { bytesSchema, CaseId, Day, ReaderId } from '../ids.js';
import { KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { CeremonySigner, CeremonyTerms, SignedCeremony } from './ceremony.js';
import { Entry, EpochEntry, Grant, SealedOverview } from './entry.js';
import { CaseFacts } from './reports.js';

/** POST /api/desk/ceremony: asks that a recovery officer's paper is used. */
export const AskCeremony = v.strictObject({ terms: CeremonyTerms, signature: bytesSchema(64) });
export type AskCeremony = v.InferOutput<typeof AskCeremony>;

/** PUT /api/desk/ceremony/:id/agreement: the second signature. */
export const AgreeCeremony = v.strictObject({ signature: bytesSchema(64) });

/** GET /api/desk/ceremony: what was asked for and can still be done, and what was done. */
export const CeremonyAnswer = v.strictObject({
  standing: v.nullable(
    v.strictObject({
      terms: CeremonyTerms,
      asked: CeremonySigner,
      agreed: v.nullable(CeremonySigner),
      /** When it ends by itself. */
      until: v.pipe(v.string(), v.isoTimestamp()),
    }),
  ),
  /** Papers that were used, each with the last day. */
  used: v.array(v.strictObject({ officer: ReaderId, on: Day })),
});
export type CeremonyAnswer = v.InferOutput<typeof CeremonyAnswer>;

/** What shows that somebody holds the paper: the ceremony's id, signed with the paper's key. */
export const PaperProof = v.strictObject({ id: bytesSchema(16), proof: bytesSchema(64) });
export type PaperProof = v.InferOutput<typeof PaperProof>;

/** POST /api/desk/ceremony/paper: what was agreed, and the cases that nobody else opens. */
export const PaperAnswer = v.strictObject({
  ceremony: SignedCeremony,
  until: v.pipe(v.string(), v.isoTimestamp()),
  cases: v.array(CaseId),
});
export type PaperAnswer = v.InferOutput<typeof PaperAnswer>;

/** POST /api/desk/ceremony/paper/cases/:id: all that is needed to check one case and give it on. */
export const PaperCase = v.strictObject({
  case: CaseFacts,
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  entries: v.array(Entry),
  grants: v.array(Grant),
  overview: SealedOverview,
});
export type PaperCase = v.InferOutput<typeof PaperCase>;

/** POST /api/desk/ceremony/paper/cases/:id/epochs: one epoch for each compartment that is there. */
export const PaperEpochs = v.strictObject({
  ...PaperProof.entries,
  entries: v.pipe(v.array(EpochEntry), v.minLength(1), v.maxLength(2)),
  grants: v.pipe(v.array(Grant), v.maxLength(200)),
  overview: SealedOverview,
});
export type PaperEpochs = v.InferOutput<typeof PaperEpochs>;
