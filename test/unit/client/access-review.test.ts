import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  couldReadOn,
  reviewAccess,
  type ReviewedCase,
  type ReviewedPerson,
  type ReviewPoint,
  type Tenure,
} from '../../../client/access-review.js';

const READERS = ['anna', 'berit', 'carl', 'paper'];
const days = { dayOf: (at: string): string => at.slice(0, 10), today: '2026-06-30' };

function moment(hours: number): string {
  return new Date(Date.UTC(2026, 2, 2) + hours * 3_600_000).toISOString();
}

function exact(at: string): ReviewPoint {
  return { at, earliest: days.dayOf(at), latest: days.dayOf(at) };
}

function persons(left: Partial<Record<string, string>> = {}): Map<string, ReviewedPerson> {
  return new Map(
    READERS.map((id) => {
      const at = left[id];
      const part = id === 'paper' ? 'recovery_officer' : 'handler';
      return [id, { id, part, left: at === undefined ? null : exact(at) }];
    }),
  );
}

/** A history: the hours at which somebody changed the members, and to whom. */
interface History {
  first: string[];
  changes: { hour: number; by: string; members: string[] }[];
  left: Partial<Record<string, number>>;
}

const members = fc.subarray(READERS, { minLength: 1 });
const history: fc.Arbitrary<History> = fc
  .record({
    first: members,
    hours: fc.uniqueArray(fc.integer({ min: 24, max: 1500 }), { maxLength: 6 }),
    next: fc.array(members, { minLength: 6, maxLength: 6 }),
    left: fc.dictionary(fc.constantFrom(...READERS), fc.integer({ min: 24, max: 1500 })),
  })
  .map(({ first, hours, next, left }) => {
    const changes: History['changes'] = [];
    let before = first;
    for (const [index, hour] of hours.sort((a, b) => a - b).entries()) {
      const by = before.find((id) => (left[id] ?? Infinity) > hour);
      if (by === undefined) break;
      const staying = (next[index] ?? []).filter((id) => (left[id] ?? Infinity) > hour);
      if (staying.length === 0) break;
      changes.push({ hour, by, members: staying });
      before = staying;
    }
    return { first, changes, left };
  });

/** A case as it comes of a history, with its log but for lines that are kept back. */
function caseOf(
  { first, changes }: History,
  withheld: ReadonlySet<number> = new Set(),
): ReviewedCase {
  const place = (index: number): { sequence: number; epoch: number } => ({
    sequence: 1 + index * 3,
    epoch: 1 + index,
  });
  return {
    id: 'case',
    receivedOn: days.dayOf(moment(0)),
    epochs: [
      { ...place(0), by: 'reporter', members: first },
      ...changes.map(({ by, members: named }, index) => ({
        ...place(index + 1),
        by,
        members: named,
      })),
    ],
    log: changes.flatMap(({ hour, by }, index) =>
      withheld.has(index)
        ? []
        : [
            {
              sequence: index + 1,
              at: moment(hour),
              action: 'access_changed',
              actor: by,
              details: { compartment: 'dialogue', ...place(index + 1) },
            },
          ],
    ),
    fault: null,
  };
}

/** Who could read at some hour of a day, looked at hour by hour. */
function truth({ first, changes, left }: History, day: string): string[] {
  const start = (Date.parse(day) - Date.parse(moment(0))) / 3_600_000;
  const found = new Set<string>();
  for (let hour = start; hour < start + 24; hour += 1) {
    // at the hour of a change both lists hold: somebody reads until the moment, somebody from it on
    const now = changes.findLast((change) => change.hour <= hour)?.members ?? first;
    const just = changes.findLast((change) => change.hour < hour)?.members ?? first;
    for (const id of [...now, ...(changes.some((change) => change.hour === hour) ? just : [])]) {
      if (hour >= 0 && hour <= (left[id] ?? Infinity)) found.add(id);
    }
  }
  return [...found].sort();
}

function leftMoments({ left }: History): Partial<Record<string, string>> {
  return Object.fromEntries(Object.entries(left).map(([id, hour]) => [id, moment(hour ?? 0)]));
}

function readersOn(tenures: readonly Tenure[], day: string, answers: readonly string[]): string[] {
  const reading = tenures.filter((tenure) => answers.includes(couldReadOn(tenure, day)));
  return [...new Set(reading.map(({ person }) => person))].sort();
}

const someDay = fc.integer({ min: 0, max: 70 }).map((count) => days.dayOf(moment(count * 24)));

