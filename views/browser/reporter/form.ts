import type { Answers, Category, FormInput, Relation } from '../../../client/models.js';
import { byId, show } from './dom.js';
import { fillQuestions, readQuestions, type Asking } from './own-questions.js';

/** The optional questions, in the page's order. */
export const QUESTIONS = ['where', 'when', 'who', 'how', 'more'] as const;
type Question = (typeof QUESTIONS)[number];

/** What the form holds, as it is kept in the draft: an answer keeps its text while "don't know" is set. */
export interface FormState {
  channel: string;
  category: Category;
  relation: Relation;
  text: string;
  answers: Partial<Record<Question, { text: string; unknown: boolean }>>;
  /** The channel's own questions as they are shown; null where the built-in ones are. */
  own: FormInput | null;
}

function field(question: Question): HTMLTextAreaElement {
  return byId(`q-${question}`, HTMLTextAreaElement);
}

function unknown(question: Question): HTMLInputElement {
  return byId(`q-${question}-unknown`, HTMLInputElement);
}

/** Reads the form. */
export function readForm(): FormState {
  const answers: FormState['answers'] = {};
  for (const question of QUESTIONS) {
    const answer = { text: field(question).value, unknown: unknown(question).checked };
    if (answer.text !== '' || answer.unknown) answers[question] = answer;
  }
  return {
    channel: byId('channel', HTMLSelectElement).value,
    // the options of the page are those of the protocol; a test compares them
    category: byId('category', HTMLSelectElement).value as Category,
    relation: byId('relation', HTMLSelectElement).value as Relation,
    text: byId('text', HTMLTextAreaElement).value,
    answers,
    own: readQuestions(),
  };
}

/** Whether anything was written that is worth keeping. */
export function isBlank(state: FormState): boolean {
  return (
    state.text === '' &&
    Object.keys(state.answers).length === 0 &&
    (state.own?.answers ?? []).length === 0 &&
    state.category === 'unknown' &&
    state.relation === 'not_said'
  );
}

/** Puts an earlier state back into the form, with the questions as they were shown then. */
export function fillForm(state: FormState, asking: Asking): void {
  const choose = (id: string, value: string): void => {
    const select = byId(id, HTMLSelectElement);
    if ([...select.options].some((option) => option.value === value)) select.value = value;
  };
  choose('channel', state.channel);
  choose('category', state.category);
  choose('relation', state.relation);
  byId('text', HTMLTextAreaElement).value = state.text;
  // none are known where no channel is chosen yet
  if (state.channel !== '' || state.own !== null) fillQuestions(state.channel, state.own, asking);
  for (const question of QUESTIONS) {
    const answer = state.answers[question];
    field(question).value = answer?.text ?? '';
    unknown(question).checked = answer?.unknown ?? false;
    field(question).disabled = unknown(question).checked;
  }
}

/**
 * The answers to the built-in questions as they are sent: "don't know" is one; a question left empty
 * is none, and so is one that was not shown.
 */
export function answersOf(state: FormState): Answers {
  const answers: Answers = {};
  if (state.own !== null) return answers;
  for (const question of QUESTIONS) {
    const answer = state.answers[question];
    if (answer === undefined) continue;
    const text = answer.text.trim();
    if (answer.unknown) answers[question] = { known: false };
    else if (text !== '') answers[question] = { known: true, text };
  }
  return answers;
}

/** Watches the form: "don't know" rests its field; `onChange` hears of every change. */
export function watchForm(onChange: () => void): void {
  for (const question of QUESTIONS) {
    unknown(question).addEventListener('change', () => {
      field(question).disabled = unknown(question).checked;
    });
  }
  const form = byId('form', HTMLFormElement);
  form.addEventListener('input', onChange);
  form.addEventListener('change', onChange);
}

/** Bytes that all answers may take: `crypto/content/form.ts` has the limit that counts. */
const MOST_BYTES = 250_000;

/** Whether the answers fit into a report; says so where they do not. */
function checkRoom(): boolean {
  const state = readForm();
  const said = JSON.stringify([answersOf(state), state.own?.answers]);
  const fits = new TextEncoder().encode(said).length <= MOST_BYTES;
  show('answers-error', !fits);
  if (!fits) byId('answers-error').focus();
  return fits;
}

/** Whether it is chosen whom the report is for, where that is to be chosen; says so where it is not. */
function checkChannel(): boolean {
  const select = byId('channel', HTMLSelectElement);
  const isMissing = select.value === '';
  show('channel-error', isMissing);
  select.setAttribute('aria-invalid', String(isMissing));
  if (isMissing) {
    select.setAttribute('aria-describedby', 'channel-error');
    select.focus();
  } else select.removeAttribute('aria-describedby');
  return !isMissing;
}

/** Whether what is needed is there, and all fits; says so where it does not. */
export function checkForm(): boolean {
  if (!checkChannel()) return false;
  const text = byId('text', HTMLTextAreaElement);
  const isEmpty = text.value.trim() === '';
  show('text-error', isEmpty);
  if (isEmpty) {
    text.setAttribute('aria-invalid', 'true');
    text.setAttribute('aria-describedby', 'text-error text-hint');
    text.focus();
  } else {
    text.removeAttribute('aria-invalid');
    text.setAttribute('aria-describedby', 'text-hint');
  }
  return !isEmpty && checkRoom();
}
