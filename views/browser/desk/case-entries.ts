import type {
  AccessView,
  AnsweredForm,
  EntryView,
  HandlerCaseView,
} from '../../../client/models.js';
import { textsOf } from '../../../client/casework/passages.js';
import type { OpenedContent } from '../../../crypto/private.js';
import {
  filesInAnswers,
  type NamedFile,
  readAnswers,
  type ReportFiles,
  unanswered,
} from '../../../client/questions/readable.js';
import { answerWords } from '../questions/words.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { unreadableText } from './case-faults.js';
import { erasureMarks } from './case-erasure.js';
import { personText } from './ceremony.js';
import { correctedPassages, correctionMarks, writeMarked } from './corrections.js';
import { coverBox } from './part-restrictions.js';
import { fieldName } from './part-chooser.js';
import { fileItem } from './case-files.js';
import { copyTemplate, element, fillList, part, show, showPart, write } from './dom.js';
import { outcomeText } from './choices.js';
import { dayText, momentText } from './days.js';
import type { Desk } from './desk.js';
import { report } from './failures.js';
import { authorText, isThroughMadeKey, kindText, memberText, partyText } from './parties.js';
import { firstFacts } from './request-words.js';
import { listText } from './texts.js';
import { spokenLines } from './spoken-lines.js';
import { workLine } from './work-lines.js';

const QUESTIONS = ['where', 'when', 'who', 'how', 'more'] as const;

/** What of the restricted entries of a case is shown where it stands open. */
export interface Covers {
  /** Hashes of those that somebody asked to see. */
  readonly shown: Set<string>;
  /** Called with an entry that was drawn anew. */
  drawn?(item: HTMLElement): void;
}

/**
 * The entries of a compartment in their order, with the changes of access between them.
 */
export function entryElements(
  desk: Desk,
  data: HandlerCaseView,
  compartment: 'dialogue' | 'internal',
  covers: Covers,
): HTMLElement[] {
  const entries = data.entries.filter((entry) => entry.compartment === compartment);
  const access = data.access.filter((change) => change.compartment === compartment);
  const language = reportLanguage(data);
  const items = [
    ...entries.map((entry) => ({
      sequence: entry.sequence,
      item: coverableElement(desk, data, entry, language, covers),
    })),
    ...access.slice(1).map((change, index) => ({
      sequence: change.sequence,
      item: element('li', accessText(access[index] ?? null, change), 'entry-access'),
    })),
  ];
  return items.sort((a, b) => a.sequence - b.sequence).map(({ item }) => item);
}

/** An entry as it is shown; one that is restricted is covered until somebody asks to see it. */
function coverableElement(
  desk: Desk,
  data: HandlerCaseView,
  entry: EntryView,
  language: string,
  covers: Covers,
): HTMLElement {
  const draw = (each: EntryView): HTMLElement =>
    workElement(desk, data, each) ?? entryElement(desk, data, each, language);
  const { restricted, hash } = entry;
  if (restricted === undefined) return draw(entry);
  const { shown } = covers;
  const isShown = shown.has(hash);
  const item = draw(isShown ? { ...entry, content: restricted.content } : entry);
  const turn = (): void => {
    if (isShown) shown.delete(hash);
    else shown.add(hash);
    const turned = coverableElement(desk, data, entry, language, covers);
    covers.drawn?.(turned);
    item.replaceWith(turned);
    part(turned, 'turn-cover').focus({ preventScroll: true });
    desk.say(t(`desk.part.${isShown ? 'hidden' : 'shown'}`));
  };
  item.append(coverBox(entry, isShown, turn));
  return item;
}

/** Ids of the files of an entry that are covered. */
function coveredFiles({ content, restricted }: EntryView): string[] {
  const ids = (each: EntryView['content']): string[] =>
    'files' in each ? each.files.map(({ attachment }) => attachment) : [];
  const shown = ids(content);
  return restricted === undefined
    ? []
    : ids(restricted.content).filter((attachment) => !shown.includes(attachment));
}

/** The language the reporter chose for the form; empty when the report does not open. */
export function reportLanguage(data: HandlerCaseView): string {
  const report = data.entries.find(({ content }) => content.kind === 'report');
  return report?.content.kind === 'report' ? report.content.language : '';
}

