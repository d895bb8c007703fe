import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  openRelease,
  ready,
  signingKeys,
  signRelease,
  toJsonBytes,
  type Release,
  type SigningKeys,
} from '../../crypto/private.js';
import {
  changedBytes,
  changedDocument,
  changes,
  faultOf,
  fuzz,
  FUZZ_TIMEOUT,
  kept,
} from '../support/fuzz.js';

// What `casekey verify --manifest` reads: files that somebody fetched from anywhere.

const seed = new Uint8Array(32).fill(9);
let signer: SigningKeys;

beforeAll(async () => {
  await ready();
  signer = signingKeys(seed);
});

describe('a manifest of a release', () => {
  const manifests = kept('releases');
  const inputs = fc.record({
    at: fc.nat(manifests.length - 1),
    inside: changes(),
    outside: changes(),
    signature: changes(),
  });
  const manifestOf = (at: number): Uint8Array => manifests[at]?.bytes ?? new Uint8Array(0);

  it('is one that holds, signed', () => {
    for (const { name, bytes } of manifests) {
      const release = openRelease(bytes, signRelease(bytes, seed), signer.publicKey);
      expect(toJsonBytes(release), name).toEqual(bytes);
    }
  });

  it(
    'that was changed in any way after it was signed never counts',
    async () => {
      await fuzz(inputs, 400, async ({ at, outside, signature }) => {
        const bytes = changedBytes(manifestOf(at), outside);
        const signed = signRelease(manifestOf(at), seed);
        const changed = changedBytes(signed, signature);
        const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
        const untouched = isSame(bytes, manifestOf(at)) && isSame(changed, signed);
        const fault = await faultOf(() => openRelease(bytes, changed, signer.publicKey));
        if (untouched) expect(fault).toBeNull();
        else expect(['wrong_signature', 'malformed']).toContain(fault);
      });
    },
    FUZZ_TIMEOUT,
  );

  it(
    'that its signer wrote in any way is read as it stands, or refused as malformed',
    async () => {
      await fuzz(inputs, 400, async ({ at, inside, outside }) => {
        const document: unknown = JSON.parse(Buffer.from(manifestOf(at)).toString('utf8'));
        const written = JSON.stringify({ root: changedDocument(document, inside) });
        const bytes = changedBytes(Buffer.from(written.slice('{"root":'.length, -1)), outside);
        const open = (): Release => openRelease(bytes, signRelease(bytes, seed), signer.publicKey);
        const fault = await faultOf(open);
        if (fault !== null) {
          expect(fault).toBe('malformed');
          return;
        }
        const release = open();
        expect(Buffer.from(toJsonBytes(release)).equals(bytes)).toBe(true);
        const { files } = release;
        for (const [address, { file }] of Object.entries(files)) {
          // nothing that is fetched or read lies outside the installation or the build
          expect(new URL(address, 'https://casekey.example').pathname).toBe(address);
          expect(file).not.toMatch(/^\/|\.\./u);
        }
      });
    },
    FUZZ_TIMEOUT,
  );
});
