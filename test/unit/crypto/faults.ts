import { expect } from 'vitest';
import { ProtocolError, type ProtocolFault } from '../../../crypto/private.js';

/** The fault that a call ends with; fails where it ends well or throws anything else. */
export function faultOf(call: () => unknown): ProtocolFault {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    if (error instanceof ProtocolError) return error.fault;
  }
  throw new Error('nothing was refused');
}

/** The same for a call that answers later. */
export async function laterFaultOf(call: Promise<unknown>): Promise<ProtocolFault> {
  const [result] = await Promise.allSettled([call]);
  return faultOf(() => {
    if (result.status === 'rejected') throw result.reason;
  });
}

/** Every variant of some bytes in which one bit is another. */
export function* eachBitFlipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}
