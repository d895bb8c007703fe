import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datesOf } from '../../../client/casework/dates.js';
import { caseworkEntry } from '../../../client/casework/input.js';
import { overviewOf } from '../../../client/casework/overview.js';
import { handledMeetingsOf } from '../../../client/casework/spoken.js';
import { handlerSaying, type HandlerWord } from '../../../client/casework/words.js';
import { reporterSaying, type ReporterWord } from '../../../client/spoken/input.js';
import { meetingsOf } from '../../../client/spoken/meetings.js';
import { transcriptsOf } from '../../../client/spoken/transcripts.js';
import type {
  CaseOrigin,
  Day,
  DialogueEntry,
  InternalEntry,
  ReaderId,
  RecordHash,
} from '../../../crypto/private.js';

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const other = 'AAAAAAAAAAAAAAAAAAAAAQ';
const moment = (day: string): string => `${day}T12:00:00.000Z`;
const hashOf = (index: number): RecordHash => `${String(index).padStart(42, 'A')}A` as RecordHash;
const hashes = Array.from({ length: 40 }, (_, index) => hashOf(index));

const none = { dialogue: [], internal: [] };
const words: HandlerWord = {
  kind: 'transcript',
  id,
  form: 'unrecorded_call',
  heldOn: '2026-03-01',
  by: '2026-03-16',
  text: 'You said so.',
};
function transcript(version: number, change: object = {}, day = '2026-03-02'): DialogueEntry {
  const entry = handlerSaying(words, id, moment(day), none);
  return { ...entry, version, ...change } as DialogueEntry;
}
function answer(kind: 'agreement' | 'rectification', index: number, version = 1): DialogueEntry {
  const about = { transcript: id, version, hash: hashOf(index) };
  const word: ReporterWord =
    kind === 'agreement' ? { kind, ...about } : { kind, ...about, text: 'Five, not four.' };
  return reporterSaying(word, '2026-03-05' as Day);
}
const recorded: CaseOrigin = {
  made: 'handler',
  proven: true,
  by: id as ReaderId,
  way: 'phone',
  receivedOn: '2026-02-20' as Day,
  key: 'handed_over',
};

describe('a transcript', () => {
  const state = (dialogue: DialogueEntry[], origin?: CaseOrigin) =>
    transcriptsOf({ dialogue, hashes, ...(origin ? { origin } : {}) }).map((each) => each.state);

  it('waits, is corrected, and is agreed to in its next version', () => {
    const all = [
      transcript(1),
      answer('rectification', 0),
      transcript(2, { text: 'Five.' }),
      answer('agreement', 2, 2),
    ];
    const states = all.map((_, index) => state(all.slice(0, index + 1)));
    expect(states).toEqual([['waiting'], ['rectified'], ['waiting'], ['agreed']]);
    const [found] = transcriptsOf({ dialogue: all, hashes });
    expect(found?.versions.map(({ answer }) => answer?.kind)).toEqual(['rectified', 'agreed']);
    expect(found?.newest.text).toBe('Five.');
  });

  it('is not agreed to by a word about another version, entry or transcript', () => {
    const first = [transcript(1), transcript(2)];
    for (const wrong of [
      answer('agreement', 0, 1),
      answer('agreement', 0, 2),
      answer('agreement', 1, 1),
      answer('agreement', 30, 2),
      answer('agreement', 1, 99),
      { ...answer('agreement', 1, 2), transcript: other } as DialogueEntry,
    ]) {
      expect(state([...first, wrong])).toEqual(['waiting']);
    }
    expect(state([answer('agreement', 1), transcript(1)])).toEqual(['waiting']);
  });

  it('is called agreed through a handler’s key where a handler made the case', () => {
    const all = [transcript(1), answer('agreement', 0)];
    expect(state(all, { made: 'reporter' })).toEqual(['agreed']);
    expect(state(all, recorded)).toEqual(['agreed_handler_key']);
    expect(state(all, { ...recorded, proven: false })).toEqual(['agreed_handler_key']);
  });

  it('counts its versions one after the other, whatever somebody calls them', () => {
    const odd = [transcript(7), transcript(1), transcript(1), transcript(99), transcript(2)];
    const [found] = transcriptsOf({ dialogue: odd, hashes });
    expect(found?.versions.map(({ hash }) => hash)).toEqual([hashOf(1), hashOf(4)]);
    const said = { dialogue: odd, hashes, internal: [] };
    expect(handlerSaying(words, id, moment('2026-03-03'), said)).toMatchObject({ version: 3 });
  });

  it.each([
    { kind: 'erased' } as const,
    { kind: 'unreadable', fault: 'missing_entry', effect: null } as const,
  ])('goes on with its next version where one before it is $kind', (gone) => {
    const dialogue = [gone, transcript(2), answer('agreement', 1, 2), transcript(9)];
    const [found] = transcriptsOf({ dialogue, hashes });
    expect(found).toMatchObject({ state: 'agreed', newest: { version: 2 } });
    const said = { dialogue, hashes, internal: [] };
    expect(handlerSaying(words, id, moment('2026-03-03'), said)).toMatchObject({ version: 3 });
  });

  it('is to be checked by the day that the organisation promised', () => {
    const of = (...dialogue: DialogueEntry[]) => datesOf({ dialogue, hashes, internal: [] });
    const date = { what: 'transcript', name: '', by: '2026-03-16', from: '2026-03-02' };
    expect(of(transcript(1))).toEqual([{ ...date, basis: 'promise', doneOn: null }]);
    expect(of(transcript(1), answer('agreement', 0))[0]?.doneOn).toBe('2026-03-05');
    expect(of(transcript(1), answer('rectification', 0), transcript(2))[0]?.doneOn).toBeNull();
  });
});

