import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type * as Libsodium from 'libsodium-wrappers-sumo';
import * as v from 'valibot';

/** The functions used here. The standard build has all but the two for Argon2id. */
export type Sodium = Pick<
  typeof Libsodium,
  | 'crypto_aead_xchacha20poly1305_ietf_decrypt'
  | 'crypto_aead_xchacha20poly1305_ietf_encrypt'
  | 'crypto_generichash'
  | 'crypto_kem_xwing_dec'
  | 'crypto_kem_xwing_enc_deterministic'
  | 'crypto_kem_xwing_seed_keypair'
  | 'crypto_sign_seed_keypair'
  | 'crypto_sign_detached'
  | 'crypto_sign_verify_detached'
  | 'from_hex'
  | 'to_hex'
> &
  Partial<
    Pick<
      typeof Libsodium,
      'crypto_pwhash' | 'crypto_pwhash_ALG_ARGON2ID13' | 'crypto_pwhash_str_verify'
    >
  >;

export const algorithms = [
  'argon2id',
  'bip39',
  'blake2b',
  'ed25519',
  'x-wing',
  'xchacha20-poly1305',
] as const;

export type Algorithm = (typeof algorithms)[number];

/** One file of vectors: `data` is its parsed JSON, checked before use. */
export interface VectorSet {
  readonly algorithm: Algorithm;
  readonly source: string;
  readonly data: unknown;
}

/** What one vector gave: `failure` is undefined when it behaved as it must. */
export interface VectorResult {
  readonly algorithm: Algorithm;
  readonly source: string;
  readonly name: string;
  readonly failure: string | undefined;
}

type Check = (name: string, body: () => void) => void;
type Runner = (sodium: Sodium, data: unknown, check: Check) => void;

const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/));
const verdict = v.picklist(['valid', 'invalid']);

const wycheproof = <T extends v.GenericSchema>(group: T) =>
  v.object({ numberOfTests: v.number(), testGroups: v.array(group) });

const ed25519File = wycheproof(
  v.object({
    publicKey: v.object({ pk: hex }),
    tests: v.array(
      v.object({
        tcId: v.number(),
        comment: v.string(),
        msg: hex,
        sig: hex,
        result: verdict,
        seed: v.optional(hex),
      }),
    ),
  }),
);

const aeadFile = wycheproof(
  v.object({
    tests: v.array(
      v.object({
        tcId: v.number(),
        comment: v.string(),
        key: hex,
        iv: hex,
        aad: hex,
        msg: hex,
        ct: hex,
        tag: hex,
        result: verdict,
      }),
    ),
  }),
);

const xWingFile = v.pipe(
  v.array(
    v.object({
      seed: hex,
      eseed: hex,
      ss: hex,
      sk: v.optional(hex),
      pk: v.optional(hex),
      ct: v.optional(hex),
      pk_blake2b: v.optional(hex),
      ct_blake2b: v.optional(hex),
    }),
  ),
  v.nonEmpty(),
);

const bip39File = v.object({
  english: v.pipe(v.array(v.looseTuple([hex, v.string(), hex])), v.nonEmpty()),
});

const blake2bFile = v.object({
  known: v.array(v.object({ in: hex, key: hex, out: hex })),
  selfTest: v.optional(
    v.object({
      digestLengths: v.array(v.number()),
      inputLengths: v.array(v.number()),
      result: hex,
    }),
  ),
});

const argon2idFile = v.object({
  encoded: v.array(v.object({ password: v.string(), encoded: v.string(), result: verdict })),
  raw: v.array(
    v.object({
      password: v.string(),
      salt: hex,
      passes: v.number(),
      memoryBytes: v.number(),
      out: hex,
    }),
  ),
});

/** Fails unless the bytes are these, in hexadecimal. */
function same(what: string, actual: string, wanted: string): void {
  if (actual !== wanted) throw new Error(`${what}: ${actual} instead of ${wanted}`);
}

