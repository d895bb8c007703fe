import type { Tenure } from '../../client/access-review.js';
import type { AccessReview } from '../../client/models.js';
import { day, moment, readers, rows, scenario } from './desk-fake-rows.js';

// What the fake worker pretends that a review of access found.

const exactly = (offset: number): Tenure['from'] => ({
  at: moment(offset),
  earliest: day(offset),
  latest: day(offset),
});

/** A review over the made-up cases; an administrator's has none. */
export function reviewOf(channel: string): AccessReview {
  const cases = scenario === 'administrator' ? [] : [...rows.values()];
  const tenures = cases.flatMap(({ id, receivedOn }): Tenure[] => {
    const from = { at: null, earliest: receivedOn, latest: receivedOn };
    const on = { caseId: id, from, givenBy: null, until: null, end: null, endedBy: null };
    const base: Tenure[] = [
      { ...on, person: 'hanna', why: 'report' },
      { ...on, person: 'vera', why: 'paper' },
      { ...on, person: 'sven', why: 'report', until: exactly(-3), end: 'left' },
    ];
    if (id !== 'c') return base;
    return [
      ...base,
      {
        ...on,
        person: 'omar',
        from: exactly(-20),
        why: 'given',
        givenBy: 'hanna',
        until: { at: null, earliest: day(-6), latest: day(0) },
        end: 'taken',
        endedBy: 'hanna',
      },
    ];
  });
  const by = { administrator: 'anna', handler: 'hanna' };
  return {
    today: day(0),
    people: [
      ...readers.map(({ id, name, part }) => ({
        id,
        name,
        part,
        left: null,
        channels: [{ channel, from: day(-400), by: id === 'hanna' ? null : by, until: null }],
      })),
      {
        id: 'sven',
        name: 'Sven Alm',
        part: 'handler',
        left: exactly(-3),
        channels: [{ channel, from: day(-300), by, until: day(-3) }],
      },
    ],
    cases,
    tenures,
    contradictions:
      scenario === 'warnings'
        ? [
            { caseId: 'c', code: 'epoch_not_logged', person: 'hanna', at: null },
            { caseId: 'a', code: 'acted_without_access', person: 'omar', at: moment(-2) },
            { caseId: null, code: 'leaving_not_logged', person: 'sven', at: null },
          ]
        : [],
  };
}
