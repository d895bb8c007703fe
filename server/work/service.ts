import { randomBytes } from 'node:crypto';
import { createChallenge, randomInt, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import * as v from 'valibot';
import { WorkProof, WorkChallenge, type WorkKind } from '../../crypto/public.js';
import { bytesOf } from '../bytes.js';
import type { Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import { createGauge } from './gauge.js';
import { createMeter } from './meter.js';

const MINUTE = 60_000;
/** After this time what has come counts half. */
const HALF_LIFE = 30 * MINUTE;
/** A challenge is for now: hoarded ones are worth nothing. */
const LIFETIME = 30 * MINUTE;
/** One step: about a quarter of a millisecond on a laptop, a few on a slow phone. */
const COST = 1_000;
/** Steps when work begins to be asked for, and how often they double at most. */
const FIRST_STEPS = 200;
const DOUBLINGS = 6;
/** The load may grow while somebody works: work for an eighth of what is asked by now counts. */
const TOLERANCE = 8;
/** Proofs that are remembered until they end by themselves. */
const MOST_SPENT = 100_000;

/** How much comes in by half-life before work is asked for. */
export interface Calm {
  /** Reports. */
  readonly report: number;
  /** Bytes of announced files. */
  readonly upload: number;
}

/**
 * Proof of work, asked of everybody alike and only while more arrives than the channel is used to.
 * Nobody can use up a number of reports that all share; whoever floods makes each further report
 * cost a while of a processor, up to a bound that a slow phone can bear. Everything is in memory.
 */
export interface Work {
  /** A challenge as hard as it must be by now. */
  challenge(kind: WorkKind): Promise<WorkChallenge>;
  /**
   * Lets through what arrives, and counts it.
   *
   * @param amount one report, or the bytes of a file.
   * @param proof as the client sent it, null for none. It counts once.
   * @throws ApiError `work_needed` while work is asked for and this is none that counts.
   */
  spend(kind: WorkKind, amount: number, proof: string | null): Promise<void>;
}

/**
 * Makes the service. Its keys are drawn anew with every start, which ends all challenges.
 *
 * @param options.firstSteps in place of the usual, for tests.
 * @param options.chance in place of the platform's random numbers, from 0 to less than 1.
 */
export function createWork(options: {
  readonly clock: Clock;
  readonly calm: Calm;
  readonly firstSteps?: number;
  readonly chance?: (() => number) | undefined;
}): Work {
  const { clock, calm, firstSteps = FIRST_STEPS, chance = drawn } = options;
  const hmacSignatureSecret = randomBytes(32).toString('hex');
  const hmacKeySignatureSecret = randomBytes(32).toString('hex');
  const meters = { report: createMeter(clock, HALF_LIFE), upload: createMeter(clock, HALF_LIFE) };
  const gauges = {
    report: createGauge(meters.report, clock, calm.report, chance),
    upload: createGauge(meters.upload, clock, calm.upload, chance),
  };
  /** When each proof that was spent would have ended. */
  const spent = new Map<string, number>();

  /** Most counters to try for one of `amount`, zero while all is calm. */
  const stepsFor = (kind: WorkKind, amount: number): number => {
    const load = gauges[kind].load(amount);
    return load <= 1 ? 0 : firstSteps * 2 ** Math.min(DOUBLINGS, Math.floor(load) - 1);
  };

  const prune = (now: number): void => {
    for (const [nonce, until] of spent) {
      if (until > now && spent.size <= MOST_SPENT) return;
      spent.delete(nonce);
    }
  };

  const counts = async (kind: WorkKind, steps: number, text: string): Promise<boolean> => {
    const proof = readProof(text);
    if (proof === null) return false;
    const { challenge, solution } = proof;
    const { data, nonce } = challenge.parameters;
    const now = clock().getTime();
    if (data.for !== kind || data.until <= now || data.steps * TOLERANCE < steps) return false;
    if (spent.has(nonce)) return false;
    const { verified } = await verifySolution({
      challenge,
      solution,
      deriveKey,
      hmacSignatureSecret,
      hmacKeySignatureSecret,
    });
    // the same proof may have come twice meanwhile
    if (!verified || spent.has(nonce)) return false;
    prune(now);
    spent.set(nonce, data.until);
    return true;
  };

  return {
    async challenge(kind) {
      const steps = Math.max(firstSteps, stepsFor(kind, 0));
      const made = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: COST,
        // never less than half, so that luck is no strategy, and never more than is said
        counter: randomInt(steps, steps / 2),
        data: { for: kind, steps, until: clock().getTime() + LIFETIME },
        deriveKey,
        hmacSignatureSecret,
        hmacKeySignatureSecret,
      });
      return v.parse(WorkChallenge, made);
    },

    async spend(kind, amount, proof) {
      const steps = stepsFor(kind, amount);
      if (steps > 0 && (proof === null || !(await counts(kind, steps, proof)))) {
        throw new ApiError('work_needed');
      }
      meters[kind].add(amount);
    },
  };
}

/** From 0 to less than 1, by the platform's source of random numbers. */
function drawn(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32;
}

function readProof(text: string): WorkProof | null {
  try {
    const value: unknown = JSON.parse(bytesOf(text).toString('utf8'));
    const result = v.safeParse(WorkProof, value);
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}
