import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  effectOf,
  EntryContent,
  goesWhole,
  FileReference,
  isOfIdentity,
  mayStand,
  OUTCOMES,
  TEXT_LIMIT,
} from '../../../crypto/content.js';
import { toBase64 } from '../../../crypto/bytes.js';
import { ReaderId } from '../../../crypto/ids.js';
import { Effect } from '../../../crypto/wire/entry.js';

const id = toBase64(new Uint8Array(16));
const long = toBase64(new Uint8Array(32));
const moment = '2026-03-02T10:00:00.000Z';
const report = {
  kind: 'report',
  at: '2026-03-02',
  practice: false,
  channel: id,
  directory: { version: 1, hash: long },
  leftOut: [],
  language: 'en',
  category: 'fraud',
  relation: 'worker',
  text: 'x',
  answers: {},
  files: [],
};
const contents = {
  report,
  agreement: { kind: 'agreement', at: '2026-03-02', transcript: id, version: 1, hash: long },
  rectification: {
    kind: 'rectification',
    at: '2026-03-02',
    transcript: id,
    version: 1,
    hash: long,
    text: 'x',
  },
  meeting_request: { kind: 'meeting_request', at: '2026-03-02', id, form: 'phone', text: '' },
  meeting_answer: {
    kind: 'meeting_answer',
    at: '2026-03-02',
    id,
    proposal: long,
    answer: 'accepted',
    chosen: 0,
    text: '',
  },
  meeting_withdrawal: { kind: 'meeting_withdrawal', at: '2026-03-02', id, text: '' },
  transcript: {
    kind: 'transcript',
    at: moment,
    id,
    form: 'meeting',
    version: 1,
    heldOn: '2026-03-02',
    by: '2026-03-16',
    text: 'x',
  },
  meeting_proposal: {
    kind: 'meeting_proposal',
    at: moment,
    id,
    options: [
      { form: 'in_person', day: '2026-03-09', time: '14:30', zone: 'Europe/Stockholm', place: 'x' },
    ],
    text: '',
  },
  meeting_cancellation: { kind: 'meeting_cancellation', at: moment, id, text: '' },
  meeting_held: { kind: 'meeting_held', at: moment, id, on: '2026-03-09', state: 'held' },
  message: { kind: 'message', at: '2026-03-02', text: '', files: [] },
  reply: { kind: 'reply', at: moment, text: 'x', files: [] },
  acknowledgement: { kind: 'acknowledgement', at: moment, text: 'x', files: [] },
  feedback: { kind: 'feedback', at: moment, text: 'x', files: [] },
  reopening: { kind: 'reopening', at: moment, text: 'x', files: [] },
  closure: { kind: 'closure', at: moment, outcome: OUTCOMES[0], text: 'x', files: [] },
  identity_disclosure: {
    kind: 'identity_disclosure',
    at: moment,
    id,
    basis: 'consent',
    to: 'x',
    what: 'x',
    text: 'x',
    files: [],
  },
  consent: { kind: 'consent', at: '2026-03-02', request: long, answer: 'agree' },
  note: { kind: 'note', at: moment, text: 'x', files: [] },
  decision: { kind: 'decision', at: moment, decision: 'nothing_further', text: '' },
  identity: { kind: 'identity', at: '2026-03-02', name: '', reach: '', relation: '', text: '' },
  identity_opening: {
    kind: 'identity_opening',
    at: moment,
    request: id,
    askedBy: id,
    fields: ['name'],
    reason: 'x',
  },
  identity_request: {
    kind: 'identity_request',
    at: moment,
    id,
    fields: ['name'],
    reason: 'x',
    key: long,
  },
  progress: { kind: 'progress', at: moment, progress: 'assessment', detail: '', text: '' },
  labels: { kind: 'labels', at: moment, labels: ['x'] },
  responsible: { kind: 'responsible', at: moment, readers: [id], text: '' },
  task: { kind: 'task', at: moment, id, name: 'x', due: null, reader: id, state: 'open' },
  link: { kind: 'link', at: moment, case: long, relation: 'follows', state: 'linked' },
  person: {
    kind: 'person',
    at: moment,
    id,
    name: 'x',
    part: 'witness',
    text: '',
    state: 'present',
  },
  person_informed: {
    kind: 'person_informed',
    at: moment,
    person: id,
    state: 'deferred',
    day: '2026-03-02',
    text: 'x',
  },
  person_heard: {
    kind: 'person_heard',
    at: moment,
    id,
    person: id,
    form: 'hearing',
    on: '2026-03-02',
    text: '',
  },
  person_extract: { kind: 'person_extract', at: moment, id, person: id, text: 'x', givenOn: null },
  person_outcome: { kind: 'person_outcome', at: moment, person: id, on: '2026-03-02', text: '' },
  disclosure: {
    kind: 'disclosure',
    at: moment,
    id,
    recipient: 'x',
    ground: 'x',
    scope: 'x',
    on: '2026-03-02',
    state: 'made',
  },
  recipient_told: {
    kind: 'recipient_told',
    at: moment,
    disclosure: id,
    change: id,
    state: 'told',
    on: '2026-03-02',
    text: '',
  },
  request: {
    kind: 'request',
    at: moment,
    id,
    right: 'access',
    by: 'named',
    name: 'x',
    identified: '',
    receivedOn: '2026-03-02',
    text: '',
    state: 'made',
  },
  request_extended: {
    kind: 'request_extended',
    at: moment,
    request: id,
    on: '2026-03-02',
    text: 'x',
  },
  request_answered: {
    kind: 'request_answered',
    at: moment,
    request: id,
    answer: 'refused',
    on: '2026-03-02',
    text: 'x',
    toldOfRemedies: true,
  },
  extension: { kind: 'extension', at: moment, by: '2026-08-31', text: 'x' },
  money: { kind: 'money', at: moment, currency: 'EUR', damage: 120_000, recovered: null },
  counted: { kind: 'counted', at: moment, tag: 'A'.repeat(22), number: 1 },
  acknowledgement_waived: {
    kind: 'acknowledgement_waived',
    at: moment,
    reason: 'declined',
    text: '',
  },
  further_feedback: {
    kind: 'further_feedback',
    at: moment,
    askedOn: '2026-03-02',
    months: 3,
    state: 'asked',
  },
  confirmation: {
    kind: 'confirmation',
    at: moment,
    id,
    askedOn: '2026-03-02',
    by: '2026-03-09',
    state: 'asked',
  },
  hold: {
    kind: 'hold',
    at: moment,
    ground: 'court',
    reference: '',
    decidedBy: 'x',
    scope: 'x',
    review: '2026-09-01',
  },
  release: { kind: 'release', at: moment, text: 'x' },
  restriction: {
    kind: 'restriction',
    at: moment,
    id,
    ground: 'accuracy',
    text: 'x',
    review: '2026-09-01',
  },
  unrestriction: { kind: 'unrestriction', at: moment, text: '' },
  correction: {
    kind: 'correction',
    at: moment,
    id,
    of: { compartment: 'dialogue', sequence: 2 },
    part: null,
    ground: 'inaccurate',
    text: 'x',
  },
  part_restriction: {
    kind: 'part_restriction',
    at: moment,
    id,
    of: { compartment: 'dialogue', sequence: 2 },
    part: null,
    ground: 'accuracy',
    text: 'x',
    review: '2026-09-01',
  },
  part_unrestriction: { kind: 'part_unrestriction', at: moment, id, text: '', last: true },
  removal_proposal: {
    kind: 'removal_proposal',
    at: moment,
    id,
    ground: 'archive',
    decidedBy: 'x',
    archive: 'x',
    reference: '',
    text: 'x',
  },
  removal_declined: { kind: 'removal_declined', at: moment, text: '' },
  removal: { kind: 'removal', at: moment, of: 'A'.repeat(43), received: '' },
  still_needed: { kind: 'still_needed', at: moment, text: 'x', review: '2026-09-01' },
  export: {
    kind: 'export',
    at: moment,
    id,
    form: 'whole',
    text: 'x',
    disclosure: null,
    state: 'made',
  },
  export_confirmed: {
    kind: 'export_confirmed',
    at: moment,
    of: 'A'.repeat(43),
    answer: 'yes',
    text: '',
  },
  secrecy: { kind: 'secrecy', at: moment, until: '2026-04-01', text: 'x' },
  erasure_proposal: { kind: 'erasure_proposal', at: moment, id, ground: 'unlawful', text: '' },
  erasure: { kind: 'erasure', at: moment, id, ground: 'unlawful', text: '' },
  erasure_declined: { kind: 'erasure_declined', at: moment, text: '' },
  remains: { kind: 'remains', at: moment, of: 2, content: report },
  note_remains: {
    kind: 'note_remains',
    at: moment,
    of: 2,
    content: { kind: 'note', at: moment, text: 'x', files: [] },
  },
};
const anywhere = ['dialogue', 'internal'].flatMap((place) => [
  `${place} reader 2`,
  `${place} reader 3`,
]);

