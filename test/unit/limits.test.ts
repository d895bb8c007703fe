import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLimits } from '../../server/http/limits.js';
import { createTestClock } from '../support/server.js';

describe('throttle by name', () => {
  it('refuses a name that failed too often, no other one, until the time is over', () => {
    const clock = createTestClock('2026-01-01T00:00:00Z');
    const throttle = createLimits(clock.now).perName({ count: 2, seconds: 60 });
    throttle.failed('anna');
    throttle.check('anna');
    throttle.failed('anna');
    expect(() => {
      throttle.check('anna');
    }).toThrow(expect.objectContaining({ code: 'too_many_attempts', retryAfter: 60 }));
    throttle.check('bertil');
    clock.set('2026-01-01T00:01:00Z');
    throttle.check('anna');
  });

  it('forgets failures after a success', () => {
    const throttle = createLimits(createTestClock().now).perName({ count: 2, seconds: 60 });
    throttle.failed('anna');
    throttle.succeeded('anna');
    throttle.failed('anna');
    throttle.check('anna');
  });
});

describe('what is counted', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is kept under a hash that nobody can make again, in this server or another', () => {
    const kept: unknown[] = [];
    class Watched<K, V> extends Map<K, V> {
      override set(key: K, value: V): this {
        kept.push(key);
        return super.set(key, value);
      }
    }
    vi.stubGlobal('Map', Watched);
    for (let server = 0; server < 2; server += 1) {
      const limits = createLimits(createTestClock().now);
      limits.perName({ count: 2, seconds: 60 }).failed('anna');
      limits.counter({ seconds: 60 }).add('anna');
    }
    vi.unstubAllGlobals();
    const hashes = kept.filter((key) => typeof key === 'string' && /^[\w-]{43}$/u.test(key));
    expect(hashes).toHaveLength(4);
    expect(kept).not.toContain('anna');
    expect(new Set(hashes).size).toBe(2);
  });
});
