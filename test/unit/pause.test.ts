import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  daysBetween,
  type Day,
  type Effect,
  type HandlerAppend,
} from '../../crypto/public.js';
import { changesOf } from '../../server/cases/rules.js';
import { pauseAfter, pauseFromClosure, type Pause } from '../../server/cases/pause.js';

const none: Pause = {
  held: 0,
  restricted: 0,
  part_restricted: 0,
  paused_day: null,
  paused_days: 0,
};
const start = '2026-03-02' as Day;
const on = (days: number): Day => addDays(start, days);

describe('the time until a case is removed', () => {
  it('stands still on exactly those days after closure on which a hold or a restriction was in force', () => {
    const effects = [
      'hold',
      'release',
      'restrict',
      'unrestrict',
      'restrict_part',
      'unrestrict_part',
    ] as const;
    const steps = fc.array(fc.tuple(fc.constantFrom(...effects), fc.integer({ min: 0, max: 40 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 60 }), (said, closing) => {
        let day = 0;
        let row: Pause & { closed_day: Day | null } = { ...none, closed_day: null };
        let still = 0;
        const close = (): void => {
          row = { ...row, closed_day: on(closing), ...pauseFromClosure(row, on(closing)) };
        };
        for (const [effect, after] of said) {
          for (let step = 0; step < after; step += 1) {
            if (row.closed_day === null && day >= closing) close();
            if (row.closed_day !== null && row.held + row.restricted + row.part_restricted > 0)
              still += 1;
            day += 1;
          }
          if (row.closed_day === null && day >= closing) close();
          row = { ...row, ...pauseAfter(row, effect, on(day)) };
        }
        const running =
          row.paused_day === null || row.closed_day === null
            ? 0
            : daysBetween(
                row.paused_day < row.closed_day ? row.closed_day : row.paused_day,
                on(day),
              );
        expect(row.paused_days + running).toBe(still);
        expect(row.paused_day === null).toBe(row.held + row.restricted + row.part_restricted === 0);
      }),
    );
  });

  it('starts anew with a closure, and stands still from its first day under a hold', () => {
    const held: Pause = {
      held: 1,
      restricted: 0,
      part_restricted: 0,
      paused_day: on(0),
      paused_days: 7,
    };
    expect(pauseFromClosure(held, on(9))).toEqual({ paused_day: on(9), paused_days: 0 });
    expect(pauseFromClosure({ ...none, paused_days: 7 }, on(9))).toEqual({
      paused_day: null,
      paused_days: 0,
    });
  });

  it('does not run backwards where the clock was set back', () => {
    const held = {
      held: 1,
      restricted: 0,
      part_restricted: 0,
      paused_day: on(9),
      paused_days: 0,
      closed_day: on(0),
    };
    expect(pauseAfter(held, 'release', on(5))).toEqual({ ...none });
  });
});

describe('the last work on a closed case', () => {
  const request = { entries: [{ header: { form: 'sealed' } }] } as unknown as HandlerAppend;
  const after = (effect: Effect | null, row: Pause): unknown =>
    changesOf({ closed_day: on(0), ...row }, request, effect, on(40), 'a');

  it('is what is written of it, and the days that it stood still before count no more', () => {
    const held: Pause = {
      held: 1,
      restricted: 0,
      part_restricted: 0,
      paused_day: on(30),
      paused_days: 5,
    };
    expect(after(null, none)).toEqual({
      active_day: on(40),
      processed_day: on(40),
      processed_paused: 0,
    });
    expect(after(null, held)).toMatchObject({ processed_day: on(40), processed_paused: 15 });
    expect(after('close', held)).toMatchObject({ processed_day: null, processed_paused: 0 });
  });

  it.each([
    'nothing_further',
    'hold',
    'release',
    'restrict',
    'unrestrict',
    'restrict_part',
    'unrestrict_part',
    'propose_removal',
    'decline_removal',
    'remove',
    'propose_erasure',
    'decline_erasure',
    'erase',
  ] as const)('is not to %s, which says nothing new of anybody', (effect) => {
    expect(after(effect, none)).not.toHaveProperty('processed_day');
  });
});