/** What a change of access did: who was added, who taken off. */
export function accessText(before: AccessView | null, change: AccessView): string {
  const names = (view: AccessView | null, other: AccessView | null): string[] => {
    // a guest with another day or other rights is told as taken off and let in
    const keyOf = ({ id, guest }: AccessView['readers'][number]): string =>
      JSON.stringify([id, guest]);
    const known = new Set(other?.readers.map(keyOf));
    return (view?.readers ?? []).filter((each) => !known.has(keyOf(each))).map(memberText);
  };
  const added = names(change, before);
  const taken = names(before, change);
  const by = partyText(change.by);
  const sentences: string[] = [];
  const { by: author } = change;
  // who went by themselves is not told from who was taken off: nobody is asked why
  if (author.side === 'reader' && !change.readers.some(({ id }) => id === author.id)) {
    return t('desk.access.no_longer', { names: listText(taken) });
  }
  const { recovered } = change;
  if (recovered !== undefined) {
    const { officer, to, ground, on } = recovered;
    const [asked, agreed] = [personText(recovered.asked), personText(recovered.agreed)];
    const why = t(`desk.detail_value.${ground}`);
    const words = { officer, names: listText(to), ground: why, day: dayText(on), asked, agreed };
    sentences.push(t('desk.ceremony.given', words));
  } else if (added.length > 0)
    sentences.push(t('desk.access.gave', { by, names: listText(added) }));
  if (taken.length > 0) sentences.push(t('desk.access.took', { by, names: listText(taken) }));
  if (sentences.length === 0) sentences.push(t('desk.access.renewed', { by }));
  return sentences.join(' ');
}

/** A line for what handlers changed in their work on the case; null for what somebody wrote. */
function workElement(desk: Desk, data: HandlerCaseView, entry: EntryView): HTMLElement | null {
  const line = workLine(desk, data, entry);
  const { content } = entry;
  if (line === null || content.kind === 'unreadable' || content.kind === 'erased') return null;
  const item = keepPrivate(element('li', line, 'entry-access'));
  item.append(' ', element('span', momentText(content.at), 'soft'));
  if (content === entry.restricted?.content) item.append(wordsOf(content));
  item.append(...erasureMarks(entry), ...correctionMarks(data, entry));
  return item;
}

/** Every text of an entry under its name: the line about it does not say them all. */
function wordsOf(content: OpenedContent): HTMLElement {
  const list = element('dl', '', 'answers');
  for (const { field, text } of textsOf(content)) {
    const words = element('dd', text, 'written');
    words.dir = 'auto';
    list.append(element('dt', fieldName(field)), words);
  }
  return list;
}

/** The files that an answer names, to be heard, looked at or saved, with what is odd about them. */
function namedFiles(desk: Desk, data: HandlerCaseView, named: readonly NamedFile[]): HTMLElement {
  const words = answerWords(dayText);
  const value = element('dd');
  const list = element('ul', '', 'files');
  for (const { file, fault } of named) {
    const item = file === null ? element('li') : fileItem(desk, data.id, file, '');
    if (fault !== null)
      item.append(element('p', words.file(file?.name ?? null, fault), 'small strong'));
    list.append(item);
  }
  value.append(list);
  return value;
}

/** The channel's own questions as they stood, with their answers, and which were left empty. */
function formElements(
  desk: Desk,
  data: HandlerCaseView,
  form: AnsweredForm,
  files: ReportFiles,
  language: string,
): HTMLElement[] {
  let section = '';
  const elements = readAnswers(form, answerWords(dayText), files).flatMap((answer) => {
    const question = element('dt', answer.label);
    const value =
      answer.files.length > 0
        ? namedFiles(desk, data, answer.files)
        : element('dd', answer.value, 'written');
    for (const each of answer.files.length > 0 ? [question] : [question, value]) {
      each.dir = 'auto';
      if (language !== '') each.lang = language;
    }
    const isNext = answer.section !== section && answer.section !== '';
    ({ section } = answer);
    return isNext
      ? [element('dt', section, 'section-title'), element('dd'), question, value]
      : [question, value];
  });
  const left = unanswered(form);
  if (left.length === 0) return elements;
  const list = element('dd', left.join('\n'), 'written soft');
  return [...elements, element('dt', t('desk.questions.unanswered')), list];
}

