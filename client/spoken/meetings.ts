import {
  dayOf,
  type Day,
  type EntryContent,
  type MeetingForm,
  type MeetingOption,
} from '../../crypto/private.js';
import type { Spoken } from './spoken.js';

/** Times that a handler proposed. */
export interface MeetingProposal {
  /** Hash of its entry, which an answer names. */
  hash: string;
  on: Day;
  options: readonly MeetingOption[];
  text: string;
}

/** A meeting that the reporter asked for, or that a handler proposed. */
export interface Meeting {
  id: string;
  /** What the reporter asked for; null where a handler began. */
  asked: { on: Day; form: MeetingForm; text: string } | null;
  /** The newest proposal that still stands. */
  proposal: MeetingProposal | null;
  /**
   * `asked`: nobody has proposed anything; `other_times`: none of those proposed suits; `declined`:
   * the reporter wants none any more; the last two say who called it off.
   */
  state: 'asked' | 'proposed' | 'other_times' | 'agreed' | 'declined' | 'withdrawn' | 'cancelled';
  /** The day of the newest word about it. */
  on: Day;
  /** What was agreed on; null as long as nothing is. */
  agreed: MeetingOption | null;
}

type Content = Spoken['dialogue'][number];

/** A meeting after one more word about it; the same where that word says nothing. */
function after(
  before: Meeting | undefined,
  content: Content,
  hash: string,
  timeZone: string | undefined,
): Meeting | undefined {
  if (content.kind === 'meeting_request') {
    const { id, form, text, at: on } = content;
    return { id, asked: { on, form, text }, proposal: null, state: 'asked', on, agreed: null };
  }
  if (content.kind === 'meeting_proposal') {
    const { id, options, text } = content;
    const on = dayOf(new Date(content.at), timeZone);
    const asked = before?.asked ?? null;
    return {
      id,
      asked,
      proposal: { hash, on, options, text },
      state: 'proposed',
      on,
      agreed: null,
    };
  }
  if (before === undefined) return before;
  if (content.kind === 'meeting_answer') return answered(before, content);
  const ended = { ...before, proposal: null, agreed: null };
  if (content.kind === 'meeting_withdrawal') {
    return { ...ended, state: 'withdrawn', on: content.at };
  }
  if (content.kind === 'meeting_cancellation') {
    return { ...ended, state: 'cancelled', on: dayOf(new Date(content.at), timeZone) };
  }
  return before;
}

/** An answer counts for the newest proposal alone: one to another says nothing of this one. */
function answered(
  before: Meeting,
  { proposal, answer, chosen, at: on }: Extract<EntryContent, { kind: 'meeting_answer' }>,
): Meeting {
  if (before.proposal?.hash !== proposal) return before;
  if (answer !== 'accepted') return { ...before, agreed: null, state: answer, on };
  const agreed = chosen === null ? undefined : before.proposal.options[chosen];
  return agreed === undefined ? before : { ...before, agreed, state: 'agreed', on };
}

/** The meetings of a case, in the order in which they were first spoken of. */
export function meetingsOf({ dialogue, hashes = [], timeZone }: Spoken): Meeting[] {
  const meetings = new Map<string, Meeting>();
  for (const [index, content] of dialogue.entries()) {
    if (!content.kind.startsWith('meeting_') || !('id' in content)) continue;
    const meeting = after(meetings.get(content.id), content, hashes[index] ?? '', timeZone);
    if (meeting !== undefined) meetings.set(content.id, meeting);
  }
  return [...meetings.values()];
}
