import { describe, expect, it } from 'vitest';
import type { CaseRow } from '../../client/models.js';
import { daysBetween, today } from '../../views/browser/desk/days.js';
import { dueDates, reasons, type CountryRule } from '../../views/browser/desk/deadlines.js';
import { NO_FILTER, filterRows, groupRows } from '../../views/browser/desk/rows.js';

const NOW = '2026-03-02';

function row(change: Partial<CaseRow>): CaseRow {
  return {
    id: 'case',
    channel: 'channel',
    practice: false,
    receivedOn: '2026-02-20',
    state: 'open',
    closedOn: null,
    purgeOn: null,
    decisionBy: null,
    escalated: false,
    unread: false,
    title: '',
    category: 'fraud',
    acknowledgedOn: '2026-02-21',
    feedbackOn: null,
    acknowledgementBy: '2026-02-27',
    feedbackBy: '2026-05-20',
    feedbackLimit: '2026-05-21',
    outcome: null,
    status: 'acknowledged',
    labels: [],
    responsible: [],
    taskBy: null,
    fault: null,
    ...change,
  };
}

const closed: Partial<CaseRow> = {
  state: 'closed',
  closedOn: '2026-02-25',
  purgeOn: '2028-02-25',
  feedbackOn: '2026-02-25',
};

const rule = (basis: CountryRule['basis']): CountryRule => ({ country: 'SE', act: 'Act', basis });

describe('days', () => {
  it('count whole days over a change of clocks and a leap day', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
    expect(daysBetween('2026-03-02', '2026-03-01')).toBe(-1);
  });

  it('are those of the place, not of Greenwich', () => {
    expect(today(new Date(2026, 0, 1, 0, 30))).toBe('2026-01-01');
    expect(today(new Date(2026, 11, 31, 23, 30))).toBe('2026-12-31');
  });
});

describe('due dates', () => {
  it('are law only where the act of the country makes them a duty', () => {
    for (const basis of ['none', 'anonymous', 'unsure'] as const) {
      expect(dueDates(row({}), rule(basis), NOW).map((due) => due.basis)).toEqual(['promise']);
    }
    expect(dueDates(row({}), rule('law'), NOW).map((due) => due.basis)).toEqual(['law']);
    expect(dueDates(row({}), null, NOW).map((due) => due.basis)).toEqual(['promise']);
  });

  it('count what is left and what is late, the earliest first', () => {
    const late = row({ acknowledgedOn: null });
    expect(dueDates(late, null, NOW).map(({ what, daysLeft }) => [what, daysLeft])).toEqual([
      ['acknowledgement', -3],
      ['feedback', 79],
    ]);
  });

  it('end with closure, but for the decision when the reporter writes again', () => {
    expect(dueDates(row(closed), null, NOW)).toEqual([]);
    const asked = row({ ...closed, decisionBy: '2026-03-20' });
    expect(dueDates(asked, rule('law'), NOW).map(({ what }) => what)).toEqual(['decision']);
  });
});

describe('what needs somebody today', () => {
  it('names every reason, the most urgent first', () => {
    expect(reasons(row({}), NOW)).toEqual([]);
    expect(reasons(row({ acknowledgedOn: null, unread: true }), NOW)).toEqual([
      'acknowledge',
      'message',
    ]);
    expect(reasons(row({ feedbackBy: '2026-03-16' }), NOW)).toEqual(['feedback']);
    expect(reasons(row({ feedbackBy: '2026-03-17' }), NOW)).toEqual([]);
    expect(reasons(row({ ...closed, decisionBy: '2026-03-20', unread: true }), NOW)).toEqual([
      'decision',
      'message',
    ]);
    expect(reasons(row({ escalated: true }), NOW)).toEqual(['escalated']);
  });

  it('are none for practice, which only wants to be read', () => {
    const practice = { practice: true, acknowledgedOn: null, feedbackBy: '2026-03-03' };
    expect(reasons(row(practice), NOW)).toEqual([]);
    expect(reasons(row({ ...practice, unread: true }), NOW)).toEqual(['message']);
    expect(dueDates(row(practice), rule('law'), NOW)).toEqual([]);
  });

  it('trusts nothing in a row that did not verify', () => {
    expect(reasons(row({ fault: 'malformed', unread: true, escalated: true }), NOW)).toEqual([
      'fault',
    ]);
  });
});

describe('the inbox', () => {
  const rows = [
    row({ id: 'calm' }),
    row({ id: 'late', acknowledgedOn: null, acknowledgementBy: '2026-02-27' }),
    row({ id: 'due', acknowledgedOn: null, acknowledgementBy: '2026-03-05' }),
    row({ id: 'broken', fault: 'malformed', category: 'unknown' }),
    row({ id: 'new', unread: true, category: 'environment' }),
    row({ ...closed, id: 'kept' }),
    row({ ...closed, id: 'soon', purgeOn: '2026-05-31' }),
    row({ ...closed, id: 'sooner', purgeOn: '2026-03-10', practice: true }),
  ];
  const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

  it('puts every case into one group, and gathers those to be removed within 90 days', () => {
    const groups = groupRows(rows, NOW);
    expect(groups.today.map((each) => each.row.id)).toEqual(['broken', 'late', 'due', 'new']);
    expect(ids(groups.open)).toEqual(['calm']);
    expect(ids(groups.purgeSoon)).toEqual(['sooner', 'soon']);
    expect(ids(groups.closed)).toEqual(['kept']);
  });

  it('filters, and never hides a case that did not verify', () => {
    const left = (change: Partial<typeof NO_FILTER>): string[] =>
      ids(filterRows(rows, { ...NO_FILTER, ...change }));
    expect(left({})).toHaveLength(rows.length);
    expect(left({ state: 'closed' })).toEqual(['broken', 'kept', 'soon', 'sooner']);
    expect(left({ category: 'environment' })).toEqual(['broken', 'new']);
    expect(left({ channel: 'other' })).toEqual(['broken']);
    expect(left({ unread: true })).toEqual(['broken', 'new']);
    expect(left({ practice: 'only' })).toEqual(['broken', 'sooner']);
    expect(left({ practice: 'without' })).not.toContain('sooner');
  });
});
