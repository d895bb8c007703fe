import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { personDates, personsOf } from '../../../client/casework/persons.js';
import { ClientError } from '../../../client/errors.js';
import {
  type CaseOrigin,
  type Day,
  type InternalEntry,
  newId,
  type OpenedContent,
  type ReaderId,
  ready,
  WorkId,
} from '../../../crypto/private.js';

beforeAll(ready);

const kim = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;

function entry(input: CaseworkInput, at = '2026-01-31T12:00:00.000Z'): InternalEntry {
  return caseworkEntry(input, at);
}

const person = {
  kind: 'person',
  id: kim,
  name: 'Kim Berg',
  part: 'concerned',
  text: '',
  state: 'present',
} as const;
const told = { kind: 'person_informed', person: kim, day: '2026-02-10', text: '' } as const;
const reason = 'Evidence could be lost.';

const datesOf = (
  internal: readonly InternalEntry[],
  change: Partial<Parameters<typeof personDates>[0]> = {},
): ReturnType<typeof personDates> => personDates({ dialogue: [], internal, ...change });

describe('persons in a case', () => {
  it('are to be told a month after they were noted without a report of that time, by law, whatever is changed later', () => {
    const later = entry({ ...person, name: 'Kim B.', part: 'witness' }, '2026-02-20T12:00:00.000Z');
    expect(personsOf({ dialogue: [], internal: [entry(person), later] })).toMatchObject([
      { name: 'Kim B.', part: 'witness', notedOn: '2026-01-31', tellBy: '2026-02-28' },
    ]);
    expect(datesOf([entry(person)])).toEqual([
      {
        what: 'person_told',
        name: 'Kim Berg',
        by: '2026-02-28',
        from: '2026-01-31',
        basis: 'law',
        doneOn: null,
      },
    ]);
  });

  it('that the report may name are to be told a month after it, not after the note', () => {
    const of = (day: string, origin?: CaseOrigin) => {
      const report = { kind: 'report', at: day } as OpenedContent;
      const change = { dialogue: [report], ...(origin ? { origin } : {}) };
      return datesOf([entry(person)], change).map(({ from, by }) => [from, by]);
    };
    expect(of('2026-01-10')).toEqual([['2026-01-10', '2026-02-10']]);
    expect(of('2025-12-31')).toEqual([['2025-12-31', '2026-01-31']]);
    expect(of('2025-12-30')).toEqual([['2026-01-31', '2026-02-28']]);
    // a report that says to be of a later day gives no more time
    expect(of('2026-02-01')).toEqual([['2026-01-31', '2026-02-28']]);
    const recording = { by: kim as string as ReaderId, way: 'phone', key: 'handed_over' } as const;
    const recorded = (proven: boolean): CaseOrigin => ({
      ...{ made: 'handler', proven, ...recording },
      receivedOn: '2026-01-02' as Day,
    });
    expect(of('2026-01-10', recorded(true))).toEqual([['2026-01-02', '2026-02-02']]);
    expect(of('2026-01-10', recorded(false))).toEqual([['2026-01-10', '2026-02-10']]);
  });

  it('that are not told yet have a day of review, and being told ends it', () => {
    const deferred = entry({ ...told, state: 'deferred', day: '2026-06-01', text: reason });
    expect(datesOf([entry(person), deferred])).toMatchObject([
      { what: 'deferral_review', by: '2026-06-01', doneOn: null },
    ]);
    const after = [entry(person), deferred, entry({ ...told, state: 'told' })];
    expect(datesOf(after)).toMatchObject([{ what: 'person_told', doneOn: '2026-02-10' }]);
  });

  it('keep what they said by day, each extract with the day of its text, and the outcome', () => {
    const heard = (on: string, form: 'hearing' | 'statement') =>
      entry({ kind: 'person_heard', id: null, person: kim, form, on, text: on });
    const id = newId(WorkId);
    const extract = { kind: 'person_extract', id, person: kim, text: 'x', givenOn: null } as const;
    const outcome = { kind: 'person_outcome', person: kim, on: '2026-05-01', text: '' } as const;
    const [found] = personsOf({
      dialogue: [],
      internal: [
        entry(person),
        heard('2026-03-09', 'statement'),
        heard('2026-03-02', 'hearing'),
        entry(extract),
        entry({ ...extract, givenOn: '2026-04-01' }, '2026-04-01T12:00:00.000Z'),
        entry(outcome),
      ],
    });
    expect(found?.heard.map(({ on, form }) => [on, form])).toEqual([
      ['2026-03-02', 'hearing'],
      ['2026-03-09', 'statement'],
    ]);
    expect(found?.extracts).toEqual([
      { id, text: 'x', writtenOn: '2026-01-31', givenOn: '2026-04-01' },
    ]);
    expect(found?.outcome).toEqual({ on: '2026-05-01', text: '' });
  });

  it('noted by mistake are gone with their dates, and come back with what was known', () => {
    const internal = [entry(person), entry({ ...told, state: 'told' })];
    const removed = [...internal, entry({ ...person, state: 'removed' })];
    expect(personsOf({ dialogue: [], internal: removed })).toEqual([]);
    expect(datesOf(removed)).toEqual([]);
    expect(personsOf({ dialogue: [], internal: [...removed, entry(person)] })).toEqual(
      personsOf({ dialogue: [], internal }),
    );
  });

  it('stand in the order in which they were noted, whatever of others stands between', () => {
    const ids = Array.from({ length: 4 }, () => newId(WorkId));
    const step = fc.record({
      of: fc.integer({ min: 0, max: 3 }),
      what: fc.constantFrom('person', 'informed', 'outcome', 'heard'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const all = steps.map(({ of, what }, index): [number, InternalEntry] => {
          const id = ids[of] ?? kim;
          const text = index.toString();
          const on = '2026-03-02';
          const inputs: Record<string, CaseworkInput> = {
            person: { ...person, id, text },
            informed: { ...told, person: id, state: 'told', text },
            outcome: { kind: 'person_outcome', person: id, on, text },
            heard: { kind: 'person_heard', id: null, person: id, form: 'hearing', on, text },
          };
          return [of, entry(inputs[what] ?? person)];
        });
        const together = personsOf({ dialogue: [], internal: all.map(([, each]) => each) });
        const noted = steps.filter(({ what }) => what === 'person').map(({ of }) => ids[of]);
        expect(together.map(({ id }) => id)).toEqual([...new Set(noted)]);
        for (const found of together) {
          const own = all.filter(([of]) => ids[of] === found.id).map(([, each]) => each);
          expect(personsOf({ dialogue: [], internal: own })).toEqual([found]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a deferral without a reason', { ...told, state: 'deferred' }],
    ['an exception without a reason', { ...told, state: 'not_owed' }],
    ['a person without a name', { ...person, name: '' }],
    ['a part that is none', { ...person, part: 'culprit' }],
    [
      'an empty extract',
      { kind: 'person_extract', id: null, person: kim, text: '', givenOn: null },
    ],
  ] as [string, CaseworkInput][])('are not said by %s', (_name, input) => {
    expect(() => entry(input)).toThrow(ClientError);
  });
});
