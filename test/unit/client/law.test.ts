import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANCHORS,
  CONFIRMATIONS,
  countryRule,
  FURTHER_FEEDBACK,
  MEETINGS,
  NO_DUTY_TO_UNKNOWN,
  unknownRule,
  type CountryRow,
  type CountryRule,
} from '../../../client/law/country.js';
import {
  acknowledgementDuty,
  acknowledgementLimit,
  addTerm,
  addWorkingDays,
  extensionLimit,
  feedbackDuty,
  isAcknowledgementWaived,
  periodEnd,
  warningOn,
  type DutyFacts,
} from '../../../client/law/days.js';
import {
  confirmationDay,
  furtherFeedbackDay,
  furtherFeedbackMonths,
  meetingDay,
} from '../../../client/law/on-request.js';
import {
  acknowledgementDay,
  addDays,
  addMonths,
  type Day,
  daysBetween,
  feedbackDay,
} from '../../../crypto/public.js';
import { MEETING_DAYS, meetingDaysIn } from '../../../client/spoken/meeting-days.js';

const file = new URL('../../../views/data/jurisdictions.json', import.meta.url);
const rows = JSON.parse(readFileSync(file, 'utf8')) as CountryRow[];
const rules = new Map(rows.map((row) => [row.country, countryRule(row)]));
const ruleOf = (country: string): CountryRule => {
  const rule = rules.get(country);
  if (rule === undefined) throw new Error(country);
  return rule;
};

const day = (text: string): Day => text as Day;
/** Two in three are the last days of a month or the first, where mistakes are made. */
const days = fc
  .tuple(
    fc.integer({ min: 2000, max: 2110 }),
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: -3, max: 27 }),
  )
  .map(([year, month, offset]) =>
    addDays(day(`${String(year)}-${String(month + 1).padStart(2, '0')}-01`), offset),
  );
const facts = fc
  .record({
    receivedOn: days,
    after: fc.option(fc.nat(40)),
    extended: fc.option(fc.nat(300)),
    acknowledgementWaived: fc.boolean(),
  })
  .map(({ receivedOn, after, extended, acknowledgementWaived }): DutyFacts => ({
    receivedOn,
    acknowledgedOn: after === null ? null : addDays(receivedOn, after),
    acknowledgementWaived,
    feedbackExtendedTo: extended === null ? null : addDays(receivedOn, extended),
  }));
const plain = (receivedOn: string, acknowledgedOn: string | null): DutyFacts => ({
  receivedOn: day(receivedOn),
  acknowledgedOn: acknowledgedOn === null ? null : day(acknowledgedOn),
  acknowledgementWaived: false,
  feedbackExtendedTo: null,
});

/** Whether a day is no Saturday and no Sunday. */
const isWeekday = (of: Day): boolean => ![0, 6].includes(new Date(`${of}T00:00:00Z`).getUTCDay());
/** Whether a day has the number of another in its month, or is the last of a month without that number. */
const isSameOrLast = (by: Day, from: Day): boolean =>
  by.slice(8) === from.slice(8) ||
  (by.slice(8) < from.slice(8) && addDays(by, 1).slice(8) === '01');
/** Two days, the second no earlier. */
const pairs = fc
  .tuple(days, fc.nat(70))
  .map(([from, count]) => [from, addDays(from, count)] as const);

describe('the words of the data', () => {
  const said = (texts: (string | undefined)[]): string[] => [
    ...new Set(texts.filter((text) => text !== undefined)),
  ];

  it('are all understood, and nothing else is', () => {
    const same = (known: Iterable<string>, texts: (string | undefined)[]): void => {
      expect([...known].sort()).toEqual(said(texts).sort());
    };
    same(
      ANCHORS.keys(),
      rows.map(({ feedbackAnchor }) => feedbackAnchor),
    );
    same(
      MEETINGS.keys(),
      rows.map(({ meeting }) => meeting),
    );
    same(
      CONFIRMATIONS.keys(),
      rows.map(({ supplements }) => supplements),
    );
    same(
      FURTHER_FEEDBACK.keys(),
      rows.map(({ furtherFeedback }) => furtherFeedback),
    );
    const without = rows.map(({ anonymous }) => anonymous).filter((text) => /no duty/.test(text));
    same(NO_DUTY_TO_UNKNOWN, without);
  });

  it.each([
    { feedbackAnchor: 'whenever' },
    { meeting: 'soon' },
    { supplements: 'now and then' },
    { furtherFeedback: 'often' },
    { ackUnit: 'lunar' },
    { meetingDays: 3, meetingUnit: 'lunar' },
  ])('that nobody read are refused: %j', (change) => {
    const row = rows.find(({ country }) => country === 'SE');
    if (row === undefined) throw new Error('no Sweden');
    expect(() => countryRule({ ...row, ...change })).toThrow('Nobody has said');
  });
});

