import type { Day, Effect } from '../../crypto/public.js';
import { pausedThrough } from '../records/processed.js';
import type { CaseRow } from '../records/rows.js';

/** Whether the time until a case is removed stands still, and for how long it did. */
export type Pause = Pick<CaseRow, 'held' | 'restricted' | 'paused_day' | 'paused_days'>;

/** A closure starts the time anew; under a hold or a restriction it stands still from the first day. */
export function pauseFromClosure({ paused_day }: Pause, day: Day): Partial<Pause> {
  return { paused_day: paused_day === null ? null : day, paused_days: 0 };
}

/**
 * What a hold, a restriction, or the end of one makes of the time until the case is removed: it
 * stands still as long as one of the two is in force. The days of an open case count for nothing.
 */
export function pauseAfter(
  { closed_day, ...before }: Pick<CaseRow, 'closed_day'> & Pause,
  effect: Extract<Effect, 'hold' | 'release' | 'restrict' | 'unrestrict'>,
  day: Day,
): Pause {
  const { held, restricted, paused_day, paused_days } = before;
  const flags = {
    held: effect === 'hold' ? 1 : effect === 'release' ? 0 : held,
    restricted: effect === 'restrict' ? 1 : effect === 'unrestrict' ? 0 : restricted,
  };
  if (flags.held + flags.restricted > 0) {
    return { ...flags, paused_day: paused_day ?? day, paused_days };
  }
  const days = pausedThrough({ closed_day, paused_day, paused_days }, day);
  return { ...flags, paused_day: null, paused_days: days };
}