describe('contents of entries', () => {
  it.each(Object.entries(contents))('%s is one', (_, content) => {
    expect(v.is(EntryContent, content)).toBe(true);
    expect(v.is(EntryContent, { ...content, more: 1 })).toBe(false);
    expect(v.is(EntryContent, { ...content, kind: 'other' })).toBe(false);
    expect(v.is(EntryContent, { ...content, text: 1 })).toBe(false);
    expect(v.is(EntryContent, { ...content, text: 'x'.repeat(TEXT_LIMIT + 1) })).toBe(false);
    for (const field of Object.keys(content)) {
      const rest = Object.fromEntries(Object.entries(content).filter(([name]) => name !== field));
      expect(v.is(EntryContent, rest)).toBe(false);
    }
  });

  it('of a guest are a note, or that secrecy is accepted, among the notes', () => {
    const found = Object.values(contents).flatMap((each) => {
      const content = v.parse(EntryContent, each);
      const effect = effectOf(content);
      const author = v.parse(ReaderId, id);
      return (['dialogue', 'internal', 'identity'] as const).flatMap((compartment) => {
        const place = { compartment, author, sequence: 3, effect };
        return mayStand(content, place, true) ? [`${compartment} ${content.kind}`] : [];
      });
    });
    expect(found).toEqual(['internal note', 'internal secrecy']);
  });

  it('stand where their kind may stand, and nowhere else', () => {
    const places = {
      report: ['dialogue reporter 2'],
      agreement: ['dialogue reporter 2', 'dialogue reporter 3'],
      rectification: ['dialogue reporter 2', 'dialogue reporter 3'],
      meeting_request: ['dialogue reporter 2', 'dialogue reporter 3'],
      meeting_answer: ['dialogue reporter 2', 'dialogue reporter 3'],
      meeting_withdrawal: ['dialogue reporter 2', 'dialogue reporter 3'],
      transcript: ['dialogue reader 2', 'dialogue reader 3'],
      meeting_proposal: ['dialogue reader 2', 'dialogue reader 3'],
      meeting_cancellation: ['dialogue reader 2', 'dialogue reader 3'],
      meeting_held: ['internal reader 2', 'internal reader 3'],
      message: ['dialogue reporter 2', 'dialogue reporter 3'],
      reply: ['dialogue reader 2', 'dialogue reader 3'],
      acknowledgement: ['dialogue reader 2', 'dialogue reader 3'],
      feedback: ['dialogue reader 2', 'dialogue reader 3'],
      reopening: ['dialogue reader 2', 'dialogue reader 3'],
      closure: ['dialogue reader 2', 'dialogue reader 3'],
      identity_disclosure: ['dialogue reader 2', 'dialogue reader 3'],
      consent: ['dialogue reporter 2', 'dialogue reporter 3'],
      note: ['internal reader 2', 'internal reader 3'],
      decision: ['internal reader 2', 'internal reader 3'],
      identity: ['identity reporter 2', 'identity reporter 3'],
      identity_opening: ['identity reader 2', 'identity reader 3'],
      identity_request: ['internal reader 2', 'internal reader 3'],
      progress: ['internal reader 2', 'internal reader 3'],
      labels: ['internal reader 2', 'internal reader 3'],
      responsible: ['internal reader 2', 'internal reader 3'],
      task: ['internal reader 2', 'internal reader 3'],
      link: ['internal reader 2', 'internal reader 3'],
      person: ['internal reader 2', 'internal reader 3'],
      person_informed: ['internal reader 2', 'internal reader 3'],
      person_heard: ['internal reader 2', 'internal reader 3'],
      person_extract: ['internal reader 2', 'internal reader 3'],
      person_outcome: ['internal reader 2', 'internal reader 3'],
      disclosure: ['internal reader 2', 'internal reader 3'],
      recipient_told: ['internal reader 2', 'internal reader 3'],
      request: ['internal reader 2', 'internal reader 3'],
      request_extended: ['internal reader 2', 'internal reader 3'],
      request_answered: ['internal reader 2', 'internal reader 3'],
      extension: ['internal reader 2', 'internal reader 3'],
      money: ['internal reader 2', 'internal reader 3'],
      counted: ['internal reader 2', 'internal reader 3'],
      acknowledgement_waived: ['internal reader 2', 'internal reader 3'],
      further_feedback: ['internal reader 2', 'internal reader 3'],
      confirmation: ['internal reader 2', 'internal reader 3'],
      hold: ['internal reader 2', 'internal reader 3'],
      release: ['internal reader 2', 'internal reader 3'],
      restriction: ['internal reader 2', 'internal reader 3'],
      unrestriction: ['internal reader 2', 'internal reader 3'],
      correction: ['internal reader 2', 'internal reader 3'],
      part_restriction: ['internal reader 2', 'internal reader 3'],
      part_unrestriction: ['internal reader 2', 'internal reader 3'],
      removal_proposal: ['internal reader 2', 'internal reader 3'],
      removal_declined: ['internal reader 2', 'internal reader 3'],
      removal: ['internal reader 2', 'internal reader 3'],
      still_needed: ['internal reader 2', 'internal reader 3'],
      export: ['internal reader 2', 'internal reader 3'],
      export_confirmed: ['internal reader 2', 'internal reader 3'],
      secrecy: [],
      erasure_proposal: anywhere,
      erasure: anywhere,
      erasure_declined: anywhere,
      remains: ['dialogue reader 2', 'dialogue reader 3'],
      note_remains: ['internal reader 2', 'internal reader 3'],
    };
    expect(Object.keys(places)).toEqual(Object.keys(contents));
    for (const [kind, expected] of Object.entries(places)) {
      const content = v.parse(EntryContent, contents[kind as keyof typeof contents]);
      const found = (['dialogue', 'internal', 'identity'] as const).flatMap((compartment) =>
        (['reporter', 'reader'] as const).flatMap((side) =>
          [2, 3]
            .filter((sequence) => {
              const author = side === 'reporter' ? side : v.parse(ReaderId, id);
              const place = { compartment, author, sequence };
              const own = effectOf(content);
              for (const effect of [null, ...Effect.options]) {
                if (effect !== own) expect(mayStand(content, { ...place, effect })).toBe(false);
              }
              return mayStand(content, { ...place, effect: own });
            })
            .map((sequence) => `${compartment} ${side} ${String(sequence)}`),
        ),
      );
      expect(found).toEqual(expected);
    }
  });

  it('that stand for others have no effect, whatever those did', () => {
    for (const content of Object.values(contents)) {
      for (const kind of ['remains', 'note_remains'] as const) {
        const remains = v.safeParse(EntryContent, { kind, at: moment, of: 2, content });
        if (remains.success) expect(effectOf(remains.output)).toBeNull();
      }
    }
  });

  it('end a restriction of a part with an effect where it is the last, and else with none', () => {
    const { part_unrestriction: last } = contents;
    const effectWith = (isLast: boolean): Effect | null =>
      effectOf(v.parse(EntryContent, { ...last, last: isLast }));
    expect(effectWith(true)).toBe('unrestrict_part');
    expect(effectWith(false)).toBeNull();
  });

  it('name of an entry what has a length, and no more than nothing', () => {
    const { part_restriction: restriction, correction } = contents;
    const passage = { field: 'text', from: 0, to: 4 };
    const part = (more: object): object => ({ after: null, passages: [passage], ...more });
    const restricts = (each: object): boolean => v.is(EntryContent, { ...restriction, part: each });
    const corrects = (each: object): boolean => v.is(EntryContent, { ...correction, part: each });
    expect(restricts(part({ files: [] }))).toBe(true);
    expect(restricts(part({ passages: [], files: ['A'.repeat(22)] }))).toBe(true);
    expect(restricts(part({ passages: [], files: [] }))).toBe(false);
    expect(corrects(part({}))).toBe(true);
    expect(corrects(part({ passages: [] }))).toBe(false);
    expect(corrects(part({ files: [] }))).toBe(false);
    const bad = [{ from: 4 }, { from: -1 }, { to: 1.5 }, { to: 100_001 }, { field: '' }];
    for (const more of bad) {
      expect(restricts(part({ passages: [{ ...passage, ...more }], files: [] }))).toBe(false);
      expect(corrects(part({ passages: [{ ...passage, ...more }] }))).toBe(false);
    }
    expect(corrects(part({ passages: Array.from({ length: 51 }, () => passage) }))).toBe(false);
    const ofIdentity = { compartment: 'identity', sequence: 2 };
    expect(v.is(EntryContent, { ...restriction, of: ofIdentity })).toBe(false);
    expect(v.is(EntryContent, { ...correction, of: ofIdentity })).toBe(false);
    expect(v.is(EntryContent, { ...correction, ground: undefined })).toBe(false);
  });

  it('name a part as the protocol shows it, with files or, of a correction, without', () => {
    const protocol = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
    const [, shown = ''] = /`(\{"after":[^`]*\})`/u.exec(protocol) ?? [];
    const part = JSON.parse(shown) as object;
    expect(Object.keys(part)).toEqual(['after', 'passages', 'files']);
    const { files, ...bare } = part as Record<'after' | 'passages' | 'files', unknown>;
    const { part_restriction: restriction, correction } = contents;
    const can = (content: object): boolean => v.is(EntryContent, content);
    expect([can({ ...correction, part }), can({ ...restriction, part })]).toEqual([true, true]);
    expect(can({ ...correction, part: { ...bare, passages: [], files } })).toBe(true);
    expect(can({ ...correction, part: bare })).toBe(true);
    expect(can({ ...restriction, part: bare })).toBe(false);
    expect(can({ ...correction, part: { ...bare, files: [] } })).toBe(false);
    expect(can({ ...restriction, part: { ...bare, files: [] } })).toBe(true);
  });

  it('stand for all others but what remains already, the identity, and what is signed by its hash', () => {
    const kinds = Object.entries(contents).filter(([, content]) =>
      ['remains', 'note_remains'].some((kind) =>
        v.is(EntryContent, { kind, at: moment, of: 2, content }),
      ),
    );
    for (const [kind, content] of Object.entries(contents)) {
      const parsed = v.parse(EntryContent, content);
      const onIdentity = ['identity_request', 'identity_disclosure', 'consent'];
      const ofIdentity = isOfIdentity(parsed) || onIdentity.includes(parsed.kind);
      const remains = ['remains', 'note_remains'].includes(kind);
      expect(
        kinds.some(([each]) => each === kind),
        kind,
      ).toBe(!remains && !ofIdentity && !goesWhole(parsed));
    }
  });

  it('ask for an export outside with all of a disclosure, or none, and say it only when they ask', () => {
    const outside = { recipient: 'Police', ground: 'Order', scope: 'All' };
    const copy = { copy: 'It is about invoices.', attachments: [] };
    const identity = { basis: 'jeopardy', text: 'A search.' };
    const fits = (change: object): boolean =>
      v.is(EntryContent, { ...contents.export, state: 'asked', disclosure: null, ...change });
    expect(fits({})).toBe(true);
    expect(fits({ ...outside, identity, ...copy })).toBe(true);
    for (const change of [
      { recipient: 'Police' },
      { ...outside, scope: '' },
      { identity },
      { copy: 'Text.' },
      { attachments: [] },
      { ...copy, attachments: ['short'] },
      { state: 'made', ...outside },
      { state: 'withdrawn', ...copy },
    ]) {
      expect(fits(change), JSON.stringify(change)).toBe(false);
    }
  });

  it('carry a handler’s word of what the reporter was told elsewhere whole, or not', () => {
    const word = { basis: 'elsewhere', how: 'told', on: '2026-03-01', text: 'By letter.' };
    const fits = (identity: object): boolean =>
      v.is(EntryContent, { ...contents.disclosure, identity });
    expect(fits(word)).toBe(true);
    expect(fits({ ...word, how: 'agreed' })).toBe(true);
    const { on, text, how, ...rest } = word;
    for (const bad of [
      { ...rest, how, on },
      { ...rest, how, text },
      { ...rest, on, text },
      { ...word, how: 'asked' },
      { ...word, text: '' },
      { ...word, on: '2026-02-30' },
      { ...word, entry: 'A'.repeat(22) },
    ]) {
      expect(fits(bad), JSON.stringify(bad)).toBe(false);
    }
  });

  it('carry moments in one spelling, and the reporter’s only days', () => {
    const at = (value: string): boolean => v.is(EntryContent, { ...contents.note, at: value });
    for (const bad of [
      '2026-03-02',
      '2026-03-02T10:00:00Z',
      '2026-03-02T10:00:00.000+00:00',
      '2026-02-31T10:00:00.000Z',
      '2026-03-02T25:00:00.000Z',
      '2026-03-02 10:00:00.000Z',
      '+275760-09-13T00:00:00.000Z',
      '-000001-12-31T23:59:59.999Z',
      '',
    ]) {
      expect(at(bad)).toBe(false);
    }
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0000-01-01T00:00:00.000Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        }),
        (moment) => {
          expect(at(moment.toISOString())).toBe(true);
        },
      ),
    );
    expect(v.is(EntryContent, { ...contents.message, at: moment })).toBe(false);
    expect(v.is(EntryContent, { ...report, at: moment })).toBe(false);
    expect(v.is(EntryContent, { ...report, at: '2026-02-30' })).toBe(false);
  });

  it('tell "don’t know" from no answer', () => {
    const answers = (value: unknown): boolean => v.is(EntryContent, { ...report, answers: value });
    expect(answers({ where: { known: false } })).toBe(true);
    expect(answers({ where: { known: true, text: 'x' } })).toBe(true);
    expect(answers({ where: { known: true, text: '' } })).toBe(false);
    expect(answers({ where: { known: true } })).toBe(false);
    expect(answers({ where: { known: false, text: 'x' } })).toBe(false);
    expect(answers({ where: null })).toBe(false);
    expect(answers({ where: undefined })).toBe(false);
    expect(answers({ elsewhere: { known: false } })).toBe(false);
  });
});

describe('file references', () => {
  const file = {
    attachment: id,
    key: long,
    hash: long,
    chunks: 1,
    name: 'x',
    type: '',
    size: 0,
  };
  it('have whole, safe sizes', () => {
    expect(v.is(FileReference, file)).toBe(true);
    for (const size of [-1, 0.5, 2 ** 53, 1e300, NaN, '1']) {
      expect(v.is(FileReference, { ...file, size })).toBe(false);
    }
    expect(v.is(FileReference, { ...file, chunks: 0 })).toBe(false);
    expect(v.is(FileReference, { ...file, name: 'x'.repeat(256) })).toBe(false);
  });
});
