import type { GivenAnswer, Questionnaire } from '../../../client/models.js';
import type { VoicePlace } from '../reporter/voice.js';

/** A file that answers a question. */
export interface AnswerFile {
  name: string;
  /** Its place among all files that will be sent. */
  place: number;
  remove: () => void;
}

/** The page's list of files, where those that answer questions are looked through like all others. */
export interface AnswerFiles {
  /** Adds files as the answer to a field; says what is wrong with them, empty where nothing is. */
  add(field: string, files: readonly File[]): string;
  of(field: string): AnswerFile[];
  /** Hears that a window of the system opens over the page. */
  picking(): void;
  /** Makes a place where somebody can record; null where the page only takes recordings from elsewhere. */
  voice: ((place: HTMLElement, take: (recording: File) => void) => VoicePlace) | null;
}

/** A channel's own questions on a page: a reporter's, a handler's who records, a preview. */
export interface QuestionForm {
  readonly element: HTMLElement;
  /** What was answered, in the order of the questions. */
  answers(): GivenAnswer[];
  /** Puts answers back, and takes all others away; files cannot be, which it says. */
  fill(answers: readonly GivenAnswer[]): void;
  /** The question of a field as it is asked; null where none of this id is. */
  questionOf(id: string): string | null;
  /** Draws the files anew: the page's list of them changed. */
  refresh(): void;
  /** Whether no recording waits for a decision; goes to the one that does. */
  settle(): boolean;
  /** Stops recording and overwrites what was heard. */
  wipe(): void;
}

/** What is drawn, and for whom. */
export interface QuestionOrder {
  questions: Questionnaire;
  language: string;
  /** Hears of every change. */
  onChange: () => void;
  /** Null in a preview, which takes no files. */
  files: AnswerFiles | null;
}

/** The event on the document by which a page asks for a form, once the part is loaded. */
export const QUESTIONS_EVENT = 'casekey:questions';

/** Its detail. */
export interface QuestionRequest {
  order: QuestionOrder;
  answer: (form: QuestionForm) => void;
}
