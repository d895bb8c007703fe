import { describe, expect, it } from 'vitest';
import type { DatesRule } from '../../client/law/days.js';
import type { CaseRow } from '../../client/models.js';
import { addDays, type Day } from '../../crypto/public.js';
import { daysBetween, today } from '../../views/browser/desk/days.js';
import { dueDates, lateBy, reasons, type CountryRule } from '../../views/browser/desk/deadlines.js';
import { ruleOf, type Desk } from '../../views/browser/desk/desk.js';
import { isKeptTooLong } from '../../views/browser/desk/keeping-lines.js';
import { NO_FILTER, filterRows, groupRows } from '../../views/browser/desk/rows.js';

const NOW = '2026-03-02';

function row(change: Partial<CaseRow>): CaseRow {
  return {
    id: 'case',
    channel: 'channel',
    country: 'SE',
    practice: false,
    receivedOn: '2026-02-20',
    state: 'open',
    closedOn: null,
    purgeOn: null,
    counted: null,
    decisionBy: null,
    escalated: false,
    unread: false,
    opened: true,
    recorded: false,
    dataRequest: false,
    title: '',
    category: 'fraud',
    acknowledgedOn: '2026-02-21',
    feedbackOn: null,
    acknowledgementWaived: false,
    unreachable: false,
    exportWaits: false,
    stillNeeded: false,
    feedbackExtendedTo: null,
    investigated: false,
    outcome: null,
    status: 'acknowledged',
    labels: [],
    responsible: [],
    due: null,
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

const rule = (basis: CountryRule['basis']): CountryRule => ({
  country: 'SE',
  act: 'Act',
  confidence: 'H',
  meetingConfidence: 'H',
  basis,
  acknowledgement: { days: 7, unit: 'calendar', waivable: true },
  feedback: { months: 3, anchor: 'receipt', extension: 3 },
  furtherFeedback: null,
  confirmation: null,
  meeting: 'reasonable',
});

const why = (one: CaseRow, of: CountryRule | null = null): string[] => reasons(one, of, NOW);

describe('a case with an export that waits for a second person', () => {
  it('needs somebody today, open or closed', () => {
    expect(why(row({ exportWaits: true }))).toContain('export');
    expect(why(row({ ...closed, exportWaits: true }))).toEqual(['export']);
    expect(why(row({ ...closed }))).toEqual([]);
  });
});

describe('a request about data', () => {
  const due = { what: 'request', by: '2026-03-20', from: '2026-02-20' } as const;
  const asked = row({ id: 'asked', dataRequest: true, acknowledgedOn: null, due });

  it('has its own date alone, by law, and needs somebody only when that presses', () => {
    expect(dueDates(asked, rule('law'), NOW)).toMatchObject([
      { what: 'request', by: '2026-03-20', basis: 'law', daysLeft: 18 },
    ]);
    expect(why(asked, rule('law'))).toEqual([]);
    expect(reasons(asked, rule('law'), '2026-03-19')).toEqual(['due']);
  });

  it('stands in no category of reports, and is found by its own', () => {
    const rows = [asked, row({ id: 'report' })];
    const ids = (category: string | null) =>
      filterRows(rows, { ...NO_FILTER, category }).map(({ id }) => id);
    expect(ids('data_request')).toEqual(['asked']);
    expect(ids('fraud')).toEqual(['report']);
    expect(ids(null)).toEqual(['asked', 'report']);
  });
});

describe('a closed case with a shorter time', () => {
  const retention = {
    ...{ clauses: [{ kind: 'necessity', months: 24, anchor: 'closure' }], wins: null },
    ...{ shorter: [{ of: 'spam', months: 2, anchor: 'closure' }], preset: null, reason: 'x' },
  };
  const channels = [{ id: 'channel', retention, retentionMonths: 24 }];
  const desk = { directory: { channels } } as unknown as Desk;
  const day = '2026-02-25' as Day;
  const spam = row({
    ...{ ...closed, purgeOn: null, outcome: 'spam' },
    counted: { received: day, closed: day, processed: day, paused: 0, pausedSince: 0 },
  });

  it('needs two people as many days before its end as an agreed removal takes', () => {
    const needs = ['2026-03-25', '2026-03-26', '2026-04-25'].map((on) =>
      isKeptTooLong(desk, spam, on),
    );
    expect(needs).toEqual([false, true, true]);
  });

  it('needs nobody where it was decided that it is still needed, whatever is due first', () => {
    const needed = { ...spam, stillNeeded: true };
    const task = { what: 'task', by: '2026-05-01', from: '2026-03-01' } as const;
    for (const due of [null, task]) {
      expect(isKeptTooLong(desk, { ...needed, due }, '2026-05-20')).toBe(false);
      expect(isKeptTooLong(desk, { ...spam, due }, '2026-05-20')).toBe(true);
    }
  });
});

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

  it.each([
    // received 1 January and acknowledged on the 8th: the act's three months end on 8 April
    ['acknowledgement', '2026-01-08', '2026-04-08'],
    ['acknowledgement', '2026-01-02', '2026-04-02'],
    ['acknowledgement', null, '2026-04-08'],
    ['acknowledgement_or_both', '2026-01-08', '2026-04-08'],
    ['acknowledgement_or_both', null, '2026-04-08'],
  ] as const)('call no day law before its last, from %s, %s', (anchor, acknowledgedOn, limit) => {
    const of = { ...rule('law'), feedback: { months: 3, anchor, extension: 0 } };
    const one = row({ receivedOn: '2026-01-01', acknowledgedOn });
    const due = (today: string, by: DatesRule = of): unknown[] =>
      dueDates(one, by, today)
        .filter(({ what }) => what === 'feedback')
        .map(({ by, basis, daysLeft }) => [by, basis, daysLeft]);
    const after = (days: number): string => addDays(limit as Day, days);
    expect(due('2026-03-31')).toEqual([['2026-04-01', 'rule', 1]]);
    expect(due('2026-04-01')).toEqual([['2026-04-01', 'rule', 0]]);
    expect(due('2026-04-02')).toEqual([[limit, 'law', daysBetween('2026-04-02', limit)]]);
    expect(due(after(1))).toEqual([[limit, 'law', -1]]);
    const promised = { from: '2026-01-01' as Day, ackDays: null, feedbackDays: 60, reason: 'x' };
    expect(due('2026-03-04', { ...of, promised })).toEqual([['2026-03-02', 'promise', -2]]);
    expect(due(after(1), { ...of, promised })).toEqual([[limit, 'law', -1]]);
  });

  it('are nobody late by before the last day of the law, or the one promised', () => {
    const duty = { by: '2026-04-01' as Day, limit: '2026-04-08' as Day, promised: false };
    expect(lateBy(duty, '2026-04-06')).toEqual([]);
    expect(lateBy(duty, '2026-04-08')).toEqual([]);
    expect(lateBy(duty, '2026-04-09')).toEqual([{ basis: 'law', days: 1 }]);
    const promised = { ...duty, promised: true };
    expect(lateBy(promised, '2026-04-01')).toEqual([]);
    expect(lateBy(promised, '2026-04-06')).toEqual([{ basis: 'promise', days: 5 }]);
    expect(lateBy(promised, '2026-04-09').map(({ days }) => days)).toEqual([8, 1]);
    const own = { ...duty, limit: null };
    expect(lateBy(own, '2026-04-02')).toEqual([{ basis: 'promise', days: 1 }]);
  });

  it('are called in lists what they are called in the case', () => {
    const basis = (what: NonNullable<CaseRow['due']>['what'], of: CountryRule | null, by = NOW) =>
      dueDates(row({ due: { what, by, from: '2026-02-16' }, feedbackOn: NOW }), of, NOW)[0]?.basis;
    for (const what of ['person_told', 'request'] as const) expect(basis(what, null)).toBe('law');
    for (const what of ['transcript', 'deferral_review'] as const) {
      expect(basis(what, rule('law'))).toBe('promise');
    }
    for (const what of ['task', 'hold_review', 'keeping_review', 'recipient_told'] as const) {
      expect(basis(what, rule('law'))).toBe('plan');
    }
    expect(basis('reopened_feedback', rule('law'))).toBe('rule');
    const further = { ...rule('law'), furtherFeedback: 3 };
    expect(basis('further_feedback', further)).toBe('law');
    expect(basis('further_feedback', { ...further, basis: 'unsure' })).toBe('promise');
    // asked for two weeks before, and agreed on for that very day
    expect(basis('meeting', { ...rule('law'), meeting: { days: 7, unit: 'calendar' } })).toBe(
      'law',
    );
    expect(basis('meeting', rule('law'))).toBe('promise');
    const agreed = { what: 'meeting_agreed', by: NOW, from: '2026-02-16' } as const;
    const spain = { ...rule('law'), meeting: { days: 7, unit: 'calendar' } } as const;
    expect(dueDates(row({ due: agreed, feedbackOn: NOW }), spain, NOW)).toMatchObject([
      { by: NOW, basis: 'plan', daysLeft: 0 },
    ]);
  });

  it('are a promise where that is sooner than the law, of what came from its day on', () => {
    const promise = { from: '2026-02-20' as Day, ackDays: null, feedbackDays: 30, reason: 'x' };
    const channel = { id: 'channel', country: 'NO', deadlines: [promise] };
    const desk = { rules: [rule('law')], directory: { channels: [channel] } } as unknown as Desk;
    const due = (each: CaseRow): unknown =>
      dueDates(each, ruleOf(desk, each), NOW).map(({ by, basis }) => [by, basis]);
    expect(due(row({}))).toEqual([['2026-03-22', 'promise']]);
    expect(due(row({ receivedOn: '2026-02-19' }))).toEqual([['2026-05-19', 'law']]);
    expect(due(row({ country: 'XX' }))).toEqual([['2026-03-22', 'promise']]);
  });

  it('count what is left and what is late, the earliest first', () => {
    const late = row({ acknowledgedOn: null });
    expect(dueDates(late, null, NOW).map(({ what, daysLeft }) => [what, daysLeft])).toEqual([
      ['acknowledgement', -3],
      ['feedback', 79],
    ]);
  });

  it('warn at half, three quarters and nine tenths of the time, and when it is over', () => {
    const due = (by: string, from: string) => row({ due: { what: 'task', by, from } });
    const warning = (by: string, from: string): string | undefined =>
      dueDates({ ...due(by, from), feedbackOn: NOW }, null, NOW)[0]?.warning;
    expect(warning('2026-03-12', '2026-02-21')).toBe('none');
    expect(warning('2026-03-11', '2026-02-21')).toBe('half');
    expect(warning('2026-03-05', '2026-02-21')).toBe('three_quarters');
    expect(warning('2026-03-03', '2026-02-21')).toBe('nine_tenths');
    expect(warning('2026-03-02', '2026-03-02')).toBe('nine_tenths');
    expect(warning('2026-03-01', '2026-02-21')).toBe('over');
    expect(why(due('2026-03-05', '2026-02-21'))).toEqual([]);
    expect(why(due('2026-03-03', '2026-02-21'))).toEqual(['due']);
    expect(why(due('2026-03-01', '2026-02-21'))).toEqual(['due']);
  });

  it('follow what handlers decided where the act has it, and nowhere else', () => {
    const waived = row({ acknowledgedOn: null, acknowledgementWaived: true });
    expect(why(waived, rule('law'))).toEqual([]);
    expect(why(waived, { ...rule('law'), acknowledgement: null })).toEqual(['acknowledge']);
    expect(why(waived)).toEqual(['acknowledge']);
    const late = row({ receivedOn: '2025-12-01', feedbackExtendedTo: '2026-05-01' });
    const day = (of: CountryRule | null): string | undefined => dueDates(late, of, NOW)[0]?.by;
    expect(day(rule('law'))).toBe('2026-05-01');
    expect(day(rule('unsure'))).toBe('2026-03-01');
    expect(day(null)).toBe('2026-03-01');
  });

  it('end for whoever cannot be reached, whatever the act has', () => {
    const alone = { acknowledgedOn: null, receivedOn: '2025-01-01' };
    for (const of of [rule('law'), null]) {
      expect(dueDates(row(alone), of, NOW).map(({ what }) => what)).toContain('feedback');
      expect(dueDates(row({ ...alone, unreachable: true }), of, NOW)).toEqual([]);
    }
  });

  it('end with closure, but for the decision when the reporter writes again', () => {
    expect(dueDates(row(closed), null, NOW)).toEqual([]);
    const asked = row({ ...closed, decisionBy: '2026-03-20' });
    expect(dueDates(asked, rule('law'), NOW).map(({ what }) => what)).toEqual(['decision']);
  });
});

