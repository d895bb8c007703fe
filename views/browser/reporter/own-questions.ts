import type { FormInput, Questionnaire } from '../../../client/models.js';
import { questionForm, type QuestionForm } from '../questions/form.js';
import { byId, show } from './dom.js';

/** What stands below the text for a channel: its own questions, or null for the built-in ones. */
type Shown = { questions: Questionnaire; form: QuestionForm } | null;

/** By channel: what was shown once stays for as long as the page is open, whatever is signed later. */
const shown = new Map<string, Shown>();
let current: Shown = null;

function put(channel: string, questions: Questionnaire | null, onChange: () => void): Shown {
  const made = questions && {
    questions,
    form: questionForm(questions, document.documentElement.lang, onChange),
  };
  shown.set(channel, made);
  return made;
}

function draw(next: Shown): void {
  current = next;
  byId('own-questions').replaceChildren(...(next === null ? [] : [next.form.element]));
  show('built-in-questions', next === null);
}

/** Shows the questions of a channel. */
export function showQuestions(
  channel: string,
  questions: Questionnaire | null,
  onChange: () => void,
): void {
  const before = shown.get(channel);
  draw(before === undefined ? put(channel, questions, onChange) : before);
}

/** Shows a channel's questions as a draft has them, with its answers. */
export function fillQuestions(channel: string, own: FormInput | null, onChange: () => void): void {
  const next = put(channel, own?.questions ?? null, onChange);
  next?.form.fill(own?.answers ?? []);
  draw(next);
}

/** The questions that are shown with their answers; null where the built-in ones are. */
export function readQuestions(): FormInput | null {
  return current && { questions: current.questions, answers: current.form.answers() };
}

/** Forgets every answer. */
export function forgetQuestions(): void {
  shown.clear();
  draw(null);
}
