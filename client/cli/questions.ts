import * as v from 'valibot';
import { type AskedField, askedIn, Day, PEOPLE_LIMIT, YES_NO } from '../../crypto/private.js';
import type { FormInput, GivenAnswer, Questionnaire } from '../models.js';
import { isAsked } from '../questions/asked.js';
import { anyInvites } from '../questions/invites.js';
import { isSound } from '../questions/readable.js';
import { typeOfName } from '../node/file-source.js';
import type { CommandContext } from './context.js';
import { Failure, usage } from './failure.js';
import { printable, printableLine } from './printable.js';
import type { SentFiles } from './sent-files.js';
import { checkedText, valueOrFile } from './text.js';

/** What can be chosen as the answer to a field; empty where it is answered freely. */
function optionsOf({ type, options }: AskedField): { id: string; label: string }[] {
  return type === 'yes_no' ? YES_NO.map((id) => ({ id, label: id })) : options;
}

function textFrom({ id }: AskedField, typed: string): GivenAnswer | null {
  const text = checkedText(typed);
  return text === '' ? null : { is: 'text', field: id, text };
}

function chosenFrom(field: AskedField, typed: string): GivenAnswer | null {
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

function periodFrom({ id }: AskedField, typed: string): GivenAnswer | null {
  const days = typed.split(/\.\.|\s+/u).map((day) => v.safeParse(Day, day));
  const [from, until] = days.map(({ success, output }) => (success ? output : undefined));
  if (days.some(({ success }) => !success) || days.length > 2 || from === undefined) return null;
  if (until !== undefined && until < from) return null;
  return { is: 'period', field: id, from, until: until ?? null };
}

function peopleFrom({ id }: AskedField, typed: string): GivenAnswer | null {
  const people = typed
    .split(/[;\n]/u)
    .map((each) => /^([^,]*),?(.*)$/su.exec(each.trim()) ?? [])
    .map(([, name = '', about = '']) => ({ name: name.trim(), about: about.trim() }))
    .filter(({ name }) => name !== '');
  if (people.length === 0 || people.length > PEOPLE_LIMIT) return null;
  return { is: 'people', field: id, people };
}

/** Whether a field is answered by files. */
function takesFiles({ type }: AskedField): boolean {
  return type === 'file' || type === 'voice';
}

/** The file of a path as the answer to a field; null where the field asks for a recording, and it is none. */
async function fileFrom(
  field: AskedField,
  path: string,
  files: SentFiles,
): Promise<GivenAnswer | null> {
  const isRecording = isSound({ name: path, type: typeOfName(path) });
  if (field.type === 'voice' && !isRecording) return null;
  return { is: 'files', field: field.id, files: await files.add([path]) };
}

/** What was typed as the answer to a field; null where it is none, and where files are asked for. */
export function answerFrom(field: AskedField, typed: string): GivenAnswer | null {
  switch (field.type) {
    case 'file':
    case 'voice':
      return null;
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
  file: 'the path of a file',
  voice: 'the path of a sound file',
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
    ...(type === 'voice'
      ? [
          'This program does not disguise voices: a recording goes as it is. The page in a browser can record a disguised one.',
        ]
      : []),
    ...optionsOf(field).map((option, index) => {
      const number = String(index + 1);
      return `  ${number}  ${printableLine(option.label)}`;
    }),
  ].join('\n');
}

/** Asks for files until none is typed. */
async function askForFiles(
  { terminal }: CommandContext,
  field: AskedField,
  files: SentFiles,
): Promise<GivenAnswer | null> {
  terminal.say(introduction(field));
  const found: number[] = [];
  for (;;) {
    const typed = await terminal.ask(`Answer (${ways[field.type]}), Enter for no more: `);
    if (typed.trim() === '') break;
    try {
      const answer = await fileFrom(field, typed.trim(), files);
      if (answer?.is === 'files') found.push(...answer.files);
      else terminal.say('That is no sound file.');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      terminal.say(error.message);
    }
  }
  return found.length === 0 ? null : { is: 'files', field: field.id, files: found };
}

async function askFor(
  { terminal }: CommandContext,
  field: AskedField,
): Promise<GivenAnswer | null> {
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
async function givenAnswers(
  given: readonly string[],
  fields: AskedField[],
  files: SentFiles,
): Promise<GivenAnswer[]> {
  const answers: GivenAnswer[] = [];
  for (const each of given) {
    const [, id = '', value = ''] = /^([a-z0-9_]+)=(.*)$/su.exec(each) ?? [];
    const field = fields.find((one) => one.id === id);
    if (field === undefined) {
      const known = fields.map((one) => `  ${one.id}  ${printableLine(one.label)}`);
      throw usage(`--answer is FIELD=ANSWER, with a field of this channel:\n${known.join('\n')}`);
    }
    const answer = takesFiles(field)
      ? await fileFrom(field, value, files)
      : answerFrom(field, await valueOrFile(value));
    if (answer === null) {
      const options = optionsOf(field).map((option) => option.id);
      const form = options.length > 0 ? options.join(', ') : ways[field.type];
      throw usage(`--answer ${id} takes: ${form}.`);
    }
    const before = answers.find((one) => one.field === id);
    // several files are given one by one
    if (before?.is === 'files' && answer.is === 'files') before.files.push(...answer.files);
    else answers.push(answer);
  }
  return answers;
}

/**
 * The channel's own questions with the answers of options, or of a person who is asked; files that
 * answer one are added to `files`.
 */
export async function formFrom(
  context: CommandContext,
  questions: Questionnaire,
  language: string,
  files: SentFiles,
): Promise<FormInput> {
  const fields = askedIn(questions, language).flatMap((section) => section.fields);
  const answers = await givenAnswers(context.options.formAnswers, fields, files);
  if (!context.asks || answers.length > 0) return { questions, answers };
  for (const field of fields) {
    if (!isAsked(field, answers)) continue;
    const ask = takesFiles(field) ? askForFiles : askFor;
    const answer = await ask(context, field, files);
    if (answer !== null) answers.push(answer);
  }
  return { questions, answers };
}
