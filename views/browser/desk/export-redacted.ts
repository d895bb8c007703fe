import type {
  ReadableBlock,
  ReadableCopy,
  ReadableEntry,
} from '../../../client/archive/readable.js';
import { standingFiles } from '../../../client/archive/case-json.js';
import { neutralName } from '../../../client/archive/names.js';
import { checkExtract, type ExtractFinding } from '../../../client/casework/extract-check.js';
import { namesLeft, withoutNames, type Replacement } from '../../../client/casework/redact.js';
import type { FileReference, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { shownFileName } from '../file-name.js';
import { keepPrivate } from '../text-fields.js';
import { isReporters, showFindings, sourcesOf } from './case-extract.js';
import { sizeText } from './days.js';
import { localText, type Desk } from './desk.js';
import { draftKeeper } from './draft-keeper.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  ownIds,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { report } from './failures.js';

/**
 * Under what the desk knows that texts of a case were changed for outsiders. They are not kept: what
 * is erased from the case meanwhile must not come back by a draft.
 */
export const CHANGED_TEXTS = 'texts for outsiders';

/** What goes outside: a copy that was written for it, and the attachments that go along. */
export interface Redacted {
  readable: ReadableCopy;
  files: string[];
}

/** The same as one text, as a second person confirms it. */
export interface WrittenCopy {
  text: string;
  files: readonly string[];
}

/** The fields in which a text for outsiders is written. */
export interface RedactedForm {
  /** Empties it and offers what the case has. */
  begin(data: HandlerCaseView): void;
  /** Empties it. */
  forget(): void;
  /** What is to go outside; null where something is missing or was found, which it has said itself. */
  take(): (Redacted & WrittenCopy) | null;
  /** Whether what was found was shown and may be passed over, so that the next time it is taken. */
  looked(): boolean;
}

interface Choice {
  readonly box: HTMLInputElement;
}
type TextChoice = Choice & { readonly field: HTMLTextAreaElement; readonly kind: string };
type FileChoice = Choice & { readonly file: FileReference };

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** See {@link RedactedForm}. `complain` says what is missing. The summary is kept sealed as it is typed. */
export function redactedForm(
  desk: Desk,
  id: string,
  box: HTMLElement,
  complain: (text: string) => void,
): RedactedForm {
  const summary = part(box, 'summary', HTMLTextAreaElement);
  const outcome = part(box, 'outcome', HTMLInputElement);
  let shown: HandlerCaseView | null = null;
  let texts: TextChoice[] = [];
  let files: FileChoice[] = [];
  let names: (Choice & Replacement)[] = [];
  let seen: string | null = null;
  /** Whether that has words which are restricted: those go out in no case. */
  let stops = false;

  const chosenNames = (): Replacement[] => names.filter(({ box: each }) => each.checked);
  const chosenTexts = (): TextChoice[] => texts.filter(({ box: each }) => each.checked);
  const allText = (): string =>
    [summary.value, ...chosenTexts().map(({ field }) => field.value)].join('\n');

  const check = (): boolean => {
    if (shown === null) return true;
    const findings: ExtractFinding[] = checkExtract(allText(), sourcesOf(shown));
    const left = namesLeft(allText(), chosenNames());
    showFindings(box, findings, allText().trim() !== '');
    if (left.length > 0) {
      const notice = element('div', '', 'notice signal');
      notice.append(
        element('p', t('desk.export.redacted.found_names')),
        keepPrivate(element('p', left.join(', '), 'written')),
      );
      part(box, 'findings').append(notice);
    }
    seen = allText();
    stops = findings.some(({ kind }) => kind === 'restricted');
    return findings.length === 0 && left.length === 0;
  };

  const clear = (): void => {
    [seen, stops] = [null, false];
    part(box, 'findings').replaceChildren();
  };
  const key = `${id} export`;
  const keep = draftKeeper(desk, key, box, () =>
    summary.value === ''
      ? null
      : { kind: 'form', text: summary.value, outcome: null, files: [], fields: {} },
  );
  box.addEventListener('input', clear);
  summary.addEventListener('input', keep);
  part(box, 'texts').addEventListener('input', () => {
    desk.unsent.set(CHANGED_TEXTS, { files: 1 });
  });
  onClick(box, 'check', check);
  onClick(box, 'replace', () => {
    for (const field of [summary, ...texts.map((each) => each.field)]) {
      field.value = withoutNames(field.value, chosenNames());
    }
    clear();
    keep();
  });

  function nameLine(name: string, index: number): HTMLElement {
    const letter = LETTERS[index % LETTERS.length] ?? '';
    const more = Math.floor(index / LETTERS.length);
    const instead = t('desk.export.redacted.person', {
      letter: more === 0 ? letter : `${letter}${String(more)}`,
    });
    const line = keepPrivate(element('label', '', 'check'));
    const tick = element('input');
    tick.type = 'checkbox';
    tick.checked = true;
    line.append(tick, element('span', t('desk.export.redacted.name', { name, instead })));
    names.push({ box: tick, name, instead });
    return line;
  }

  function textLine(kind: string, said: string): HTMLElement {
    const item = ownIds(copyTemplate('export-text'));
    const tick = part(item, 'include', HTMLInputElement);
    const field = part(item, 'text', HTMLTextAreaElement);
    write(item, 'include-label', t('desk.export.redacted.include', { kind }));
    field.setAttribute('aria-label', t('desk.export.redacted.text_of', { kind }));
    keepPrivate(write(item, 'excerpt', said)).dir = 'auto';
    field.dir = 'auto';
    tick.addEventListener('change', () => {
      if (tick.checked && field.value === '') field.value = withoutNames(said, chosenNames());
      show(field, tick.checked);
      showPart(item, 'excerpt', !tick.checked);
    });
    texts.push({ box: tick, field, kind });
    return item;
  }

  function fileLine(file: FileReference): HTMLElement {
    const line = keepPrivate(element('label', '', 'check'));
    const tick = element('input');
    tick.type = 'checkbox';
    const label = element('span', `${shownFileName(file.name)} (${sizeText(file.size)})`);
    label.dir = 'auto';
    line.append(tick, label);
    files.push({ box: tick, file });
    return line;
  }

  function empty(): void {
    [shown, texts, files, names] = [null, [], [], []];
    desk.unsent.delete(CHANGED_TEXTS);
    summary.value = '';
    outcome.checked = false;
    summary.removeAttribute('aria-invalid');
    for (const list of ['names', 'texts', 'files']) part(box, list).replaceChildren();
    clear();
  }

  return {
    forget() {
      empty();
      keep();
    },
    looked: () => seen !== null && seen === allText() && !stops,

    begin(data) {
      empty();
      shown = data;
      desk.api.draft(key).then((begun) => {
        if (begun === null || summary.value !== '') return;
        summary.value = begun.text;
        write(box, 'draft-note', t('desk.write.draft'));
      }, report);
      fillList(part(box, 'names'), data.persons, ({ name }, index) => nameLine(name, index));
      showPart(box, 'names-part', data.persons.length > 0);
      const written = data.entries.flatMap((entry) => {
        const { content } = entry;
        if (isReporters(entry) || !('text' in content) || content.text === '') return [];
        // what is said of exports is no part of the file
        if (content.kind === 'export' || content.kind === 'export_confirmed') return [];
        return [{ kind: t(`desk.entry.${content.kind}`), text: content.text }];
      });
      fillList(part(box, 'texts'), written, ({ kind, text }) => textLine(kind, text));
      showPart(box, 'no-texts', written.length === 0);
      const all = data.entries.flatMap(standingFiles);
      fillList(part(box, 'files'), all, fileLine);
      showPart(box, 'no-files', all.length === 0);
      showPart(box, 'outcome-line', data.outcome !== null);
      if (data.outcome !== null) {
        const ended = t(`outcome.${data.outcome}`);
        write(box, 'outcome-text', t('desk.export.redacted.outcome', { outcome: ended }));
      }
    },

    take() {
      const about = summary.value.trim();
      summary.setAttribute('aria-invalid', String(about === ''));
      if (about === '') {
        complain(t('desk.export.redacted.summary_missing'));
        summary.focus();
        return null;
      }
      if ((seen !== allText() && !check()) || stops) {
        part(box, 'findings').scrollIntoView({ block: 'nearest' });
        return null;
      }
      const chosen = files.filter(({ box: each }) => each.checked).map(({ file }) => file);
      const ended = outcome.checked ? shown : null;
      return {
        readable: copyOf(desk, about, chosenTexts(), chosen, ended),
        text: textOf(about, chosenTexts(), ended),
        files: chosen.map(({ attachment }) => attachment),
      };
    },
  };
}

function copyOf(
  desk: Desk,
  about: string,
  texts: readonly TextChoice[],
  files: readonly FileReference[],
  ended: HandlerCaseView | null,
): ReadableCopy {
  const organisation = localText(desk.directory.organisation.names);
  const blocks: ReadableBlock[] = [
    { kind: 'text', text: t('desk.export.redacted.doc_lead', { organisation }) },
    writtenBlock(t('desk.export.redacted.doc_summary'), about),
  ];
  if (texts.length > 0) {
    blocks.push({ kind: 'heading', text: t('desk.export.redacted.doc_texts') });
  }
  for (const { kind, field } of texts) {
    blocks.push(writtenBlock(kind, field.value.trim()));
  }
  if (ended !== null && ended.outcome !== null) {
    blocks.push(
      { kind: 'heading', text: t('desk.export.redacted.doc_outcome') },
      { kind: 'text', text: t(`outcome.${ended.outcome}`) },
    );
  }
  return documentOf([...blocks, ...filesIn(files)]);
}

/** What somebody wrote for outsiders. */
function writtenBlock(head: string, text: string): ReadableEntry {
  const none = { facts: [], remarks: [], files: [] };
  return { kind: 'entry', head, fromReporter: false, language: '', text, ...none };
}

/** The files that go along, by the names that they have there. */
function filesIn(files: readonly Pick<FileReference, 'name'>[]): ReadableBlock[] {
  if (files.length === 0) return [];
  const lines = files.map(({ name }, index) => neutralName(index + 1, name).slice(6));
  return [
    { kind: 'heading', text: t('desk.export.redacted.doc_files') },
    { kind: 'list', lines },
  ];
}

function documentOf(blocks: readonly ReadableBlock[]): ReadableCopy {
  const title = t('desk.export.redacted.doc_title');
  return { language: document.documentElement.lang, title, blocks };
}

function textOf(
  about: string,
  texts: readonly TextChoice[],
  ended: HandlerCaseView | null,
): string {
  const outcome = ended?.outcome ?? null;
  return [
    about,
    ...texts.map(({ kind, field }) => `${kind}\n${field.value.trim()}`),
    ...(outcome === null
      ? []
      : [`${t('desk.export.redacted.doc_outcome')}\n${t(`outcome.${outcome}`)}`]),
  ].join('\n\n');
}

/** What goes outside of a text that a second person confirmed as it is. */
export function confirmedCopy(
  desk: Desk,
  data: HandlerCaseView,
  { text, files }: WrittenCopy,
): Redacted {
  const organisation = localText(desk.directory.organisation.names);
  const all = data.entries.flatMap(standingFiles);
  const chosen = files.flatMap((id) => all.filter(({ attachment }) => attachment === id));
  const entry = writtenBlock(t('desk.export.redacted.doc_summary'), text);
  const lead = {
    kind: 'text',
    text: t('desk.export.redacted.doc_lead', { organisation }),
  } as const;
  return { readable: documentOf([lead, entry, ...filesIn(chosen)]), files: [...files] };
}