const option = {
  form: 'in_person',
  day: '2026-03-20',
  time: '14:30',
  zone: 'Europe/Stockholm',
  place: 'Library',
} as const;
const report = (word: ReporterWord, day = '2026-03-02'): DialogueEntry =>
  reporterSaying(word, day as Day);
const ask = report({ kind: 'meeting_request', id, form: 'phone', text: 'After work' });
const proposal = handlerSaying(
  { kind: 'meeting_proposal', id, options: [option, { ...option, time: '16:00' }], text: '' },
  id,
  moment('2026-03-04'),
  none,
);
const reply = (
  how: 'accepted' | 'other_times' | 'declined',
  index: number,
  chosen: number | null = null,
) =>
  report(
    { kind: 'meeting_answer', id, proposal: hashOf(index), answer: how, chosen, text: '' },
    '2026-03-05',
  );
const off = handlerSaying(
  { kind: 'meeting_cancellation', id, text: '' },
  id,
  moment('2026-03-06'),
  none,
);
const withdrawal = report({ kind: 'meeting_withdrawal', id, text: '' });
const held: InternalEntry = {
  kind: 'meeting_held',
  at: moment('2026-03-21'),
  id: id as never,
  on: '2026-03-20' as Day,
  state: 'held',
};

describe('a meeting', () => {
  const state = (...dialogue: DialogueEntry[]) =>
    meetingsOf({ dialogue, hashes }).map((each) => each.state);

  it('is asked for, proposed, agreed on and called off', () => {
    expect(state(ask)).toEqual(['asked']);
    expect(state(ask, proposal)).toEqual(['proposed']);
    expect(state(ask, proposal, reply('other_times', 1))).toEqual(['other_times']);
    expect(state(ask, proposal, reply('declined', 1))).toEqual(['declined']);
    expect(state(ask, proposal, reply('accepted', 1, 1))).toEqual(['agreed']);
    expect(state(ask, proposal, reply('accepted', 1, 1), off)).toEqual(['cancelled']);
    expect(state(ask, withdrawal)).toEqual(['withdrawn']);
    const [agreed] = meetingsOf({ dialogue: [ask, proposal, reply('accepted', 1, 1)], hashes });
    expect(agreed?.agreed?.time).toBe('16:00');
  });

  it('is not agreed on by an answer to another proposal, or to a time that is not in it', () => {
    const second = [ask, proposal, proposal];
    expect(state(...second, reply('accepted', 1, 0))).toEqual(['proposed']);
    expect(state(...second, reply('accepted', 2, 9))).toEqual(['proposed']);
    expect(state(...second, reply('accepted', 2))).toEqual(['proposed']);
    expect(state(ask, proposal, off, reply('accepted', 1, 0))).toEqual(['cancelled']);
    expect(state(reply('accepted', 1, 0), off, withdrawal)).toEqual([]);
  });

  it('can be offered by a handler, and then has a date only once a time is agreed on', () => {
    const of = (...dialogue: DialogueEntry[]) => datesOf({ dialogue, hashes, internal: [] });
    expect(of(proposal)).toEqual([]);
    expect(of(proposal, reply('accepted', 0, 0))).toMatchObject([
      { what: 'meeting_agreed', by: '2026-03-20', basis: 'plan', doneOn: null },
    ]);
  });

  it('is due in two weeks after it was asked for, until it took place or nobody wants it', () => {
    const of = (dialogue: DialogueEntry[], internal: InternalEntry[] = []) =>
      datesOf({ dialogue, hashes, internal }).map(({ by, basis, doneOn }) => [by, basis, doneOn]);
    expect(of([ask])).toEqual([['2026-03-16', 'country', null]]);
    expect(of([ask, proposal])).toEqual([['2026-03-16', 'country', null]]);
    const agreed = [ask, proposal, reply('accepted', 1, 0)];
    expect(of(agreed)).toEqual([['2026-03-20', 'plan', null]]);
    expect(of(agreed, [held])).toEqual([['2026-03-20', 'plan', '2026-03-20']]);
    expect(of([ask, withdrawal])).toEqual([]);
    expect(of([ask, off])).toEqual([]);
  });

  it('that did not take place is due no more, until another time is agreed on', () => {
    const of = (dialogue: DialogueEntry[], internal: InternalEntry[], seen = dialogue.length) => {
      const said = { dialogue, hashes, internal, conversationSeen: () => seen };
      const [meeting] = handledMeetingsOf(said);
      return [meeting?.notHeldOn, meeting?.heldOn, ...datesOf(said).map(({ by }) => by)];
    };
    const agreed = [ask, proposal, reply('accepted', 1, 0)];
    const notHeld = { ...held, state: 'not_held' } as const;
    expect(of(agreed, [held])).toEqual([null, '2026-03-20', '2026-03-20']);
    expect(of(agreed, [held, notHeld])).toEqual(['2026-03-20', null]);
    expect(of([ask, proposal], [notHeld])).toEqual(['2026-03-20', null]);
    // noted on the day before the one agreed on, it says nothing of that
    const before = { ...notHeld, at: moment('2026-03-19') };
    expect(of(agreed, [before])).toEqual([null, null, '2026-03-20']);
    // nor does what is noted on that day of an earlier one
    const earlier = { ...notHeld, at: moment('2026-03-20'), on: '2026-03-13' as Day };
    expect(of(agreed, [earlier])).toEqual([null, null, '2026-03-20']);
    // another time that was proposed before the note, or after it, whatever the clocks of both said
    expect(of([...agreed, proposal], [notHeld])).toEqual(['2026-03-20', null]);
    expect(of([...agreed, proposal], [notHeld], agreed.length)).toEqual([null, null, '2026-03-16']);
    // nor does an answer that came late to an older proposal, and one to this one does
    const anew = [ask, proposal, proposal];
    expect(of([...anew, reply('accepted', 1, 0)], [notHeld], 3)).toEqual(['2026-03-20', null]);
    expect(of([...anew, reply('declined', 2)], [notHeld], 3)).toEqual([null, null]);
  });

  it('and a transcript are awaited no more in a closed case', () => {
    const closure: DialogueEntry = {
      ...{ kind: 'closure', at: moment('2026-03-10'), outcome: 'minor', text: 'x', files: [] },
    } as const;
    const of = (...dialogue: DialogueEntry[]) =>
      datesOf({ dialogue, hashes, internal: [] }).map(({ what }) => what);
    expect(of(transcript(1), ask)).toEqual(['transcript', 'meeting']);
    expect(of(transcript(1), ask, closure)).toEqual([]);
    expect(of(transcript(1), answer('agreement', 0), ask, closure)).toEqual(['transcript']);
  });

  it('or a transcript hides no other date of the case once somebody else let it pass', () => {
    const task = { kind: 'task', id, name: 'Ask', due: '2026-06-01', reader: null } as const;
    const later = caseworkEntry({ ...task, state: 'open' }, moment('2026-03-02'));
    const of = (today: string, dialogue: DialogueEntry[], internal: InternalEntry[] = []) =>
      overviewOf('x', { dialogue, hashes, internal }, today as Day).due?.what ?? null;
    const both = [transcript(1), ask];
    // both are for the sixteenth
    expect(of('2026-03-16', both, [later])).toBe('transcript');
    expect(of('2026-03-17', [transcript(1)], [later])).toBe('task');
    expect(of('2026-03-17', [transcript(1)])).toBeNull();
    expect(of('2026-03-16', [ask, proposal], [later])).toBe('meeting');
    expect(of('2026-03-17', [ask, proposal], [later])).toBe('task');
    expect(of('2026-03-17', [ask, proposal])).toBe('meeting');
    const agreed = [ask, proposal, reply('accepted', 1, 0)];
    expect(of('2026-03-20', agreed, [later])).toBe('meeting_agreed');
    expect(of('2026-03-21', agreed, [later])).toBe('task');
  });

  it('that nobody answers presses on, however late', () => {
    const task = { kind: 'task', id, name: 'Ask', due: '2026-06-01', reader: null } as const;
    const later = caseworkEntry({ ...task, state: 'open' }, moment('2026-03-02'));
    const of = (...dialogue: DialogueEntry[]) =>
      overviewOf('x', { dialogue, hashes, internal: [later] }, '2026-05-01' as Day).due;
    const waits = { what: 'meeting', by: '2026-03-16' };
    expect(of(ask)).toMatchObject(waits);
    // none of the times suits: the next word is the handlers'
    expect(of(ask, proposal, reply('other_times', 1))).toMatchObject(waits);
    expect(of(ask, proposal)).toMatchObject({ what: 'task' });
  });

  it('stands in the order of the act that names fewer days than the plan', () => {
    const task = { kind: 'task', id, name: 'Ask', due: '2026-03-12', reader: null } as const;
    const before = caseworkEntry({ ...task, state: 'open' }, moment('2026-03-02'));
    const of = (country?: string) => {
      const said = { dialogue: [ask], hashes, internal: [before] };
      const known = country === undefined ? said : { ...said, country };
      return overviewOf('x', known, '2026-03-02' as Day).due;
    };
    expect(of('ES')).toEqual({ what: 'meeting', by: '2026-03-09', days: 7 });
    for (const country of ['SE', undefined]) expect(of(country)).toMatchObject({ what: 'task' });
  });
});

describe('whatever somebody writes', () => {
  const days = fc.constantFrom('0000-01-01', '9999-12-31', '2026-03-02');
  const said = days.chain((day) =>
    fc.constantFrom<DialogueEntry>(
      transcript(1, { by: day, heldOn: day }),
      transcript(2, { by: day }),
      { ...ask, at: day } as DialogueEntry,
      { ...proposal, at: '9999-12-31T23:59:59.999Z' } as DialogueEntry,
      { ...proposal, options: [{ ...option, day }] } as DialogueEntry,
      reply('accepted', 1, 0),
      reply('accepted', 3, 9),
      answer('agreement', 2),
      answer('rectification', 0),
      { ...ask, id: other } as DialogueEntry,
      off,
      withdrawal,
    ),
  );

  it('stops neither dates nor overview', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), fc.boolean(), (dialogue, isHeld) => {
        const all = { dialogue, hashes, internal: isHeld ? [held] : [], origin: recorded };
        for (const { by, from } of datesOf(all)) expect(from <= by).toBe(true);
        expect(handledMeetingsOf(all).length).toBeLessThanOrEqual(2);
        expect(overviewOf('x', all, '2026-03-02' as Day).receivedOn).toBe('2026-02-20');
      }),
    );
  });
});
