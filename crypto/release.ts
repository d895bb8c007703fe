import { fromBase64, sameBytes, toBase64 } from './bytes.js';
import { ProtocolError } from './errors.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { sign, signingKeys, verify } from './signature.js';
import { Release, ReleaseSignature } from './wire/release.js';

/**
 * Signs the bytes of a release's manifest with the key that a seed of 32 bytes gives.
 *
 * @returns the bytes of the signature's own file.
 */
export function signRelease(manifest: Uint8Array, seed: Uint8Array): Uint8Array {
  const { publicKey, secretKey } = signingKeys(seed);
  const document: ReleaseSignature = {
    key: toBase64(publicKey),
    signature: toBase64(sign(secretKey, 'release', manifest)),
  };
  return toJsonBytes(document);
}

/**
 * Opens a signed manifest: first the signature, by the key that the caller trusts and no other, and
 * only then what it is over.
 *
 * @param manifest bytes of the manifest's file.
 * @param signature bytes of the signature's file.
 * @param key the signer's public key.
 * @throws ProtocolError `wrong_signature`, or `malformed` where signature or manifest are written
 *   otherwise than they must be.
 */
export function openRelease(manifest: Uint8Array, signature: Uint8Array, key: Uint8Array): Release {
  const document = fromJsonBytes(ReleaseSignature, signature);
  if (!sameBytes(fromBase64(document.key), key)) {
    throw new ProtocolError('wrong_signature', 'signed by another key');
  }
  if (!verify(key, fromBase64(document.signature), 'release', manifest)) {
    throw new ProtocolError('wrong_signature');
  }
  return fromJsonBytes(Release, manifest);
}
