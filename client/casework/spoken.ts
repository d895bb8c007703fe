import { addDays, type Day, type OpenedContent } from '../../crypto/private.js';
import { meetingDaysIn } from '../spoken/meeting-days.js';
import { meetingsOf, type Meeting } from '../spoken/meetings.js';
import { transcriptsOf } from '../spoken/transcripts.js';
import { awaited, type CaseDate } from './case-date.js';
import { dayIn, type Said } from './said.js';

/** A meeting with what handlers noted of it among themselves. */
export interface HandledMeeting extends Meeting {
  heldOn: Day | null;
  /** The day of which handlers noted that it did not take place; null where it goes on since. */
  notHeldOn: Day | null;
}

type Noted = Extract<OpenedContent, { kind: 'meeting_held' }>;

/** Whether nothing was said of a meeting, nor agreed on, for after somebody noted what came of it. */
function isNewest(said: Said, { id, agreed, on }: Meeting, noted: Noted): boolean {
  const proposedSince = said.dialogue.some(
    (content) => content.kind === 'meeting_proposal' && content.id === id && content.at > noted.at,
  );
  return !proposedSince && dayIn(said, noted) >= (agreed?.day ?? on);
}

/** The meetings of a case as handlers see them. */
export function handledMeetingsOf(said: Said): HandledMeeting[] {
  const newest = new Map<string, Noted>();
  for (const content of said.internal) {
    if (content.kind === 'meeting_held') newest.set(content.id, content);
  }
  return meetingsOf(said).map((meeting) => {
    const noted = newest.get(meeting.id);
    const isOver = noted?.state === 'not_held' && isNewest(said, meeting, noted);
    return {
      ...meeting,
      heldOn: noted?.state === 'held' ? noted.on : null,
      notHeldOn: isOver ? noted.on : null,
    };
  });
}

/** By when each transcript and each minutes is to be checked: what the organisation promises. */
export function transcriptDates(said: Said): CaseDate[] {
  const dates = transcriptsOf(said).flatMap(({ newest }): CaseDate[] => {
    const { by, sentOn, answer, paper } = newest;
    // whoever did not sign checked nothing, and is waited for no longer
    if (paper?.answer === 'not_signed') return [];
    const from = sentOn < by ? sentOn : by;
    const doneOn = answer?.on ?? paper?.on ?? null;
    return [{ what: 'transcript', name: '', by, from, basis: 'promise', doneOn }];
  });
  return awaited(said, dates);
}

function meetingDate(
  { asked, agreed, state, on, heldOn, notHeldOn }: HandledMeeting,
  days: number,
): CaseDate[] {
  if (notHeldOn !== null) return [];
  if (agreed !== null) {
    const from = on < agreed.day ? on : agreed.day;
    const { day: by } = agreed;
    const date = { what: 'meeting_agreed', name: '', by, from, basis: 'plan' } as const;
    return [{ ...date, doneOn: heldOn, yields: true }];
  }
  const ended = state === 'declined' || state === 'withdrawn' || state === 'cancelled';
  if (asked === null || (ended && heldOn === null)) return [];
  const by = addDays(asked.on, days);
  const { on: from } = asked;
  const date = { what: 'meeting', name: '', by, from, basis: 'country', doneOn: heldOn } as const;
  // times were proposed: the reporter has the word
  return [state === 'proposed' ? { ...date, yields: true } : date];
}

/**
 * By when a meeting that the reporter asked for is to take place; once a time is agreed on, that day.
 * Once handlers noted that nothing came of it, nothing is due before another word about it.
 */
export function meetingDates(said: Said): CaseDate[] {
  const days = meetingDaysIn(said.country);
  return awaited(
    said,
    handledMeetingsOf(said).flatMap((meeting) => meetingDate(meeting, days)),
  );
}
