import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { disclosuresOf, noticeDates, noticesOf } from '../../../client/casework/disclosures.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { requestDates, requestOutcome, requestsOf } from '../../../client/casework/requests.js';
import { ClientError } from '../../../client/errors.js';
import {
  addDays,
  newId,
  ready,
  Report,
  WorkId,
  type CaseOrigin,
  type Day,
  type InternalEntry,
  type ReaderId,
} from '../../../crypto/private.js';

beforeAll(ready);

const id = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;
const otherId = 'BAAAAAAAAAAAAAAAAAAAAA' as WorkId;
const at = '2026-01-31T12:00:00.000Z';

function entry(input: CaseworkInput): InternalEntry {
  return caseworkEntry(input, at);
}

const request = {
  kind: 'request',
  id,
  right: 'erasure',
  by: 'named',
  name: 'Kim Berg',
  identified: 'Passport',
  receivedOn: '2026-01-31',
  text: '',
  state: 'made',
} as const;
const extended = {
  kind: 'request_extended',
  request: id,
  on: '2026-02-20',
  text: 'Many.',
} as const;
const answered = {
  kind: 'request_answered',
  request: id,
  answer: 'granted',
  on: '2026-03-09',
  text: '',
  toldOfRemedies: false,
} as const;
const disclosure = {
  kind: 'disclosure',
  id,
  recipient: 'Police',
  ground: 'Criminal investigation',
  scope: 'The report',
  on: '2026-02-01',
  state: 'made',
} as const;

