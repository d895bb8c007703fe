import { toBase64 } from './bytes.js';
import { derive } from './derive.js';
import type { CaseId } from './ids.js';
import { kemKeys, type KemKeys } from './kem.js';
import { caseIdOf, creationFields } from './record.js';
import { sign, signingKeys, type SigningKeys } from './signature.js';
import { randomBytes } from './sodium.js';
import { tokenHash } from './tokens.js';
import type { CreateCase } from './wire/reports.js';
import { fromWords, toWords } from './words.js';

/** Everything that twelve words give their owner. */
export interface ReporterKeys {
  caseId: CaseId;
  /** Shown to the server, in an Authorization header only (base64url). */
  lookupToken: string;
  kem: KemKeys;
  sig: SigningKeys;
  /** Mixed into what a receipt says of the report, so that nobody else can tell which it is. */
  receiptSalt: string;
  /** Seals what belongs to a receipt. */
  receiptKey: Uint8Array;
  /** The public keys as they stand on the wire. */
  publicKeys: { kem: string; sig: string };
}

/** A new case key: 16 random bytes as 12 words of BIP 39 English, made nowhere but here. */
export function newCaseKey(): string[] {
  return toWords(randomBytes(16));
}

/**
 * The keys that a case key gives. It has 128 random bits, so no slow hash is needed. Throws where
 * the words are not a case key: check typed ones with `parseWords` first.
 */
export function reporterKeys(words: readonly string[]): ReporterKeys {
  const secret = fromWords(words);
  if (secret.length !== 16) throw new RangeError('a case key has twelve words');
  const kem = kemKeys(derive(secret, 'reporter xwing seed'));
  const sig = signingKeys(derive(secret, 'reporter ed25519 seed'));
  const publicKeys = { kem: toBase64(kem.publicKey), sig: toBase64(sig.publicKey) };
  return {
    caseId: caseIdOf(publicKeys),
    lookupToken: toBase64(derive(secret, 'lookup token')),
    receiptSalt: toBase64(derive(secret, 'receipt salt')),
    receiptKey: derive(secret, 'receipt key'),
    kem,
    sig,
    publicKeys,
  };
}

/** What registers a case with the server: the public keys and, signed, the hash of the look-up token. */
export function registrationOf({
  publicKeys: reporter,
  lookupToken,
  sig,
}: ReporterKeys): Pick<CreateCase, 'tokenHash' | 'signature' | 'reporter'> {
  const hashed = tokenHash('lookup', lookupToken);
  const fields = creationFields({ reporter, tokenHash: hashed });
  const signature = toBase64(sign(sig.secretKey, 'creation', ...fields));
  return { tokenHash: hashed, signature, reporter };
}
