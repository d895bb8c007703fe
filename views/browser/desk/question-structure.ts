import type { Questionnaire } from '../../../client/models.js';

/** A question as it is edited. */
export type EditedField = Questionnaire['sections'][number]['fields'][number];

/**
 * Why a question lost its condition: the one that it depended on has nothing to choose from any more,
 * is no longer asked before it, or was removed.
 */
export type DropReason = 'no_answers' | 'later' | 'gone';

/** A condition that fell away: whose, and on which question, by their ids. */
export interface DroppedCondition {
  readonly field: string;
  readonly on: string;
  readonly why: DropReason;
}

/** Whether the question lists what can be chosen. */
export function hasOptions({ type }: Pick<EditedField, 'type'>): boolean {
  return type === 'choice' || type === 'choices';
}

/** The ids that a condition on the question can name; empty where it is answered freely. */
export function answerIds({ type, options }: Pick<EditedField, 'type' | 'options'>): string[] {
  return type === 'yes_no' ? ['yes', 'no', 'unknown'] : options.map(({ id }) => id);
}

/**
 * Takes away, in place, the conditions that no answer can meet any more, and out of the others the
 * answers that are no longer offered.
 *
 * @returns the conditions that fell away, in the order of the questions; those of which an answer is
 * yet to be chosen stay.
 */
export function mend({ sections }: Questionnaire): DroppedCondition[] {
  const fields = sections.flatMap((section) => section.fields);
  const before = new Map<string, readonly string[]>();
  const dropped: DroppedCondition[] = [];
  for (const field of fields) {
    const { when } = field;
    if (when !== null) {
      const answers = before.get(when.field) ?? [];
      if (answers.length > 0) {
        when.any = when.any.filter((id) => answers.includes(id));
      } else {
        field.when = null;
        const isThere = fields.some(({ id }) => id === when.field);
        const why = before.has(when.field) ? 'no_answers' : isThere ? 'later' : 'gone';
        dropped.push({ field: field.id, on: when.field, why });
      }
    }
    before.set(field.id, answerIds(field));
  }
  return dropped;
}

/** What a question lacks: words in a language, choices or their words in one, an answer to depend on. */
export type Missing =
  { readonly is: 'label' | 'options'; readonly language: string } | { readonly is: 'any' };

/** The first thing that a question lacks before it can be signed; null where it lacks nothing. */
export function missingIn(field: EditedField, languages: readonly string[]): Missing | null {
  for (const language of languages) {
    if (field.labels[language] === undefined) return { is: 'label', language };
    const isNamed = field.options.every(({ labels }) => labels[language] !== undefined);
    if (hasOptions(field) && (field.options.length === 0 || !isNamed)) {
      return { is: 'options', language };
    }
  }
  return field.when?.any.length === 0 ? { is: 'any' } : null;
}
