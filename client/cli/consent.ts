import { answerTo, consentChoices } from '../consent-choices.js';
import type { ConsentAnswer, ReporterCaseView } from '../models.js';
import type { CommandContext } from './context.js';
import { usage } from './failure.js';
import { printableLine } from './printable.js';

const answered: Readonly<Record<ConsentAnswer, string>> = {
  agree: 'you agreed',
  refuse: 'you refused',
  withdraw: 'you took your agreement back',
};

/** The questions whether somebody outside may know who the reporter is, in the order they were asked. */
function questionsOf({ entries }: ReporterCaseView): ReporterCaseView['entries'] {
  return entries.filter(
    ({ content }) => content.kind === 'identity_disclosure' && content.basis === 'consent',
  );
}

/** Those questions, numbered as `consent` takes them, with what was answered and what can be. */
export function consentTexts(view: ReporterCaseView): string[] {
  return questionsOf(view).map((entry, index) => {
    const { content, hash } = entry;
    const to = content.kind === 'identity_disclosure' ? printableLine(content.to) : '';
    const given = answerTo(view, hash);
    const number = String(index + 1);
    const choices = consentChoices(view, entry).map((each) => `\`consent ${number} ${each}\``);
    const how = choices.length === 0 ? '' : `: ${choices.join(' or ')}`;
    const stands = given === null ? 'not answered yet' : answered[given];
    return `Question ${number}, whether ${to} may be told who you are: ${stands}${how}`;
  });
}

/** What `consent` answers, and to which entry. Throws Failure `usage` for what it cannot say. */
export function consentOf(
  { options: { rest } }: CommandContext,
  view: ReporterCaseView,
): { request: string; answer: ConsentAnswer } {
  const questions = questionsOf(view);
  const [number = '', word = ''] = rest;
  const entry = questions.find((_, index) => String(index + 1) === number);
  if (entry === undefined) {
    const count = String(questions.length);
    throw usage(`There is no question ${printableLine(number)}: there are ${count}.`);
  }
  const choices = consentChoices(view, entry);
  const answer = choices.find((each) => each === word);
  if (answer !== undefined) return { request: entry.hash, answer };
  throw usage(
    choices.length === 0
      ? 'Nothing can be answered to this question now.'
      : `consent wants ${choices.join(' or ')} for this question now.`,
  );
}