/** Whether the call throws, which is how libsodium.js refuses a forgery or a wrong length. */
function throws(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

function countTests(
  file: { numberOfTests: number; testGroups: { tests: unknown[] }[] },
  check: Check,
): void {
  check('every announced test is present', () => {
    const found = file.testGroups.reduce((sum, group) => sum + group.tests.length, 0);
    same('tests', String(found), String(file.numberOfTests));
  });
}

const ed25519: Runner = (sodium, data, check) => {
  const file = v.parse(ed25519File, data);
  countTests(file, check);
  for (const group of file.testGroups) {
    const publicKey = sodium.from_hex(group.publicKey.pk);
    for (const test of group.tests) {
      const message = sodium.from_hex(test.msg);
      const signature = sodium.from_hex(test.sig);
      check(`${String(test.tcId)} ${test.comment} is ${test.result}`, () => {
        const accepts = (): boolean =>
          sodium.crypto_sign_verify_detached(signature, message, publicKey);
        // A length other than 64 is refused by an exception, which a good signature never meets.
        const accepted = signature.length === 64 ? accepts() : !throws(accepts);
        same('verdict', accepted ? 'valid' : 'invalid', test.result);
      });
      const { seed } = test;
      if (seed === undefined) continue;
      check(`${String(test.tcId)} ${test.comment} is what the seed signs`, () => {
        const pair = sodium.crypto_sign_seed_keypair(sodium.from_hex(seed));
        same('public key', sodium.to_hex(pair.publicKey), group.publicKey.pk);
        const signed = sodium.crypto_sign_detached(message, pair.privateKey);
        same('signature', sodium.to_hex(signed), test.sig);
      });
    }
  }
};

const xchacha20Poly1305: Runner = (sodium, data, check) => {
  const file = v.parse(aeadFile, data);
  countTests(file, check);
  for (const test of file.testGroups.flatMap((group) => group.tests)) {
    const key = sodium.from_hex(test.key);
    const nonce = sodium.from_hex(test.iv);
    const aad = sodium.from_hex(test.aad);
    const message = sodium.from_hex(test.msg);
    const sealed = sodium.from_hex(test.ct + test.tag);
    const seal = () =>
      sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, null, nonce, key);
    const open = () =>
      sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key);
    check(`${String(test.tcId)} ${test.comment} is ${test.result}`, () => {
      if (test.result === 'invalid') {
        if (!throws(open)) throw new Error('opened');
        if (nonce.length !== 24 && !throws(seal)) throw new Error('sealed under a wrong nonce');
        return;
      }
      same('ciphertext', sodium.to_hex(seal()), test.ct + test.tag);
      same('plaintext', sodium.to_hex(open()), test.msg);
    });
  }
};

const xWing: Runner = (sodium, data, check) => {
  const digest = (bytes: Uint8Array) => sodium.to_hex(sodium.crypto_generichash(32, bytes, null));
  for (const [index, test] of v.parse(xWingFile, data).entries()) {
    check(`vector ${String(index + 1)}`, () => {
      // The draft's secret key is the seed itself; libsodium keeps the same 32 bytes.
      const pair = sodium.crypto_kem_xwing_seed_keypair(sodium.from_hex(test.seed));
      same('secret key', sodium.to_hex(pair.privateKey), test.sk ?? test.seed);
      if (test.pk !== undefined) same('public key', sodium.to_hex(pair.publicKey), test.pk);
      if (test.pk_blake2b !== undefined)
        same('digest of the public key', digest(pair.publicKey), test.pk_blake2b);

      const sent = sodium.crypto_kem_xwing_enc_deterministic(
        pair.publicKey,
        sodium.from_hex(test.eseed),
      );
      same('shared secret of the sender', sodium.to_hex(sent.sharedSecret), test.ss);
      if (test.ct !== undefined) same('ciphertext', sodium.to_hex(sent.ciphertext), test.ct);
      if (test.ct_blake2b !== undefined)
        same('digest of the ciphertext', digest(sent.ciphertext), test.ct_blake2b);

      const received = sodium.crypto_kem_xwing_dec(sent.ciphertext, pair.privateKey);
      same('shared secret of the recipient', sodium.to_hex(received), test.ss);
    });
  }
};

