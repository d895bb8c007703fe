import { describe, expect, it } from 'vitest';
import {
  checkUnreachable,
  datesOf,
  decisionsOf,
  nextDate,
} from '../../../client/casework/dates.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { overviewOf } from '../../../client/casework/overview.js';
import type { Said } from '../../../client/casework/said.js';
import type { Day, DialogueEntry, InternalEntry } from '../../../crypto/private.js';

const day = '2026-03-02' as Day;
const at = (day: string): string => `${day}T12:00:00.000Z`;
const entry = (input: CaseworkInput, day = '2026-03-02'): InternalEntry =>
  caseworkEntry(input, at(day));
const feedback = (day: string): DialogueEntry => ({
  kind: 'feedback',
  at: at(day),
  text: 'x',
  files: [],
});
const closure: DialogueEntry = {
  kind: 'closure',
  at: at('2026-05-01'),
  outcome: 'minor',
  text: 'x',
  files: [],
};
const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const task = { kind: 'task', id, name: 'Ask', due: '2026-03-20', reader: null } as const;
const asked = { kind: 'confirmation', id, askedOn: '2026-03-02', by: '2026-03-09' } as const;
const further = (state: 'asked' | 'ended'): CaseworkInput => ({
  kind: 'further_feedback',
  askedOn: '2026-03-02',
  months: 3,
  state,
});

