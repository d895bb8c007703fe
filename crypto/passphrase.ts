import sumo from 'libsodium-wrappers-sumo';
import { hash } from './derive.js';
import type { AccountRealm } from './ids.js';

/** Argon2id floors, compiled in: no configuration goes below. */
const PASSES = 3;
const MEMORY_BYTES = { full: 256 * 1024 * 1024, least: 64 * 1024 * 1024 } as const;

/** `full`: 256 MiB; `least`: 64 MiB, for devices that cannot give more. */
export type StretchLevel = keyof typeof MEMORY_BYTES;

/** Resolves when Argon2id can be called: only the sumo build of libsodium has it. */
export async function passphraseReady(): Promise<void> {
  await sumo.ready;
}

/** Argon2id (RFC 9106), version 1.3, 3 passes, one lane: 32 bytes. */
export function stretch(
  realm: AccountRealm,
  name: string,
  passphrase: string,
  level: StretchLevel,
): Uint8Array {
  const salt = hash('passphrase salt', realm, name).slice(0, sumo.crypto_pwhash_SALTBYTES);
  return sumo.crypto_pwhash(
    32,
    passphrase,
    salt,
    PASSES,
    MEMORY_BYTES[level],
    sumo.crypto_pwhash_ALG_ARGON2ID13,
  );
}
