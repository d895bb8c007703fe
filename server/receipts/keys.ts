import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readKeyFile, writeKeyFile } from '../key-file.js';

/** What precedes the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 section 7). */
const PKCS8_START = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key under which this server signs receipts. */
export interface ReceiptKey {
  /** The public half, base64url. */
  readonly sig: string;
  /** The Ed25519 signature of these bytes, base64url. */
  sign(bytes: Uint8Array): string;
}

/** The server's key for receipts: it is made when it is wanted first, so most servers have none. */
export interface ReceiptKeys {
  /** Null until {@link ReceiptKeys.make}. */
  current(): ReceiptKey | null;
  /** The key; a new one where there was none. */
  make(): Promise<ReceiptKey>;
}

/** The key that this seed of 32 bytes gives. */
export function receiptKeyOf(seed: Uint8Array): ReceiptKey {
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8_START, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const sig = createPublicKey(secret).export({ format: 'jwk' }).x;
  if (sig === undefined) throw new Error('no Ed25519 key');
  return { sig, sign: (bytes) => sign(null, bytes, secret).toString('base64url') };
}

/**
 * Opens the file of the key for receipts, if there is one.
 *
 * @throws Error, worded for whoever runs the server, when the file holds no key.
 */
export async function openReceiptKeys(file: string): Promise<ReceiptKeys> {
  const seed = await readKeyFile(file, 'key for receipts');
  let key = seed === null ? null : receiptKeyOf(seed);
  let making: Promise<ReceiptKey> | null = null;
  return {
    current: () => key,
    async make() {
      if (key !== null) return key;
      making ??= writeKeyFile(file)
        .then(receiptKeyOf)
        .finally(() => {
          making = null;
        });
      key = await making;
      return key;
    },
  };
}
