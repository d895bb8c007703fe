import {
  checkExtract,
  saysRestricted,
  type ExtractFinding,
  type ExtractSources,
} from '../../../client/casework/extract-check.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import { restrictedWords } from '../../../client/casework/parts.js';
import type { Extract, Person } from '../../../client/casework/persons.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { saveFile } from '../save-file.js';
import { daysIn, writtenIn } from '../../../client/questions/readable.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { foldedForm, neededValue, setValue, valueOf, type FoldedForm } from './casework-form.js';
import { element, fillList, onClick, part, showPart, write } from './dom.js';
import { dayText, today } from './days.js';
import { localText, type Desk } from './desk.js';
import { authorText } from './parties.js';
import { printSheet } from './print.js';
import { recordMarks } from './record-marks.js';
import { recordItem, type RecordItem } from './record-item.js';

/** The part about what persons in a case get to read in place of its texts. */
export interface ExtractSection {
  readonly form: FoldedForm;
  update(data: HandlerCaseView): void;
}

const KINDS = ['restricted', 'copied', 'date', 'word'] as const;

/**
 * Wires the form in which an extract is written: it begins empty beside the case's texts, nothing is
 * copied by itself, and what stands in the reporter's texts is named before it is kept.
 */
export function extractSection(
  desk: Desk,
  panel: HTMLElement,
  change: (input: CaseworkInput) => Promise<void>,
): ExtractSection {
  let sources: ExtractSources = { reporter: [], names: [], handlers: [], days: [] };
  /** The text as it was when its findings were shown, or when it was kept. */
  let looked: string | null = null;

  const isHeld = (text: string): boolean => saysRestricted(text, sources.restricted ?? []);

  const check = (form: HTMLElement): ExtractFinding[] => {
    const text = valueOf(form, 'text');
    const findings = checkExtract(text, sources);
    looked = text;
    showFindings(form, findings, text !== '');
    return findings;
  };

  const form = foldedForm(
    panel,
    'extract-form',
    (fields) => {
      const text = neededValue(fields, 'text', t('desk.extract.text_missing'));
      if (text === null) return null;
      // what is restricted is given out in no case, also where it was written before
      const stops = isHeld(text);
      if ((text !== looked || stops) && check(fields).length > 0) {
        if (!stops) write(fields, 'submit', t('desk.extract.save_anyway'));
        part(fields, 'findings').scrollIntoView({ block: 'nearest' });
        return null;
      }
      return {
        kind: 'person_extract',
        id: valueOf(fields, 'extract-id') || null,
        person: valueOf(fields, 'person'),
        text,
        givenOn: valueOf(fields, 'given') || null,
      };
    },
    change,
  );
  const clear = (): void => {
    looked = null;
    part(form.form, 'findings').replaceChildren();
    write(form.form, 'submit', t('desk.extract.save'));
  };
  form.form.addEventListener('reset', clear);
  part(form.form, 'text').addEventListener('input', () => {
    if (looked !== null) clear();
  });
  onClick(form.form, 'check', () => check(form.form));

  const handingOver = (person: Person, extract: Extract): RecordItem['actions'] => [
    {
      label: t('desk.extract.print'),
      run: () => {
        printSheet(sheetOf(desk, person, extract));
      },
    },
    {
      label: t('desk.extract.download'),
      run: () => {
        saveFile(new Blob([`${extract.text}\n`], { type: 'text/plain' }), `extract-${today()}.txt`);
      },
    },
  ];

  const itemOf = (data: HandlerCaseView, person: Person, extract: Extract): HTMLElement =>
    recordItem({
      name: person.name,
      state: t(extract.givenOn === null ? 'desk.extract.kept' : 'desk.extract.handed'),
      due: null,
      lines: [
        extract.givenOn === null
          ? t('desk.extract.written_line', { day: dayText(extract.writtenOn) })
          : t('desk.extract.given_line', { day: dayText(extract.givenOn) }),
        extract.text,
        isHeld(extract.text) ? t('desk.extract.held') : '',
        ...recordMarks(data, extract.id),
      ],
      actions: [
        ...(isHeld(extract.text) ? [] : handingOver(person, extract)),
        {
          label: t('desk.record.change'),
          run: () => {
            form.open((fields) => {
              setValue(fields, 'extract-id', extract.id);
              setValue(fields, 'person', person.id);
              setValue(fields, 'text', extract.text);
              setValue(fields, 'given', extract.givenOn ?? '');
              looked = extract.text;
            });
          },
        },
      ],
    });

  return {
    form,
    update(data) {
      sources = sourcesOf(data);
      const all = data.persons.flatMap((person) =>
        person.extracts.map((extract) => ({ person, extract })),
      );
      fillList(part(panel, 'extracts'), all, ({ person, extract }) =>
        itemOf(data, person, extract),
      );
      showPart(panel, 'no-extracts', all.length === 0);
      const entries = data.entries.filter((entry) => textsOf(entry).length > 0);
      fillList(part(panel, 'sources'), entries, (entry) => sourceElement(data, entry));
    },
  };
}

