import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAsked } from '../../../client/questions/asked.js';
import { readAnswers, unanswered, writtenIn } from '../../../client/questions/readable.js';
import {
  lostWords,
  textsOf,
  withoutPassages,
  withoutWords,
} from '../../../client/casework/passages.js';
import {
  type AnsweredForm,
  ANSWERS_STEP_BYTES,
  answeredForm,
  EntryContent,
  FileReference,
  FormAnswer,
  Questionnaire,
  questionnaireHash,
  Report,
  toBase64,
  toJsonBytes,
} from '../../../crypto/private.js';
import { makeCase, reportContent } from '../../support/case.js';
import { makeOrganisation, type TestOrganisation } from '../../support/organisation.js';
import { allTypes } from '../../support/questions.js';

const words = {
  yes: 'Yes',
  no: 'No',
  unknown: 'Unknown',
  stray: 'stray',
  period: (from: string, until: string | null) => `${from}–${until ?? ''}`,
  file: (name: string | null, fault: string | null) => `${name ?? '?'} ${fault ?? ''}`.trim(),
};

/** A file of a report, by a number. */
function fileOf(number: number, name: string, type = ''): FileReference {
  const [key, hash] = [toBase64(new Uint8Array(32)), toBase64(new Uint8Array(32))];
  const attachment = toBase64(new Uint8Array(16).fill(number));
  return v.parse(FileReference, { attachment, key, hash, chunks: 1, name, type, size: 9 });
}
const [bill, spoken] = [fileOf(1, 'bill.pdf', 'application/pdf'), fileOf(2, 'recording-1.wav')];
const attached = { files: [bill, spoken], erased: [] };

type Fields = Questionnaire['sections'][number]['fields'];
type Field = Fields[number];

function field(over: Partial<Field>): Field {
  return { id: 'a', type: 'text', labels: { en: 'A' }, help: {}, options: [], when: null, ...over };
}
function isTaken(fields: Field[]): boolean {
  return v.is(Questionnaire, { sections: [{ titles: {}, fields }] });
}

/** Any answer at all to the questions of `allTypes`, one a field. */
const answer = (id: string, type: Field['type']): fc.Arbitrary<FormAnswer | null> => {
  const text = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' });
  const given: fc.Arbitrary<unknown> =
    type === 'period'
      ? fc.constantFrom(
          { is: 'period', field: id, from: '2026-01-02', until: null },
          { is: 'period', field: id, from: '2026-01-02', until: '2026-02-03' },
        )
      : type === 'person'
        ? fc
            .array(fc.record({ name: text, about: text }), { minLength: 1, maxLength: 3 })
            .map((people) => ({ is: 'people', field: id, people }))
        : type === 'yes_no'
          ? fc
              .constantFrom('yes', 'no', 'unknown')
              .map((chosen) => ({ is: 'chosen', field: id, chosen: [chosen] }))
          : type === 'choice' || type === 'choices'
            ? fc.constant({ is: 'chosen', field: id, chosen: ['one'] })
            : type === 'file' || type === 'voice'
              ? fc.constant({ is: 'files', field: id, files: [bill.attachment] })
              : text.map((written) => ({ is: 'text', field: id, text: written }));
  return fc.option(given.map((each) => v.parse(FormAnswer, each)));
};
const fields = allTypes.sections.flatMap((section) => section.fields);
const anyAnswers = fc
  .tuple(...fields.map(({ id, type }) => answer(id, type)))
  .map((all) => all.filter((each) => each !== null));

let organisation: TestOrganisation;
beforeAll(async () => {
  organisation = await makeOrganisation();
});

function reportWith(form: unknown): Report {
  return v.parse(Report, { ...reportContent(organisation), form });
}

