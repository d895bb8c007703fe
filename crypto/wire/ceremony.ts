import * as v from 'valibot';
import { AccountId, bytesSchema, Day, InstallationId, ReaderId } from '../ids.js';

/** Why nobody can read some cases any more, in one word: whoever wants more writes it on paper. */
export const CEREMONY_GROUNDS = ['lost', 'wrong_hands', 'left'] as const;
export type CeremonyGround = (typeof CEREMONY_GROUNDS)[number];

/**
 * What two people sign before a recovery officer's paper is used. It names no case: who signs learns
 * nothing of the cases that it reaches, which may be cases that leave the signer out.
 */
export const CeremonyTerms = v.strictObject({
  v: v.literal(1),
  installation: InstallationId,
  /** Random; leads the officer's page to what was agreed. */
  id: bytesSchema(16),
  /** Whose paper is used. */
  officer: ReaderId,
  ground: v.picklist(CEREMONY_GROUNDS),
  /** The day on which it was asked for. */
  on: Day,
  /** To whom the cases are given, as far as each case's reporter and people allow it. */
  to: v.pipe(v.array(ReaderId), v.minLength(1), v.maxLength(20)),
  /** Handlers of the directory who cannot read any more, on the word of the two who sign. */
  lost: v.pipe(v.array(ReaderId), v.maxLength(50)),
});
export type CeremonyTerms = v.InferOutput<typeof CeremonyTerms>;

/** Who signed the terms. */
export const CeremonySigner = v.strictObject({ by: AccountId, signature: bytesSchema(64) });
export type CeremonySigner = v.InferOutput<typeof CeremonySigner>;

/** Terms with both signatures: stands in every epoch that the paper opens. */
export const SignedCeremony = v.strictObject({
  terms: CeremonyTerms,
  asked: CeremonySigner,
  agreed: CeremonySigner,
});
export type SignedCeremony = v.InferOutput<typeof SignedCeremony>;
