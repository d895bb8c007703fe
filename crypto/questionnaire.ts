import * as v from 'valibot';
import { toBase64 } from './bytes.js';
import { hash } from './derive.js';
import { Texts } from './ids.js';
import { toJsonBytes } from './json.js';

/**
 * What a field of a questionnaire takes. None can be made mandatory: a report needs nothing but what
 * its reporter says in own words.
 */
export const FIELD_TYPES = [
  'text',
  'long_text',
  'place',
  'period',
  'person',
  'yes_no',
  'choice',
  'choices',
  'file',
  'voice',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** The answers that a field of type `yes_no` offers, as if they were its options. */
export const YES_NO = ['yes', 'no', 'unknown'] as const;

/**
 * What a questionnaire may hold at most. It goes whole into each report, whose 1 MiB must hold it in any
 * writing, beside the longest text, the longest answers and as many files as can be
 * (test/unit/crypto/largest-report.test.ts): hence an end to all options together.
 */
export const QUESTION_LIMITS = {
  sections: 12,
  fields: 40,
  options: 20,
  allOptions: 200,
  title: 120,
  label: 200,
  help: 600,
} as const;

/** The name of a field or an option within its questionnaire. */
export const PartId = v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,16}$/));
export type PartId = v.InferOutput<typeof PartId>;

function isWithin(texts: Texts, most: number): boolean {
  return Object.values(texts).every((text) => text.length <= most);
}
const Title = v.pipe(
  Texts,
  v.check((texts) => isWithin(texts, QUESTION_LIMITS.title)),
);
const Label = v.pipe(
  Texts,
  v.check((texts) => isWithin(texts, QUESTION_LIMITS.label)),
);
const Help = v.pipe(
  Texts,
  v.check((texts) => isWithin(texts, QUESTION_LIMITS.help)),
);

/** When a field is asked: where an earlier field has one of these options as its answer. */
export const FieldCondition = v.strictObject({
  field: PartId,
  any: v.pipe(v.array(PartId), v.minLength(1), v.maxLength(QUESTION_LIMITS.options)),
});
export type FieldCondition = v.InferOutput<typeof FieldCondition>;

export const QuestionOption = v.strictObject({
  id: PartId,
  labels: Label,
});
export type QuestionOption = v.InferOutput<typeof QuestionOption>;

export const QuestionField = v.strictObject({
  id: PartId,
  type: v.picklist(FIELD_TYPES),
  labels: Label,
  help: Help,
  /** What `choice` and `choices` offer; empty for the others. */
  options: v.pipe(v.array(QuestionOption), v.maxLength(QUESTION_LIMITS.options)),
  when: v.nullable(FieldCondition),
});
export type QuestionField = v.InferOutput<typeof QuestionField>;

export const QuestionSection = v.strictObject({
  titles: Title,
  fields: v.pipe(v.array(QuestionField), v.minLength(1), v.maxLength(QUESTION_LIMITS.fields)),
});
export type QuestionSection = v.InferOutput<typeof QuestionSection>;

/** The ids by which conditions can name a field's answers; empty for what is answered freely. */
export function optionIds({ type, options }: Pick<QuestionField, 'type' | 'options'>): string[] {
  return type === 'yes_no' ? [...YES_NO] : options.map(({ id }) => id);
}

/** Each id once; not too many options; options where there is something to choose; conditions on what was asked before. */
function isSound(sections: QuestionSection[]): boolean {
  const before = new Map<string, string[]>();
  let offered = 0;
  for (const field of sections.flatMap(({ fields }) => fields)) {
    const ids = optionIds(field);
    const chooses = field.type === 'choice' || field.type === 'choices';
    if (chooses !== field.options.length > 0 || new Set(ids).size !== ids.length) return false;
    const { when } = field;
    if (when !== null) {
      const known = before.get(when.field) ?? [];
      if (!when.any.every((id) => known.includes(id))) return false;
    }
    if (before.has(field.id)) return false;
    before.set(field.id, ids);
    offered += field.options.length;
  }
  return before.size <= QUESTION_LIMITS.fields && offered <= QUESTION_LIMITS.allOptions;
}

/** The questions that a channel asks in place of the built-in ones. */
export const Questionnaire = v.strictObject({
  sections: v.pipe(
    v.array(QuestionSection),
    v.minLength(1),
    v.maxLength(QUESTION_LIMITS.sections),
    v.check(isSound),
  ),
});
export type Questionnaire = v.InferOutput<typeof Questionnaire>;

/** The hash (base64url) by which a report names the questionnaire that it answers. */
export function questionnaireHash(questionnaire: Questionnaire): string {
  return toBase64(hash('questionnaire', toJsonBytes(questionnaire)));
}
