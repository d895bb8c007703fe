import { describe, expect, it } from 'vitest';
import type { ChannelView } from '../../client/models.js';
import type { Day, Retention, RetentionFacts, ShorterTerm } from '../../crypto/public.js';
import {
  keepingDays,
  type KeepingDays,
  type KeptCase,
} from '../../views/browser/desk/keeping-days.js';

type Channel = Pick<ChannelView, 'retention' | 'retentionMonths'>;

const day = (text: string): Day => text as Day;

function channelWith(clauses: Retention['clauses'], shorter: ShorterTerm[] = []): Channel {
  return {
    retentionMonths: 24,
    retention: { clauses, wins: null, shorter, preset: null, reason: 'x' },
  };
}

const byDefault: Channel = { retentionMonths: 24, retention: null };
const spain = channelWith(
  [{ kind: 'at_most', months: 120, anchor: 'receipt' }],
  [{ of: 'not_investigated', months: 3, anchor: 'receipt' }],
);
const france = channelWith(
  [{ kind: 'necessity', months: 24, anchor: 'closure' }],
  [
    { of: 'not_investigated', months: 2, anchor: 'closure' },
    { of: 'out_of_scope', months: 1, anchor: 'closure' },
  ],
);
const portugal = channelWith([{ kind: 'at_least', months: 60, anchor: 'receipt' }]);
const lastWork = channelWith([{ kind: 'necessity', months: 24, anchor: 'last_processing' }]);

const open: KeptCase = {
  practice: false,
  dataRequest: false,
  receivedOn: '2026-01-31',
  closedOn: null,
  counted: null,
  outcome: null,
  investigated: false,
};

function closed(change: Partial<KeptCase> = {}, counted: Partial<RetentionFacts> = {}): KeptCase {
  const facts: RetentionFacts = {
    received: day('2026-01-31'),
    closed: day('2026-03-10'),
    processed: day('2026-03-10'),
    paused: 0,
    pausedSince: 0,
    ...counted,
  };
  return { ...open, closedOn: '2026-03-10', counted: facts, ...change };
}

const held = closed({ counted: null });
const none: KeepingDays = { open: null, review: null, shorter: null, uninvestigated: null };

describe('the days by which handlers decide about keeping a case', () => {
  it.each<[what: string, channel: Channel | undefined, row: KeptCase, Partial<KeepingDays>]>([
    ['none by the default, open', byDefault, open, {}],
    ['none by the default, closed', byDefault, closed(), {}],
    ['none without a channel', undefined, open, {}],
    ['none of practice', spain, { ...open, practice: true }, {}],
    [
      'three months from receipt for an open case that nobody investigates',
      spain,
      open,
      { open: '2036-01-31', uninvestigated: '2026-04-30' },
    ],
    [
      'the same where nobody can tell whether somebody did',
      spain,
      { ...open, investigated: null },
      { open: '2036-01-31', uninvestigated: '2026-04-30' },
    ],
    [
      'no such day once the case was under investigation',
      spain,
      { ...open, investigated: true },
      { open: '2036-01-31' },
    ],
    [
      'no such day for a request about data, of which nothing is investigated',
      spain,
      { ...open, dataRequest: true },
      { open: '2036-01-31' },
    ],
    ['that day for a closed case', spain, closed(), { uninvestigated: '2026-04-30' }],
    ['none for a closed one that was investigated', spain, closed({ investigated: true }), {}],
    [
      'none where the outcome says what was found, whatever stage was noted',
      spain,
      closed({ outcome: 'unsubstantiated' }),
      {},
    ],
    ['none under a hold', spain, held, {}],
    [
      'the day later by the days of a hold that ended',
      spain,
      closed({}, { paused: 10 }),
      { uninvestigated: '2026-05-10' },
    ],
    ['no day from closure as long as it is open', france, open, {}],
    [
      'from closure once it is closed',
      france,
      closed(),
      { review: '2028-03-10', uninvestigated: '2026-05-10' },
    ],
    [
      'the shorter time of the outcome beside it',
      france,
      closed({ outcome: 'out_of_scope_referred' }),
      { review: '2028-03-10', shorter: '2026-04-10', uninvestigated: '2026-05-10' },
    ],
    [
      'no shorter time for an outcome without one',
      france,
      closed({ outcome: 'spam', investigated: true }),
      { review: '2028-03-10' },
    ],
    [
      'when to look again, later by the days of a hold',
      portugal,
      closed({}, { paused: 31 }),
      { review: '2031-03-04' },
    ],
    [
      'when to look again, counted from the last work',
      lastWork,
      closed({}, { processed: day('2026-06-01') }),
      { review: '2028-06-01' },
    ],
    [
      'when to look again, later by the hold since the last work alone',
      lastWork,
      closed({}, { processed: day('2026-06-01'), paused: 9, pausedSince: 4 }),
      { review: '2028-06-05' },
    ],
    ['no day to look again under a hold', lastWork, held, {}],
    [
      'from the true day of receipt of a case that a handler recorded',
      spain,
      closed({ receivedOn: '2026-01-10' }),
      { uninvestigated: '2026-04-10' },
    ],
  ])('are: %s', (_what, channel, row, expected) => {
    expect(keepingDays(channel, row)).toEqual({ ...none, ...expected });
  });
});
