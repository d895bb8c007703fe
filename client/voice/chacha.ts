/** Numbers that nobody can tell from chance, or work out the next or earlier ones of. */
export interface KeyStream {
  /** The next 32 bits; zeroed where they lay. */
  next(): number;
  /** Forgets the key, and all that was not given out. Only zeros come afterwards. */
  wipe(): void;
}

/** Words of a key, and of a block. */
const KEY = 8;
const BLOCK = 16;
/** Blocks that are made at once. */
const BLOCKS = 8;
/** "expand 32-byte k", as RFC 8439 begins each block. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
/** The words that are mixed with each other: columns, then diagonals. */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

function mix(x: Uint32Array, to: number, from: number, turned: number, by: number): void {
  x[to] = (x[to] ?? 0) + (x[from] ?? 0);
  const word = (x[turned] ?? 0) ^ (x[to] ?? 0);
  x[turned] = (word << by) | (word >>> (32 - by));
}

/**
 * One block of ChaCha20 (RFC 8439, 2.3), in place: 16 words of constants, key, counter and nonce
 * become 16 words of the stream.
 *
 * @param rest of 16 words, to work in; zeroed at the end.
 */
export function chachaBlock(state: Uint32Array, rest: Uint32Array): void {
  rest.set(state);
  for (let round = 0; round < 10; round += 1) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(state, a, b, d, 16);
      mix(state, c, d, b, 12);
      mix(state, a, b, d, 8);
      mix(state, c, d, b, 7);
    }
  }
  for (let at = 0; at < BLOCK; at += 1) state[at] = (state[at] ?? 0) + (rest[at] ?? 0);
  rest.fill(0);
}

/**
 * A stream of ChaCha20 that overwrites its key with its first words each time it makes some (fast key
 * erasure, Bernstein 2017): who got hold of the key would learn nothing of what came before. It has no
 * length at which it would end or repeat.
 *
 * @param key 32 bytes from the system's own source; zeroed.
 */
export function createKeyStream(key: Uint8Array): KeyStream {
  const own = new Uint32Array(KEY);
  const view = new DataView(key.buffer, key.byteOffset, KEY * 4);
  for (let at = 0; at < KEY; at += 1) own[at] = view.getUint32(at * 4, true);
  key.fill(0);
  const made = new Uint32Array(BLOCKS * BLOCK);
  const rest = new Uint32Array(BLOCK);
  const blocks = Array.from({ length: BLOCKS }, (_, at) =>
    made.subarray(at * BLOCK, (at + 1) * BLOCK),
  );
  let at = made.length;
  let isOver = false;
  const more = (): void => {
    blocks.forEach((block, counter) => {
      block.fill(0);
      block.set(CONSTANTS);
      block.set(own, CONSTANTS.length);
      block[CONSTANTS.length + KEY] = counter;
      chachaBlock(block, rest);
    });
    own.set(made.subarray(0, KEY));
    made.fill(0, 0, KEY);
    at = KEY;
  };
  return {
    next() {
      if (isOver) return 0;
      if (at === made.length) more();
      const word = made[at] ?? 0;
      made[at] = 0;
      at += 1;
      return word;
    },
    wipe() {
      isOver = true;
      own.fill(0);
      made.fill(0);
    },
  };
}
