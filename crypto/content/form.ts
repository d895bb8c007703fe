import * as v from 'valibot';
import { utf8 } from '../bytes.js';
import { AttachmentId, bytesSchema, Day, type Language } from '../ids.js';
import {
  FIELD_TYPES,
  FieldCondition,
  PartId,
  QUESTION_LIMITS,
  type Questionnaire,
  questionnaireHash,
} from '../questionnaire.js';
import { FILES_LIMIT, needed, text } from './fields.js';

/** Most people that one answer can name. */
export const PEOPLE_LIMIT = 20;

/** Somebody whom an answer names, and who that is; one of them may be empty. */
export const NamedPerson = v.pipe(
  v.strictObject({ name: text, about: text }),
  v.check(({ name, about }) => name !== '' || about !== ''),
);
export type NamedPerson = v.InferOutput<typeof NamedPerson>;

/** An answer to a field of a questionnaire; a field that was left empty has none. */
export const FormAnswer = v.variant('is', [
  v.strictObject({ is: v.literal('text'), field: PartId, text: needed }),
  v.strictObject({
    is: v.literal('chosen'),
    field: PartId,
    chosen: v.pipe(v.array(PartId), v.minLength(1), v.maxLength(QUESTION_LIMITS.options)),
  }),
  v.strictObject({
    is: v.literal('period'),
    field: PartId,
    from: Day,
    until: v.nullable(Day),
  }),
  v.strictObject({
    is: v.literal('people'),
    field: PartId,
    people: v.pipe(v.array(NamedPerson), v.minLength(1), v.maxLength(PEOPLE_LIMIT)),
  }),
  /**
   * To a field of type `file` or `voice`: files of the same report. Whether they are there, and what
   * they are, is for whoever reads to see.
   */
  v.strictObject({
    is: v.literal('files'),
    field: PartId,
    files: v.pipe(v.array(AttachmentId), v.minLength(1), v.maxLength(FILES_LIMIT)),
  }),
]);
export type FormAnswer = v.InferOutput<typeof FormAnswer>;

/**
 * The bytes that the answers of a report, to its channel's questions or the built-in ones, may take
 * together as JSON: with a text, questions and files at their own limits they fit into 1 MiB.
 */
export const ANSWERS_MOST_BYTES = 256 * 1024;

/** Whether answers are no more than a report has room for. */
export function areWithinReport(answers: unknown): boolean {
  return utf8(JSON.stringify(answers)).length <= ANSWERS_MOST_BYTES;
}

const label = v.pipe(v.string(), v.maxLength(QUESTION_LIMITS.label));

/** A field as it was asked, in one language. */
export const AskedField = v.strictObject({
  id: PartId,
  type: v.picklist(FIELD_TYPES),
  label,
  help: v.pipe(v.string(), v.maxLength(QUESTION_LIMITS.help)),
  options: v.pipe(
    v.array(v.strictObject({ id: PartId, label })),
    v.maxLength(QUESTION_LIMITS.options),
  ),
  when: v.nullable(FieldCondition),
});
export type AskedField = v.InferOutput<typeof AskedField>;

export const AskedSection = v.strictObject({
  title: v.pipe(v.string(), v.maxLength(QUESTION_LIMITS.title)),
  fields: v.pipe(v.array(AskedField), v.maxLength(QUESTION_LIMITS.fields)),
});

/** The bytes that answers take in steps of: none and a few short ones take the same. */
export const ANSWERS_STEP_BYTES = 4096;

/**
 * The channel's questions as the reporter was asked them, and the answers: so a report can be read by
 * itself, whatever is asked later. It is there also where nothing was answered. Nobody can keep a
 * reporter from sealing answers to questions that were never asked: whoever reads one shows all.
 */
export const AnsweredForm = v.strictObject({
  /** Of the questionnaire, in all its languages, as it stood in the signed directory. */
  hash: bytesSchema(32),
  sections: v.pipe(v.array(AskedSection), v.maxLength(QUESTION_LIMITS.sections)),
  answers: v.pipe(
    v.array(FormAnswer),
    v.maxLength(QUESTION_LIMITS.fields),
    v.check((answers) => areWithinReport(answers)),
  ),
  /** Spaces, by which the answers take a multiple of 4 KiB. */
  room: v.pipe(v.string(), v.maxLength(ANSWERS_STEP_BYTES), v.regex(/^ *$/)),
});
export type AnsweredForm = v.InferOutput<typeof AnsweredForm>;

/** The text in the language, else in English, else in any; empty where there is none. */
export function textFor(texts: Readonly<Record<string, string>>, language: Language): string {
  return texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

/** A questionnaire as it is asked in one language. */
export function askedIn({ sections }: Questionnaire, language: Language): AnsweredForm['sections'] {
  return sections.map(({ titles, fields }) => ({
    title: textFor(titles, language),
    fields: fields.map(({ id, type, labels, help, options, when }) => ({
      id,
      type,
      label: textFor(labels, language),
      help: textFor(help, language),
      options: options.map((option) => ({
        id: option.id,
        label: textFor(option.labels, language),
      })),
      when,
    })),
  }));
}

/** What goes into a report: the questions as they were asked, the answers, and room around these. */
export function answeredForm(
  questions: Questionnaire,
  language: Language,
  answers: readonly FormAnswer[],
): AnsweredForm {
  const used = utf8(JSON.stringify(answers)).length % ANSWERS_STEP_BYTES;
  return {
    hash: questionnaireHash(questions),
    sections: askedIn(questions, language),
    answers: [...answers],
    room: ' '.repeat(ANSWERS_STEP_BYTES - used),
  };
}
