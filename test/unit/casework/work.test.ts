import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { overviewOf } from '../../../client/casework/overview.js';
import { wasInvestigated, workOf } from '../../../client/casework/work.js';
import { ClientError } from '../../../client/errors.js';
import type { CaseId, Day } from '../../../crypto/private.js';
import {
  type DialogueEntry,
  type InternalEntry,
  newId,
  ReaderId,
  ready,
  STATUSES,
  WorkId,
} from '../../../crypto/private.js';

beforeAll(ready);

const at = '2026-03-02T10:00:00.000Z';
const anna = 'AAAAAAAAAAAAAAAAAAAAAA' as ReaderId;
const other = 'A'.repeat(43) as CaseId;

function entry(input: CaseworkInput, moment = at): InternalEntry {
  return caseworkEntry(input, moment);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ClientError) return error.code;
    throw error;
  }
  return 'none';
}

const task = {
  kind: 'task',
  id: null,
  name: 'Ask finance',
  due: '2026-03-09',
  reader: null,
} as const;

describe('what handlers say of the work', () => {
  it('stands as the newest entry has it', () => {
    const internal = [
      entry({ kind: 'progress', progress: 'assessment', detail: '', text: '' }),
      entry({ kind: 'labels', labels: ['north'] }),
      entry({ kind: 'responsible', readers: [anna], text: '' }),
      entry({ kind: 'progress', progress: 'investigation', detail: 'Hearing people', text: '' }),
      entry({ kind: 'labels', labels: ['north', 'pumps'] }),
    ];
    expect(workOf({ internal })).toEqual({
      progress: 'investigation',
      detail: 'Hearing people',
      labels: ['north', 'pumps'],
      responsible: [anna],
      tasks: [],
      links: [],
    });
  });

  it('makes nobody responsible who went since, whatever is said of others', () => {
    const bo = 'B'.repeat(21) + 'A';
    const both = entry({ kind: 'responsible', readers: [anna, bo], text: '' });
    const alone = entry({ kind: 'responsible', readers: [bo], text: '' });
    const of = (...since: ReadonlySet<string>[]) => {
      const readersSince = since as ReadonlySet<ReaderId>[];
      return [both, alone].map(
        (said) => workOf({ internal: [said], readersSince }).responsible as string[],
      );
    };
    expect(of(new Set([anna, bo]))).toEqual([[anna, bo], [bo]]);
    expect(of(new Set([anna]))).toEqual([[anna], []]);
    // not sealed yet, it names whom it names
    expect(of()).toEqual([[anna, bo], [bo]]);
  });

  it('was an investigation where any entry says so, whatever came after', () => {
    const stage = (progress: 'assessment' | 'investigation' | 'waiting'): InternalEntry =>
      entry({ kind: 'progress', progress, detail: '', text: '' });
    const unreadable = { kind: 'unreadable', fault: 'does_not_open', effect: null } as const;
    const erased = { kind: 'erased' } as const;
    expect(wasInvestigated({ internal: [] })).toBe(false);
    expect(wasInvestigated({ internal: [stage('assessment'), stage('waiting')] })).toBe(false);
    expect(wasInvestigated({ internal: [stage('investigation'), stage('waiting')] })).toBe(true);
    for (const lost of [unreadable, erased]) {
      expect(wasInvestigated({ internal: [stage('assessment'), lost] })).toBeNull();
      expect(wasInvestigated({ internal: [lost, stage('investigation')] })).toBe(true);
    }
  });

  it('is nothing before anybody says something, and notes say nothing', () => {
    const note: InternalEntry = { kind: 'note', at, text: 'x', files: [] };
    const unreadable = { kind: 'unreadable', fault: 'does_not_open', effect: null } as const;
    for (const internal of [[], [note, unreadable]]) {
      expect(workOf({ internal })).toMatchObject({ progress: null, labels: [], tasks: [] });
    }
  });

  it('changes a task under its id, and keeps the order in which tasks were made', () => {
    const first = newId(WorkId);
    const second = newId(WorkId);
    const internal = [
      entry({ ...task, id: first, state: 'open' }),
      entry({ ...task, id: second, name: 'Call the site', state: 'open' }),
      entry({ ...task, id: first, name: 'Ask finance again', reader: anna, state: 'done' }),
    ];
    expect(workOf({ internal }).tasks).toEqual([
      { id: first, name: 'Ask finance again', due: '2026-03-09', reader: anna, state: 'done' },
      { id: second, name: 'Call the site', due: '2026-03-09', reader: null, state: 'open' },
    ]);
  });

  it('gives a new task an id of its own', () => {
    const made = [0, 1].map(() => entry({ ...task, state: 'open' }));
    expect(new Set(made.map((each) => each.kind === 'task' && each.id)).size).toBe(2);
  });

  it('keeps a link until it is taken back, each relation for itself', () => {
    const link = (relation: 'same_matter' | 'follows', state: 'linked' | 'unlinked') =>
      entry({ kind: 'link', case: other, relation, state });
    const internal = [link('same_matter', 'linked'), link('follows', 'linked')];
    expect(workOf({ internal }).links).toHaveLength(2);
    expect(workOf({ internal: [...internal, link('same_matter', 'unlinked')] }).links).toEqual([
      { caseId: other, relation: 'follows' },
    ]);
    const again = [...internal, link('follows', 'unlinked'), link('follows', 'linked')];
    expect(workOf({ internal: again }).links).toHaveLength(2);
  });

  it.each([
    ['five labels', { kind: 'labels', labels: ['a', 'b', 'c', 'd', 'e'] }, 'labels_too_long'],
    ['a label of no letter', { kind: 'labels', labels: [''] }, 'labels_too_long'],
    ['a label twice', { kind: 'labels', labels: ['a', 'a'] }, 'labels_too_long'],
    ['a long label', { kind: 'labels', labels: ['x'.repeat(31)] }, 'labels_too_long'],
    [
      'labels of many bytes',
      { kind: 'labels', labels: ['å'.repeat(30), 'ö'.repeat(20)] },
      'labels_too_long',
    ],
    ['a task without a name', { ...task, name: '', state: 'open' }, 'malformed'],
    ['a task due on no day', { ...task, due: '2026-02-30', state: 'open' }, 'malformed'],
    ['a reader that is none', { kind: 'responsible', readers: ['x'], text: '' }, 'malformed'],
    [
      'four responsible',
      { kind: 'responsible', readers: Array.from({ length: 4 }, () => newId(ReaderId)), text: '' },
      'malformed',
    ],
    ['somebody twice', { kind: 'responsible', readers: [anna, anna], text: '' }, 'malformed'],
    [
      'a case that is none',
      { kind: 'link', case: 'x', relation: 'follows', state: 'linked' },
      'malformed',
    ],
  ] as [string, CaseworkInput, string][])('refuses %s', (_name, input, code) => {
    expect(codeOf(() => entry(input))).toBe(code);
  });
});

