import type { GivenAnswer } from '../../../client/models.js';
import { isAsked } from '../../../client/questions/asked.js';
import { anyInvites } from '../../../client/questions/invites.js';
import { t } from '../strings.js';
import { controlOf } from './controls.js';
import { make, textFor } from './elements.js';
import type { QuestionForm, QuestionOrder } from './messages.js';

/**
 * Draws the questions in a language. A question whose condition does not hold is hidden while it has
 * no answer.
 */
export function questionForm(order: QuestionOrder): QuestionForm {
  const { language } = order;
  const element = make('div');
  element.lang = language;
  const fields = order.questions.sections.flatMap((section) => {
    const place = make('section', '', 'own-questions');
    const title = textFor(section.titles, language);
    if (title !== '') place.append(make('h2', title));
    const controls = section.fields.map((field) => {
      const help = textFor(field.help, language);
      // signed or not: whoever is asked for a name is told that none is needed
      const offered = field.options.map(({ labels }) => textFor(labels, language));
      const invites = anyInvites([title, textFor(field.labels, language), help, ...offered]);
      const hints = [help, invites ? t('questions.invites') : ''];
      return { field, place, control: controlOf(field, hints, order, changed) };
    });
    place.append(...controls.map(({ control }) => control.element));
    element.append(place);
    return controls;
  });

  const answers = (): GivenAnswer[] =>
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
    order.onChange();
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
    questionOf(id) {
      const found = fields.find(({ field }) => field.id === id)?.field;
      return found === undefined ? null : textFor(found.labels, language);
    },
    refresh() {
      for (const { control } of fields) control.refresh?.();
      draw();
    },
    settle: () => fields.every(({ control }) => control.settle?.() ?? true),
    wipe() {
      for (const { control } of fields) control.wipe?.();
    },
  };
}
