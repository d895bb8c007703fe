import {
  type Answers,
  type Category,
  CATEGORIES,
  type Relation,
  RELATIONS,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { ChannelView, DirectoryView, ReceiptView, ReportInput } from '../models.js';
import type { DiskFile } from '../node/file-source.js';
import { progressOn, type CommandContext } from './context.js';
import { exitCodes, usage, type ExitCode } from './failure.js';
import { checkReceiptFile, keepReceipt } from './keep-receipt.js';
import { confirmCaseKey, keyForReport, showCaseKey } from './key.js';
import { messageOf } from './messages.js';
import { questions } from './options.js';
import { jsonText, printable, printableLine } from './printable.js';
import { formFrom } from './questions.js';
import { checkFingerprint, chooseChannel, findReaders, inLanguage, partNote } from './readers.js';
import { createSentFiles, type SentFiles } from './sent-files.js';
import { checkedText, oneOf, textFrom, valueOrFile } from './text.js';

const asked: Readonly<Record<(typeof questions)[number], string>> = {
  where: 'Where does or did it happen?',
  when: 'When?',
  who: 'Who takes part, and who knows of it? (names and roles; not your own)',
  how: 'How do you know?',
  more: 'Anything else the readers should know?',
};

function languageOf({ options }: CommandContext, channel: ChannelView): string {
  const wanted = options.language?.trim().toLowerCase();
  if (wanted !== undefined) return oneOf('language', channel.languages, wanted);
  const own = process.env['LANG']?.slice(0, 2);
  return channel.languages.find((one) => one === own) ?? channel.languages[0] ?? 'en';
}

function introduce(
  { terminal }: CommandContext,
  directory: DirectoryView,
  channel: ChannelView,
  language: string,
): void {
  const lines = [
    printableLine(inLanguage(directory.organisation.names, language)),
    `Channel: ${printableLine(inLanguage(channel.names, language))}`,
    `Eight words of the organisation: ${directory.fingerprint.join(' ')}`,
    '',
    printable(inLanguage(channel.texts, language)),
    '',
    'Who reads your report:',
    ...channel.readers.map((reader, index) => {
      const role = inLanguage(reader.role, language);
      const note = partNote(reader);
      const named = [reader.name, role, note && `(${note})`]
        .filter((each) => each !== '')
        .join(', ');
      return `  ${String(index + 1)}  ${printableLine(named)}`;
    }),
    '',
    'Do not write your name, or anything that only you can know.',
    '',
  ];
  terminal.say(lines.join('\n'));
}

async function choose<const T extends string>(
  { terminal }: CommandContext,
  question: string,
  list: readonly T[],
  none: T,
): Promise<T> {
  const items = list.map((item, index) => `  ${String(index + 1)}  ${item.replaceAll('_', ' ')}`);
  terminal.say([question, ...items].join('\n'));
  for (;;) {
    const typed = await terminal.ask('Number (Enter for none): ');
    if (typed === '') return none;
    const item = /^\d+$/u.test(typed) ? list[Number(typed) - 1] : undefined;
    if (item !== undefined) return item;
    terminal.say('That is no number of the list.');
  }
}

async function leftOutOf(context: CommandContext, channel: ChannelView): Promise<string[]> {
  const { options, terminal, asks } = context;
  const named = findReaders(channel, options.leaveOut).map(({ id }) => id);
  if (!asks || named.length > 0) return named;
  for (;;) {
    const typed = await terminal.ask(
      'Does your report concern one of the readers? Their numbers, Enter for nobody: ',
    );
    const numbers = typed.split(/[\s,]+/u).filter((part) => part !== '');
    const readers = numbers.map((number) => channel.readers[Number(number) - 1]);
    if (readers.every((reader) => reader !== undefined)) return readers.map(({ id }) => id);
    terminal.say('That is no number of the list.');
  }
}

async function answersOf({ options, terminal, asks }: CommandContext): Promise<Answers> {
  const answers: Answers = {};
  for (const question of questions) {
    const given = options.answers[question];
    let text: string;
    if (given !== undefined) text = await valueOrFile(given);
    else if (asks) {
      const typed = `${asked[question]} (Enter to leave it out, ? for "I do not know"): `;
      text = checkedText(await terminal.ask(typed));
    } else continue;
    if (text === '?') answers[question] = { known: false };
    else if (text !== '') answers[question] = { known: true, text };
  }
  return answers;
}

async function inputOf(
  context: CommandContext,
  channel: ChannelView,
  language: string,
  files: SentFiles,
): Promise<Omit<ReportInput, 'words'>> {
  const { options, asks } = context;
  const leftOut = await leftOutOf(context, channel);
  if (leftOut.length >= channel.readers.length) throw new ClientError('nobody_left');
  let category: Category = 'unknown';
  if (options.category !== undefined) category = oneOf('category', CATEGORIES, options.category);
  else if (asks) category = await choose(context, 'What is it about?', CATEGORIES, 'unknown');
  let relation: Relation = 'not_said';
  if (options.relation !== undefined) relation = oneOf('relation', RELATIONS, options.relation);
  else if (asks) {
    const question = 'What is your relation to the organisation?';
    relation = await choose(context, question, RELATIONS, 'not_said');
  }
  const own = channel.questionnaire;
  if (own !== null && Object.keys(options.answers).length > 0) {
    throw usage('This channel asks its own questions: answer them by --answer FIELD=ANSWER.');
  }
  if (own === null && options.formAnswers.length > 0) {
    throw usage('--answer: this channel asks no questions of its own.');
  }
  const answers = own === null ? await answersOf(context) : {};
  const form = own === null ? null : await formFrom(context, own, language, files);
  const text = await textFrom(
    context,
    'What happened? End with a line that is a single dot.',
    true,
  );
  if (text === '') throw usage('A report needs a text.');
  return { channel: channel.id, language, category, relation, text, answers, form, leftOut };
}

/** Sends; where a person is there and the failure passes, asks whether to try again. */
async function persistentSubmit(
  context: CommandContext,
  input: ReportInput,
  files: readonly DiskFile[],
): Promise<ReceiptView> {
  const { reporter, terminal, signal } = context;
  for (;;) {
    try {
      return await reporter.submit(input, files, progressOn(terminal), signal);
    } catch (error) {
      const passing = error instanceof ClientError && error.temporary;
      if (!passing || !terminal.interactive) throw error;
      terminal.say(messageOf(error));
      const answer = await terminal.ask('Try again? (Y/n) ');
      if (answer.toLowerCase().startsWith('n')) throw error;
    }
  }
}

/** `casekey report`: writes a report, keeps or shows the key, has it confirmed, and only then sends. */
export async function report(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, asks } = context;
  if (!terminal.interactive && options.keyFile === undefined) {
    throw usage('--key-file is missing: without it nobody could come back to the report.');
  }
  const directory = await reporter.directory();
  checkFingerprint(directory, options.fingerprint);
  if (directory.freshness === 'expired') throw new ClientError('directory_expired');
  const channel = chooseChannel(directory, options.channel);
  const language = languageOf(context, channel);
  if (asks) introduce(context, directory, channel, language);
  if (directory.freshness === 'stale') {
    terminal.say('Warning: nobody has confirmed this list of readers for over 30 days.');
  }
  if (!channel.published) {
    terminal.say('This channel is not open yet: what you send is a practice report.');
  }
  if (options.receipt !== undefined && !channel.receipts) {
    throw usage('--receipt: this channel gives no receipts. Nothing was sent.');
  }
  await checkReceiptFile(options.receipt);
  const files = createSentFiles(context);
  try {
    await files.add(options.files);
    const rest = await inputOf(context, channel, language, files);
    const words = await keyForReport(await reporter.newCaseKey(), options.keyFile);
    if (terminal.interactive && !options.json) {
      await showCaseKey(terminal, words);
      if (asks) await confirmCaseKey(terminal, words);
    }
    const sent = await persistentSubmit(context, { words, ...rest }, files.toSend);
    const { receipt, ...dates } = sent;
    const file = options.receipt;
    const kept = file === undefined ? null : await keepReceipt(file, receipt);
    const exit = kept?.exit ?? exitCodes.done;
    if (options.json) {
      const outcome = kept === null ? {} : { receipt: kept.code };
      terminal.print(jsonText({ ...dates, practice: !channel.published, ...outcome }));
      if (kept !== null) terminal.say(kept.text);
      return exit;
    }
    terminal.print(
      [
        `Your report arrived on ${dates.receivedOn}.`,
        `By ${dates.acknowledgementBy} a reader should confirm it,`,
        `and by ${dates.feedbackBy} tell you what was done.`,
        'Come back with `casekey return` and your case key.',
      ].join('\n'),
    );
    if (kept !== null) terminal.say(kept.text);
    else if (receipt.state === 'ready') {
      terminal.say(
        'You can take a receipt: `casekey --help` says what it is worth, and its danger.',
      );
    }
    return exit;
  } finally {
    await files.close();
  }
}
