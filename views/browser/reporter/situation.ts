import type { EntryView, ReporterCaseView } from '../../../client/models.js';
import { isAnswer, isFeedback } from '../../../client/law/answers.js';
import {
  acknowledgementDuty,
  feedbackDuty,
  namedDay,
  type Duty,
} from '../../../client/law/days.js';
import type { Day } from '../../../crypto/public.js';
import type { CaseLaw } from './case-law.js';
import { dayIn } from './format.js';

/** A point on the timeline of a case. */
export interface Milestone {
  kind:
    | 'received'
    | 'opened'
    | 'answered'
    | 'feedback'
    /** A meeting that was asked for, one that was agreed on, and a transcript to be checked. */
    | 'meeting'
    | 'met'
    | 'check'
    | 'closed'
    | 'removed';
  /**
   * `late`: the day is past and nothing came. `missed`: the same of a day that the organisation
   * promised, where law sets none or a later one.
   */
  state: 'done' | 'due' | 'late' | 'missed';
  /** The day it happened, or by which it should; null where it has not happened and has no day. */
  day: string | null;
}

/** What a reporter should know at once on opening a case. */
export interface Situation {
  /** Entries by readers since the reporter's own newest entry. */
  fresh: number;
  /** Day on which a reader opened the newest of the reporter's own entries; null where none did. */
  newest: { kind: 'report' | 'message'; openedOn: string | null };
  milestones: Milestone[];
  /** The next day that matters, null where none is to come. */
  next: Milestone | null;
  late: Milestone[];
  /** Whether the closed case asks about reprisals, and nothing was written since it does. */
  asksAboutReprisals: boolean;
}

function byReaders(view: ReporterCaseView): EntryView[] {
  return view.entries.filter(({ author }) => author.side === 'reader');
}

function asksAboutReprisals(
  { practice, writable, reprisalDays }: ReporterCaseView,
  sent: ReporterCaseView['entries'],
  today: string,
): boolean {
  const asked = reprisalDays.findLast((day) => day <= today);
  if (asked === undefined || practice || writable !== 'yes') return false;
  return !sent.some(({ content }) => content.kind === 'message' && content.at >= asked);
}

/** The day so many days later. */
function later(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  // nothing is said beyond the calendar
  return date.getUTCFullYear() > 9999 ? day : date.toISOString().slice(0, 10);
}

/** What is to come of meetings and of what was written down. */
function spokenMilestones(
  { meetings, transcripts }: ReporterCaseView,
  today: string,
  meetingDays: number,
): Milestone[] {
  const met = meetings.flatMap(({ asked, agreed, state }): Milestone[] => {
    if (agreed !== null) {
      return [{ kind: 'met', state: agreed.day < today ? 'done' : 'due', day: agreed.day }];
    }
    const waits = state === 'asked' || state === 'other_times' || state === 'proposed';
    if (asked === null || !waits) return [];
    const by = later(asked.on, meetingDays);
    // once times are proposed, it is the reporter's turn
    return [
      { kind: 'meeting', state: by < today && state !== 'proposed' ? 'late' : 'due', day: by },
    ];
  });
  const checks = transcripts.flatMap(({ newest: { answer, by } }): Milestone[] =>
    answer === null && by >= today ? [{ kind: 'check', state: 'due', day: by }] : [],
  );
  return [...met, ...checks];
}

/**
 * Reads a case's situation from its entries and days.
 *
 * @param today the calendar day where the organisation is.
 */
export function situationOf(
  view: ReporterCaseView,
  today: string,
  { rule, meetingDays }: CaseLaw,
): Situation {
  const answers = byReaders(view);
  const own = view.entries.findLastIndex(({ author }) => author.side === 'reporter');
  const fresh = view.entries.slice(own + 1).length;
  const sent = view.entries.filter(({ author }) => author.side === 'reporter');
  const [firstOpened = view.openedOn] = sent.flatMap(({ readOn }) => readOn ?? []).sort();
  const newest = {
    kind: sent.length > 1 ? ('message' as const) : ('report' as const),
    openedOn: sent.length === 0 ? view.openedOn : (sent.at(-1)?.readOn ?? null),
  };
  const awaited = (kind: 'answered' | 'feedback', doneOn: Day | null, duty: Duty): Milestone => {
    if (doneOn !== null) return { kind, state: 'done', day: doneOn };
    const { by, basis } = namedDay(duty, today);
    if (by >= today) return { kind, state: 'due', day: by };
    return { kind, state: basis === 'law' ? 'late' : 'missed', day: by };
  };
  const said = answers.map(({ content }) => content);
  const dayOf = (content?: { at: string }): Day | null =>
    content === undefined ? null : (dayIn(content.at, view.timeZone) as Day);
  const acknowledgedOn = dayOf(said.find((content) => isAnswer(content)));
  const feedbackOn = dayOf(said.find((content) => isFeedback(content)));
  const facts = {
    receivedOn: view.receivedOn as Day,
    acknowledgedOn,
    // neither is told to the page
    acknowledgementWaived: false,
    feedbackExtendedTo: null,
  };
  const milestones: Milestone[] = [
    { kind: 'received', state: 'done', day: view.receivedOn },
    { kind: 'opened', state: firstOpened === null ? 'due' : 'done', day: firstOpened },
    awaited('answered', acknowledgedOn, acknowledgementDuty(rule, facts)),
    awaited('feedback', feedbackOn, feedbackDuty(rule, facts)),
    ...spokenMilestones(view, today, meetingDays),
  ];
  if (view.closedOn !== null)
    milestones.push({ kind: 'closed', state: 'done', day: view.closedOn });
  // a closed case without a day of removal is kept for longer
  if (view.closedOn !== null) milestones.push({ kind: 'removed', state: 'due', day: view.purgeOn });
  const due = milestones
    .filter(({ state, day }) => state === 'due' && day !== null)
    .sort((a, b) => (a.day ?? '').localeCompare(b.day ?? ''));
  return {
    fresh,
    newest,
    milestones,
    next: due[0] ?? null,
    late: milestones.filter(({ state }) => state === 'late' || state === 'missed'),
    asksAboutReprisals: asksAboutReprisals(view, sent, today),
  };
}
