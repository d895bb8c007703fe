import { consentChoices } from '../../../client/consent-choices.js';
import type {
  AccessView,
  ConsentAnswer,
  EntryView,
  FileReference,
  ReporterCaseView,
  ReporterEntry,
} from '../../../client/models.js';
import { readAnswers } from '../../../client/questions/readable.js';
import { shownFileName } from '../file-name.js';
import { answerWords } from '../questions/words.js';
import { plural, t } from '../strings.js';
import { addTerm, byId, clone, fillSlot, slot, write } from './dom.js';
import { formatDay, formatList, formatSize } from './format.js';
import { fieldNames } from './identity.js';
import { spokenLines } from './spoken-lines.js';

/** Fetches a file and says in `state` how far it has come. */
export type Fetcher = (file: FileReference, state: HTMLElement) => Promise<void>;

/** Sends an answer to a question about the identity; what fails is said in `problem`. */
export type GiveConsent = (
  request: string,
  answer: ConsentAnswer,
  problem: HTMLElement,
) => Promise<void>;

/** Who wrote an entry, as reporters are told. */
export function authorName(
  { origin }: ReporterCaseView,
  { author, content }: EntryView<ReporterEntry>,
): string {
  if (author.side === 'reader') return author.name;
  // a handler wrote down what somebody else had reported
  return content.kind === 'report' && origin.made === 'handler'
    ? t('made.author', { name: origin.name ?? t('made.nobody') })
    : t('conversation.you');
}

/** That whoever wrote it may have been the handler who made the key; null where nobody did. */
export function madeText({ origin }: ReporterCaseView, { author }: EntryView): string | null {
  return author.side === 'reporter' && origin.made === 'handler' ? t('made.key') : null;
}

/** What kind of entry it is; null where that goes without saying. */
export function kindText({ content }: EntryView<ReporterEntry>): string | null {
  switch (content.kind) {
    case 'report':
    case 'acknowledgement':
    case 'feedback':
    case 'closure':
    case 'reopening':
    case 'transcript':
    case 'agreement':
    case 'rectification':
    case 'meeting_request':
    case 'meeting_proposal':
    case 'meeting_answer':
    case 'meeting_withdrawal':
    case 'meeting_cancellation':
    case 'unreadable':
    case 'identity_opening':
      return t(`conversation.kind.${content.kind}`);
    case 'identity_disclosure':
      return t(`conversation.kind.identity_${content.basis}`);
    case 'consent':
    case 'message':
    case 'reply':
    case 'erased':
      return null;
  }
}

/** That something of an entry was erased, when and why; null where nothing was. */
export function erasureText({ content, erasure }: EntryView<ReporterEntry>): string | null {
  if (erasure === null) return null;
  const { at, ground, files, text, alone } = erasure;
  const what = content.kind === 'erased' ? 'whole' : 'part';
  const parts = [
    at === null ? t(`erased.${what}`) : t(`erased.${what}_on`, { day: formatDay(at) }),
    ...(ground === null ? [] : [t(`erased.ground.${ground}`)]),
    ...(files === 0 ? [] : [plural('erased.files', files)]),
    ...(alone ? [t('erased.alone')] : []),
    ...(text === '' ? [] : [text]),
    // nobody is to take the case for open again
    ...(content.kind === 'closure' ? [t('erased.closure')] : []),
  ];
  return parts.join(' ');
}

