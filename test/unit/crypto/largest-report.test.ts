import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FormInput } from '../../../client/models.js';
import { checkRoom } from '../../../client/report.js';
import {
  answeredForm,
  ANSWERS_MOST_BYTES,
  FileReference,
  FILES_LIMIT,
  type FormAnswer,
  QUESTION_LIMITS,
  Questionnaire,
  Report,
  SignedDirectory,
  TEXT_LIMIT,
  toBase64,
  toJsonBytes,
} from '../../../crypto/private.js';
import { makeCase, reportContent } from '../../support/case.js';
import { makeOrganisation, type TestOrganisation } from '../../support/organisation.js';

// Every part of a report at its limit at once, in writings of one, two, three and four bytes a letter.

const LANGUAGES = ['en', 'sv', 'fi', 'nb'];
const LETTERS = [['a'], ['ä'], ['語'], ['😀']] as const;

/** As many code units as can be, of this letter. */
const of = (letter: string, most: number): string =>
  letter.repeat(Math.floor(most / letter.length));
const inAll = (letter: string, most: number): Record<string, string> =>
  Object.fromEntries(LANGUAGES.map((language) => [language, of(letter, most)]));
const name = (number: number): string => String(number).padStart(16, 'x');

/** As many sections, fields and options as there can be, each with all it can say. */
function largest(letter: string): Questionnaire {
  const { sections, fields, options, allOptions, title, label, help } = QUESTION_LIMITS;
  const offered = Array.from({ length: options }, (_, index) => ({
    id: name(index),
    labels: inAll(letter, label),
  }));
  const all = Array.from({ length: fields }, (_, index) => ({
    id: name(index),
    type: index < allOptions / options ? ('choices' as const) : ('long_text' as const),
    labels: inAll(letter, label),
    help: inAll(letter, help),
    options: index < allOptions / options ? offered : [],
    when: index === 0 ? null : { field: name(0), any: offered.map(({ id }) => id) },
  }));
  const each = Math.ceil(fields / sections);
  const found = Array.from({ length: sections }, (_, index) => ({
    titles: inAll(letter, title),
    fields: all.slice(index * each, (index + 1) * each),
  }));
  return v.parse(Questionnaire, { sections: found.filter((one) => one.fields.length > 0) });
}

/** Answers that take all the room that answers have. */
function mostAnswers(letter: string, questions: Questionnaire): FormAnswer[] {
  const ids = questions.sections.flatMap(({ fields }) => fields.map(({ id }) => id));
  const answers: FormAnswer[] = ids.map((field) => ({ is: 'text', field, text: letter }));
  const left = ANSWERS_MOST_BYTES - toJsonBytes(answers).length;
  const bytes = new TextEncoder().encode(letter).length;
  let more = Math.floor(left / bytes);
  for (const answer of answers) {
    const most = Math.min(more, Math.floor(TEXT_LIMIT / letter.length) - 1);
    if (answer.is === 'text') answer.text += letter.repeat(most);
    more -= most;
  }
  return answers;
}

const files = (letter: string): FileReference[] =>
  Array.from({ length: FILES_LIMIT }, (_, index) => ({
    ...v.parse(FileReference, {
      attachment: toBase64(new Uint8Array(16).fill(index)),
      key: toBase64(new Uint8Array(32)),
      hash: toBase64(new Uint8Array(32)),
      chunks: 100_000,
      name: of(letter, 255),
      type: of(letter, 255),
      size: Number.MAX_SAFE_INTEGER,
    }),
  }));

let organisation: TestOrganisation;
beforeAll(async () => {
  organisation = await makeOrganisation();
});

describe('a report at all its limits', () => {
  it.each(LETTERS)('is sealed and read with its own questions, in letters such as %s', (letter) => {
    const questions = largest(letter);
    const report = v.parse(Report, {
      ...reportContent(organisation),
      text: of(letter, TEXT_LIMIT),
      files: files(letter),
      leftOut: Array.from({ length: 1000 }, (_, index) =>
        toBase64(new Uint8Array(16).fill(index % 256)),
      ),
      answers: {},
      form: answeredForm(questions, 'sv', mostAnswers(letter, questions)),
    });
    const made = makeCase(organisation, { report: false });
    made.say('reporter', report);
    const [entry] = made.open('reporter').dialogue.entries;
    expect(entry?.content).toEqual(report);
  });

  it('is refused before a file is sent where its answers are one letter more', () => {
    const questions = largest('ä');
    const form = { questions, answers: mostAnswers('ä', questions) };
    // nothing but texts: the same before and after sealing
    const given = { answers: {}, form: form as FormInput };
    expect(() => {
      checkRoom(given);
    }).not.toThrow();
    const last = form.answers.at(-1);
    if (last?.is === 'text') last.text += 'ää';
    expect(() => {
      checkRoom(given);
    }).toThrow(expect.objectContaining({ code: 'too_long' }));
    const text = 'ä'.repeat(70_000);
    const builtIn = { where: { known: true, text }, who: { known: true, text } } as const;
    expect(() => {
      checkRoom({ answers: builtIn });
    }).toThrow(expect.objectContaining({ code: 'too_long' }));
  });

  it('has questions of which a directory holds several, in every language of the pages', () => {
    const document = toBase64(toJsonBytes([1, 2, 3].map(() => largest('語'))));
    expect(v.is(SignedDirectory.entries.document, document)).toBe(true);
  });
});