describe('what needs somebody today', () => {
  it('names every reason, the most urgent first', () => {
    expect(why(row({}))).toEqual([]);
    expect(why(row({ acknowledgedOn: null, unread: true }))).toEqual(['acknowledge', 'message']);
    expect(why(row({ receivedOn: '2025-12-16' }))).toEqual(['feedback']);
    expect(why(row({ receivedOn: '2025-12-17' }))).toEqual([]);
    expect(why(row({ ...closed, decisionBy: '2026-03-20', unread: true }))).toEqual([
      'decision',
      'message',
    ]);
    const unopened = { opened: false, unread: true, acknowledgedOn: null };
    expect(why(row({ ...unopened, receivedOn: '2026-02-26' }))).toEqual(['acknowledge', 'message']);
    expect(why(row({ ...unopened, receivedOn: '2026-02-25' }))[0]).toBe('unopened');
    expect(why(row({ ...closed, opened: false }))).toEqual([]);
    expect(why(row({ escalated: true }))).toEqual(['escalated']);
  });

  it('are none for practice, which only wants to be read', () => {
    const practice = { practice: true, acknowledgedOn: null, receivedOn: '2025-12-03' };
    expect(why(row(practice))).toEqual([]);
    expect(why(row({ ...practice, unread: true }))).toEqual(['message']);
    expect(dueDates(row(practice), rule('law'), NOW)).toEqual([]);
  });

  it('trusts nothing in a row that did not verify', () => {
    expect(why(row({ fault: 'malformed', unread: true, escalated: true }))).toEqual(['fault']);
  });
});