/** What an entry says beside its text: what a report was about, how a case ended. */
export function factsOf({
  content,
  erasedFiles,
}: EntryView<ReporterEntry>): [name: string, value: string][] {
  if (content.kind === 'closure') {
    return [[t('conversation.outcome'), t(`outcome.${content.outcome}`)]];
  }
  if (content.kind === 'identity_opening') {
    return [
      [t('identity.opening.fields'), fieldNames(content.fields)],
      [t('identity.opening.reason'), content.reason],
    ];
  }
  if (content.kind === 'identity_disclosure') {
    return [
      [t('consent.to'), content.to],
      [t('consent.what'), content.what],
    ];
  }
  if (content.kind !== 'report') return [];
  const facts: [string, string][] = [
    [t('conversation.category'), t(`category.${content.category}`)],
    [t('conversation.relation'), t(`relation.${content.relation}`)],
  ];
  for (const name of ['where', 'when', 'who', 'how', 'more'] as const) {
    const answer = content.answers[name];
    if (answer === undefined) continue;
    facts.push([t(`write.${name}.label`), answer.known ? answer.text : t('write.unknown')]);
  }
  if (content.form !== undefined) {
    const read = readAnswers(content.form, answerWords(formatDay), {
      files: content.files,
      erased: erasedFiles,
    });
    facts.push(...read.map(({ label, value }): [string, string] => [label, value]));
  }
  return facts;
}

function fillFacts(list: HTMLElement, entry: EntryView<ReporterEntry>): void {
  const facts = factsOf(entry);
  if (facts.length === 0) list.remove();
  for (const [name, value] of facts) addTerm(list, name, value);
}

function fillFiles(list: HTMLElement, entry: EntryView<ReporterEntry>, fetchFile: Fetcher): void {
  const attached = 'files' in entry.content ? entry.content.files : [];
  const files = attached.filter(({ attachment }) => !entry.erasedFiles.includes(attachment));
  if (files.length === 0) list.remove();
  for (const file of files) {
    const row = clone('received-file');
    fillSlot(row, 'name', shownFileName(file.name));
    fillSlot(row, 'size', formatSize(file.size));
    const button = slot(row, 'get');
    button.setAttribute('aria-label', t('download.named', { name: shownFileName(file.name) }));
    const state = slot(row, 'state');
    button.addEventListener('click', () => {
      (button as HTMLButtonElement).disabled = true;
      void fetchFile(file, state).finally(() => {
        (button as HTMLButtonElement).disabled = false;
      });
    });
    list.append(row);
  }
}

function entryElement(
  view: ReporterCaseView,
  entry: EntryView<ReporterEntry>,
  isNew: boolean,
  fetchFile: Fetcher,
  give: GiveConsent,
): HTMLElement {
  const element = clone('entry');
  element.classList.add(entry.author.side);
  fillSlot(element, 'new', isNew ? t('conversation.new') : null);
  if (isNew) {
    element.classList.add('fresh');
    element.tabIndex = -1;
  }
  fillSlot(element, 'author', authorName(view, entry));
  fillSlot(element, 'kind', kindText(entry));
  fillSlot(element, 'made', madeText(view, entry));
  const { content } = entry;
  const isThere = content.kind !== 'unreadable' && content.kind !== 'erased';
  fillSlot(element, 'day', isThere ? formatDay(content.at) : null);
  const text = textOf(entry);
  fillSlot(element, 'text', text === '' ? null : text);
  fillSlot(element, 'erased', erasureText(entry));
  fillSlot(
    element,
    'read',
    entry.readOn === null ? null : t('conversation.read', { day: formatDay(entry.readOn) }),
  );
  fillAnswers(slot(element, 'answers'), entry, view, give);
  fillFacts(slot(element, 'facts'), entry);
  slot(element, 'spoken').append(...spokenElements(view, entry));
  fillFiles(slot(element, 'files'), entry, fetchFile);
  return element;
}

/** What an entry says; an opening of the identity is told even where its words cannot be read. */
export function textOf({ compartment, content, erasure }: EntryView<ReporterEntry>): string {
  if (content.kind === 'identity_opening') return t('identity.opening.text');
  if (content.kind === 'erased') return '';
  if (content.kind === 'consent') return t(`consent.said.${content.answer}`);
  if (content.kind !== 'unreadable') return 'text' in content ? content.text : '';
  if (compartment === 'identity') return t('identity.opening.unreadable');
  return t(erasure === null ? 'conversation.unreadable' : 'conversation.remains_unreadable');
}

