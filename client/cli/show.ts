import { dayOf, type ErasureGround, type FileReference } from '../../crypto/private.js';
import type { EntryView, ReporterCaseView, Warning, Writable } from '../models.js';
import { type AnswerWords, type FileFault, readAnswers } from '../questions/readable.js';
import { exitCodes, type ExitCode } from './failure.js';
import { caseFaultText } from './messages.js';
import { bytesText, printable, printableLine } from './printable.js';
import { consentTexts } from './consent.js';
import { inLanguage, memberLine } from './readers.js';
import { optionText, originText, spokenTexts } from './spoken.js';

/** A file of a case with the number that `read` takes. */
export interface NumberedFile {
  number: number;
  sequence: number;
  file: FileReference;
}

/** All files of a case, numbered in the order of the conversation. */
export function filesOf(view: ReporterCaseView): NumberedFile[] {
  return view.entries
    .flatMap(({ content, sequence }) =>
      'files' in content ? content.files.map((file) => ({ sequence, file })) : [],
    )
    .map((item, index) => ({ number: index + 1, ...item }));
}

const headings: Readonly<Record<string, string>> = {
  report: 'Your report',
  message: 'Your message',
  acknowledgement: 'Acknowledgement',
  reply: 'Message',
  feedback: 'Feedback',
  closure: 'Closed',
  reopening: 'Reopened',
  transcript: 'Written down, to be checked',
  agreement: 'You agreed',
  rectification: 'Your correction',
  meeting_request: 'You asked for a meeting',
  meeting_proposal: 'Times for a meeting',
  meeting_answer: 'Your answer about a meeting',
  meeting_withdrawal: 'You called a meeting off',
  meeting_cancellation: 'A meeting was called off',
  identity_disclosure: 'On telling somebody who you are',
  identity_opening: 'What you said about yourself was opened',
  consent: 'Your answer on telling somebody who you are',
};

function momentText(at: string): string {
  if (at.length <= 10) return at;
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? at : dayOf(moment);
}

/** What stands with an entry that came through a key that a handler made, who may have written it. */
export function keyLines({ origin }: ReporterCaseView, { author }: EntryView): string[] {
  const isMarked = author.side === 'reporter' && origin.made === 'handler';
  return isMarked ? ['Through a key that a handler made'] : [];
}

/** Whose an entry is, what kind and of which day: a handler wrote down what somebody had reported. */
export function entryHead({ origin }: ReporterCaseView, { content, author }: EntryView): string {
  const who = author.side === 'reader' ? ` from ${printableLine(author.name)}` : '';
  if (content.kind === 'unreadable' || content.kind === 'erased') return `An entry${who}`;
  if (content.kind === 'report' && origin.made === 'handler') {
    const name = origin.name === null ? 'somebody' : printableLine(origin.name);
    return `${momentText(content.at)}  Report, written down by ${name} for the person who reported`;
  }
  return `${momentText(content.at)}  ${headings[content.kind] ?? content.kind}${who}`;
}

/** What an entry says beside its text. */
export function entryFacts({ content }: EntryView): [name: string, value: string][] {
  if (content.kind === 'closure') return [['Outcome', content.outcome.replaceAll('_', ' ')]];
  if (content.kind === 'identity_disclosure') {
    return [
      ['Why', content.basis === 'consent' ? 'you are asked' : 'law demands it'],
      ['To whom', printable(content.to)],
      ['What', printable(content.what)],
    ];
  }
  if (content.kind === 'identity_opening') {
    return [
      ['Asked for', content.fields.join(', ')],
      ['Reason', printable(content.reason)],
    ];
  }
  if (content.kind === 'consent') return [['Answer', content.answer]];
  if (content.kind !== 'report') return [];
  const facts: [string, string][] = [
    ['Category', content.category.replaceAll('_', ' ')],
    ['Relation', content.relation.replaceAll('_', ' ')],
  ];
  if (content.leftOut.length > 0) facts.push(['Left out', String(content.leftOut.length)]);
  return facts;
}

const fileFaults: Readonly<Record<FileFault, string>> = {
  absent: 'not in this report',
  erased: 'erased',
  restricted: 'restricted',
  twice: 'another answer names it too',
  not_asked: 'no file was asked for here',
  no_sound: 'a recording was asked for, and it is called something else',
};

