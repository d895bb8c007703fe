import { describe, expect, it } from 'vitest';
import { overviewOf } from '../../client/casework/overview.js';
import type { ReporterCaseView } from '../../client/models.js';
import { addDays, type Day, type OpenedContent } from '../../crypto/private.js';
import { findPersonal } from '../../views/browser/reporter/personal-data.js';
import { actOf } from '../../views/browser/reporter/case-law.js';
import {
  situationOf as situationUnder,
  type Situation,
} from '../../views/browser/reporter/situation.js';

type EntryView = ReporterCaseView['entries'][number];
type Kind =
  | 'message'
  | 'acknowledgement'
  | 'reply'
  | 'feedback'
  | 'closure'
  | 'reopening'
  | 'meeting_proposal'
  | 'transcript'
  | 'identity_disclosure';

const entry = (sequence: number, kind: Kind, at: string): EntryView => ({
  compartment: 'dialogue',
  sequence,
  hash: '',
  author: kind === 'message' ? { side: 'reporter' } : { side: 'reader', id: 'r', name: 'R' },
  content: { kind, at, text: 'x', files: [] } as unknown as EntryView['content'],
  readOn: null,
  erasure: null,
  erasedFiles: [],
});

const caseWith = (
  entries: EntryView[],
  facts: Partial<ReporterCaseView> = {},
): ReporterCaseView => ({
  id: '',
  channel: null,
  country: 'SE',
  practice: false,
  receivedOn: '2026-03-02',
  state: 'open',
  closedOn: null,
  purgeOn: null,
  openedOn: null,
  acknowledgementBy: '2026-03-09',
  feedbackBy: '2026-06-02',
  timeZone: 'Europe/Stockholm',
  reprisalDays: [],
  entries: [entry(2, 'message', '2026-03-02'), ...entries],
  identity: { custodians: [], given: null, others: false },
  access: [],
  writable: 'yes',
  warnings: [],
  origin: { made: 'reporter' },
  transcripts: [],
  meetings: [],
  receipt: { state: 'none' },
  maxFileBytes: 1,
  ...facts,
});

/** The situation under an act that counts as most do, or another. */
const situationOf = (
  view: ReporterCaseView,
  today: string,
  country: Parameters<typeof actOf>[0] = { basis: 'law' },
  promised: { ackDays: number | null; feedbackDays: number | null } | null = null,
): Situation =>
  situationUnder(view, today, { rule: { ...actOf(country), promised }, meetingDays: 14 });

