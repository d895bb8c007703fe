import type { AnsweredForm, AskedField, FormAnswer } from '../../crypto/private.js';

/** Words around answers, in the language of whoever reads them. */
export interface AnswerWords {
  yes: string;
  no: string;
  unknown: string;
  /** Stands for the question of an answer that fits none. */
  stray: string;
  /** A day, or a first and a last one. */
  period(from: string, until: string | null): string;
}

/** A question with its answer as it is read. */
export interface ReadAnswer {
  /** The title of its section; empty where there is none. */
  section: string;
  label: string;
  value: string;
  /** Whether the reporter wrote it; else it was chosen among what the form offered. */
  isWritten: boolean;
}

function optionText(field: AskedField | null, id: string, words: AnswerWords): string {
  if (field?.type === 'yes_no' && (id === 'yes' || id === 'no' || id === 'unknown')) {
    return words[id];
  }
  return field?.options.find((option) => option.id === id)?.label ?? id;
}

function valueOf(field: AskedField | null, answer: FormAnswer, words: AnswerWords): string {
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
 */
export function readAnswers(form: AnsweredForm, words: AnswerWords): ReadAnswer[] {
  const left = new Set(form.answers);
  const read = (section: string, field: AskedField | null, answer: FormAnswer): ReadAnswer => {
    left.delete(answer);
    return {
      section,
      label: field?.label ?? words.stray,
      value: valueOf(field, answer, words),
      isWritten: answer.is === 'text' || answer.is === 'people',
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