/** What somebody wrote in an entry. */
export function textsOf({ content }: EntryView): string[] {
  if (content.kind === 'unreadable') return [];
  const texts = 'text' in content && content.kind !== 'person_extract' ? [content.text] : [];
  if (content.kind === 'report') {
    for (const answer of Object.values(content.answers)) if (answer.known) texts.push(answer.text);
    if (content.form !== undefined) texts.push(...writtenIn(content.form));
  }
  return texts.filter((text) => text !== '');
}

/** Whether an entry has the reporter's words: of a transcript a handler is only who wrote them down. */
export function isReporters({ author, content }: EntryView): boolean {
  return author.side === 'reporter' || content.kind === 'transcript';
}

/** What the check compares an extract with. */
export function sourcesOf({
  entries: shown,
  persons,
  receivedOn,
  identity,
}: HandlerCaseView): ExtractSources {
  const known = identity.requests.flatMap(({ answer }) => answer?.identity ?? []);
  // what is covered is compared with as well, so that it is known again
  const entries = shown.map((entry) => ({
    ...entry,
    content: entry.restricted?.content ?? entry.content,
  }));
  const reporter = entries.filter(isReporters);
  const handlers = entries.filter((entry) => !isReporters(entry));
  return {
    reporter: [
      ...reporter.flatMap(textsOf),
      ...known.flatMap((said) => Object.values(said).filter((text) => text !== null)),
    ],
    names: known.flatMap(({ name }) => name ?? []),
    handlers: [...handlers.flatMap(textsOf), ...persons.map(({ name }) => name)],
    restricted: shown.flatMap(restrictedWords),
    days: [
      receivedOn,
      ...reporter.flatMap(({ content }) =>
        content.kind === 'unreadable' || content.kind === 'erased'
          ? []
          : // a reporter far from the organisation may name another day for the same moment
            [
              today(new Date(content.at)),
              content.at.slice(0, 10),
              ...(content.kind === 'transcript' ? [content.heldOn] : []),
              ...('paper' in content ? [content.paper.on] : []),
              ...('told' in content ? [content.told.on] : []),
              ...(content.kind === 'report' ? daysIn(content.form) : []),
            ],
      ),
    ],
  };
}

function sourceElement(data: HandlerCaseView, entry: EntryView): HTMLElement {
  const block = element('div', '', 'extract-source');
  block.append(element('p', authorText(data, entry), 'soft'));
  for (const text of textsOf(entry)) {
    const paragraph = keepPrivate(element('p', text, 'written'));
    paragraph.dir = 'auto';
    block.append(paragraph);
  }
  return block;
}

/** Shows what a check of a text for somebody else found. */
export function showFindings(
  form: HTMLElement,
  findings: readonly ExtractFinding[],
  written: boolean,
): void {
  const box = part(form, 'findings');
  box.replaceChildren();
  if (!written) return;
  if (findings.length === 0) {
    box.append(element('p', t('desk.extract.clean'), 'notice'));
    return;
  }
  const notice = element('div', '', 'notice signal');
  notice.append(element('p', t('desk.extract.found')));
  for (const kind of KINDS) {
    const found = findings.filter((finding) => finding.kind === kind);
    if (found.length === 0) continue;
    const list = keepPrivate(element('ul'));
    list.append(...found.map(({ text }) => element('li', `”${text}”`)));
    notice.append(element('p', t(`desk.extract.found.${kind}`)), list);
  }
  notice.append(element('p', t('desk.extract.limits')));
  box.append(notice);
}

/** The extract on paper: nothing on it says which case it is from, or when anything was written. */
function sheetOf(desk: Desk, person: Person, extract: Extract): HTMLElement {
  const sheet = element('article', '', 'extract-sheet');
  const text = element('p', extract.text, 'written');
  text.dir = 'auto';
  sheet.append(
    element('p', localText(desk.directory.organisation.names)),
    element('h1', t('desk.extract.sheet_title')),
    element('p', person.name),
    text,
  );
  return sheet;
}
