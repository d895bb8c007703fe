import * as v from 'valibot';
import {
  AuditPlace,
  bytesSchema,
  Count,
  DirectoryHash,
  fromBase64,
  fromJsonBytes,
  openBox,
  pad,
  sealBox,
  toBase64,
  toJsonBytes,
  unpad,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { DeskSession, SignedInState } from './session.js';

/**
 * What a desk remembers between sign-ins: the highest directory it has seen, the version up to which
 * the person has read what changed, how many readers had left when none of them was found among the
 * readers of this person's cases any more, how far it followed and signed the chains of the audit
 * log that belong to no case, and the newest handbook it has seen. It is sealed at one size, whatever it says.
 */
const Memory = v.strictObject({
  version: Count,
  hash: DirectoryHash,
  read: Count,
  renewed: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  log: v.exactOptional(
    v.strictObject({
      organisation: v.nullable(AuditPlace),
      operation: v.nullable(AuditPlace),
    }),
  ),
  handbook: v.exactOptional(v.strictObject({ number: Count, hash: bytesSchema(32) })),
});
export type Memory = v.InferOutput<typeof Memory>;
const MEMORY_BYTES = 512;

/** The memory of whoever is signed in, which lies sealed with the server. */
export interface DeskMemory {
  /** Null before the first time something was kept. Throws as `openBox` does, or `malformed`. */
  read(state: SignedInState): Memory | null;
  /** Keeps it changed; changes come one after the other, each from what the one before left. */
  change(state: SignedInState, change: (before: Memory | null) => Memory): Promise<void>;
}

function context(state: SignedInState): string[] {
  return [state.installation, state.account.id];
}

/** See {@link DeskMemory}. */
export function createDeskMemory(session: DeskSession): DeskMemory {
  let last: Promise<void> = Promise.resolve();

  function read(state: SignedInState): Memory | null {
    if (state.memory === null) return null;
    const box = fromBase64(state.memory);
    return fromJsonBytes(Memory, unpad(openBox(state.keys.own, 'memory', context(state), box)));
  }

  async function keep(state: SignedInState, memory: Memory): Promise<void> {
    // whoever signed out meanwhile left keys of zeros behind, which anybody opens
    if (session.signedIn() !== state) throw new ClientError('sign_in_needed');
    const padded = pad(toJsonBytes(memory), MEMORY_BYTES);
    const sealed = toBase64(sealBox(state.keys.own, 'memory', context(state), padded));
    await session.api.tell({
      method: 'PUT',
      path: '/api/desk/account/memory',
      credential: state.credential,
      json: { memory: sealed },
    });
    state.memory = sealed;
  }

  return {
    read,
    change(state, change) {
      const kept = last.then(() => keep(state, change(read(state))));
      last = kept.catch(() => undefined);
      return kept;
    },
  };
}