const answerWords: AnswerWords = {
  yes: 'Yes',
  no: 'No',
  unknown: 'I do not know',
  stray: 'An answer that fits none of the questions',
  period: (from, until) => (until === null ? from : `${from} to ${until}`),
  file(name, fault) {
    if (name === null) {
      return fault === 'erased' ? 'A file that was erased' : 'A file that is not in this report';
    }
    return fault === null ? name : `${name} (${fileFaults[fault]})`;
  },
};

/** What a report answers to the optional questions. */
export function answersOf({ content, erasedFiles }: EntryView): [name: string, value: string][] {
  if (content.kind !== 'report') return [];
  const builtIn = Object.entries(content.answers).map(([question, answer]): [string, string] => [
    question,
    answer.known ? answer.text : 'I do not know',
  ]);
  const files = { files: content.files, erased: erasedFiles };
  const own = content.form === undefined ? [] : readAnswers(content.form, answerWords, files);
  return [...builtIn, ...own.map(({ label, value }): [string, string] => [label, value])];
}

/** What an entry about a meeting says, in sentences. */
export function meetingLines({ content }: EntryView): string[] {
  if (content.kind === 'meeting_proposal') return content.options.map(optionText);
  return content.kind === 'meeting_answer' ? [content.answer.replaceAll('_', ' ')] : [];
}

/** Lines below the first stand further in, also those within what somebody wrote. */
function indented(lines: readonly string[]): string {
  return lines.join('\n').replace(/\n/gu, '\n    ');
}

function entryText(
  view: ReporterCaseView,
  entry: EntryView,
  files: readonly NumberedFile[],
): string {
  const { content, author, sequence, readOn } = entry;
  const read =
    author.side === 'reporter'
      ? ` (${readOn === null ? 'not read yet' : `read on ${readOn}`})`
      : '';
  const head = entryHead(view, entry);
  const key = keyLines(view, entry);
  const erased = erasureText(entry);
  if (content.kind === 'unreadable') {
    const why = entry.erasure === null ? 'it was' : 'what was left of it was';
    const text = `${head} that cannot be read: ${why} sealed wrongly, or you have no key to it (${content.fault}). The others were checked.`;
    return indented([text, ...key, ...(erased === '' ? [] : [erased])]);
  }
  if (content.kind === 'erased') return indented([`${head}${read}. ${erased}`, ...key]);
  const lines = [`${head}${read}`, ...key];
  for (const [name, value] of entryFacts(entry)) lines.push(`${name}: ${value}`);
  lines.push(...meetingLines(entry));
  if ('text' in content && content.text !== '') lines.push(printable(content.text));
  for (const [name, value] of answersOf(entry))
    lines.push(`${printableLine(name)}: ${printable(value)}`);
  for (const { number, file } of files.filter((item) => item.sequence === sequence)) {
    lines.push(`[${String(number)}] ${printableLine(file.name)} (${bytesText(file.size)})`);
  }
  if (erased !== '') lines.push(erased);
  return indented(lines);
}

const grounds: Readonly<Record<ErasureGround, string>> = {
  irrelevant: 'it had nothing to do with the report',
  unlawful: 'it should not have been kept',
  request: 'somebody asked for it or objected',
  obligation: 'a law or a decision requires it',
  other: 'for another reason',
};

/** That something of an entry was erased, and why; empty where nothing was. */
export function erasureText({ content, erasure }: EntryView): string {
  if (erasure === null) return '';
  const closes = content.kind === 'closure';
  const what =
    content.kind === 'erased'
      ? 'This entry was erased'
      : `Part of this ${closes ? 'closing' : 'entry'} was erased`;
  const by = erasure.author.side === 'reader' ? ` by ${printableLine(erasure.author.name)}` : '';
  const on = erasure.at === null ? '' : ` on ${momentText(erasure.at)}`;
  const why = erasure.ground === null ? '' : `: ${grounds[erasure.ground]}`;
  const files = erasure.files === 0 ? '' : ` Files erased with it: ${String(erasure.files)}.`;
  const text = erasure.text === '' ? '' : ` ${printable(erasure.text)}`;
  const alone = erasure.alone ? ' One person did this, and nobody else checked it.' : '';
  const stays = closes ? ' That the case was closed, and with which outcome, stays.' : '';
  return `${what}${on}${by}${why}.${stays}${files}${alone}${text}`;
}

const REPRISALS =
  'If anything happened to you since because you reported, you can write it here: a closed case takes messages';