describe('the dates of a case', () => {
  it('run from when something was first said until it is done', () => {
    const open = entry({ ...task, state: 'open' });
    const later = entry({ ...task, due: '2026-04-01', state: 'open' }, '2026-03-05');
    const done = entry({ ...task, state: 'done' }, '2026-03-06');
    const of = (internal: InternalEntry[]) => datesOf({ dialogue: [], internal });
    const date = { what: 'task', name: 'Ask', from: '2026-03-02', basis: 'plan' };
    expect(of([open])).toEqual([{ ...date, by: '2026-03-20', doneOn: null }]);
    expect(of([open, later])).toEqual([{ ...date, by: '2026-04-01', doneOn: null }]);
    expect(of([open, done])).toEqual([{ ...date, by: '2026-03-20', doneOn: '2026-03-06' }]);
    expect(of([open, entry({ ...task, state: 'dropped' })])).toEqual([]);
  });

  it('count further feedback from the feedback given last, while the case is open', () => {
    const of = (dialogue: DialogueEntry[], ...internal: InternalEntry[]) =>
      datesOf({ dialogue, internal }).map(({ from, by }) => [from, by]);
    const wanted = entry(further('asked'));
    expect(of([], wanted)).toEqual([]);
    // asked for on 2 March: the period that ended before was nobody's to keep
    expect(of([feedback('2025-11-30')], wanted)).toEqual([['2025-11-30', '2026-05-30']]);
    expect(of([feedback('2025-12-02')], wanted)).toEqual([['2025-12-02', '2026-03-02']]);
    expect(of([feedback('2025-12-01')], wanted)).toEqual([['2025-12-01', '2026-06-01']]);
    const twice = [feedback('2025-11-30'), feedback('2026-03-31')];
    expect(of(twice, wanted)).toEqual([['2026-03-31', '2026-06-30']]);
    expect(of([...twice, closure], wanted)).toEqual([]);
    const again: DialogueEntry = { kind: 'reopening', at: at('2026-06-01'), text: 'x', files: [] };
    expect(of([...twice, closure, again], wanted)).toContainEqual(['2026-05-01', '2026-08-01']);
    expect(of(twice, wanted, entry(further('ended')))).toEqual([]);
  });

  it('have one for what came of a case that was opened again, until feedback or closure tells it', () => {
    const again: DialogueEntry = { kind: 'reopening', at: at('2026-11-30'), text: 'x', files: [] };
    const reply: DialogueEntry = { kind: 'reply', at: at('2026-12-02'), text: 'x', files: [] };
    const of = (...after: DialogueEntry[]) => ({
      dialogue: [feedback('2026-03-31'), closure, again, ...after],
      internal: [],
    });
    const date = { what: 'reopened_feedback', name: '', from: '2026-11-30', by: '2027-02-28' };
    expect(datesOf(of(reply))).toEqual([{ ...date, basis: 'rule', doneOn: null }]);
    expect(datesOf(of(reply, feedback('2027-01-02')))).toMatchObject([{ doneOn: '2027-01-02' }]);
    const closed = { ...closure, at: at('2027-03-02') };
    expect(datesOf(of(closed))).toMatchObject([{ by: '2027-02-28', doneOn: '2027-03-02' }]);
    const twice = datesOf(of(closed, { ...again, at: at('2027-04-01') }));
    expect(twice.map(({ by, doneOn }) => [by, doneOn])).toEqual([
      ['2027-02-28', '2027-03-02'],
      ['2027-07-01', null],
    ]);
    // the first feedback stays the one that acts and figures ask for
    const overview = overviewOf('Title', of(reply), day);
    expect(overview.feedbackOn).toBe('2026-03-31');
    expect(overview.due).toEqual({ what: 'reopened_feedback', by: '2027-02-28', days: 90 });
    expect(datesOf({ dialogue: [feedback('2026-03-31'), closure], internal: [] })).toEqual([]);
  });

  it('keep an addition to be confirmed until that is done', () => {
    const open = entry({ ...asked, state: 'asked' });
    const given = entry({ ...asked, state: 'given' }, '2026-03-05');
    const said = (internal: InternalEntry[]) => ({ dialogue: [], internal });
    expect(datesOf(said([open]))).toMatchObject([{ by: '2026-03-09', doneOn: null }]);
    expect(datesOf(said([open, given]))).toMatchObject([{ doneOn: '2026-03-05' }]);
    expect(datesOf(said([open, entry({ ...asked, state: 'dropped' })]))).toEqual([]);
    const closed = (internal: InternalEntry[]) => datesOf({ dialogue: [closure], internal });
    expect(closed([open])).toEqual([]);
    expect(closed([open, given])).toMatchObject([{ doneOn: '2026-03-05' }]);
    expect(decisionsOf(said([open])).confirmations).toHaveLength(1);
    expect(decisionsOf(said([open, given])).confirmations).toEqual([]);
  });

  it('put the first that is not done into the overview, with what was decided', () => {
    const internal = [
      entry({ ...task, state: 'open' }),
      entry({ ...asked, state: 'asked' }),
      entry({ kind: 'extension', by: '2026-08-01', text: 'Abroad.' }),
      entry({ kind: 'extension', by: '2026-08-31', text: 'Still abroad.' }),
      entry({ kind: 'acknowledgement_waived', reason: 'declined', text: '' }),
    ];
    const said = { dialogue: [], internal };
    expect(nextDate(datesOf(said), day)?.what).toBe('confirmation');
    expect(overviewOf('Title', said, day)).toMatchObject({
      due: { what: 'confirmation', by: '2026-03-09', days: 7 },
      feedbackExtendedTo: '2026-08-31',
      acknowledgementWaived: true,
    });
    expect(decisionsOf(said)).toEqual({
      extension: { by: '2026-08-31', text: 'Still abroad.', on: '2026-03-02', tooLate: false },
      feedbackExtendedTo: '2026-08-31',
      waiver: { reason: 'declined', text: '', on: '2026-03-02' },
      unreachable: null,
      furtherFeedback: null,
      confirmations: [{ id, askedOn: '2026-03-02', by: '2026-03-09' }],
    });
    const given = entry({ ...asked, state: 'given' });
    const after = overviewOf('Title', { ...said, internal: [...internal, given] }, day);
    expect(after.due).toEqual({ what: 'task', by: '2026-03-20', days: 18 });
  });

  it('let nobody put feedback off when its time was over', () => {
    const report = { kind: 'report', at: '2026-03-02' } as DialogueEntry;
    const putOff = (by: string, on: string): InternalEntry =>
      entry({ kind: 'extension', by, text: 'Abroad.' }, on);
    const of = (...internal: InternalEntry[]) => {
      const said = { dialogue: [report], internal };
      const { extension } = decisionsOf(said);
      return [overviewOf('Title', said, day).feedbackExtendedTo, extension?.tooLate];
    };
    expect(of(putOff('2026-08-01', '2026-06-02'))).toEqual(['2026-08-01', false]);
    expect(of(putOff('2026-08-01', '2026-06-03'))).toEqual([null, true]);
    const first = putOff('2026-08-01', '2026-05-02');
    expect(of(first, putOff('2026-09-02', '2026-08-01'))).toEqual(['2026-09-02', false]);
    expect(of(first, putOff('2026-09-02', '2026-08-02'))).toEqual(['2026-08-01', true]);
  });

  it('end for whoever cannot be reached, until it is taken back, or what was not seen then says that they were told or opens the case again', () => {
    const origin = { made: 'handler', key: 'not_kept', proven: true } as Said['origin'];
    const report = { kind: 'report', at: '2026-03-02' } as DialogueEntry;
    const waived = (reason: 'unreachable' | 'reachable', on = '2026-03-10'): InternalEntry =>
      entry({ kind: 'acknowledgement_waived', reason, text: 'No address.' }, on);
    const unreachable = waived('unreachable');
    // the clocks of those who write say nothing of the order
    const at = '2026-03-01T09:00:00.000Z';
    const closed = { kind: 'closure', outcome: 'spam', text: '', at } as const;
    const reopened = { kind: 'reopening', at, text: 'x' } as const;
    const reply = { kind: 'reply', text: 'By phone.', files: [], at } as const;
    const told = { ...reply, told: { way: 'phone', on: '2026-03-03' } } as const;
    // only the first note is sealed
    const seenOf = (seen: readonly object[]) => (index: number) =>
      index === 0 ? 1 + seen.length : Infinity;
    const of = (
      seen: readonly object[],
      later: readonly object[],
      internal = [unreachable],
      by = origin,
    ): Said => {
      const dialogue = [report, ...seen, ...later] as Said['dialogue'];
      return { dialogue, internal, origin: by, conversationSeen: seenOf(seen) } as Said;
    };
    const word = { text: 'No address.', on: '2026-03-10' };
    const tells = (said: Said) => [
      decisionsOf(said).unreachable,
      overviewOf('Title', said, day).unreachable,
    ];
    const holding: [object[], object[]][] = [
      ...([[], [told], [reopened]] as object[][]).map((seen): [object[], object[]] => [seen, []]),
      ...([[reply], [closed]] as object[][]).map((later): [object[], object[]] => [[], later]),
    ];
    for (const [seen, later] of holding) {
      expect(tells(of(seen, later)), JSON.stringify([seen, later])).toEqual([word, true]);
    }
    expect(decisionsOf(of([], [])).waiver).toBeNull();
    for (const later of [told, reopened]) {
      expect(tells(of([], [later])), later.kind).toEqual([null, false]);
      // one that is not sealed yet has seen all of it
      const anew = [unreachable, waived('unreachable', '2026-03-12')];
      expect(tells(of([], [later], anew))).toEqual([{ ...word, on: '2026-03-12' }, true]);
    }
    const back = [unreachable, waived('reachable')];
    expect(tells(of([], [], back))).toEqual([null, false]);
    expect(decisionsOf(of([], [], back)).waiver).toBeNull();
    // who has a key reads what is written
    const kept = { ...origin, key: 'handed_over' } as Said['origin'];
    expect(tells(of([], [], [unreachable], kept))).toEqual([null, false]);
    expect(() => {
      checkUnreachable(of([], [], [], kept), unreachable);
    }).toThrow('told_inside');
    checkUnreachable(of([], []), unreachable);
    expect(datesOf(of([reopened], [], []))).toMatchObject([{ what: 'reopened_feedback' }]);
    expect(datesOf(of([reopened], []))).toEqual([]);
  });

  it.each([
    ['no reason', { kind: 'extension', by: '2026-08-31', text: '' }],
    ['a day that is none', { kind: 'extension', by: '2026-02-30', text: 'x' }],
    ['no months', { ...further('asked'), months: 0 }],
    ['parts of months', { ...further('asked'), months: 1.5 }],
    ['more than a year', { ...further('asked'), months: 13 }],
    ['no ground', { kind: 'acknowledgement_waived', reason: 'late', text: '' }],
  ] as unknown as [string, CaseworkInput][])('refuse %s', (_, input) => {
    expect(() => entry(input)).toThrow('malformed');
  });
});
