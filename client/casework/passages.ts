import type { EntryContent, OpenedContent } from '../../crypto/private.js';
import { withWritten } from '../questions/readable.js';

/** Stands where a passage was erased. */
export const ERASED_MARK = '[…]';

/** A stretch of one text of an entry, its end not included. */
export interface Passage {
  /** See {@link textsOf}. */
  readonly field: string;
  readonly from: number;
  readonly to: number;
}

/** Fields in which people write freely; everything else is chosen, counted or a date. */
const FREE = [
  'text',
  'name',
  'detail',
  'recipient',
  'scope',
  'identified',
  'reference',
  'decidedBy',
  'archive',
  'received',
  'to',
  'what',
  'copy',
];

/** Whether it says to whom something goes outside, or is to go, and on which ground. */
function isOutward(
  content: EntryContent,
): content is Extract<EntryContent, { kind: 'disclosure' | 'export' }> {
  return content.kind === 'disclosure' || content.kind === 'export';
}

function isFree(content: EntryContent, field: string): boolean {
  return FREE.includes(field) || (isOutward(content) && field === 'ground');
}

/**
 * The texts of an entry by field, those that are not empty; one inside something has a point in its
 * name: `answers.<question>`, `form.<place>`, `request.name` and `request.identified` for who asks for
 * data, `options.<number>` for where a meeting was to be, and `identity.text` for why the reporter
 * could not be told before a disclosure, or how they were, elsewhere.
 */
export function textsOf(content: OpenedContent): { field: string; text: string }[] {
  if (content.kind === 'erased' || content.kind === 'unreadable') return [];
  const found = Object.entries(content).flatMap(([field, value]: [string, unknown]) =>
    isFree(content, field) && typeof value === 'string' && value !== ''
      ? [{ field, text: value }]
      : [],
  );
  if (content.kind === 'meeting_proposal') {
    const places = content.options.map(({ place }, index) => ({
      field: `options.${String(index + 1)}`,
      text: place,
    }));
    return [...found, ...places];
  }
  if (isOutward(content) && content.identity !== undefined && 'text' in content.identity) {
    return [...found, { field: 'identity.text', text: content.identity.text }];
  }
  if (content.kind !== 'report') return found;
  const answers = Object.entries(content.answers).flatMap(([question, answer]) =>
    answer.known ? [{ field: `answers.${question}`, text: answer.text }] : [],
  );
  const form: { field: string; text: string }[] = [];
  withWritten(content.form?.answers ?? [], (place, text) => {
    form.push({ field: `form.${place}`, text });
    return text;
  });
  const { name = '', identified = '' } = content.request ?? {};
  const asked = [
    { field: 'request.name', text: name },
    { field: 'request.identified', text: identified },
  ].filter(({ text }) => text !== '');
  return [...found, ...answers, ...form, ...asked];
}

/** The same entry with other texts. */
function withTexts(
  content: EntryContent,
  change: (field: string, text: string) => string,
): EntryContent {
  const changed: Record<string, unknown> = { ...content };
  for (const { field, text } of textsOf(content)) {
    if (!field.includes('.')) changed[field] = change(field, text);
  }
  if (content.kind === 'meeting_proposal') {
    changed['options'] = content.options.map((option, index) => ({
      ...option,
      place: change(`options.${String(index + 1)}`, option.place),
    }));
  }
  if (isOutward(content) && content.identity !== undefined && 'text' in content.identity) {
    const { identity } = content;
    changed['identity'] = { ...identity, text: change('identity.text', identity.text) };
  }
  if (content.kind === 'report') {
    changed['answers'] = Object.fromEntries(
      Object.entries(content.answers).map(([question, answer]) => [
        question,
        answer.known ? { ...answer, text: change(`answers.${question}`, answer.text) } : answer,
      ]),
    );
    const { form } = content;
    if (form !== undefined) {
      const answers = withWritten(form.answers, (place, text) => change(`form.${place}`, text));
      changed['form'] = { ...form, answers };
    }
    const { request } = content;
    if (request !== undefined) {
      const cut = (field: 'name' | 'identified'): string =>
        request[field] === '' ? '' : change(`request.${field}`, request[field]);
      changed['request'] = { ...request, name: cut('name'), identified: cut('identified') };
    }
  }
  // fields that were texts are texts still; sealing checks the rest
  return changed as EntryContent;
}

/** What belongs to the letter before it: half of a pair, an accent or another mark, what joins. */
const GOES_ALONG = /^(?:[\uDC00-\uDFFF]|\p{M}|\u200D)/u;

/** No part of a letter goes, or stays, alone: an accent that is left over still tells something. */
export function wholeLetters(
  text: string,
  { from, to }: Pick<Passage, 'from' | 'to'>,
): { from: number; to: number } {
  const splits = (at: number): boolean =>
    at > 0 && at < text.length && GOES_ALONG.test(text.slice(at, at + 2));
  let [first, end] = [from, to];
  if (from >= to) return { from, to };
  while (splits(first)) first -= 1;
  while (splits(end)) end += 1;
  return { from: first, to: end };
}

