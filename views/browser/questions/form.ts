import type { FormAnswer, Questionnaire } from '../../../client/models.js';
import { isAsked } from '../../../client/questions/asked.js';
import { anyInvites } from '../../../client/questions/invites.js';
import { t } from '../strings.js';
import { controlOf, make, textFor } from './controls.js';

/** A channel's own questions on a page: a reporter's, a handler's who records, a preview. */
export interface QuestionForm {
  readonly element: HTMLElement;
  /** What was answered, in the order of the questions. */
  answers(): FormAnswer[];
  /** Puts answers back, and takes all others away. */
  fill(answers: readonly FormAnswer[]): void;
}

/**
 * Draws the questions in a language. A question whose condition does not hold is hidden while it has
 * no answer.
 */
export function questionForm(
  { sections }: Questionnaire,
  language: string,
  onChange: () => void,
): QuestionForm {
  const element = make('div');
  element.lang = language;
  const fields = sections.flatMap((section) => {
    const place = make('section', '', 'own-questions');
    const title = textFor(section.titles, language);
    if (title !== '') place.append(make('h2', title));
    const controls = section.fields.map((field) => {
      const help = textFor(field.help, language);
      // signed or not: whoever is asked for a name is told that none is needed
      const offered = field.options.map(({ labels }) => textFor(labels, language));
      const invites = anyInvites([title, textFor(field.labels, language), help, ...offered]);
      const hints = [help, invites ? t('questions.invites') : ''];
      return { field, place, control: controlOf(field, language, hints, changed) };
    });
    place.append(...controls.map(({ control }) => control.element));
    element.append(place);
    return controls;
  });

  const answers = (): FormAnswer[] =>
    fields.flatMap(({ control }) => {
      const answer = control.read();
      return answer === null ? [] : [answer];
    });
  const draw = (): void => {
    const given = answers();
    for (const { field, control } of fields) control.element.hidden = !isAsked(field, given);
    for (const { place } of fields) {
      place.hidden = fields.every((each) => each.place !== place || each.control.element.hidden);
    }
  };
  function changed(): void {
    draw();
    onChange();
  }
  element.addEventListener('input', changed);
  element.addEventListener('change', changed);
  draw();
  return {
    element,
    answers,
    fill(given) {
      for (const { field, control } of fields) {
        control.fill(given.find((answer) => answer.field === field.id) ?? null);
      }
      draw();
    },
  };
}