describe('who could read a case on a day', () => {
  it('is what the hours of that day give, for any history', () => {
    fc.assert(
      fc.property(history, someDay, (past, day) => {
        const { tenures, contradictions } = reviewAccess(
          [caseOf(past)],
          persons(leftMoments(past)),
          days,
        );
        expect(contradictions).toEqual([]);
        expect(readersOn(tenures, day, ['yes', 'perhaps'])).toEqual(truth(past, day));
        expect(readersOn(tenures, day, ['yes'])).toEqual(truth(past, day));
      }),
    );
  });

  it('leaves nobody out where the log keeps lines back, and tells each that is missing', () => {
    fc.assert(
      fc.property(history, someDay, fc.array(fc.integer({ min: 0, max: 5 })), (past, day, away) => {
        const withheld = new Set(away.filter((index) => index < past.changes.length));
        const { tenures, contradictions } = reviewAccess(
          [caseOf(past, withheld)],
          persons(leftMoments(past)),
          days,
        );
        const missing = contradictions.filter(({ code }) => code === 'epoch_not_logged');
        expect(missing).toHaveLength(withheld.size);
        const named = readersOn(tenures, day, ['yes', 'perhaps']);
        expect(named).toEqual(expect.arrayContaining(truth(past, day)));
        const certain = readersOn(tenures, day, ['yes']);
        expect(truth(past, day)).toEqual(expect.arrayContaining(certain));
      }),
    );
  });

  it('is told for each person once at a time, in periods that do not overlap', () => {
    fc.assert(
      fc.property(history, (past) => {
        const { tenures } = reviewAccess([caseOf(past)], persons(leftMoments(past)), days);
        for (const id of READERS) {
          const own = tenures.filter(({ person }) => person === id);
          for (const [index, tenure] of own.slice(1).entries()) {
            const before = own[index]?.until?.at;
            expect(before && tenure.from.at && before <= tenure.from.at).toBe(true);
          }
        }
      }),
    );
  });
});

describe('why somebody could read, and until when', () => {
  const base = (): ReviewedCase =>
    caseOf({
      first: ['anna', 'berit', 'paper'],
      changes: [
        { hour: 100, by: 'anna', members: ['anna', 'paper', 'carl'] },
        { hour: 200, by: 'carl', members: ['carl', 'paper'] },
      ],
      left: {},
    });

  it('names the report, the paper, who gave access and who took it', () => {
    const { tenures } = reviewAccess([base()], persons({ carl: moment(300) }), days);
    expect(
      tenures.map(({ person, why, givenBy, end, endedBy }) => [person, why, givenBy, end, endedBy]),
    ).toEqual([
      ['anna', 'report', null, 'taken', 'carl'],
      ['berit', 'report', null, 'taken', 'anna'],
      ['paper', 'paper', null, null, null],
      ['carl', 'given', 'anna', 'left', null],
    ]);
  });

  it('ends with leaving, although nobody renewed the keys afterwards, and before a later renewal', () => {
    for (const hour of [150, 250]) {
      const { tenures } = reviewAccess([base()], persons({ anna: moment(hour) }), days);
      const own = tenures.find(({ person }) => person === 'anna');
      expect(own?.end).toBe(hour === 150 ? 'left' : 'taken');
    }
  });
});

describe('what contradicts itself', () => {
  const one = (): ReviewedCase =>
    caseOf({
      first: ['anna', 'berit'],
      changes: [{ hour: 100, by: 'anna', members: ['anna', 'carl'] }],
      left: {},
    });
  const codes = (changed: ReviewedCase, left: Record<string, string> = {}): string[] =>
    reviewAccess([changed], persons(left), days).contradictions.map(({ code }) => code);
  const line = (change: object): ReviewedCase['log'][number] => ({
    sequence: 2,
    at: moment(101),
    action: 'opened',
    actor: 'anna',
    details: {},
    ...change,
  });

  it('is nothing where log and epochs agree', () => {
    const made = one();
    expect(codes({ ...made, log: [...made.log, line({}), line({ actor: null })] })).toEqual([]);
  });

  it('is told each by its name', () => {
    const made = one();
    const [change] = made.log;
    if (change === undefined) throw new Error('no line');
    const withLog = (log: ReviewedCase['log']): ReviewedCase => ({ ...made, log });
    expect(codes(withLog([]))).toEqual(['epoch_not_logged']);
    expect(codes(withLog([change, change]))).toEqual(['logged_twice']);
    expect(codes(withLog([{ ...change, actor: 'berit' }]))).toEqual(['other_actor']);
    expect(codes(withLog([change, line({ actor: 'berit' })]))).toEqual(['acted_without_access']);
    expect(codes(withLog([change, line({ actor: 'nobody' })]))).toEqual(['acted_without_access']);
    expect(codes(withLog([{ ...change, at: moment(-90) }]))).toEqual([
      'moments_out_of_order',
      'acted_without_access',
    ]);
    const stray = { ...change, details: { ...change.details, sequence: 9, epoch: 3 } };
    expect(codes(withLog([change, stray]))).toEqual(['logged_without_epoch']);
    expect(codes({ ...made, fault: 'wrong_signature' })).toEqual(['case_fault']);
    expect(codes({ ...made, fault: 'log_broken' })).toEqual(['log_broken']);
    expect(codes(made, { carl: moment(20) })).toEqual(['given_after_leaving']);
  });

  it('holds whoever was given a case after leaving for a reader of it', () => {
    const { tenures } = reviewAccess([one()], persons({ carl: moment(20) }), days);
    expect(tenures.find(({ person }) => person === 'carl')?.until).toBeNull();
  });
});