/** Where a case stands and its days, in sentences. */
export function factLines(view: ReporterCaseView): string[] {
  return [
    view.state === 'open' ? 'Open' : `Closed on ${view.closedOn ?? '?'}`,
    ...(view.practice ? ['A practice case'] : []),
    ...originText(view),
    ...(view.channel === null
      ? []
      : [`Channel: ${printableLine(inLanguage(view.channel.names, 'en'))}`]),
    `Received on ${view.receivedOn}`,
    view.openedOn === null
      ? 'No reader has opened it yet'
      : `A reader last opened something new on ${view.openedOn}`,
    ...(view.state === 'open'
      ? [`Acknowledgement by ${view.acknowledgementBy}, feedback by ${view.feedbackBy}`]
      : []),
    ...removalText(view),
  ];
}

/** A case as a person reads it. */
export function caseText(view: ReporterCaseView): string {
  const files = filesOf(view);
  const readers = view.access.at(-1)?.readers ?? [];
  const facts = [
    ...factLines(view),
    ...(view.state === 'closed' && view.writable === 'yes' ? [REPRISALS] : []),
    `Readers: ${readers.map(memberLine).join(', ')}`,
  ];
  const entries = view.entries.map((entry) => entryText(view, entry, files));
  return [facts.join('\n'), ...entries, ...spokenTexts(view), ...consentTexts(view)].join('\n\n');
}

function removalText({ state, purgeOn }: ReporterCaseView): string[] {
  if (purgeOn !== null) return [`It will be removed from ${purgeOn} on`];
  if (state === 'open') return [];
  return ['It is kept for longer than usual, as the law can require: no day of removal is set now'];
}

/** A case for scripts; keys of files stay out of it. */
export function caseJson(view: ReporterCaseView): object {
  const files = filesOf(view);
  return {
    id: view.id,
    state: view.state,
    practice: view.practice,
    channel: view.channel?.id ?? null,
    receivedOn: view.receivedOn,
    closedOn: view.closedOn,
    purgeOn: view.purgeOn,
    openedOn: view.openedOn,
    acknowledgementBy: view.acknowledgementBy,
    feedbackBy: view.feedbackBy,
    readers: view.access.at(-1)?.readers ?? [],
    origin: view.origin,
    transcripts: view.transcripts,
    meetings: view.meetings,
    entries: view.entries.map(({ sequence, author, readOn, content, erasure }) => ({
      sequence,
      author: author.side === 'reporter' ? 'reporter' : author.name,
      readOn,
      ...content,
      erased: erasure && {
        on: erasure.at === null ? null : momentText(erasure.at),
        ground: erasure.ground,
        text: erasure.text,
        files: erasure.files,
      },
      files: files
        .filter((item) => item.sequence === sequence)
        .map(({ number, file: { name, type, size } }) => ({ number, name, type, size })),
    })),
    warnings: view.warnings.map(({ code }) => code),
  };
}

/** Warnings that say nothing against what is shown. */
const NOTICES: readonly Warning['code'][] = ['nobody_reads', 'left_out_before'];

function warningText({ code }: Warning, writable: Writable): string {
  if (code === 'directory_stale') {
    return 'Warning: nobody of the organisation has confirmed its list of readers for over 30 days. Perhaps nobody looks in here at the moment.';
  }
  if (code === 'directory_expired') {
    return 'Warning: nobody of the organisation has confirmed its list of readers for over 90 days. Do not rely on anybody reading here; turn to an authority.';
  }
  if (code === 'left_out_before') {
    return 'Warning: somebody whom you left out could read this case for a time, and has been taken off again. What stood here until then may have been read.';
  }
  if (code === 'nobody_reads') {
    return 'Warning: everybody who could read this case has left. Report again and mention this report.';
  }
  return caseFaultText(code, writable);
}

/** What to say about a case's warnings, and the exit code that they mean. */
export function warningsOf(view: ReporterCaseView): { texts: string[]; exit: ExitCode } {
  const faulty = view.warnings.some(
    ({ code }) => !code.startsWith('directory_') && !NOTICES.includes(code),
  );
  const rolledBack = view.warnings.some(({ code }) => code === 'directory_rolled_back');
  return {
    texts: view.warnings.map((warning) => warningText(warning, view.writable)),
    exit: faulty || rolledBack ? exitCodes.unverified : exitCodes.done,
  };
}