describe('a questionnaire', () => {
  it('takes every kind of field', () => {
    expect(v.parse(Questionnaire, allTypes)).toEqual(allTypes);
  });

  it('has no way to make a question mandatory', () => {
    expect(v.is(Questionnaire, { ...allTypes, required: true })).toBe(false);
    for (const word of ['required', 'mandatory', 'needed']) {
      expect(isTaken([{ ...field({}), [word]: true }])).toBe(false);
    }
  });

  it('has each name once, and something to choose from where there is a choice', () => {
    const option = { id: 'one', labels: { en: 'One' } };
    expect(isTaken([field({}), field({})])).toBe(false);
    expect(isTaken([field({ type: 'choice' })])).toBe(false);
    expect(isTaken([field({ options: [option] })])).toBe(false);
    expect(isTaken([field({ type: 'choices', options: [option, option] })])).toBe(false);
    expect(isTaken([field({ type: 'choices', options: [option] })])).toBe(true);
    expect(isTaken([field({ id: '__proto__' }), field({ id: 'Über' })])).toBe(false);
  });

  it('asks by conditions on what was asked before alone', () => {
    const told = field({ id: 'told', type: 'yes_no' });
    const when = { field: 'told', any: ['yes'] };
    expect(isTaken([told, field({ when })])).toBe(true);
    expect(isTaken([field({ when }), told])).toBe(false);
    expect(isTaken([{ ...told, when }])).toBe(false);
    expect(isTaken([told, field({ when: { field: 'told', any: ['maybe'] } })])).toBe(false);
    expect(isTaken([told, field({ when: { field: 'told', any: [] } })])).toBe(false);
    expect(isTaken([told, field({ when: { field: 'other', any: ['yes'] } })])).toBe(false);
  });

  it('ends somewhere', () => {
    const many = Array.from({ length: 41 }, (_, index) => field({ id: `f${String(index)}` }));
    expect(isTaken(many.slice(1))).toBe(true);
    expect(isTaken(many)).toBe(false);
    expect(isTaken([field({ labels: { en: 'x'.repeat(201) } })])).toBe(false);
    expect(v.is(Questionnaire, { sections: [] })).toBe(false);
  });

  it('is another one by its hash where any word of it is another', () => {
    const [section] = allTypes.sections;
    if (section === undefined) throw new Error('no section');
    const other = { sections: [{ ...section, titles: { en: 'Other' } }] };
    expect(questionnaireHash(other)).not.toBe(questionnaireHash(allTypes));
  });
});

describe('answers', () => {
  it('survive sealing and opening, with the questions as they were asked', () => {
    fc.assert(
      fc.property(anyAnswers, fc.constantFrom('en', 'sv', 'fi'), (answers, language) => {
        const form = answeredForm(allTypes, language, answers);
        const report = reportWith(form);
        const made = makeCase(organisation, { report: false });
        made.say('reporter', report);
        const [entry] = made.open('reporter').dialogue.entries;
        expect(entry?.content).toEqual(report);
      }),
      { numRuns: 10 },
    );
  });

  it('take the same room whether there are none or a few short ones', () => {
    const size = (answers: FormAnswer[]): number =>
      toJsonBytes(answeredForm(allTypes, 'en', answers)).length;
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const used = toJsonBytes(answers).length;
        fc.pre(used < ANSWERS_STEP_BYTES);
        expect(size(answers)).toBe(size([]));
      }),
    );
    const long = [{ is: 'text', field: 'text', text: 'ö'.repeat(4000) } as FormAnswer];
    expect((size(long) - size([])) % ANSWERS_STEP_BYTES).toBe(0);
  });

  it('are never hidden from a handler by a condition', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const read = readAnswers(answeredForm(allTypes, 'en', answers), words, attached);
        expect(read).toHaveLength(answers.length);
        for (const text of writtenIn({ answers })) {
          expect(read.some(({ value }) => value.includes(text))).toBe(true);
        }
      }),
    );
  });

  it('keep their question in sight for the reporter, whatever it depends on', () => {
    const [told, whom] = ['told', 'whom'].map((id) => fields.find((each) => each.id === id));
    if (told === undefined || whom === undefined) throw new Error('no such questions');
    const yes: FormAnswer = { is: 'chosen', field: 'told', chosen: ['yes'] };
    const no: FormAnswer = { is: 'chosen', field: 'told', chosen: ['no'] };
    const own: FormAnswer = { is: 'text', field: 'whom', text: 'My manager' };
    expect(isAsked(whom, [])).toBe(false);
    expect(isAsked(whom, [yes])).toBe(true);
    expect(isAsked(whom, [no])).toBe(false);
    expect(isAsked(whom, [no, own])).toBe(true);
  });

  it('are read in the words of the report itself', () => {
    const form = answeredForm(allTypes, 'sv', [
      { is: 'chosen', field: 'told', chosen: ['no'] },
      { is: 'chosen', field: 'choices', chosen: ['one', 'two'] },
    ]);
    expect(readAnswers(form, words, attached)).toEqual([
      { section: 'Allt', label: 'Berättat?', value: 'No', isWritten: false, files: [] },
      { section: '', label: 'Vilka?', value: 'Ett\nTvå', isWritten: false, files: [] },
    ]);
    expect(unanswered(form)).toContain('Var?');
    expect(unanswered(form)).not.toContain('Berättat?');
  });
});

