import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { Questionnaire } from '../../crypto/private.js';
import {
  answerIds,
  mend,
  missingIn,
  type EditedField,
} from '../../views/browser/desk/question-structure.js';

function field(id: string, over: Partial<EditedField> = {}): EditedField {
  return { id, type: 'text', labels: { en: id }, help: {}, options: [], when: null, ...over };
}

function choice(id: string, ...answers: string[]): EditedField {
  const options = answers.map((each) => ({ id: each, labels: { en: each } }));
  return field(id, { type: 'choice', options });
}

const told = field('told', { type: 'yes_no' });
const whom = field('whom', { when: { field: 'told', any: ['yes'] } });

function form(...sections: EditedField[][]): Questionnaire {
  return structuredClone({ sections: sections.map((fields) => ({ titles: {}, fields })) });
}

function conditions(questions: Questionnaire): EditedField['when'][] {
  return questions.sections.flatMap(({ fields }) => fields.map(({ when }) => when));
}

describe('a condition', () => {
  it('stays where its question is asked before, in its own or an earlier section', () => {
    for (const questions of [form([told, whom]), form([told], [whom])]) {
      expect(mend(questions)).toEqual([]);
      expect(conditions(questions)).toEqual([null, whom.when]);
    }
  });

  it.each([
    ['whose question takes a text now', form([field('told'), whom]), 'no_answers'],
    ['whose question has no choices left', form([choice('told'), whom]), 'no_answers'],
    ['whose question comes after it', form([whom, told]), 'later'],
    ['whose question is in a later section', form([whom], [told]), 'later'],
    ['on itself', form([{ ...told, when: { field: 'told', any: ['yes'] } }]), 'later'],
    ['whose question was removed', form([whom]), 'gone'],
  ])('%s falls away, and says why', (_, questions, why) => {
    const dropped = mend(questions);
    expect(dropped.map((each) => [each.on, each.why])).toEqual([['told', why]]);
    expect(conditions(questions).every((when) => when === null)).toBe(true);
    // it is said once
    expect(mend(questions)).toEqual([]);
  });

  it('loses the answers that are offered no more, and waits for others to be chosen', () => {
    const when = { field: 'which', any: ['a', 'b'] };
    const one = form([choice('which', 'b', 'c'), field('more', { when })]);
    expect(mend(one)).toEqual([]);
    expect(conditions(one)).toEqual([null, { field: 'which', any: ['b'] }]);
    const none = form([choice('which', 'c', 'd'), field('more', { when })]);
    expect(mend(none)).toEqual([]);
    expect(conditions(none)).toEqual([null, { field: 'which', any: [] }]);
  });

  it('falls away alone: a question that depends on the one that lost it keeps its own', () => {
    const chain = form([
      field('first'),
      field('second', { type: 'yes_no', when: { field: 'first', any: ['yes'] } }),
      field('third', { when: { field: 'second', any: ['no'] } }),
    ]);
    expect(mend(chain)).toEqual([{ field: 'second', on: 'first', why: 'no_answers' }]);
    expect(conditions(chain)).toEqual([null, null, { field: 'second', any: ['no'] }]);
  });
});

describe('a question', () => {
  const both = ['en', 'sv'];
  const named = { labels: { en: 'Which?', sv: 'Vilken?' } };

  it('lacks nothing with words in every language, whatever else is empty', () => {
    expect(missingIn(field('a', named), both)).toBeNull();
    expect(missingIn(field('a', { ...named, type: 'file' }), both)).toBeNull();
  });

  it('lacks its words in the first language that has none', () => {
    expect(missingIn(field('a'), both)).toEqual({ is: 'label', language: 'sv' });
    expect(missingIn(field('a', { labels: {} }), both)).toEqual({ is: 'label', language: 'en' });
  });

  it.each(['choice', 'choices'] as const)(
    'of the kind %s lacks choices, or their words',
    (type) => {
      const lacking = { is: 'options', language: 'en' };
      expect(missingIn(field('a', { ...named, type }), both)).toEqual(lacking);
      const options = [{ id: 'one', labels: { en: 'One' } }];
      expect(missingIn(field('a', { ...named, type, options }), both)).toEqual({
        ...lacking,
        language: 'sv',
      });
      const whole = [{ id: 'one', labels: { en: 'One', sv: 'Ett' } }];
      expect(missingIn(field('a', { ...named, type, options: whole }), both)).toBeNull();
    },
  );

  it('lacks the answer on which it depends', () => {
    const when = { field: 'told', any: [] };
    expect(missingIn(field('a', { ...named, when }), both)).toEqual({ is: 'any' });
  });
});

it('lets everything be signed that was mended and lacks nothing, whatever was moved or changed', () => {
  const types = fc.constantFrom('text', 'yes_no', 'choice', 'choices', 'voice');
  const fields = fc
    .array(
      fc.record({
        type: types,
        on: fc.integer({ min: 0, max: 8 }),
        any: fc.subarray(['yes', 'no', 'o0', 'o1', 'o2']),
        offered: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((all) =>
      all.map(({ type, on, any, offered }, index) => {
        const options = ['o0', 'o1', 'o2']
          .slice(0, type.startsWith('choice') ? offered : 0)
          .map((id) => ({ id, labels: { en: id } }));
        const when = on === 8 ? null : { field: `f${on.toString()}`, any };
        return field(`f${index.toString()}`, { type, options, when });
      }),
    );
  let signed = 0;
  fc.assert(
    fc.property(fields, fc.nat(7), (all, cut) => {
      const sections = [all.slice(0, cut), all.slice(cut)].filter(({ length }) => length > 0);
      const questions = form(...sections);
      mend(questions);
      for (const each of questions.sections.flatMap((section) => section.fields)) {
        const on = all.find(({ id }) => id === each.when?.field);
        // the page always has a box to tick for it
        if (each.when !== null) expect(answerIds(on ?? field('none'))).not.toEqual([]);
        if (missingIn(each, ['en']) !== null) return;
      }
      signed += 1;
      expect(v.is(Questionnaire, questions)).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(signed).toBeGreaterThan(50);
});