describe('requests about data', () => {
  it('are due a month after receipt, and two months later where that was told with reasons', () => {
    const due = (...said: CaseworkInput[]) =>
      requestsOf({ dialogue: [], internal: said.map(entry) }).map((each) => each.due);
    expect(due(request)).toEqual(['2026-02-28']);
    expect(due({ ...request, receivedOn: '2028-01-31' })).toEqual(['2028-02-29']);
    expect(due(request, extended)).toEqual(['2026-04-30']);
    expect(due(request, extended, { ...request, receivedOn: '2026-02-15' })).toEqual([
      '2026-05-15',
    ]);
  });

  it('get no more time by what was told after the first month', () => {
    const told = (on: string, ...more: CaseworkInput[]) =>
      requestsOf({
        dialogue: [],
        internal: [request, { ...extended, on }, ...more].map(entry),
      }).map((each) => [each.due, each.extension?.tooLate]);
    // 28 February 2026 is a Saturday
    expect(told('2026-02-28')).toEqual([['2026-04-30', false]]);
    expect(told('2026-03-02')).toEqual([['2026-04-30', false]]);
    expect(told('2026-03-03')).toEqual([['2026-02-28', true]]);
    const later = { ...request, receivedOn: '2026-02-03' };
    expect(told('2026-03-03', later)).toEqual([['2026-05-03', false]]);
    // the newest word counts, also about the day
    expect(told('2026-03-03', extended)).toEqual([['2026-04-30', false]]);
  });

  it('of a reporter whom nobody knows say where a handler made the key that identifies them', () => {
    const asked = entry({ ...request, by: 'anonymous_reporter', name: '', identified: '' });
    const recording = { by: id as string as ReaderId, receivedOn: '2026-01-31' as Day } as const;
    const made = { made: 'handler', ...recording, key: 'handed_over', way: 'phone' } as const;
    const keyMade = (origin?: CaseOrigin) =>
      requestsOf({ dialogue: [], internal: [asked], ...(origin && { origin }) }).map(
        (each) => each.keyMade,
      );
    for (const proven of [true, false]) expect(keyMade({ ...made, proven })).toEqual([true]);
    expect(keyMade({ made: 'reporter' })).toEqual([false]);
    expect(keyMade()).toEqual([false]);
  });

  it('are refused, and answered with nothing, only with what the law wants with it', () => {
    const code = (change: object): string | null => {
      try {
        entry({ ...answered, ...change });
        return null;
      } catch (error) {
        return error instanceof ClientError ? error.code : 'other';
      }
    };
    const [told, reasons] = [{ toldOfRemedies: true }, { text: 'Not theirs.' }];
    const refused = 'refused_without_reasons';
    expect(code({})).toBeNull();
    for (const answer of ['refused', 'partly']) {
      expect(code({ answer })).toBe(refused);
      expect(code({ answer, ...told, text: ' ' })).toBe(refused);
      expect(code({ answer, ...reasons })).toBe(refused);
      expect(code({ answer, ...told, ...reasons })).toBeNull();
    }
    expect(code({ answer: 'nothing_given' })).toBe(refused);
    expect(code({ answer: 'nothing_given', ...told })).toBeNull();
  });

  it('let a case that is one end as they were answered, once none waits', () => {
    const ending = (...said: CaseworkInput[]) =>
      requestOutcome(requestsOf({ dialogue: [], internal: said.map(entry) }));
    const other = { ...request, id: otherId, right: 'access' } as const;
    const nothing = { ...answered, answer: 'nothing_given', toldOfRemedies: true } as const;
    const withdrawn = { ...request, state: 'withdrawn' } as const;
    expect(ending()).toBeNull();
    expect(ending(request)).toBeNull();
    expect(ending(request, other, answered)).toBeNull();
    expect(ending(request, answered)).toBe('request_granted');
    expect(ending(request, nothing)).toBe('request_nothing_given');
    expect(ending(request, other, answered, { ...nothing, request: otherId })).toBe(
      'request_partly',
    );
    // an answer that was put right
    expect(ending(request, answered, nothing)).toBe('request_nothing_given');
    expect(ending(withdrawn)).toBe('request_withdrawn');
    expect(ending(withdrawn, { ...other, state: 'moved' })).toBe('request_moved');
    expect(ending(request, nothing, { ...other, state: 'withdrawn' })).toBe(
      'request_nothing_given',
    );
  });

  it('begin with the first entry where a handler signed that the case is one, and nowhere else', () => {
    const first = { id, right: 'access', name: 'Kim Berg', identified: '' } as const;
    const report = v.parse(Report, {
      ...{ kind: 'report', at: '2026-02-01', practice: false, channel: id, language: 'en' },
      ...{ directory: { version: 1, hash: 'A'.repeat(43) }, leftOut: [], files: [], answers: {} },
      ...{ category: 'unknown', relation: 'not_said', text: 'What do you hold?', request: first },
    });
    const recording = { by: id as string as ReaderId, receivedOn: '2026-01-31' as Day } as const;
    const made = { made: 'handler', ...recording, key: 'not_kept', way: 'data_request' } as const;
    const of = (origin: CaseOrigin, ...said: CaseworkInput[]) =>
      requestsOf({ dialogue: [report], internal: said.map(entry), origin });
    const asked = { ...first, by: 'named', text: 'What do you hold?', receivedOn: '2026-01-31' };
    expect(of({ ...made, proven: true })).toMatchObject([{ ...asked, due: '2026-02-28' }]);
    const corrected = of({ ...made, proven: true }, { ...request, name: 'Kim Bergh' });
    expect(corrected).toMatchObject([{ name: 'Kim Bergh', right: 'erasure' }]);
    expect(of({ ...made, proven: false })).toEqual([]);
    expect(of({ ...made, way: 'letter', proven: true })).toEqual([]);
    expect(of({ made: 'reporter' })).toEqual([]);
  });

  it('end with the answer, or when they are taken back', () => {
    const dates = (...said: CaseworkInput[]) =>
      requestDates({ dialogue: [], internal: said.map(entry) });
    expect(dates(request)).toMatchObject([
      { what: 'request', by: '2026-02-28', from: '2026-01-31', basis: 'law', doneOn: null },
    ]);
    expect(dates(request, answered)).toMatchObject([{ doneOn: '2026-03-09' }]);
    const again = { ...answered, on: '2026-03-12' } as const;
    expect(dates(request, answered, again)).toMatchObject([{ doneOn: '2026-03-12' }]);
    expect(dates(request, { ...request, state: 'withdrawn' })).toEqual([]);
  });

  it('come to the same whatever order corrections, extension and answer were said in', () => {
    const said = [{ ...request, identified: 'Known in person' }, extended, answered];
    fc.assert(
      fc.property(fc.shuffledSubarray(said, { minLength: 3 }), (shuffled) => {
        expect(requestsOf({ dialogue: [], internal: [request, ...shuffled].map(entry) })).toEqual(
          requestsOf({ dialogue: [], internal: [request, ...said].map(entry) }),
        );
      }),
    );
  });

  it.each([
    ['a name for a reporter whom nobody knows', { ...request, by: 'anonymous_reporter' }],
    ['nobody’s name for somebody named', { ...request, name: '' }],
    ['an extension without reasons', { ...extended, text: '' }],
    ['a refusal without reasons', { ...answered, answer: 'refused', toldOfRemedies: true }],
    ['a refusal that told of no complaint', { ...answered, answer: 'refused', text: 'x' }],
    ['half an answer that told of no complaint', { ...answered, answer: 'partly', text: 'x' }],
  ] as [string, CaseworkInput][])('are not said by %s', (_name, input) => {
    expect(() => entry(input)).toThrow(ClientError);
  });
});