describe('the overview that entries give', () => {
  const day = (date: string): string => `${date}T10:00:00.000Z`;
  const said = (
    dialogue: readonly DialogueEntry[],
    internal: readonly InternalEntry[] = [],
  ): ReturnType<typeof overviewOf> =>
    overviewOf('Title', { dialogue, internal }, '2026-03-02' as Day);
  const message = (
    kind: 'acknowledgement' | 'feedback' | 'reopening',
    date: string,
  ): DialogueEntry => ({ kind, at: day(date), text: 'x', files: [] });
  const closure: DialogueEntry = {
    kind: 'closure',
    at: day('2026-05-01'),
    outcome: 'substantiated',
    text: 'x',
    files: [],
  };

  it('goes from new over acknowledged to where handlers say that the work stands', () => {
    expect(said([]).status).toBe('new');
    expect(said([message('acknowledgement', '2026-03-03')])).toMatchObject({
      status: 'acknowledged',
      acknowledgedOn: '2026-03-03',
    });
    for (const status of STATUSES.slice(2)) {
      const progress = status as 'assessment' | 'investigation' | 'waiting';
      const internal = [entry({ kind: 'progress', progress, detail: '', text: '' })];
      expect(said([message('acknowledgement', '2026-03-03')], internal).status).toBe(status);
    }
  });

  it('keeps the first acknowledgement and the first feedback, and the outcome until a reopening', () => {
    const dialogue = [
      message('acknowledgement', '2026-03-03'),
      message('acknowledgement', '2026-03-09'),
      message('feedback', '2026-04-01'),
      message('feedback', '2026-04-20'),
      closure,
    ];
    expect(said(dialogue)).toMatchObject({
      acknowledgedOn: '2026-03-03',
      feedbackOn: '2026-04-01',
      outcome: 'substantiated',
    });
    expect(said([...dialogue, message('reopening', '2026-06-01')]).outcome).toBeNull();
  });

  it('takes an answer for the acknowledgement and a closure for feedback, the next of which follows it', () => {
    const reply = { ...message('acknowledgement', '2026-03-05'), kind: 'reply' } as DialogueEntry;
    expect(said([reply])).toMatchObject({
      status: 'acknowledged',
      acknowledgedOn: '2026-03-05',
      feedbackOn: null,
    });
    expect(said([closure])).toMatchObject({
      acknowledgedOn: '2026-05-01',
      feedbackOn: '2026-05-01',
    });
    const further = entry({
      ...{ kind: 'further_feedback', askedOn: '2026-06-01', months: 3, state: 'asked' },
    });
    expect(said([reply, closure, message('reopening', '2026-06-01')], [further]).due).toMatchObject(
      { what: 'further_feedback', by: '2026-08-01' },
    );
  });

  it('tells the first day on which an open task is due', () => {
    const due = fc.constantFrom('2026-03-09', '2026-04-01', '2027-01-31', null);
    const state = fc.constantFrom('open' as const, 'done' as const, 'dropped' as const);
    fc.assert(
      fc.property(fc.array(fc.record({ due, state }), { maxLength: 6 }), (tasks) => {
        const internal = tasks.map((each) => entry({ ...task, ...each }));
        const open = tasks.flatMap((each) => (each.state === 'open' && each.due ? [each.due] : []));
        const [by] = open.toSorted();
        expect(said([], internal).due?.by).toBe(by);
      }),
      { numRuns: 50 },
    );
  });

  it('names a case whose title is lost by the first words of its report', () => {
    expect(overviewOf(null, { dialogue: [], internal: [] }, '2026-03-02' as Day)).toMatchObject({
      title: '',
      category: 'unknown',
    });
  });
});
