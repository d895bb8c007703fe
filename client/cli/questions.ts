import * as v from 'valibot';
import {
  type AskedField,
  askedIn,
  Day,
  type FormAnswer,
  PEOPLE_LIMIT,
  YES_NO,
} from '../../crypto/private.js';
import type { FormInput, Questionnaire } from '../models.js';
import { isAsked } from '../questions/asked.js';
import { anyInvites } from '../questions/invites.js';
import type { CommandContext } from './context.js';
import { usage } from './failure.js';
import { printable, printableLine } from './printable.js';
import { checkedText, valueOrFile } from './text.js';

/** What can be chosen as the answer to a field; empty where it is answered freely. */
function optionsOf({ type, options }: AskedField): { id: string; label: string }[] {
  return type === 'yes_no' ? YES_NO.map((id) => ({ id, label: id })) : options;
}

function textFrom({ id }: AskedField, typed: string): FormAnswer | null {
  const text = checkedText(typed);
  return text === '' ? null : { is: 'text', field: id, text };
}

function chosenFrom(field: AskedField, typed: string): FormAnswer | null {
  const options = optionsOf(field);
  const words = typed.split(',').map((word) => word.trim());
  const chosen = words.flatMap((word) => {
    const found =
      options.find(({ id }) => id === word) ??
      (/^\d+$/u.test(word) ? options[Number(word) - 1] : undefined);
    return found === undefined ? [] : [found.id];
  });
  const isOne = field.type !== 'choices';
  if (chosen.length !== words.length || (isOne && chosen.length > 1)) return null;
  return { is: 'chosen', field: field.id, chosen: [...new Set(chosen)] };
}

function periodFrom({ id }: AskedField, typed: string): FormAnswer | null {
  const days = typed.split(/\.\.|\s+/u).map((day) => v.safeParse(Day, day));
  const [from, until] = days.map(({ success, output }) => (success ? output : undefined));
  if (days.some(({ success }) => !success) || days.length > 2 || from === undefined) return null;
  if (until !== undefined && until < from) return null;
  return { is: 'period', field: id, from, until: until ?? null };
}

function peopleFrom({ id }: AskedField, typed: string): FormAnswer | null {
  const people = typed
    .split(/[;\n]/u)
    .map((each) => /^([^,]*),?(.*)$/su.exec(each.trim()) ?? [])
    .map(([, name = '', about = '']) => ({ name: name.trim(), about: about.trim() }))
    .filter(({ name }) => name !== '');
  if (people.length === 0 || people.length > PEOPLE_LIMIT) return null;
  return { is: 'people', field: id, people };
}

/** What was typed as the answer to a field; null where it is none. */
export function answerFrom(field: AskedField, typed: string): FormAnswer | null {
  switch (field.type) {
    case 'text':
    case 'long_text':
    case 'place':
      return textFrom(field, typed);
    case 'period':
      return periodFrom(field, typed);
    case 'person':
      return peopleFrom(field, typed);
    case 'yes_no':
    case 'choice':
    case 'choices':
      return chosenFrom(field, typed);
  }
}

const ways: Readonly<Record<AskedField['type'], string>> = {
  text: '',
  long_text: '',
  place: '',
  period: 'a day such as 2026-01-31, or two with .. between',
  person: 'a name, a comma and who it is; ; between people',
  yes_no: 'a number',
  choice: 'a number',
  choices: 'numbers with commas between',
};

/** What a person is told before a field is asked. */
export function introduction(field: AskedField): string {
  const { label, help, type } = field;
  return [
    printableLine(label),
    ...(help === '' ? [] : [printable(help)]),
    ...(type === 'person'
      ? [
          'Name others only where it matters, and not yourself. People named in a report are as a rule told so at some time.',
        ]
      : []),
    ...(anyInvites([label, help, ...field.options.map((option) => option.label)])
      ? ['This question may ask who you are. You need not answer it.']
      : []),
    ...optionsOf(field).map((option, index) => {
      const number = String(index + 1);
      return `  ${number}  ${printableLine(option.label)}`;
    }),
  ].join('\n');
}

async function askFor({ terminal }: CommandContext, field: AskedField): Promise<FormAnswer | null> {
  terminal.say(introduction(field));
  const { [field.type]: way } = ways;
  for (;;) {
    const typed = await terminal.ask(
      `Answer${way === '' ? '' : ` (${way})`}, Enter to leave it out: `,
    );
    if (typed.trim() === '') return null;
    const answer = answerFrom(field, typed);
    if (answer !== null) return answer;
    terminal.say('That is no answer to this question.');
  }
}

/** The answers that --answer gives. Throws Failure `usage` that names what could be answered. */
async function givenAnswers(given: readonly string[], fields: AskedField[]): Promise<FormAnswer[]> {
  const answers: FormAnswer[] = [];
  for (const each of given) {
    const [, id = '', value = ''] = /^([a-z0-9_]+)=(.*)$/su.exec(each) ?? [];
    const field = fields.find((one) => one.id === id);
    if (field === undefined) {
      const known = fields.map((one) => `  ${one.id}  ${printableLine(one.label)}`);
      throw usage(`--answer is FIELD=ANSWER, with a field of this channel:\n${known.join('\n')}`);
    }
    const answer = answerFrom(field, await valueOrFile(value));
    if (answer === null) {
      const options = optionsOf(field).map((option) => option.id);
      const form = options.length > 0 ? options.join(', ') : ways[field.type];
      throw usage(`--answer ${id} takes: ${form}.`);
    }
    answers.push(answer);
  }
  return answers;
}

/** The channel's own questions with the answers of options, or of a person who is asked. */
export async function formFrom(
  context: CommandContext,
  questions: Questionnaire,
  language: string,
): Promise<FormInput> {
  const fields = askedIn(questions, language).flatMap((section) => section.fields);
  const answers = await givenAnswers(context.options.formAnswers, fields);
  if (!context.asks || answers.length > 0) return { questions, answers };
  for (const field of fields) {
    const answer = isAsked(field, answers) ? await askFor(context, field) : null;
    if (answer !== null) answers.push(answer);
  }
  return { questions, answers };
}
