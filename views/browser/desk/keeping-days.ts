import {
  addMonths,
  openDecisionDay,
  reviewDay,
  type Day,
  type RetentionFacts,
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
  /** A closed case: the end of the time for those of which nothing was investigated. */
  uninvestigated: string | null;
}

function outcomeTerm(channel: ChannelView | undefined, row: CaseRow): ShorterTerm | undefined {
  const of =
    row.outcome === 'spam' ? 'spam' : row.outcome === 'out_of_scope_referred' ? 'out_of_scope' : '';
  return channel?.retention?.shorter.find((term) => term.of === of);
}

function endOf(term: ShorterTerm | undefined, facts: RetentionFacts): Day | null {
  if (term === undefined) return null;
  return addMonths(term.anchor === 'receipt' ? facts.received : facts.closed, term.months);
}

/** See {@link KeepingDays}. A practice case goes by itself. */
export function keepingDays(channel: ChannelView | undefined, row: CaseRow): KeepingDays {
  const none: KeepingDays = { open: null, review: null, shorter: null, uninvestigated: null };
  if (row.practice) return none;
  const rule = channelRule(channel);
  const received = row.receivedOn as Day;
  if (row.closedOn === null) return { ...none, open: openDecisionDay(rule, received) };
  const closed = row.closedOn as Day;
  const facts = { received, closed, processed: closed, paused: 0, pausedSince: 0 };
  const term = channel?.retention?.shorter.find(({ of }) => of === 'not_investigated');
  return {
    ...none,
    review: reviewDay(rule, facts),
    shorter: endOf(outcomeTerm(channel, row), facts),
    uninvestigated: endOf(term, facts),
  };
}