describe('the rule of a country', () => {
  it.each([
    ['SE', { basis: 'law', acknowledgement: { waivable: true }, meeting: 'reasonable' }],
    ['FI', { basis: 'anonymous' }],
    ['DE', { feedback: { anchor: 'acknowledgement_or_both', extension: 0 } }],
    ['AT', { feedback: { anchor: 'receipt' }, confirmation: { days: 7, unit: 'calendar' } }],
    ['AT', { meeting: { days: 14, unit: 'calendar' } }],
    ['ES', { feedback: { anchor: 'receipt', extension: 3 }, meeting: { days: 7 } }],
    ['PL', { feedback: { anchor: 'acknowledgement' }, meeting: { days: 14 } }],
    ['IE', { furtherFeedback: 3 }],
    ['FR', { acknowledgement: { unit: 'working' }, meeting: { days: 20, unit: 'working' } }],
    ['NO', { basis: 'none', acknowledgement: null, feedback: null, meeting: null }],
    ['PT', { feedback: { anchor: 'receipt', extension: 0 } }],
    ['CZ', { basis: 'unsure', acknowledgement: null, feedback: null }],
  ])('%s', (country, expected) => {
    expect(ruleOf(country)).toMatchObject(expected);
  });

  it('says how sure it is, and of meetings apart where the data do', () => {
    const sure = (country: string): unknown[] => {
      const { confidence, meetingConfidence } = ruleOf(country);
      return [confidence, meetingConfidence];
    };
    expect(sure('SE')).toEqual(['H', 'H']);
    expect(sure('ES')).toEqual(['H', 'M']);
    expect(sure('FR')).toEqual(['M', 'M']);
    expect(sure('CZ')).toEqual(['L', 'L']);
    for (const row of rows) {
      expect(ruleOf(row.country)).toMatchObject({
        confidence: row.conf,
        meetingConfidence: row.meetingConf ?? row.conf,
      });
    }
  });

  it('says nothing where nobody has verified the row', () => {
    for (const { country, conf } of rows.filter((row) => row.conf === 'L')) {
      expect([country, conf, ruleOf(country)]).toMatchObject([
        country,
        'L',
        { acknowledgement: null, feedback: null, furtherFeedback: null, confirmation: null },
      ]);
      expect(ruleOf(country).basis).toBe('unsure');
    }
  });

  it('lets nobody leave out or put off what its act does not', () => {
    const having = (is: (rule: CountryRule) => boolean): string[] =>
      rows.flatMap(({ country }) => (is(ruleOf(country)) ? [country] : []));
    const waived = { acknowledgementWaived: true };
    expect(having((rule) => isAcknowledgementWaived(rule, waived))).toEqual(['SE']);
    expect(having((rule) => extensionLimit(rule, day('2026-01-31')) !== null)).toEqual(['ES']);
    expect(isAcknowledgementWaived(null, waived)).toBe(false);
  });
});

