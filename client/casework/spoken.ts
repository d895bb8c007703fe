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

/** What handlers noted last of a meeting, and which of their notes that is. */
interface Noted {
  content: Extract<OpenedContent, { kind: 'meeting_held' }>;
  index: number;
}

/**
 * Whether nothing was said of a meeting since somebody noted what came of it, nor a later day agreed on.
 * What came first is known by the conversation that the note had seen: clocks of two people tell less.
 */
function isNewest(said: Said, meeting: Meeting, { content, index }: Noted): boolean {
  const { agreed, proposal } = meeting;
  const seen = said.conversationSeen?.(index) ?? said.dialogue.length;
  const saidSince = said.dialogue.slice(seen).some((each) => {
    // an answer to an older proposal says nothing of this one
    if (each.kind === 'meeting_answer') return each.proposal === proposal?.hash;
    return each.kind.startsWith('meeting_') && 'id' in each && each.id === meeting.id;
  });
  if (saidSince || agreed === null) return !saidSince;
  // whoever tidies up on the very day that is agreed on now may speak of an earlier one
  return dayIn(said, content) >= agreed.day && content.on >= agreed.day;
}

/** The meetings of a case as handlers see them. */
export function handledMeetingsOf(said: Said): HandledMeeting[] {
  const newest = new Map<string, Noted>();
  for (const [index, content] of said.internal.entries()) {
    if (content.kind === 'meeting_held') newest.set(content.id, { content, index });
  }
  return meetingsOf(said).map((meeting) => {
    const noted = newest.get(meeting.id);
    const isOver = noted?.content.state === 'not_held' && isNewest(said, meeting, noted);
    return {
      ...meeting,
      heldOn: noted?.content.state === 'held' ? noted.content.on : null,
      notHeldOn: isOver ? noted.content.on : null,
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