/** A text with a mark in the place of each of these stretches. */
export function withoutStretches(
  text: string,
  passages: readonly Pick<Passage, 'from' | 'to'>[],
  mark: string,
): string {
  const sorted = passages
    .map((passage) => wholeLetters(text, passage))
    .filter(({ from, to }) => from >= 0 && from < to && to <= text.length)
    .sort((a, b) => a.from - b.from);
  let left = '';
  let end = 0;
  for (const { from, to } of sorted) {
    if (from > end || left === '') left += text.slice(end, from) + mark;
    end = Math.max(end, to);
  }
  return left + text.slice(end);
}

/** An entry without some passages, each of which leaves a mark, and without some files. */
export function withoutPassages(
  content: EntryContent,
  passages: readonly Passage[],
  files: readonly string[],
  mark = ERASED_MARK,
): EntryContent {
  const left = withTexts(content, (field, text) =>
    withoutStretches(
      text,
      passages.filter((passage) => passage.field === field),
      mark,
    ),
  );
  if (!('files' in left)) return left;
  return { ...left, files: left.files.filter(({ attachment }) => !files.includes(attachment)) };
}

/**
 * What is left of an entry that is erased whole: of a message or a note nothing. What else handlers
 * work by, what did something to the case, and the report, keep kind, days and choices, without a word
 * that somebody wrote.
 */
export function withoutWords(content: EntryContent): EntryContent | null {
  if (content.kind === 'message' || content.kind === 'reply' || content.kind === 'note')
    return null;
  return withWordsGone(content, ERASED_MARK);
}

/** An entry with a mark in the place of each text, and without files, labels and a form. */
export function withWordsGone(content: EntryContent, mark: string): EntryContent {
  const left = withTexts(content, () => mark);
  if (left.kind === 'labels') return { ...left, labels: [] };
  if (left.kind === 'report') {
    // a form that was never signed can hold anything
    const rest = { ...left, files: [] };
    delete rest.form;
    return rest;
  }
  return 'files' in left ? { ...left, files: [] } : left;
}

/** The passages that a text lost, null where it was changed otherwise than by losing some. */
function lostBetween(before: string, after: string): string[] | null {
  const [first = '', ...pieces] = after.split(ERASED_MARK);
  const last = pieces.pop();
  if (last === undefined) return before === after ? [] : null;
  if (!before.startsWith(first) || !before.endsWith(last)) return null;
  const lost: string[] = [];
  let at = first.length;
  for (const piece of pieces) {
    const found = before.indexOf(piece, at);
    if (found === -1) return null;
    lost.push(before.slice(at, found));
    at = found + piece.length;
  }
  const end = before.length - last.length;
  if (end < at) return null;
  return [...lost, before.slice(at, end)];
}

/** An entry without what may be erased: its texts, files and labels, and where it went its form. */
function frameOf(content: EntryContent, formless: boolean): string {
  const frame: Record<string, unknown> = { ...withTexts(content, () => '') };
  if ('files' in frame) frame['files'] = [];
  if ('labels' in frame) frame['labels'] = [];
  if (formless) delete frame['form'];
  return JSON.stringify(inOrder(frame));
}

/** A value whose fields stand in one order, whatever the order in which they were written. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([field, each]) => [field, inOrder(each)]);
}

/**
 * The words that an entry loses, where `after` says nothing that `before` did not say: the same
 * without passages, files or labels. Null where it says anything else.
 */
export function lostWords(before: EntryContent, after: EntryContent): string[] | null {
  // whole forms go with the report that is erased whole
  const formless = after.kind === 'report' && after.form === undefined;
  if (frameOf(before, formless) !== frameOf(after, formless)) return null;
  const known = new Set('files' in before ? before.files.map((file) => JSON.stringify(file)) : []);
  const kept = 'files' in after ? after.files : [];
  if (!kept.every((file) => known.has(JSON.stringify(file)))) return null;
  const labels: readonly string[] = before.kind === 'labels' ? before.labels : [];
  if (after.kind === 'labels' && !after.labels.every((label) => labels.includes(label)))
    return null;
  const texts = textsOf(before);
  const left = new Map(textsOf(after).map(({ field, text }) => [field, text]));
  if (![...left.keys()].every((field) => texts.some((each) => each.field === field))) return null;
  const lost = texts.map(({ field, text }) =>
    lostBetween(
      text,
      left.get(field) ?? (formless && field.startsWith('form.') ? ERASED_MARK : ''),
    ),
  );
  return lost.includes(null) ? null : lost.flatMap((words) => words ?? []);
}