describe('a reporter’s situation', () => {
  it('waits for the acknowledgement until its day is over', () => {
    const view = caseWith([]);
    expect(situationOf(view, '2026-03-09')).toMatchObject({
      fresh: 0,
      next: { kind: 'answered', day: '2026-03-09' },
      late: [],
    });
    expect(situationOf(view, '2026-03-10').late.map(({ kind }) => kind)).toEqual(['answered']);
  });

  const acknowledged = (at: string): EntryView[] => [entry(3, 'acknowledgement', at)];

  it.each([
    ['the acknowledgement', { basis: 'law' }, '2026-03-05T09:00:00.000Z', '2026-06-05'],
    [
      'the last day for one that came too late',
      { basis: 'law' },
      '2026-03-20T09:00:00.000Z',
      '2026-06-09',
    ],
    ['the last day for one that never came', { basis: 'law' }, null, '2026-06-09'],
    ['receipt, where the act has it so', { basis: 'law', anchor: 'receipt' }, null, '2026-06-02'],
    ['working days', { basis: 'law', unit: 'working' }, null, '2026-06-11'],
  ] as const)(
    'calls feedback late three months after %s, and no day sooner',
    (_, country, at, last) => {
      const view = caseWith(at === null ? [] : acknowledged(at));
      const feedback = (today: string): unknown =>
        situationOf(view, today, country).milestones.find(({ kind }) => kind === 'feedback');
      expect(feedback('2026-06-02')).toEqual({ kind: 'feedback', state: 'due', day: '2026-06-02' });
      expect(feedback(last)).toEqual({ kind: 'feedback', state: 'due', day: last });
      expect(feedback(addDays(last as Day, 1))).toEqual({
        kind: 'feedback',
        state: 'late',
        day: last,
      });
    },
  );

  it('calls a promise that was missed a promise, until the day of law has passed too', () => {
    const view = caseWith(acknowledged('2026-03-05T09:00:00.000Z'));
    const promised = { ackDays: null, feedbackDays: 30 };
    const late = (today: string): unknown =>
      situationOf(view, today, { basis: 'law' }, promised).late;
    expect(late('2026-04-01')).toEqual([]);
    expect(late('2026-04-02')).toEqual([{ kind: 'feedback', state: 'missed', day: '2026-04-01' }]);
    expect(late('2026-06-05')).toEqual([{ kind: 'feedback', state: 'missed', day: '2026-04-01' }]);
    expect(late('2026-06-06')).toEqual([{ kind: 'feedback', state: 'late', day: '2026-06-05' }]);
  });

  it.each(['none', 'anonymous', 'unsure'] as const)(
    'calls nothing late by law where law sets no date that is known: %s',
    (basis) => {
      const { late } = situationOf(caseWith([]), '2026-07-01', { basis });
      expect(late).toEqual([
        { kind: 'answered', state: 'missed', day: '2026-03-09' },
        { kind: 'feedback', state: 'missed', day: '2026-06-02' },
      ]);
    },
  );

  it('dates an answer by the day where the organisation is', () => {
    const view = caseWith(acknowledged('2026-03-04T23:30:00.000Z'));
    const answered = (timeZone: string): unknown =>
      situationOf({ ...view, timeZone }, '2026-03-06').milestones[2]?.day;
    expect(answered('Europe/Stockholm')).toBe('2026-03-05');
    expect(answered('UTC')).toBe('2026-03-04');
    expect(answered('Nowhere/At_All')).toBe('2026-03-04');
  });

  it('asks about reprisals some months after closure, until something is written, and once more', () => {
    const closed = { closedOn: '2026-05-31', reprisalDays: ['2026-08-31', '2027-05-31'] };
    const asks = (today: string, entries: EntryView[] = [], facts = {}): boolean =>
      situationOf(caseWith(entries, { ...closed, ...facts }), today).asksAboutReprisals;
    const wrote = [entry(3, 'message', '2026-09-02')];
    expect(asks('2026-08-30')).toBe(false);
    expect(asks('2026-08-31')).toBe(true);
    expect(asks('2026-09-03', wrote)).toBe(false);
    expect(asks('2027-05-30', wrote)).toBe(false);
    expect(asks('2027-05-31', wrote)).toBe(true);
    expect(asks('2026-09-03', [entry(3, 'reply', '2026-09-02T09:00:00.000Z')])).toBe(true);
    expect(asks('2026-09-03', [], { practice: true })).toBe(false);
    expect(asks('2026-09-03', [], { writable: 'no' })).toBe(false);
  });

  it('takes any answer for the acknowledgement, and waits for feedback', () => {
    const view = caseWith([entry(3, 'reply', '2026-03-04T09:00:00.000Z')]);
    const { milestones, next, late } = situationOf(view, '2026-04-01');
    expect(milestones.find(({ kind }) => kind === 'answered')).toEqual({
      kind: 'answered',
      state: 'done',
      day: '2026-03-04',
    });
    expect(next?.kind).toBe('feedback');
    expect(late).toEqual([]);
  });

  it.each([
    ['acknowledgement', true, false],
    ['reply', true, false],
    ['meeting_proposal', true, false],
    ['transcript', true, false],
    ['feedback', true, true],
    ['closure', true, true],
    ['reopening', false, false],
    ['identity_disclosure', false, false],
    ['message', false, false],
  ] as const)('after a word of the kind %s is what handlers see too', (kind, answers, feeds) => {
    const day = kind === 'message' ? '2026-03-04' : '2026-03-04T09:00:00.000Z';
    const said = entry(3, kind, day);
    const { milestones } = situationOf(caseWith([said]), '2026-04-01');
    const done = (of: string): string | null => {
      const found = milestones.find((milestone) => milestone.kind === of);
      return found?.state === 'done' ? found.day : null;
    };
    const content = said.content as OpenedContent;
    const all = { dialogue: [content], internal: [], timeZone: 'UTC' };
    const { acknowledgedOn, feedbackOn } = overviewOf('x', all, '2026-04-01' as Day);
    expect([done('answered'), done('feedback')]).toEqual([acknowledgedOn, feedbackOn]);
    expect([acknowledgedOn !== null, feedbackOn !== null]).toEqual([answers, feeds]);
  });

  it('counts as new what readers wrote since the reporter’s own newest entry', () => {
    const view = caseWith([
      entry(3, 'acknowledgement', '2026-03-04T09:00:00.000Z'),
      entry(4, 'message', '2026-03-05'),
      entry(5, 'reply', '2026-03-06T09:00:00.000Z'),
      entry(6, 'feedback', '2026-03-07T09:00:00.000Z'),
    ]);
    expect(situationOf(view, '2026-03-08').fresh).toBe(2);
  });

  it('dates the opening by the first time, and says whether the newest message was opened', () => {
    const sent = (sequence: number, at: string, readOn: string | null): EntryView => ({
      ...entry(sequence, 'message', at),
      readOn,
    });
    const entries = [
      sent(2, '2026-03-02', '2026-03-04'),
      entry(3, 'reply', '2026-03-05T09:00:00.000Z'),
      sent(4, '2026-03-06', '2026-03-20'),
    ];
    const view = caseWith([], { openedOn: '2026-03-20', entries });
    const { milestones, newest } = situationOf(view, '2026-03-21');
    expect(milestones[1]).toEqual({ kind: 'opened', state: 'done', day: '2026-03-04' });
    expect(newest).toEqual({ kind: 'message', openedOn: '2026-03-20' });
    const later = caseWith([], {
      openedOn: '2026-03-20',
      entries: [...entries, sent(5, '2026-03-22', null)],
    });
    expect(situationOf(later, '2026-03-23').newest).toEqual({ kind: 'message', openedOn: null });
    expect(situationOf(caseWith([]), '2026-03-03').newest).toEqual({
      kind: 'report',
      openedOn: null,
    });
  });

  it('names the day of removal as the next one when nothing else is to come', () => {
    const view = caseWith([entry(3, 'feedback', '2026-03-04T09:00:00.000Z')], {
      state: 'closed',
      closedOn: '2026-03-05',
      purgeOn: '2028-03-05',
    });
    expect(situationOf(view, '2026-04-01').next).toMatchObject({
      kind: 'removed',
      day: '2028-03-05',
    });
  });

  it('says of a closed case without a day of removal that it is kept for longer', () => {
    const view = caseWith([entry(3, 'feedback', '2026-03-04T09:00:00.000Z')], {
      state: 'closed',
      closedOn: '2026-03-05',
      purgeOn: null,
    });
    const { milestones, next } = situationOf(view, '2026-04-01');
    expect(milestones.at(-1)).toEqual({ kind: 'removed', state: 'due', day: null });
    expect(next).toBeNull();
  });
});

describe('the hint at personal data', () => {
  it.each([
    ['write to anna.berg@example.org please', ['email']],
    ['born 850709-9805', ['number']],
    ['born 19850709-9805', ['number']],
    ['hetu 131052-308T', ['number']],
    ['fødselsnummer 01129955131', ['number']],
    ['ring 08-555 010 00', ['phone']],
    ['call +46 70 123 45 67', ['phone']],
    ['han bor på Storgatan 5 B', ['address']],
    ['hän asuu, Mannerheimintie 12', ['address']],
    ['i Kirkegata 3 eller Store vei 4', ['address']],
    ['she lives at 12 High Street', ['address']],
  ])('sees it: %s', (text, found) => {
    expect(findPersonal(text)).toEqual(found);
  });

  it.each([
    'It happened on 2026-03-02 at 14:30.',
    'Invoice 2026-118 over 12 500,00 kr',
    'Between 2024 and 2026, in room 4711',
    'The list has 1 000 000 rows.',
    'On page 12 High prices were agreed.',
    'In gate 4 at 14:30, and gata 5',
    'Avdelning 12, våning 3',
  ])('leaves dates, sums and numbers alone: %s', (text) => {
    expect(findPersonal(text)).toEqual([]);
  });
});
