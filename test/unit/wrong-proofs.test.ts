import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWrongProofs, type WrongProofs } from '../../server/accounts/wrong-proofs.js';
import { createLimits } from '../../server/http/limits.js';
import { createTestClock } from '../support/server.js';

let proofs: WrongProofs;
/** Milliseconds for which each answer since the last look was held back. */
let held: number[];

beforeEach(() => {
  held = [];
  proofs = createWrongProofs(createLimits(createTestClock().now));
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, time: number) => {
    held.push(time);
    waiting.push(run);
    return 0;
  }) as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  waiting.length = 0;
});

const waiting: (() => void)[] = [];
const release = (): void => {
  for (const run of waiting.splice(0)) run();
};

let last = 0;
async function refuse(name: string, times: number, way = 'login proof'): Promise<string[]> {
  const answers = Array.from({ length: times }, () => {
    last += 1;
    const address = `10.${String(last >> 16)}.${String((last >> 8) & 255)}.${String(last & 255)}`;
    return proofs.refusal({ way, name, address }, () => undefined);
  });
  release();
  return (await Promise.all(answers)).map(({ code }) => code);
}

describe('wrong proofs for one name from many addresses', () => {
  it('are answered later and later, never later than four seconds, and alike for every name', async () => {
    await refuse('hanna', 200);
    await refuse('nobody', 200);
    expect(held).toEqual([]);
    for (const name of ['hanna', 'nobody']) {
      held = [];
      for (let count = 0; count < 250; count += 1) {
        expect(await refuse(name, 1)).toEqual(['sign_in_refused']);
      }
      expect(held.slice(0, 3)).toEqual([20, 40, 60]);
      expect(held.at(-1)).toBe(4000);
      expect(Math.max(...held)).toBe(4000);
    }
    held = [];
    await refuse('somebody else', 1);
    await refuse('hanna', 1, 'recovery proof');
    expect(held).toEqual([]);
  });

  it('hold so many connections at once and no more', async () => {
    await refuse('hanna', 200);
    const answers = await refuse('hanna', 100);
    expect(held).toHaveLength(64);
    expect(answers.filter((code) => code === 'sign_in_refused')).toHaveLength(64);
    expect(answers.filter((code) => code === 'too_many_attempts')).toHaveLength(36);
    expect(await refuse('hanna', 1)).toEqual(['sign_in_refused']);
  });

  it('are noted once', async () => {
    let noted = 0;
    for (let count = 0; count < 300; count += 1) {
      const address = `192.0.2.${String(count % 250)}`;
      const refusal = proofs.refusal({ way: 'login proof', name: 'hanna', address }, () => {
        noted += 1;
      });
      release();
      await refusal;
    }
    expect(noted).toBe(1);
  });
});
