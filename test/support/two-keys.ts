import sumo from 'libsodium-wrappers-sumo';
import { concat, randomBytes } from '../../crypto/private.js';

/*
 * One ciphertext that XChaCha20-Poly1305 opens under two keys. Its tag is a polynomial over the
 * blocks, modulo 2^130 - 5, at a point that each key gives; one block is chosen so that both
 * polynomials end in the same tag (Len, Grubbs, Ristenpart, "Partitioning Oracle Attacks", 2021).
 */

const BLOCK = 16;
const PRIME = (1n << 130n) - 5n;
const TOP = 1n << 128n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function toBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = ((base % PRIME) + PRIME) % PRIME;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % PRIME;
    factor = (factor * factor) % PRIME;
  }
  return result;
}

function modulo(value: bigint): bigint {
  return ((value % PRIME) + PRIME) % PRIME;
}

interface PolyKey {
  r: bigint;
  s: bigint;
}

/** The one-time Poly1305 key: the first 32 bytes of the cipher's stream. */
function polyKey(key: Uint8Array, nonce: Uint8Array): PolyKey {
  const stream = sumo.crypto_stream_xchacha20_xor(new Uint8Array(32), nonce, key);
  return { r: toNumber(stream.slice(0, 16)) & CLAMP, s: toNumber(stream.slice(16)) };
}

function blocksOf(bytes: Uint8Array): bigint[] {
  const count = Math.ceil(bytes.length / BLOCK);
  return Array.from({ length: count }, (_, index) => {
    const block = new Uint8Array(BLOCK);
    block.set(bytes.slice(index * BLOCK, (index + 1) * BLOCK));
    return toNumber(block) + TOP;
  });
}

function evaluate(blocks: readonly bigint[], { r }: PolyKey): bigint {
  return blocks.reduce((sum, block) => modulo((sum + block) * r), 0n);
}

/** Ciphertext and tag of `blocks` times 16 bytes that open under both keys, to different texts. */
export async function openedByTwoKeys(
  keys: readonly [Uint8Array, Uint8Array],
  nonce: Uint8Array,
  associatedData: Uint8Array,
  blocks: number,
): Promise<Uint8Array> {
  await sumo.ready;
  const [a, b] = [polyKey(keys[0], nonce), polyKey(keys[1], nonce)];
  const length = blocks * BLOCK;
  const lengths = concat(toBytes(BigInt(associatedData.length), 8), toBytes(BigInt(length), 8));
  // The free block stands last of the ciphertext, before the lengths: its factor is r squared.
  const divisor = power(power(a.r, 2n) - power(b.r, 2n), PRIME - 2n);
  for (;;) {
    const rest = randomBytes(length - BLOCK);
    const all = (free: bigint): bigint[] => [
      ...blocksOf(associatedData),
      ...blocksOf(rest),
      free,
      ...blocksOf(lengths),
    ];
    const without = evaluate(all(0n), a) - evaluate(all(0n), b);
    for (let carry = -4n; carry <= 4n; carry += 1n) {
      const free = modulo((b.s - a.s + carry * TOP - without) * divisor);
      if (free < TOP || free >= 2n * TOP) continue;
      const tags = [a, b].map((each) => (evaluate(all(free), each) + each.s) % TOP);
      const [tag, other] = tags;
      if (tag === undefined || tag !== other) continue;
      return concat(rest, toBytes(free - TOP, BLOCK), toBytes(tag, BLOCK));
    }
  }
}