describe.each([...rules, ['no row', null] as const])('dates in %s', (_, rule) => {
  it('are planned for no later than the Directive and the act', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const acknowledgement = acknowledgementDuty(rule, known);
        expect(acknowledgement.by).toBe(acknowledgementDay(known.receivedOn));
        expect(acknowledgement.by <= (acknowledgement.limit ?? acknowledgement.by)).toBe(true);
        const feedback = feedbackDuty(rule, known);
        const usual = feedbackDay(known.receivedOn);
        const { limit } = feedback;
        expect(feedback.by <= (limit ?? usual)).toBe(true);
        const isLaw = rule?.basis === 'law';
        expect([acknowledgement.limit !== null, limit !== null]).toEqual([isLaw, isLaw]);
        if (rule?.feedback?.extension !== 3) expect(feedback.by).toBe(usual);
        else expect(feedback.by >= usual).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('end on the day of the month from which they run, or on its last', () => {
    fc.assert(
      fc.property(days, (receivedOn) => {
        const { by } = feedbackDuty(rule, plain(receivedOn, null));
        expect(isSameOrLast(by, receivedOn)).toBe(true);
        const month = (text: string): number =>
          Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
        expect(month(by) - month(receivedOn)).toBe(3);
      }),
      { numRuns: 40 },
    );
  });
});

describe.each([...rules, ['no row', null] as const])('anchors in %s', (_, rule) => {
  it('that come later make no day of law earlier, and none ends before its anchor', () => {
    fc.assert(
      fc.property(pairs, fc.option(fc.nat(40)), ([one, other], after) => {
        const limits = [one, other].map((receivedOn) => {
          const acknowledgedOn = after === null ? null : addDays(receivedOn, after);
          const known = plain(receivedOn, acknowledgedOn);
          return {
            acknowledgement: acknowledgementLimit(rule, receivedOn) ?? receivedOn,
            feedback: feedbackDuty(rule, known).limit ?? receivedOn,
            extension: extensionLimit(rule, receivedOn) ?? receivedOn,
          };
        });
        for (const what of ['acknowledgement', 'feedback', 'extension'] as const) {
          const [first = one, second = other] = limits.map((limit) => limit[what]);
          expect([first >= one, second >= other, second >= first]).toEqual([true, true, true]);
        }
        const limit = acknowledgementLimit(rule, one);
        if (rule?.acknowledgement?.unit === 'working' && limit !== null) {
          expect(isWeekday(limit)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe.each([...rules, ['no row', null] as const])('what is asked for in %s', (country, rule) => {
  const row = rows.find((each) => each.country === country);

  it('has a day for a meeting by the plan or the act, whichever is stricter, and says which', () => {
    const named = row?.conf === 'L' ? undefined : row?.meetingDays;
    fc.assert(
      fc.property(pairs, fc.nat(60), fc.nat(60), ([from, later], few, more) => {
        const planned = addDays(from, few);
        const kept = meetingDay(rule, { from, by: planned });
        expect([kept.by >= from, kept.by <= planned]).toEqual([true, true]);
        // a day that is promised later gives no more time than the act, and one sooner gives less
        const slower = meetingDay(rule, { from, by: addDays(planned, more) });
        expect(slower.by >= kept.by).toBe(true);
        const limit = meetingDay(rule, { from, by: addDays(from, 400) });
        expect(limit.basis).toBe(named === undefined ? 'promise' : 'law');
        if (named === undefined) expect(kept).toEqual({ by: planned, basis: 'promise' });
        else {
          expect(kept.basis).toBe(limit.by <= planned ? 'law' : 'promise');
          const isWorking = row?.meetingUnit === 'working';
          if (isWorking) expect(isWeekday(limit.by)).toBe(true);
          expect(daysBetween(from, limit.by) >= named).toBe(true);
          if (!isWorking) expect(daysBetween(from, limit.by)).toBe(named);
        }
        const usual = (on: Day): Day =>
          meetingDay(rule, { from: on, by: addDays(on, MEETING_DAYS) }).by;
        expect(usual(later) >= usual(from)).toBe(true);
        // what cases are sealed with knows no table: it puts the date in the same place
        expect(usual(from)).toBe(addDays(from, meetingDaysIn(country)));
      }),
      { numRuns: 40 },
    );
  });

  it('has a day for a confirmation, a week later, whatever month or year ends in between', () => {
    fc.assert(
      fc.property(pairs, ([asked, later]) => {
        const by = confirmationDay(rule, asked);
        // the one act that names a time has seven days, too
        expect(daysBetween(asked, by)).toBe(7);
        expect(confirmationDay(rule, later) >= by).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('has a day for further feedback that ends a whole period, the first not over when asked', () => {
    const months = furtherFeedbackMonths(rule);
    expect(months).toBe(row?.furtherFeedback === undefined ? 3 : rule?.furtherFeedback);
    fc.assert(
      fc.property(
        days,
        fc.constantFrom(months, 1, 2, 12),
        fc.integer({ min: -400, max: 900 }),
        fc.nat(200),
        (from, each, asked, after) => {
          const askedOn = addDays(from, asked);
          const by = furtherFeedbackDay(from, each, askedOn);
          expect([by > from, by >= askedOn, isSameOrLast(by, from)]).toEqual([true, true, true]);
          const ends = Array.from({ length: 40 }, (_each, count) =>
            addMonths(from, (count + 1) * each),
          );
          expect(by).toBe(ends.find((end) => end >= askedOn));
          const later = furtherFeedbackDay(from, each, addDays(askedOn, after));
          expect(later >= by).toBe(true);
          // asked for before the last feedback, the first period counts, from a later one later
          const next = addDays(from, after);
          expect(furtherFeedbackDay(next, each, from) >= furtherFeedbackDay(from, each, from)).toBe(
            true,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe.each([...rules, ['no row', null] as const])('a promise in %s', (country, rule) => {
  const promises = fc.record({
    from: days,
    ackDays: fc.option(fc.integer({ min: 1, max: 6 })),
    feedbackDays: fc.option(fc.integer({ min: 1, max: 88 })),
    reason: fc.constant('We can.'),
  });

  it('makes days sooner and never later, and is called one only where it does', () => {
    fc.assert(
      fc.property(facts, promises, (known, promised) => {
        const both = { ...(rule ?? unknownRule(country)), promised };
        const { ackDays, feedbackDays } = promised;
        const acknowledgement = acknowledgementDuty(both, known);
        const without = acknowledgementDuty(rule, known);
        expect(acknowledgement.limit).toBe(without.limit);
        expect([without.promised, acknowledgement.promised]).toEqual([false, ackDays !== null]);
        const by = ackDays === null ? without.by : addDays(known.receivedOn, ackDays);
        expect(acknowledgement.by).toBe(by);
        const plainly = { ...known, feedbackExtendedTo: null };
        const feedback = feedbackDuty(both, plainly);
        const usual = feedbackDuty(rule, plainly);
        expect(feedback.limit).toBe(usual.limit);
        expect(feedback.promised).toBe(feedbackDays !== null);
        if (feedbackDays === null) expect(feedback.by).toBe(usual.by);
        else {
          expect(feedback.by).toBe(addDays(known.receivedOn, feedbackDays));
          expect(feedback.by < usual.by).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('that is slower, which no directory can hold, moves nothing', () => {
    const received = plain('2026-02-01', null);
    const slow = { from: day('2026-01-01'), ackDays: 8, feedbackDays: 400, reason: 'We cannot.' };
    const both = { ...(rule ?? unknownRule(country)), promised: slow };
    expect(acknowledgementDuty(both, received)).toEqual(acknowledgementDuty(rule, received));
    expect(feedbackDuty(both, received)).toEqual(feedbackDuty(rule, received));
  });
});

it('an extension that the act has puts off what was promised too', () => {
  const promised = { from: day('2026-01-01'), ackDays: null, feedbackDays: 30, reason: 'We can.' };
  const known = { ...plain('2026-08-31', null), feedbackExtendedTo: day('2026-10-31') };
  const of = (country: string): unknown => feedbackDuty({ ...ruleOf(country), promised }, known);
  expect(of('ES')).toEqual({ by: '2026-10-31', limit: '2027-02-28', promised: false });
  expect(of('SE')).toMatchObject({ by: '2026-09-30', promised: true });
});

describe('the last day for feedback', () => {
  it.each([
    // from the acknowledgement, or from the end of the seven days; a late one gives no more time
    ['SE', '2026-11-24', null, '2027-03-01'],
    ['SE', '2026-11-24', '2026-11-25', '2027-02-25'],
    ['SE', '2026-11-24', '2027-01-25', '2027-03-01'],
    ['IE', '2026-11-23', '2026-11-30', '2027-02-28'],
    ['DK', '2023-11-22', null, '2024-02-29'],
    // months first, then days: 30 November and three months is the end of February
    ['DE', '2026-11-30', null, '2027-03-07'],
    ['DE', '2023-11-30', null, '2024-03-07'],
    ['DE', '2026-11-30', '2026-12-01', '2027-03-01'],
    ['DE', '2026-11-30', '2026-12-20', '2027-03-07'],
    // from receipt, whatever was acknowledged
    ['AT', '2026-11-30', null, '2027-02-28'],
    ['PT', '2026-11-30', '2026-12-05', '2027-02-28'],
    // seven working days first: 25 November to 3 December 2026
    ['FR', '2026-11-24', null, '2027-03-03'],
    ['FR', '2026-11-24', '2026-12-02', '2027-03-02'],
  ])('%s, received %s, acknowledged %s: %s', (country, received, acknowledged, limit) => {
    expect(feedbackDuty(ruleOf(country), plain(received, acknowledged)).limit).toBe(limit);
  });

  it('is three months from receipt wherever it can be put off, since that has to be done by then', () => {
    for (const rule of rules.values()) {
      if (extensionLimit(rule, day('2026-08-31')) === null) continue;
      const known = plain('2026-08-31', '2026-09-01');
      expect(feedbackDuty(rule, known).limit).toBe(feedbackDay(known.receivedOn));
    }
  });

  it('moves with a reason where the act has that, and no further than it says', () => {
    const known = plain('2026-08-31', '2026-09-01');
    const until = (feedbackExtendedTo: string): string =>
      feedbackDuty(ruleOf('ES'), { ...known, feedbackExtendedTo: day(feedbackExtendedTo) }).by;
    expect(until('2026-11-01')).toBe('2026-11-30');
    expect(until('2026-12-24')).toBe('2026-12-24');
    expect(until('2027-02-28')).toBe('2027-02-28');
    expect(until('2027-03-01')).toBe('2027-02-28');
    const other = { ...known, feedbackExtendedTo: day('2026-12-24') };
    expect(feedbackDuty(ruleOf('SE'), other).by).toBe('2026-11-30');
    expect(feedbackDuty(null, other).by).toBe('2026-11-30');
  });
});

describe('working days', () => {
  it('are Monday to Friday, and the first day does not count', () => {
    expect(addWorkingDays(day('2026-11-20'), 1)).toBe('2026-11-23');
    expect(addWorkingDays(day('2026-11-21'), 1)).toBe('2026-11-23');
    expect(addWorkingDays(day('2026-11-22'), 7)).toBe('2026-12-01');
    expect(addWorkingDays(day('2024-02-28'), 2)).toBe('2024-03-01');
  });

  it('are never fewer than as many calendar days, and five make a week', () => {
    fc.assert(
      fc.property(days, fc.nat(60), (from, count) => {
        const to = addWorkingDays(from, count);
        expect(to >= addTerm(from, { days: count, unit: 'calendar' })).toBe(true);
        const end = addWorkingDays(from, count + 5);
        expect(daysBetween(to, end)).toBeGreaterThanOrEqual(count === 0 ? 5 : 7);
        expect(daysBetween(to, end)).toBeLessThanOrEqual(7);
      }),
    );
  });

  it('end a period that would end on a weekend on the Monday, and no other', () => {
    expect(periodEnd(day('2026-11-20'))).toBe('2026-11-20');
    expect(periodEnd(day('2026-11-21'))).toBe('2026-11-23');
    expect(periodEnd(day('2026-11-22'))).toBe('2026-11-23');
    expect(periodEnd(addMonths(day('2027-11-30'), 3))).toBe('2028-02-29');
  });
});

describe('warnings', () => {
  it('come at half, three quarters and nine tenths, and never go back', () => {
    const order = ['none', 'half', 'three_quarters', 'nine_tenths', 'over'];
    fc.assert(
      fc.property(days, fc.nat(200), fc.nat(260), (from, length, passed) => {
        const by = addDays(from, length);
        const warning = warningOn(addDays(from, passed), { from, by });
        const share = length === 0 ? 1 : passed / length;
        const expected =
          share > 1 || (length === 0 && passed > 0)
            ? 'over'
            : share >= 0.9
              ? 'nine_tenths'
              : share >= 0.75
                ? 'three_quarters'
                : share >= 0.5
                  ? 'half'
                  : 'none';
        expect(warning).toBe(expected);
        const next = warningOn(addDays(from, passed + 1), { from, by });
        expect(order.indexOf(next)).toBeGreaterThanOrEqual(order.indexOf(warning));
      }),
    );
  });

  it('count nothing twice where a day lies before the time began', () => {
    const time = { from: day('2026-03-10'), by: day('2026-03-20') };
    expect(warningOn(day('2026-03-01'), time)).toBe('none');
  });
});
