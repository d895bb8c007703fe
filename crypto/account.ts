import { fromBase64, toBase64, type Field } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { derive, hash } from './derive.js';
import type { AccountRealm, InstallationId } from './ids.js';
import { kemKeys, type KemKeys } from './kem.js';
import { stretch, type StretchLevel } from './passphrase.js';
import { signingKeys, type SigningKeys } from './signature.js';
import { randomBytes } from './sodium.js';
import { tokenHash } from './tokens.js';
import { fromWords, newPaperKey, newPassphrase } from './words.js';
import type { Credentials } from './wire/desk.js';

/** Everything that an account's 32-byte seed gives. */
export interface AccountKeys {
  seed: Uint8Array;
  kem: KemKeys;
  sig: SigningKeys;
  /** Symmetric key for what this person's desk keeps for itself. */
  own: Uint8Array;
}

/** The keys of a seed. */
export function accountKeys(seed: Uint8Array): AccountKeys {
  return {
    seed,
    kem: kemKeys(derive(seed, 'account xwing seed')),
    sig: signingKeys(derive(seed, 'account ed25519 seed')),
    own: derive(seed, 'own key'),
  };
}

/** Keys from a new random seed. */
export function newAccountKeys(): AccountKeys {
  return accountKeys(randomBytes(32));
}

/** A name to sign in with as it is hashed and stored: NFKC, lower case, single spaces. */
export function normaliseName(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

/** A passphrase as it is stretched: words in lower case, parted by single spaces. */
export function normalisePassphrase(passphrase: string): string {
  return passphrase
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s,.;-]+/gu, ' ')
    .trim();
}

/**
 * Where a person's words count: 16 bytes of a hash over an installation's id and its organisation's
 * root (base64url, of a verified directory). The id alone names nobody: it is public, and whoever has
 * a root of their own can sign a directory with it.
 */
export function accountRealm(installation: InstallationId, root: string): AccountRealm {
  return toBase64(
    hash('account realm', installation, fromBase64(root)).slice(0, 16),
  ) as AccountRealm;
}

/** What a passphrase gives: the key of the vault, and the proof (base64url) shown to the server. */
export interface PassphraseSecrets {
  vaultKey: Uint8Array;
  proof: string;
}

/**
 * One Argon2id run over the passphrase, salted with a hash of realm and name: there is no
 * salt to ask a server for, and so no name to probe.
 */
export function passphraseSecrets(
  realm: AccountRealm,
  name: string,
  passphrase: string,
  level: StretchLevel,
): PassphraseSecrets {
  const root = stretch(realm, normaliseName(name), normalisePassphrase(passphrase), level);
  return { vaultKey: derive(root, 'vault key'), proof: toBase64(derive(root, 'login proof')) };
}

/**
 * What a recovery kit of 24 words gives; random as it is, it needs no slow hash. Another realm
 * gets values that nobody can link to these or use there, since one kit may serve in several. Within
 * one realm the proof is that of the kit alone: so its server finds a kit that two share.
 */
export function recoverySecrets(realm: AccountRealm, words: readonly string[]): PassphraseSecrets {
  const kit = fromWords(words);
  return {
    vaultKey: derive(kit, 'recovery vault key', realm),
    proof: toBase64(derive(kit, 'recovery proof', realm)),
  };
}

function vaultContext(realm: AccountRealm, account: string): Field[] {
  return [realm, account];
}

/** Opens a vault to the seed. Throws as `openBox` does. */
export function openVault(
  vaultKey: Uint8Array,
  realm: AccountRealm,
  account: string,
  vault: string,
): Uint8Array {
  return openBox(vaultKey, 'vault', vaultContext(realm, account), fromBase64(vault));
}

/** A passphrase and a recovery kit, to be shown once. */
export interface PaperSecrets {
  passphrase: string[];
  recoveryWords: string[];
}

/** A new passphrase of seven words and a new recovery kit of 24. */
export function newPaperSecrets(): PaperSecrets {
  return { passphrase: newPassphrase(), recoveryWords: newPaperKey() };
}

/** What the server keeps for an account: the seed sealed twice, and hashes of both proofs. */
export function makeCredentials(
  realm: AccountRealm,
  account: string,
  name: string,
  seed: Uint8Array,
  paper: PaperSecrets,
  level: StretchLevel,
): Credentials {
  const { vaultKey, proof } = passphraseSecrets(realm, name, paper.passphrase.join(' '), level);
  const recovery = recoverySecrets(realm, paper.recoveryWords);
  const context = vaultContext(realm, account);
  return {
    proofHash: tokenHash('login proof', proof),
    vault: toBase64(sealBox(vaultKey, 'vault', context, seed)),
    recoveryProofHash: tokenHash('recovery proof', recovery.proof),
    recoveryVault: toBase64(sealBox(recovery.vaultKey, 'vault', context, seed)),
  };
}