describe('a hostile form', () => {
  const asked = answeredForm.bind(null, allTypes, 'en');

  it('with answers that fit no question is shown for what it is', () => {
    const form: AnsweredForm = {
      ...asked([]),
      answers: [
        { is: 'text', field: 'nowhere', text: 'stray words' },
        { is: 'text', field: 'told', text: 'a text where a choice belongs' },
        { is: 'chosen', field: 'text', chosen: ['constructor', 'one'] },
        { is: 'text', field: 'told', text: 'twice' },
      ],
    };
    const read = readAnswers(reportWith(form).form ?? form, words, attached);
    expect(read.map(({ label, value }) => [label, value])).toEqual([
      ['Say it', 'constructor\none'],
      ['Told?', 'a text where a choice belongs'],
      ['Told?', 'twice'],
      ['stray', 'stray words'],
    ]);
  });

  it('that names files in odd ways is read, and each is said', () => {
    const gone = fileOf(3, 'gone.jpg').attachment;
    const never = fileOf(4, 'never.jpg').attachment;
    const form: AnsweredForm = {
      ...asked([]),
      answers: [
        { is: 'files', field: 'file', files: [bill.attachment, never, gone] },
        { is: 'files', field: 'voice', files: [spoken.attachment, bill.attachment] },
        { is: 'files', field: 'voice', files: [fileOf(5, 'fine.pdf').attachment] },
        { is: 'files', field: 'text', files: [fileOf(6, 'x.txt').attachment] },
        { is: 'files', field: 'nowhere', files: [spoken.attachment] },
        { is: 'text', field: 'voice', text: 'words where a voice was asked for' },
      ],
    };
    const others = [fileOf(5, 'fine.pdf'), fileOf(6, 'x.txt')];
    const report = { files: [bill, spoken, ...others], erased: [gone] };
    const read = readAnswers(reportWith(form).form ?? form, words, report);
    expect(read.map(({ label, value }) => [label, value.split('\n')])).toEqual([
      ['Say it', ['x.txt not_asked']],
      ['Any papers?', ['bill.pdf', '? absent', '? erased']],
      ['Tell us', ['recording-1.wav', 'bill.pdf twice']],
      ['Tell us', ['fine.pdf no_sound']],
      ['Tell us', ['words where a voice was asked for']],
      ['stray', ['recording-1.wav twice']],
    ]);
    const named = read.flatMap(({ files }) => files.map(({ file }) => file?.attachment ?? null));
    expect(named).toContain(spoken.attachment);
    // what erases words leaves them readable
    const left = withoutPassages(reportWith(form), [], [bill.attachment]);
    expect(JSON.stringify(left)).not.toContain('bill.pdf');
  });

  it('with questions that name each other, or the same twice, is read', () => {
    const [section] = asked([]).sections;
    const [first] = section?.fields ?? [];
    if (section === undefined || first === undefined) throw new Error('no section');
    const twice = [first, { ...first, when: { field: first.id, any: ['one'] } }];
    const form = { ...asked([]), sections: [{ ...section, fields: twice }] };
    const given = { ...form, answers: [{ is: 'text', field: first.id, text: 'x' } as const] };
    expect(readAnswers(given, words, attached)).toHaveLength(1);
  });

  it('is no report where it is too much, nested, or hides something in its room', () => {
    const good = asked([]);
    const one = { is: 'text', field: 'a', text: 'x' };
    const isReport = (form: unknown): boolean =>
      v.is(EntryContent, { ...reportContent(organisation), form });
    expect(isReport(good)).toBe(true);
    expect(isReport({ ...good, answers: Array.from({ length: 1000 }, () => one) })).toBe(false);
    let nested: unknown = one;
    for (let depth = 0; depth < 1000; depth += 1) nested = [nested];
    expect(isReport({ ...good, answers: nested })).toBe(false);
    expect(isReport({ ...good, answers: [{ ...one, text: nested }] })).toBe(false);
    expect(isReport({ ...good, room: 'a name' })).toBe(false);
    expect(isReport({ ...good, hash: toBase64(new Uint8Array(31)) })).toBe(false);
    expect(isReport({ ...good, extra: 1 })).toBe(false);
  });
});

describe('erasing in answers', () => {
  const form = answeredForm(allTypes, 'en', [
    { is: 'text', field: 'text', text: 'It was Berit' },
    { is: 'people', field: 'person', people: [{ name: 'Berit Holm', about: 'cashier' }] },
    { is: 'chosen', field: 'told', chosen: ['yes'] },
  ]);

  it('takes passages out of them, and says which', () => {
    const report = reportWith(form);
    expect(textsOf(report).map(({ field: name }) => name)).toEqual([
      'text',
      'form.1',
      'form.2.1.name',
      'form.2.1.about',
    ]);
    const left = withoutPassages(report, [{ field: 'form.2.1.name', from: 0, to: 10 }], []);
    expect(JSON.stringify(left)).not.toContain('Berit Holm');
    expect(lostWords(report, left)).toEqual(['Berit Holm']);
  });

  it('takes the form whole with the report, since one that nobody signed can hold anything', () => {
    const hostile = { ...form, sections: [{ title: 'Berit Holm lives there', fields: [] }] };
    const report = reportWith(hostile);
    const left = withoutWords(report);
    expect(JSON.stringify(left)).not.toContain('Berit');
    expect(left && lostWords(report, left)).toContain('It was Berit');
  });

  it('finds out who puts other answers in their place', () => {
    const report = reportWith(form);
    const other = reportWith({ ...form, answers: [{ is: 'text', field: 'text', text: 'No' }] });
    expect(lostWords(report, other)).toBeNull();
  });
});
