import type { MeetingOption } from '../../crypto/private.js';
import type { ReporterCaseView } from '../models.js';
import type { ReporterWord } from '../spoken/input.js';
import type { Meeting } from '../spoken/meetings.js';
import type { SpokenTranscript } from '../spoken/transcripts.js';
import type { CommandContext } from './context.js';
import { usage } from './failure.js';
import { printable, printableLine } from './printable.js';
import { textFrom } from './text.js';

const forms = {
  recorded_line: 'Transcript of a recorded call',
  unrecorded_call: 'Minutes of a call',
  meeting: 'Minutes of a meeting',
} as const;

const answered = {
  waiting: 'not answered yet: `agree` or `rectify`',
  rectified: 'you corrected it',
  agreed: 'you agreed to it',
  agreed_handler_key: 'agreed to through a key that a handler made',
} as const;

const meetingStates = {
  asked: 'nobody has proposed a time yet',
  proposed: 'times are proposed: `meet NUMBER take CHOICE`, `others` or `decline`',
  other_times: 'you asked for other times',
  agreed: 'agreed',
  declined: 'you declined',
  withdrawn: 'you called it off',
  cancelled: 'called off by the readers',
} as const;

const ways = ['in_person', 'phone', 'video'] as const;

/** A time and a place in one line. */
export function optionText({ form, day, time, zone, place }: MeetingOption): string {
  const where = `${printableLine(zone)}: ${printableLine(place)}`;
  return `${form.replaceAll('_', ' ')}, ${day} ${time} ${where}`;
}

function transcriptText({ newest, state }: SpokenTranscript, index: number): string {
  const { form, heldOn, version, by, text } = newest;
  const until = state === 'waiting' ? `, please check it by ${by}` : '';
  const head = `${forms[form]} of ${heldOn}, version ${String(version)} (${answered[state]}${until})`;
  return `Transcript ${String(index + 1)}: ${head}\n${printable(text)}`.replace(/\n/gu, '\n    ');
}

function meetingText({ asked, proposal, agreed, state }: Meeting, index: number): string {
  const lines = [`Meeting ${String(index + 1)}: ${meetingStates[state]}`];
  if (asked !== null && asked.text !== '') lines.push(printable(asked.text));
  if (agreed !== null) lines.push(optionText(agreed));
  else if (proposal !== null) {
    if (proposal.text !== '') lines.push(printable(proposal.text));
    lines.push(...proposal.options.map((each, at) => `[${String(at + 1)}] ${optionText(each)}`));
  }
  return lines.join('\n').replace(/\n/gu, '\n    ');
}

/** Who made the case, where that was not its reporter. */
export function originText({ origin }: ReporterCaseView): string[] {
  if (origin.made !== 'handler') return [];
  const name = origin.name === null ? 'somebody whose signature does not fit' : origin.name;
  const way = origin.way.replaceAll('_', ' ');
  return [
    `Made by a handler (${printableLine(name)}; came by ${way}), who has seen the case key: whatever comes through it is marked so`,
  ];
}

/** The transcripts and meetings of a case, numbered as `agree`, `rectify` and `meet` take them. */
export function spokenTexts({ transcripts, meetings }: ReporterCaseView): string[] {
  return [...transcripts.map(transcriptText), ...meetings.map(meetingText)];
}

function chosen<T>(list: readonly T[], number: string | undefined, what: string): T {
  const found = list.find((_, index) => String(index + 1) === number);
  if (found !== undefined) return found;
  throw usage(
    `There is no ${what} ${printableLine(number ?? '')}: there are ${String(list.length)}.`,
  );
}

async function transcriptWord(
  context: CommandContext,
  { transcripts }: ReporterCaseView,
): Promise<ReporterWord> {
  const { command, rest, keyFile } = context.options;
  const { id, newest } = chosen(transcripts, rest[0], 'transcript');
  const about = { transcript: id, version: newest.version, hash: newest.hash };
  if (command === 'agree') return { kind: 'agreement', ...about };
  const question = 'What is wrong, or how it should read. End with a line that is a single dot.';
  const text = await textFrom(context, question, keyFile !== undefined);
  if (text === '') throw usage('A correction needs a text.');
  return { kind: 'rectification', ...about, text };
}

async function meetingWord(
  context: CommandContext,
  { meetings }: ReporterCaseView,
): Promise<ReporterWord> {
  const [first, what, choice] = context.options.rest;
  const form = ways.find((way) => way === first?.replace('-', '_'));
  if (form !== undefined) {
    const question = 'Your wishes, if any. End with a line that is a single dot.';
    const text = await textFrom(context, question, false);
    return { kind: 'meeting_request', id: null, form, text };
  }
  const { id, proposal } = chosen(meetings, first, 'meeting');
  if (what === 'off') return { kind: 'meeting_withdrawal', id, text: '' };
  const answers = { take: 'accepted', others: 'other_times', decline: 'declined' } as const;
  const [, answer] = Object.entries(answers).find(([name]) => name === what) ?? [];
  if (answer === undefined) throw usage('meet wants take, others, decline or off.');
  if (proposal === null) throw usage('Nobody has proposed times for this meeting.');
  const option = answer === 'accepted' ? chosen(proposal.options, choice, 'time') : null;
  const at = option === null ? null : proposal.options.indexOf(option);
  return { kind: 'meeting_answer', id, proposal: proposal.hash, answer, chosen: at, text: '' };
}

/** What `agree`, `rectify` or `meet` says in a case. Throws Failure `usage` for what it cannot say. */
export function spokenWord(context: CommandContext, view: ReporterCaseView): Promise<ReporterWord> {
  return context.options.command === 'meet'
    ? meetingWord(context, view)
    : transcriptWord(context, view);
}