describe('disclosures', () => {
  it('stand by their day until they are taken out as noted by mistake', () => {
    const later = { ...disclosure, id: newId(WorkId), on: '2026-03-01' } as const;
    const internal = [later, disclosure].map(entry);
    expect(disclosuresOf({ internal }).map(({ on }) => on)).toEqual(['2026-02-01', '2026-03-01']);
    internal.push(entry({ ...disclosure, state: 'withdrawn' }));
    expect(disclosuresOf({ internal }).map(({ on }) => on)).toEqual(['2026-03-01']);
  });

  it('name who is to be told of what was rectified, erased or restricted, until they are', () => {
    const internal = [disclosure, request, answered].map(entry);
    expect(noticesOf({ dialogue: [], internal })).toMatchObject([
      { disclosure: { recipient: 'Police' }, change: { id, what: 'erasure' }, done: null },
    ]);
    const said = { dialogue: [], internal };
    expect(noticeDates(said)).toMatchObject([{ by: '2026-04-09', basis: 'plan', doneOn: null }]);
    const told = { kind: 'recipient_told', disclosure: id, change: id, on: '2026-03-10' } as const;
    internal.push(entry({ ...told, state: 'told', text: '' }));
    expect(noticesOf({ dialogue: [], internal })).toMatchObject([
      { done: { state: 'told', on: '2026-03-10' } },
    ]);
    expect(() => entry({ ...told, state: 'not_possible', text: '' })).toThrow(ClientError);
  });

  it('name nobody where a request changed nothing here: nothing given, or moved', () => {
    const nothing = { ...answered, answer: 'nothing_given', toldOfRemedies: true } as const;
    const moved = { ...request, state: 'moved' } as const;
    for (const said of [[request, nothing], [moved], [moved, answered]]) {
      expect(noticesOf({ dialogue: [], internal: [disclosure, ...said].map(entry) })).toEqual([]);
    }
  });

  it('concern a change where they were before it and it was one', () => {
    const days = fc.integer({ min: -20, max: 20 });
    const right = fc.constantFrom(
      'access' as const,
      'rectification' as const,
      'erasure' as const,
      'restriction' as const,
      'objection' as const,
    );
    const answer = fc.constantFrom('granted' as const, 'partly' as const, 'refused' as const, null);
    fc.assert(
      fc.property(days, right, answer, (apart, asked, given) => {
        const on = addDays('2026-03-09' as Day, apart);
        const result =
          given === null ? [] : [{ ...answered, answer: given, text: 'x', toldOfRemedies: true }];
        const internal = [{ ...disclosure, on }, { ...request, right: asked }, ...result].map(
          entry,
        );
        const changes = !['access', 'objection'].includes(asked);
        const isDue = apart <= 0 && changes && given !== null && given !== 'refused';
        expect(noticesOf({ dialogue: [], internal })).toHaveLength(isDue ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });
});
