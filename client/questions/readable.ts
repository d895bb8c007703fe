import type { AnsweredForm, AskedField, FileReference, FormAnswer } from '../../crypto/private.js';

/** Why a file that an answer names is not simply there; see {@link NamedFile}. */
export type FileFault = 'absent' | 'erased' | 'restricted' | 'twice' | 'not_asked' | 'no_sound';

/** A file that an answer names, as the report has it. */
export interface NamedFile {
  /** Null where there is none to be had. */
  file: FileReference | null;
  /**
   * `absent`: no file of the report has this id. `twice`: another place of the answers names it too.
   * `not_asked`: the question is not one for files. `no_sound`: it asks for a recording, and the file
   * is called something else. Null for nothing.
   */
  fault: FileFault | null;
}

/** The files of a report, and which of them were erased, or are covered as they are restricted. */
export interface ReportFiles {
  files: readonly FileReference[];
  erased: readonly string[];
  restricted?: readonly string[];
}

/** Words around answers, in the language of whoever reads them. */
export interface AnswerWords {
  yes: string;
  no: string;
  unknown: string;
  /** Stands for the question of an answer that fits none. */
  stray: string;
  /** A day, or a first and a last one. */
  period(from: string, until: string | null): string;
  /** A file by its name, null where it is not to be had, with what is to be said of it. */
  file(name: string | null, fault: FileFault | null): string;
}

/** A question with its answer as it is read. */
export interface ReadAnswer {
  /** The title of its section; empty where there is none. */
  section: string;
  label: string;
  value: string;
  /** Whether the reporter wrote it; else it was chosen among what the form offered. */
  isWritten: boolean;
  /** Those that the answer names, as `value` says in words. */
  files: NamedFile[];
}

/** Endings of names, and media types, of sounds as recorders, phones and this software make them. */
const SOUND = /\.(?:wav|mp3|m4a|aac|amr|flac|oga|ogg|opus|wma|weba|webm|mp4|3gp)$/iu;

/** Whether a file can be a recording, by what it is called. */
export function isSound({ name, type }: Pick<FileReference, 'name' | 'type'>): boolean {
  return SOUND.test(name) || type.startsWith('audio/');
}

/** What the form calls an option; its id where it offers no such one. */
function optionLabel(field: AskedField | null, id: string): string {
  return field?.options.find((option) => option.id === id)?.label ?? id;
}

function optionText(field: AskedField | null, id: string, words: AnswerWords): string {
  if (field?.type === 'yes_no' && (id === 'yes' || id === 'no' || id === 'unknown')) {
    return words[id];
  }
  return optionLabel(field, id);
}

function valueOf(
  field: AskedField | null,
  answer: Exclude<FormAnswer, { is: 'files' }>,
  words: AnswerWords,
): string {
  switch (answer.is) {
    case 'text':
      return answer.text;
    case 'chosen':
      return answer.chosen.map((id) => optionText(field, id, words)).join('\n');
    case 'period':
      return words.period(answer.from, answer.until);
    case 'people':
      return answer.people
        .map(({ name, about }) =>
          name === '' || about === '' ? name + about : `${name} (${about})`,
        )
        .join('\n');
  }
}

/**
 * All answers of a form in the order of its questions, whatever their conditions, and whether or not
 * they fit: what fits no question comes last.
 *
 * @param report its files: an answer that names another one, or one twice, is told from others.
 */
export function readAnswers(
  form: AnsweredForm,
  words: AnswerWords,
  { files, erased, restricted = [] }: ReportFiles,
): ReadAnswer[] {
  const left = new Set(form.answers);
  const named = new Set<string>();
  const find = (field: AskedField | null, attachment: string): NamedFile => {
    const isTwice = named.has(attachment);
    named.add(attachment);
    const found = files.find((each) => each.attachment === attachment);
    if (erased.includes(attachment)) return { file: null, fault: 'erased' };
    if (restricted.includes(attachment)) return { file: null, fault: 'restricted' };
    if (found === undefined) return { file: null, fault: 'absent' };
    if (isTwice) return { file: found, fault: 'twice' };
    if (field?.type === 'voice') return { file: found, fault: isSound(found) ? null : 'no_sound' };
    return { file: found, fault: field?.type === 'file' ? null : 'not_asked' };
  };
  const read = (section: string, field: AskedField | null, answer: FormAnswer): ReadAnswer => {
    left.delete(answer);
    const found = answer.is === 'files' ? answer.files.map((id) => find(field, id)) : [];
    const names = found.map(({ file, fault }) => words.file(file?.name ?? null, fault));
    return {
      section,
      label: field?.label ?? words.stray,
      value: answer.is === 'files' ? names.join('\n') : valueOf(field, answer, words),
      isWritten: answer.is === 'text' || answer.is === 'people',
      files: found,
    };
  };
  const found = form.sections.flatMap(({ title, fields }) =>
    fields.flatMap((field) =>
      [...left]
        .filter((answer) => answer.field === field.id)
        .map((answer) => read(title, field, answer)),
    ),
  );
  return [...found, ...[...left].map((answer) => read('', null, answer))];
}

/** Ids of the files that the answers of a form name. */
export function filesInAnswers(form: Pick<AnsweredForm, 'answers'> | undefined): string[] {
  return (form?.answers ?? []).flatMap((answer) => (answer.is === 'files' ? answer.files : []));
}

/** The questions of a form that have no answer. */
export function unanswered({ sections, answers }: AnsweredForm): string[] {
  return sections
    .flatMap(({ fields }) => fields)
    .filter(({ id }) => !answers.some(({ field }) => field === id))
    .map(({ label }) => label);
}

/** What somebody wrote in the answers of a form. */
export function writtenIn({ answers }: Pick<AnsweredForm, 'answers'>): string[] {
  return answers.flatMap((answer) => {
    if (answer.is === 'text') return [answer.text];
    if (answer.is !== 'people') return [];
    return answer.people.flatMap(({ name, about }) => [name, about]).filter((each) => each !== '');
  });
}

/**
 * What somebody chose in the answers of a form, as the form called it in its language. Yes, no and
 * don't know are left out: pages have their own words for them.
 */
export function chosenIn({ sections, answers }: AnsweredForm): string[] {
  const fields = sections.flatMap((section) => section.fields);
  return answers.flatMap((answer) => {
    if (answer.is !== 'chosen') return [];
    const field = fields.find(({ id }) => id === answer.field) ?? null;
    if (field?.type === 'yes_no') return [];
    return answer.chosen.map((id) => optionLabel(field, id));
  });
}

/** The days that somebody named in the answers of a form, ISO. */
export function daysIn(form: Pick<AnsweredForm, 'answers'> | undefined): string[] {
  return (form?.answers ?? []).flatMap((answer) =>
    answer.is === 'period' ? [answer.from, ...(answer.until === null ? [] : [answer.until])] : [],
  );
}

/** The same answers with other words. `place` names a text: the answer's number, and a person's. */
export function withWritten(
  answers: readonly FormAnswer[],
  change: (place: string, text: string) => string,
): FormAnswer[] {
  return answers.map((answer, index): FormAnswer => {
    const place = String(index + 1);
    if (answer.is === 'text') return { ...answer, text: change(place, answer.text) };
    if (answer.is !== 'people') return answer;
    const people = answer.people.map(({ name, about }, number) => ({
      name: name === '' ? '' : change(`${place}.${String(number + 1)}.name`, name),
      about: about === '' ? '' : change(`${place}.${String(number + 1)}.about`, about),
    }));
    return { ...answer, people };
  });
}
