import { addDays, type Day } from '../../crypto/private.js';
import { MEETING_DAYS } from '../spoken/meeting-days.js';
import { meetingsOf, type Meeting } from '../spoken/meetings.js';
import { transcriptsOf } from '../spoken/transcripts.js';
import type { CaseDate } from './case-date.js';
import type { Said } from './said.js';

/** A meeting with what handlers noted of it among themselves. */
export interface HandledMeeting extends Meeting {
  heldOn: Day | null;
}

/** The meetings of a case as handlers see them. */
export function handledMeetingsOf(said: Said): HandledMeeting[] {
  const held = new Map<string, Day | null>();
  for (const content of said.internal) {
    if (content.kind !== 'meeting_held') continue;
    held.set(content.id, content.state === 'held' ? content.on : null);
  }
  return meetingsOf(said).map((meeting) => ({ ...meeting, heldOn: held.get(meeting.id) ?? null }));
}

/** By when each transcript and each minutes is to be checked: what the organisation promises. */
export function transcriptDates(said: Said): CaseDate[] {
  return transcriptsOf(said).map(({ newest: { by, sentOn, answer } }) => ({
    what: 'transcript',
    name: '',
    by,
    from: sentOn < by ? sentOn : by,
    basis: 'promise',
    doneOn: answer?.on ?? null,
  }));
}

function meetingDate({ asked, agreed, state, on, heldOn }: HandledMeeting): CaseDate[] {
  const date = { what: 'meeting', name: '' } as const;
  if (agreed !== null) {
    const from = on < agreed.day ? on : agreed.day;
    return [{ ...date, by: agreed.day, from, basis: 'plan', doneOn: heldOn }];
  }
  const ended = state === 'declined' || state === 'withdrawn' || state === 'cancelled';
  if (asked === null || (ended && heldOn === null)) return [];
  const by = addDays(asked.on, MEETING_DAYS);
  return [{ ...date, by, from: asked.on, basis: 'country', doneOn: heldOn }];
}

/**
 * By when a meeting that the reporter asked for is to take place; once a time is agreed on, that day.
 */
export function meetingDates(said: Said): CaseDate[] {
  return handledMeetingsOf(said).flatMap(meetingDate);
}