/** Says which questions these were, and where nobody signed them. */
function tellQuestions(
  desk: Desk,
  data: HandlerCaseView,
  form: AnsweredForm,
  item: HTMLElement,
): void {
  const { content } = data.entries.find((entry) => entry.content.kind === 'report') ?? {};
  if (content?.kind !== 'report') return;
  const note = write(item, 'questions', '');
  desk.api.questionsSigned(content.channel, form, content.language).then((signed) => {
    const values = { version: content.directory.version, hash: form.hash.slice(0, 8) };
    note.textContent = t(signed ? 'desk.questions.signed' : 'desk.questions.unsigned', values);
    note.classList.toggle('strong', !signed);
    show(note, true);
  }, report);
}

function entryElement(
  desk: Desk,
  data: HandlerCaseView,
  entry: EntryView,
  language: string,
): HTMLElement {
  const item = copyTemplate('entry');
  const { content } = entry;
  const fromReporter = entry.author.side === 'reporter';
  item.classList.add(fromReporter ? 'from-reporter' : 'from-desk', `kind-${content.kind}`);
  showPart(item, 'new', fromReporter && entry.readOn === null);
  write(item, 'author', authorText(data, entry));
  write(item, 'kind', kindText(data, entry));
  showPart(item, 'handler-key', isThroughMadeKey(data, entry));
  const isThere = content.kind !== 'unreadable' && content.kind !== 'erased';
  write(item, 'when', isThere ? momentText(content.at) : '');
  write(
    item,
    'read',
    fromReporter && entry.readOn !== null
      ? t('desk.entry.opened', { day: dayText(entry.readOn) })
      : '',
  );
  const outcome = part(item, 'outcome');
  show(outcome, content.kind === 'closure');
  if (content.kind === 'closure') outcome.textContent = outcomeText(content.outcome);
  const lines = spokenLines(data, entry);
  fillList(keepPrivate(part(item, 'spoken-lines')), lines, (line) => element('li', line));
  showPart(item, 'spoken-lines', lines.length > 0);
  const answered = content.kind === 'consent' ? t(`desk.consent.said.${content.answer}`) : '';
  const said = 'text' in content ? content.text : answered;
  const isCovered = entry.restricted !== undefined && entry.restricted.content !== content;
  const passages = isCovered ? [] : correctedPassages(data, entry);
  const text = keepPrivate(part(item, 'text'));
  writeMarked(text, said, 'text', passages);
  text.dir = 'auto';
  show(text, said !== '');
  showPart(item, 'unreadable', content.kind === 'unreadable');
  if (content.kind === 'unreadable') {
    write(item, 'unreadable', unreadableText(content.fault, entry));
  }
  if (fromReporter && language !== '') text.lang = language;
  if (content.kind === 'identity_disclosure') {
    const facts = keepPrivate(part(item, 'answers'));
    facts.append(
      element('dt', t('desk.consent.to')),
      element('dd', content.to),
      element('dt', t('desk.consent.what')),
      element('dd', content.what),
    );
    show(facts, true);
  }
  const attached = 'files' in content ? content.files : [];
  const fileContext = {
    files: attached,
    erased: entry.erasedFiles,
    restricted: coveredFiles(entry),
  };
  if (content.kind === 'report') {
    const answers = keepPrivate(part(item, 'answers'));
    for (const question of QUESTIONS) {
      const answer = content.answers[question];
      if (answer === undefined) continue;
      const value = element('dd', t('desk.answer.unknown'));
      if (answer.known) writeMarked(value, answer.text, `answers.${question}`, passages);
      value.dir = 'auto';
      if (answer.known) value.className = 'written';
      if (answer.known && language !== '') value.lang = language;
      answers.append(element('dt', t(`desk.answer.${question}`)), value);
    }
    for (const [name, value] of data.dataRequest ? firstFacts(content) : []) {
      answers.append(element('dt', name), element('dd', value));
    }
    if (content.form !== undefined && !data.dataRequest) {
      answers.append(...formElements(desk, data, content.form, fileContext, language));
      tellQuestions(desk, data, content.form, item);
    }
    show(answers, answers.children.length > 0);
  }
  part(item, 'text').after(...erasureMarks(entry), ...correctionMarks(data, entry));
  const inAnswers = content.kind === 'report' ? filesInAnswers(content.form) : [];
  const files = attached.filter(
    ({ attachment }) => !entry.erasedFiles.includes(attachment) && !inAnswers.includes(attachment),
  );
  fillList(part(item, 'files'), files, (file) => fileItem(desk, data.id, file, ''));
  showPart(item, 'files', files.length > 0);
  return item;
}
