import {
  addDays,
  addMonths,
  openDecisionDay,
  reviewDay,
  type Day,
  type ShorterTerm,
} from '../../../crypto/private.js';
import type { CaseRow, ChannelView } from '../../../client/models.js';
import { channelRule } from './retention.js';

/** What is to be decided about keeping a case, by the rule of its channel, and by when. */
export interface KeepingDays {
  /** An open case: by when somebody decides that it is still needed. */
  open: string | null;
  /** A closed case that no rule removes by itself: by when somebody looks. */
  review: string | null;
  /** A closed case whose outcome has a shorter time: its end. */
  shorter: string | null;
  /**
   * The end of the time for cases of which nothing was investigated: of an open case as well, where it
   * runs from receipt. Null where the case ever was under investigation, or is no report.
   */
  uninvestigated: string | null;
}

const NONE: KeepingDays = { open: null, review: null, shorter: null, uninvestigated: null };

type Channel = Pick<ChannelView, 'retention' | 'retentionMonths'> | undefined;

/** What the days of a case are worked out of. */
export type KeptCase = Pick<
  CaseRow,
  'practice' | 'dataRequest' | 'receivedOn' | 'closedOn' | 'counted' | 'outcome' | 'investigated'
>;

function termFor(channel: Channel, which: ShorterTerm['of'] | null): ShorterTerm | undefined {
  return channel?.retention?.shorter.find(({ of }) => of === which);
}

function outcomeTerm(channel: Channel, { outcome }: KeptCase): ShorterTerm | undefined {
  if (outcome === 'spam') return termFor(channel, 'spam');
  return termFor(channel, outcome === 'out_of_scope_referred' ? 'out_of_scope' : null);
}

/** These say what was found, so somebody looked into it, whatever stage was noted. */
const FOUND: readonly (string | null)[] = [
  'substantiated',
  'partly_substantiated',
  'unsubstantiated',
];

function wasLookedInto({ investigated, outcome }: KeptCase): boolean {
  return investigated === true || FOUND.includes(outcome);
}

/** The end of a shorter time; the days of a hold do not count, as they do not for the rule. */
function endOf(
  term: ShorterTerm | undefined,
  { receivedOn, closedOn }: KeptCase,
  paused: number,
): Day | null {
  const from = term?.anchor === 'receipt' ? receivedOn : closedOn;
  if (term === undefined || from === null) return null;
  return addDays(addMonths(from as Day, term.months), paused);
}

/**
 * See {@link KeepingDays}. A practice case goes by itself, and under a hold or a restriction the time of
 * a closed one stands still: neither has a day.
 */
export function keepingDays(channel: Channel, row: KeptCase): KeepingDays {
  if (row.practice) return NONE;
  const rule = channelRule(channel);
  const received = row.receivedOn as Day;
  const uninvestigated = (paused: number): Day | null =>
    row.dataRequest || wasLookedInto(row)
      ? null
      : endOf(termFor(channel, 'not_investigated'), row, paused);
  if (row.closedOn === null) {
    return { ...NONE, open: openDecisionDay(rule, received), uninvestigated: uninvestigated(0) };
  }
  if (row.counted === null) return NONE;
  const { paused } = row.counted;
  return {
    ...NONE,
    review: reviewDay(rule, { ...row.counted, received }),
    shorter: endOf(outcomeTerm(channel, row), row, paused),
    uninvestigated: uninvestigated(paused),
  };
}
