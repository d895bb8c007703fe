import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import type { WritingKind } from './api.js';
import { reportLanguage } from './case-entries.js';
import { dayTextIn } from './days.js';
import { dutiesOf } from './deadlines.js';
import { onClick, option, part, showPart } from './dom.js';

/** What a ready text is for. */
type Purpose = 'acknowledgement' | 'question' | 'extension' | 'feedback' | 'refusal';

/** Which ready texts fit what is being written. */
const fitting: Readonly<Record<WritingKind, readonly Purpose[]>> = {
  acknowledgement: ['acknowledgement'],
  reply: ['question', 'extension'],
  feedback: ['feedback', 'extension'],
  closure: ['feedback', 'refusal'],
  reopening: [],
  nothing_further: [],
};

/** Places left for the writer to fill in. */
const GAPS = /\[[^\]]+\]/gu;

type Texts = Readonly<Record<string, Readonly<Record<Purpose, string>>>>;

/** The ready texts by language, as the build wrote them into the page. */
function readyTexts(): Texts {
  const template = document.getElementById('ready-texts');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no texts');
  return JSON.parse(template.content.textContent) as Texts;
}

/** A ready text in the language of the report, with the day that the reporter's own page shows. */
function readyText(data: HandlerCaseView, purpose: Purpose): { text: string; language: string } {
  const all = readyTexts();
  const wanted = reportLanguage(data);
  const language = wanted in all ? wanted : 'en';
  const { by } = dutiesOf({ ...data, feedbackExtendedTo: null }, null).feedback;
  const text = all[language]?.[purpose] ?? '';
  return { text: text.replace('{feedback}', dayTextIn(language, by)), language };
}

/** What tells a reporter that feedback comes later, and by when; the reason is left to the writer. */
export function extensionText(data: HandlerCaseView, by: string): string {
  const { text, language } = readyText(data, 'extension');
  const day = text.match(GAPS)?.at(-1) ?? '';
  return text.replace(day, dayTextIn(language, by));
}

/** The first place in a text that was left for the writer to fill in; null where there is none. */
export function unfilled(text: string): string | null {
  const gaps = Object.values(readyTexts()).flatMap((texts) =>
    Object.values(texts).flatMap((each) => each.match(GAPS) ?? []),
  );
  return gaps.find((gap) => text.includes(gap)) ?? null;
}

/**
 * Wires the choice of ready texts in the form to the reporter. A text goes to where the cursor stands
 * and takes nothing away.
 *
 * @returns what offers the texts that fit.
 */
export function wireReadyTexts(
  form: HTMLElement,
  text: HTMLTextAreaElement,
): (kind: WritingKind, data: HandlerCaseView) => void {
  const choice = part(form, 'ready', HTMLSelectElement);
  let shown: HandlerCaseView | null = null;
  onClick(form, 'ready-insert', () => {
    if (shown === null) return;
    const { text: filled } = readyText(shown, choice.value as Purpose);
    text.setRangeText(filled, text.selectionStart, text.selectionEnd, 'end');
    text.dispatchEvent(new Event('input', { bubbles: true }));
    text.focus();
  });
  return (kind, data) => {
    shown = data;
    const purposes = fitting[kind];
    choice.replaceChildren(...purposes.map((each) => option(each, t(`desk.write.ready.${each}`))));
    showPart(form, 'ready-field', purposes.length > 0);
  };
}