const bip39: Runner = (sodium, data, check) => {
  for (const [entropy, mnemonic, seed] of v.parse(bip39File, data).english) {
    check(`${entropy} is ${mnemonic}`, () => {
      same('words', entropyToMnemonic(sodium.from_hex(entropy), wordlist), mnemonic);
      same('entropy', sodium.to_hex(mnemonicToEntropy(mnemonic, wordlist)), entropy);
      same('seed', sodium.to_hex(mnemonicToSeedSync(mnemonic, 'TREZOR')), seed);
    });
  }
};

/** The deterministic byte sequence that RFC 7693, appendix E, feeds to its self-test. */
function selfTestBytes(length: number): Uint8Array {
  let a = Math.imul(0xdead4bad, length);
  let b = 1;
  return Uint8Array.from({ length }, () => {
    const sum = (a + b) | 0;
    a = b;
    b = sum;
    return sum >>> 24;
  });
}

const blake2b: Runner = (sodium, data, check) => {
  const file = v.parse(blake2bFile, data);
  for (const test of file.known) {
    check(`input ${test.in}, key ${test.key}`, () => {
      const key = test.key === '' ? null : sodium.from_hex(test.key);
      const out = sodium.crypto_generichash(test.out.length / 2, sodium.from_hex(test.in), key);
      same('hash', sodium.to_hex(out), test.out);
    });
  }
  const { selfTest } = file;
  if (selfTest === undefined) return;
  check('the self-test of RFC 7693, unkeyed and keyed', () => {
    const hashes: number[] = [];
    for (const size of selfTest.digestLengths) {
      for (const length of selfTest.inputLengths) {
        const input = selfTestBytes(length);
        hashes.push(...sodium.crypto_generichash(size, input, null));
        hashes.push(...sodium.crypto_generichash(size, input, selfTestBytes(size)));
      }
    }
    const all = sodium.crypto_generichash(32, Uint8Array.from(hashes), null);
    same('hash of all hashes', sodium.to_hex(all), selfTest.result);
  });
};

const argon2id: Runner = (sodium, data, check) => {
  const file = v.parse(argon2idFile, data);
  const verify = sodium.crypto_pwhash_str_verify;
  const hash = sodium.crypto_pwhash;
  const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13;
  if (verify === undefined || hash === undefined || algorithm === undefined)
    throw new Error('this build of libsodium has no Argon2id');
  for (const test of file.encoded) {
    check(`${test.password} against ${test.encoded} is ${test.result}`, () => {
      same('verdict', verify(test.encoded, test.password) ? 'valid' : 'invalid', test.result);
    });
  }
  for (const test of file.raw) {
    const cost = `${String(test.passes)} passes, ${String(test.memoryBytes)} bytes`;
    check(`${test.password} with ${cost}`, () => {
      const salt = sodium.from_hex(test.salt);
      const size = test.out.length / 2;
      const out = hash(size, test.password, salt, test.passes, test.memoryBytes, algorithm);
      same('hash', sodium.to_hex(out), test.out);
    });
  }
};

const runners: Record<Algorithm, Runner> = {
  argon2id,
  bip39,
  blake2b,
  ed25519,
  'x-wing': xWing,
  'xchacha20-poly1305': xchacha20Poly1305,
};

/**
 * Runs every vector of every set and reports each once.
 *
 * @param sodium A build of libsodium.js that is ready. Leave the `argon2id` sets out for the
 *   standard build, which has no Argon2id.
 * @param sets The vector files. A file that does not have its algorithm's form is reported as one
 *   failure; nothing is passed over in silence.
 * @param report Called with each result.
 */
export function runVectors(
  sodium: Sodium,
  sets: readonly VectorSet[],
  report: (result: VectorResult) => void,
): void {
  for (const { algorithm, source, data } of sets) {
    const attempt = (name: string, body: () => void): void => {
      let failure: string | undefined;
      try {
        body();
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
      if (name !== '' || failure !== undefined) report({ algorithm, source, name, failure });
    };
    attempt('', () => {
      runners[algorithm](sodium, data, attempt);
    });
  }
}
