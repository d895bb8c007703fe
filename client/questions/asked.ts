import type { QuestionField } from '../../crypto/private.js';
import type { GivenAnswer } from '../models.js';

/** A field as its condition sees it. */
type Conditional = Pick<QuestionField, 'id' | 'when'>;

/**
 * Whether a field is asked, given the answers to all: where its condition holds, and wherever it has
 * an answer itself. So nothing is ever sent that its writer no longer sees.
 */
export function isAsked({ id, when }: Conditional, answers: readonly GivenAnswer[]): boolean {
  if (when === null || answers.some(({ field }) => field === id)) return true;
  return answers.some(
    (answer) =>
      answer.field === when.field &&
      answer.is === 'chosen' &&
      answer.chosen.some((chosen) => when.any.includes(chosen)),
  );
}
