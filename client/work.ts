import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { solveChallenge, type DeriveKeyFunction } from 'altcha-lib';
import { deriveKey as deriveByPlatform } from 'altcha-lib/algorithms/web/pbkdf2';
import {
  platformCrypto,
  toBase64,
  utf8,
  WorkAnswer,
  type WorkChallenge,
  type WorkKind,
} from '../crypto/private.js';
import { persist, type Api } from './api.js';
import { ClientError } from './errors.js';

/** How often work is done again when the server asks for more meanwhile. */
const TRIES = 4;
/** A server whose challenge nobody can solve is given up, in milliseconds. */
const PATIENCE = 15 * 60_000;

/**
 * Does what a server may ask a proof of work for: first without, and if the server asks for it, with
 * one. See `server/work`.
 *
 * @param attempt what is to be done, with the proof to send along, null for none.
 * @param onWork called when the calculation begins.
 * @throws what `attempt` throws, ClientError `cancelled`, or `work_needed` where it was never enough.
 */
export async function withWork<T>(
  api: Api,
  kind: WorkKind,
  attempt: (proof: string | null) => Promise<T>,
  onWork: () => void,
  signal?: AbortSignal,
): Promise<T> {
  let proof: string | null = null;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(proof);
    } catch (error) {
      const asked = error instanceof ClientError && error.code === 'work_needed';
      if (!asked || tries >= TRIES) throw error;
      onWork();
      const json = { for: kind };
      const { challenge } = await persist(
        () => api.ask(WorkAnswer, { method: 'POST', path: '/api/work', json, signal }),
        signal,
      );
      proof = await proofOf(challenge, signal);
    }
  }
}

/** The platform's PBKDF2, or our own where it has none. */
const deriveKey: DeriveKeyFunction = async (parameters, salt, password) => {
  if (platformCrypto() !== undefined) return deriveByPlatform(parameters, salt, password);
  const { cost, keyLength } = parameters;
  return { derivedKey: await pbkdf2Async(sha256, password, salt, { c: cost, dkLen: keyLength }) };
};

/** Solves a challenge on this device. Throws ClientError `cancelled` once the signal ends it. */
export async function proofOf(challenge: WorkChallenge, signal?: AbortSignal): Promise<string> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  try {
    const found = await solveChallenge({ challenge, controller, deriveKey, timeout: PATIENCE });
    if (controller.signal.aborted) throw new ClientError('cancelled');
    if (found === null) throw new ClientError('unexpected_answer');
    const { counter, derivedKey } = found;
    return toBase64(utf8(JSON.stringify({ challenge, solution: { counter, derivedKey } })));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
