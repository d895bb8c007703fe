import type { Day, Effect } from '../../crypto/public.js';
import { pausedThrough } from '../records/processed.js';
import type { CaseRow } from '../records/rows.js';

/** Whether the time until a case is removed stands still, and for how long it did. */
export type Pause = Pick<
  CaseRow,
  'held' | 'restricted' | 'part_restricted' | 'paused_day' | 'paused_days'
>;

/** What begins or ends that. */
type PausingEffect = Extract<
  Effect,
  'hold' | 'release' | 'restrict' | 'unrestrict' | 'restrict_part' | 'unrestrict_part'
>;

type Flags = Pick<Pause, 'held' | 'restricted' | 'part_restricted'>;

/** What each makes of the flags. */
const turns: Readonly<Record<PausingEffect, Partial<Flags>>> = {
  hold: { held: 1 },
  release: { held: 0 },
  restrict: { restricted: 1 },
  unrestrict: { restricted: 0 },
  restrict_part: { part_restricted: 1 },
  unrestrict_part: { part_restricted: 0 },
};

/** A closure starts the time anew; under a hold or a restriction it stands still from the first day. */
export function pauseFromClosure({ paused_day }: Pause, day: Day): Partial<Pause> {
  return { paused_day: paused_day === null ? null : day, paused_days: 0 };
}

/**
 * What a hold, a restriction, or the end of one makes of the time until the case is removed: it
 * stands still as long as any is in force. The days of an open case count for nothing.
 */
export function pauseAfter(
  { closed_day, ...before }: Pick<CaseRow, 'closed_day'> & Pause,
  effect: PausingEffect,
  day: Day,
): Pause {
  const { held, restricted, part_restricted, paused_day, paused_days } = before;
  const flags: Flags = { held, restricted, part_restricted, ...turns[effect] };
  if (flags.held + flags.restricted + flags.part_restricted > 0) {
    return { ...flags, paused_day: paused_day ?? day, paused_days };
  }
  const days = pausedThrough({ closed_day, paused_day, paused_days }, day);
  return { ...flags, paused_day: null, paused_days: days };
}