describe('the inbox', () => {
  const rows = [
    row({ id: 'calm' }),
    row({ id: 'late', acknowledgedOn: null }),
    row({ id: 'due', acknowledgedOn: null, receivedOn: '2026-02-26' }),
    row({ id: 'broken', fault: 'malformed', category: 'unknown' }),
    row({ id: 'new', unread: true, category: 'environment' }),
    row({ ...closed, id: 'kept' }),
    row({ ...closed, id: 'overdue' }),
    row({ ...closed, id: 'soon', purgeOn: '2026-05-31' }),
    row({ ...closed, id: 'sooner', purgeOn: '2026-03-10', practice: true }),
  ];
  const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

  it('puts every case into one group, and gathers those to be removed within 90 days', () => {
    const groups = groupRows(
      rows,
      NOW,
      () => null,
      ({ id }) => id === 'overdue',
    );
    expect(groups.today.map((each) => each.row.id)).toEqual([
      'broken',
      'late',
      'due',
      'overdue',
      'new',
    ]);
    expect(ids(groups.open)).toEqual(['calm']);
    expect(ids(groups.purgeSoon)).toEqual(['sooner', 'soon']);
    expect(ids(groups.closed)).toEqual(['kept']);
  });

  it('filters, and never hides a case that did not verify', () => {
    const left = (change: Partial<typeof NO_FILTER>): string[] =>
      ids(filterRows(rows, { ...NO_FILTER, ...change }));
    expect(left({})).toHaveLength(rows.length);
    expect(left({ state: 'closed' })).toEqual(['broken', 'kept', 'overdue', 'soon', 'sooner']);
    expect(left({ category: 'environment' })).toEqual(['broken', 'new']);
    expect(left({ channel: 'other' })).toEqual(['broken']);
    expect(left({ unread: true })).toEqual(['broken', 'new']);
    expect(left({ practice: 'only' })).toEqual(['broken', 'sooner']);
    expect(left({ practice: 'without' })).not.toContain('sooner');
  });
});
