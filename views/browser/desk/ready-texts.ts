import type { ReadyPurpose } from '../../../crypto/private.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import type { WritingKind } from './api.js';
import { reportLanguage } from './case-entries.js';
import { dayTextIn } from './days.js';
import { dutiesOf } from './deadlines.js';
import { ruleOf, type Desk } from './desk.js';
import { onClick, option, part, showPart } from './dom.js';
import { readyTextsFor, textIn, type BuiltIn, type ReadyText } from './handbook-words.js';

/**
 * Letters that answer a request about data, in the order of the work. They go to somebody who gave a
 * name, and never to a reporter by the thread: one asks who it is.
 */
export const REQUEST_TEXTS = [
  'request_received',
  'request_extended',
  'request_nothing_given',
  'request_refused',
] as const satisfies readonly ReadyPurpose[];

/** Which ready texts fit what is being written to a reporter. */
export const FITTING: Readonly<Record<WritingKind, readonly ReadyPurpose[]>> = {
  acknowledgement: ['acknowledgement'],
  reply: ['question', 'extension'],
  feedback: ['feedback', 'extension'],
  closure: ['feedback', 'refusal'],
  reopening: [],
  nothing_further: [],
};

/** Places left for the writer to fill in. */
export const GAPS = /\[[^\]]+\]/gu;
/** Where the day of feedback comes in. */
export const FEEDBACK_DAY = '{feedback}';

/** The built-in ready texts, as the build wrote them into the page. */
export function builtInReadyTexts(): BuiltIn {
  const template = document.getElementById('ready-texts');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no texts');
  return JSON.parse(template.content.textContent) as BuiltIn;
}

/** What a ready text is called in a list. */
export function readyName({ name, purpose }: Pick<ReadyText, 'name' | 'purpose'>): string {
  return name === '' ? t(`desk.write.ready.${purpose}`) : name;
}

/**
 * A ready text in the language of the report, with the day that the reporter's own page shows: the
 * one that was promised, where there was a promise, and no extension.
 */
function filled(
  desk: Desk,
  data: HandlerCaseView,
  { texts }: ReadyText,
): { text: string; language: string } {
  const { text, language } = textIn(texts, reportLanguage(data));
  const { by } = dutiesOf({ ...data, feedbackExtendedTo: null }, ruleOf(desk, data)).feedback;
  return { text: text.replaceAll(FEEDBACK_DAY, dayTextIn(language, by)), language };
}

/**
 * What tells a reporter that feedback comes later, and by when; the reason is left to the writer. The
 * last place to fill in is taken for the day.
 */
export function extensionText(desk: Desk, data: HandlerCaseView, by: string): string {
  const builtIn = builtInReadyTexts();
  const [own, fallback] = [desk.handbook.contents, { texts: [] }].map(
    (contents) => readyTextsFor(builtIn, contents, ['extension'])[0],
  );
  const ready = own ?? fallback;
  if (ready === undefined) return '';
  const { text, language } = filled(desk, data, ready);
  const day = text.match(GAPS)?.at(-1);
  return day === undefined ? text : text.replace(day, () => dayTextIn(language, by));
}

/** The first place in a text that was left for the writer to fill in; null where there is none. */
export function unfilled(desk: Desk, text: string): string | null {
  const { texts } = desk.handbook.contents;
  const all = [
    ...Object.values(builtInReadyTexts()).flatMap((each) => Object.values(each)),
    ...texts.flatMap((each) => (each.state === 'removed' ? [] : Object.values(each.texts))),
  ];
  const gaps = all.flatMap((each) => each.match(GAPS) ?? []);
  return gaps.find((gap) => text.includes(gap)) ?? null;
}

/**
 * Wires the choice of ready texts in the form to the reporter. A text goes to where the cursor stands
 * and takes nothing away.
 *
 * @returns what offers the texts that fit.
 */
export function wireReadyTexts(
  desk: Desk,
  form: HTMLElement,
  text: HTMLTextAreaElement,
): (kind: WritingKind, data: HandlerCaseView) => void {
  const choice = part(form, 'ready', HTMLSelectElement);
  let shown: HandlerCaseView | null = null;
  let offered: readonly ReadyText[] = [];
  onClick(form, 'ready-insert', () => {
    const chosen = offered.find(({ key }) => key === choice.value);
    if (shown === null || chosen === undefined) return;
    const { text: written } = filled(desk, shown, chosen);
    text.setRangeText(written, text.selectionStart, text.selectionEnd, 'end');
    text.dispatchEvent(new Event('input', { bubbles: true }));
    text.focus();
  });
  return (kind, data) => {
    shown = data;
    offered = readyTextsFor(builtInReadyTexts(), desk.handbook.contents, FITTING[kind]);
    choice.replaceChildren(...offered.map((each) => option(each.key, readyName(each))));
    showPart(form, 'ready-field', offered.length > 0);
  };
}
