import { describe, expect, it } from 'vitest';
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
