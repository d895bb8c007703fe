import { ipKeyGenerator } from 'express-rate-limit';
import { ApiError } from '../http/errors.js';
import type { Limits } from '../http/limits.js';

/** What is counted is forgotten once nothing came for that long. */
const SECONDS = 15 * 60;
/** Wrong proofs for a name from one address, after which the answer says to wait. */
const PER_ADDRESS = 20;
/** Wrong proofs for a name from everywhere, at which the log gets a line. */
const NOTED = 20;
/** Wrong proofs for a name from everywhere, after which each is answered later than the one before. */
const PER_NAME = 200;
/** Milliseconds by which answers grow later, up to the longest. */
const STEP = 20;
const LONGEST = 4000;
/** Answers held back at once, since each holds a connection. */
const MOST_HELD = 64;

/**
 * Answers proofs that were looked at and are wrong. They never stand in the way of a right one:
 * nobody can keep a person out who knows the name, behind one address for all (an onion service) or
 * not. Proofs have 77 bits behind Argon2id, or 256: what cannot be guessed needs no lock. See
 * docs/decisions/0008-wrong-proofs.md.
 */
export interface WrongProofs {
  /**
   * Counts a wrong proof for what `name` and `way` say, known or not, and answers the refusal once
   * it is due.
   *
   * @param onNoted called once a quarter of an hour at most, when it was tried strikingly often.
   */
  refusal(key: ProofKey, onNoted: () => void): Promise<ApiError>;
  /** Forgets what was wrong from this address before. */
  succeeded(key: ProofKey): void;
}

export interface ProofKey {
  readonly way: string;
  readonly name: string;
  /** Of the network. */
  readonly address: string;
}

/** Makes the count; all of it lives in memory, under a key that ends with the process. */
export function createWrongProofs(limits: Pick<Limits, 'counter'>): WrongProofs {
  const byAddress = limits.counter({ seconds: SECONDS });
  const byName = limits.counter({ seconds: SECONDS });
  let held = 0;

  const nameOf = ({ way, name }: ProofKey): string => JSON.stringify([way, name]);
  const placeOf = ({ way, name, address }: ProofKey): string =>
    JSON.stringify([way, name, ipKeyGenerator(address)]);

  return {
    async refusal(key, onNoted) {
      const here = byAddress.add(placeOf(key));
      const everywhere = byName.add(nameOf(key));
      if (everywhere === NOTED) onNoted();
      const late = Math.min(LONGEST, (everywhere - PER_NAME) * STEP);
      const crowded = late > 0 && held >= MOST_HELD;
      if (late > 0 && !crowded) {
        held += 1;
        await new Promise((resolve) => setTimeout(resolve, late));
        held -= 1;
      }
      return here > PER_ADDRESS || crowded
        ? new ApiError('too_many_attempts', { retryAfter: SECONDS })
        : new ApiError('sign_in_refused');
    },
    succeeded(key) {
      byAddress.clear(placeOf(key));
    },
  };
}
