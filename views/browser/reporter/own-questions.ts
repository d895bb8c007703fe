import type { FormInput, Questionnaire } from '../../../client/models.js';
import {
  type AnswerFiles,
  type QuestionForm,
  type QuestionOrder,
  type QuestionRequest,
  QUESTIONS_EVENT,
} from '../questions/messages.js';
import { loadScript } from '../rpc.js';
import { byId, show } from './dom.js';

/** What stands below the text for a channel: its own questions, or null for the built-in ones. */
type Shown = { channel: string; questions: Questionnaire; form: QuestionForm } | null;

/** What a page gives to the questions of each channel: its files, and who hears of changes. */
export type Asking = Pick<QuestionOrder, 'onChange'> & { files: (channel: string) => AnswerFiles };

/** By channel: what was shown once stays for as long as the page is open, whatever is signed later. */
const shown = new Map<string, Shown>();
let current: Shown = null;
let loading: Promise<void> | undefined;

/**
 * Fetches what draws questions, once a page, where there are any to draw: it must be there before they
 * are shown. Throws RemoteError `worker_failed` where it cannot be had.
 */
export async function loadQuestions(asked: readonly unknown[]): Promise<void> {
  if (asked.every((each) => each === null)) return;
  loading ??= loadScript('questions').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  await loading;
}

function drawn(order: QuestionOrder): QuestionForm {
  let form: QuestionForm | undefined;
  const request: QuestionRequest = {
    order,
    answer(made) {
      form = made;
    },
  };
  document.dispatchEvent(new CustomEvent(QUESTIONS_EVENT, { detail: request }));
  if (form === undefined) throw new Error('The part that draws questions is not loaded');
  return form;
}

function put(channel: string, questions: Questionnaire | null, asking: Asking): Shown {
  const language = document.documentElement.lang;
  const files = asking.files(channel);
  const made = questions && {
    ...{ channel, questions },
    form: drawn({ ...asking, files, questions, language }),
  };
  shown.get(channel)?.form.wipe();
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
  asking: Asking,
): void {
  const before = shown.get(channel);
  draw(before === undefined ? put(channel, questions, asking) : before);
}

/** Shows a channel's questions as a draft has them, with its answers. */
export function fillQuestions(channel: string, own: FormInput | null, asking: Asking): void {
  const next = put(channel, own?.questions ?? null, asking);
  next?.form.fill(own?.answers ?? []);
  draw(next);
}

/** The questions that are shown with their answers; null where the built-in ones are. */
export function readQuestions(): FormInput | null {
  return current && { questions: current.questions, answers: current.form.answers() };
}

/** A channel's question of this id as it is shown; null where it is not. */
export function questionOf(channel: string, id: string): string | null {
  return current?.channel === channel ? current.form.questionOf(id) : null;
}

/** Draws the files of answers anew. */
export function refreshQuestions(): void {
  current?.form.refresh();
}

/** Whether no recording in an answer waits for a decision; goes to the one that does. */
export function settleQuestions(): boolean {
  return current?.form.settle() ?? true;
}

/** Forgets every answer. */
export function forgetQuestions(): void {
  for (const each of shown.values()) each?.form.wipe();
  shown.clear();
  draw(null);
}