/** Lets the reporter agree to what an entry asks, refuse it, or take an agreement back. */
function fillAnswers(
  row: HTMLElement,
  entry: EntryView<ReporterEntry>,
  view: ReporterCaseView,
  give: GiveConsent,
): void {
  const choices = consentChoices(view, entry);
  if (choices.length === 0) {
    row.remove();
    return;
  }
  const problem = document.createElement('p');
  problem.className = 'error';
  problem.setAttribute('role', 'alert');
  row.append(
    ...choices.map((choice) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = t(`consent.do.${choice}`);
      button.addEventListener('click', () => {
        button.disabled = true;
        void give(entry.hash, choice, problem).finally(() => {
          button.disabled = false;
        });
      });
      return button;
    }),
    problem,
  );
}

/** What an entry about a meeting or a transcript says beside its text. */
function spokenElements(view: ReporterCaseView, entry: EntryView<ReporterEntry>): HTMLElement[] {
  return spokenLines(view, entry).map((line) => {
    const element = document.createElement('p');
    element.className = 'spoken-line';
    element.textContent = line;
    return element;
  });
}

type AccessMember = AccessView['readers'][number];

/** A guest whose day changed is told anew. */
function sameAccess(one: AccessMember, other: AccessMember): boolean {
  return one.id === other.id && one.guest?.until === other.guest?.until;
}

/** A reader's name, and whether it is somebody from outside the organisation. */
export function memberText({ name, guest }: AccessMember): string {
  return guest === undefined ? name : t('access.outside', { name, day: formatDay(guest.until) });
}

/** Who began and who ceased to read with an epoch, as a sentence; null where nobody did. */
function accessText(before: AccessView, after: AccessView): string | null {
  const names = (from: AccessView, to: AccessView): string[] =>
    to.readers
      .filter((each) => !from.readers.some((other) => sameAccess(each, other)))
      .map(memberText);
  const joined = names(before, after);
  const left = names(after, before);
  const parts: string[] = [];
  const { recovered } = after;
  if (recovered !== undefined) {
    const { officer, to, on } = recovered;
    parts.push(t('access.recovered', { officer, names: formatList(to), day: formatDay(on) }));
  } else if (joined.length > 0) parts.push(t('access.joined', { names: formatList(joined) }));
  if (left.length > 0) parts.push(t('access.left', { names: formatList(left) }));
  return parts.length === 0 ? null : parts.join(' ');
}

/**
 * Draws the conversation: what was written, and between it who came to read and who ceased to.
 *
 * @param fresh how many entries, from the end, are new to the reporter.
 */
export function drawConversation(
  view: ReporterCaseView,
  fresh: number,
  fetchFile: Fetcher,
  give: GiveConsent,
): void {
  const access = view.access.filter(({ compartment }) => compartment === 'dialogue');
  const firstNew = view.entries.length - fresh;
  let sequence = 0;
  const elements = view.entries.map((entry, index) => ({
    // what is of another chain stays behind the entry that it follows
    sequence: (sequence = entry.compartment === 'dialogue' ? entry.sequence : sequence),
    element: entryElement(view, entry, index >= firstNew, fetchFile, give),
  }));
  for (const [index, change] of access.entries()) {
    const before = access[index - 1];
    const text = before === undefined ? null : accessText(before, change);
    if (text === null) continue;
    const element = clone('access-change');
    element.textContent = text;
    elements.push({ sequence: change.sequence, element });
  }
  elements.sort((a, b) => a.sequence - b.sequence);
  byId('conversation').replaceChildren(...elements.map(({ element }) => element));
  const readers = access.at(-1)?.readers.map(memberText) ?? [];
  write('who-reads', t('conversation.readers', { names: formatList(readers) }));
}

/** Goes to the first entry that is new. */
export function goToNew(): void {
  byId('conversation').querySelector<HTMLElement>('.entry.fresh')?.focus();
}
