import {
  isAboutErasing,
  type CorrectionGround,
  type EntryContent,
} from '../../../crypto/private.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import { erasedAfter } from '../../../client/casework/parts.js';
import { textsOf, type Passage } from '../../../client/casework/passages.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { neededValue, wireCaseworkForm } from './casework-form.js';
import { momentText } from './days.js';
import type { Desk } from './desk.js';
import { element, option, part, showPart } from './dom.js';
import { partyText } from './parties.js';
import { entryName, partChooser, partOf, type CaseEntry } from './part-chooser.js';

// A record, not a list, as in choices.ts
const GROUNDS: Record<CorrectionGround, true> = {
  inaccurate: true,
  incomplete: true,
  outdated: true,
};

type Correction = Extract<EntryContent, { kind: 'correction' }>;

/** The part of the panel of keeping in which something is corrected. */
export interface CorrectionSection {
  /** Offers the entries as they are. What is being chosen stays. */
  update(data: HandlerCaseView): void;
}

/** The entries with words or files, which can be corrected, the newest first. */
function correctable({ entries }: HandlerCaseView): CaseEntry[] {
  return entries.toReversed().filter((entry): entry is CaseEntry => {
    const { content, compartment, restricted } = entry;
    if (content.kind === 'unreadable' || content.kind === 'erased') return false;
    if (compartment === 'identity' || restricted?.whole === true) return false;
    if (content.kind === 'correction' || isAboutErasing(content)) return false;
    return textsOf(content).length > 0 || ('files' in content && content.files.length > 0);
  });
}

/** Wires the form, which stands in the panel. */
export function correctionSection(
  desk: Desk,
  panel: HTMLElement,
  save: (input: CaseworkInput) => Promise<void>,
): CorrectionSection {
  const form = part(panel, 'correction-form', HTMLFormElement);
  const ground = part(form, 'correction-ground', HTMLSelectElement);
  for (const each of Object.keys(GROUNDS)) {
    ground.append(option(each, t(`desk.correction.ground.${each}`)));
  }
  const chooser = partChooser<CaseEntry>(desk, form, {
    words: {
      cut: t('desk.correction.cut'),
      cutDone: t('desk.correction.cut_done'),
      left: t('desk.correction.left'),
    },
    files: true,
    left: (text, passages) =>
      passages.map(({ from, to }) => quoted(text.slice(from, to))).join(' '),
    missing: t('desk.correction.nothing_chosen'),
  });
  wireCaseworkForm(
    form,
    () => {
      const chosen = chooser.take();
      const text = chosen && neededValue(form, 'correction-text', t('desk.keeping.missing'));
      if (chosen === null || text === null) return null;
      const { entry, whole, passages, files } = chosen;
      const named = files.length === 0 ? {} : { files };
      return {
        kind: 'correction',
        id: null,
        of: { compartment: entry.compartment, sequence: entry.sequence },
        part: whole ? null : { ...partOf(entry, passages), ...named },
        ground: ground.value as CorrectionGround,
        text,
      };
    },
    async (input) => {
      await save(input);
      form.reset();
      chooser.clear();
      form.closest('details')?.removeAttribute('open');
    },
  );
  return {
    update(data) {
      const { restriction } = data.keeping;
      const entries = correctable(data);
      chooser.update(entries);
      showPart(panel, 'correction-new', restriction === null && entries.length > 0);
      showPart(panel, 'correction-restricted', restriction !== null);
    },
  };
}

function quoted(words: string): string {
  return t('desk.correction.quote', { words });
}

/** What was said to be not right in an entry, with whoever said it, the oldest first. */
function correctionsOf(
  { entries }: Pick<HandlerCaseView, 'entries'>,
  { compartment, sequence }: EntryView,
): { author: EntryView['author']; content: Correction }[] {
  return entries.flatMap(({ author, content }) => {
    if (content.kind !== 'correction') return [];
    const { of } = content;
    return of.compartment === compartment && of.sequence === sequence ? [{ author, content }] : [];
  });
}

/** The stretches of an entry that corrections name, as long as it says the same as then. */
export function correctedPassages(
  data: Pick<HandlerCaseView, 'entries'>,
  entry: EntryView,
): Passage[] {
  return correctionsOf(data, entry).flatMap(({ content: { part: some } }) =>
    some === null || some.after !== erasedAfter(entry) ? [] : some.passages,
  );
}

/** What handlers said is not right in an entry, and what is, in sentences. */
export function correctionTexts(
  data: Pick<HandlerCaseView, 'entries'>,
  entry: EntryView,
): string[] {
  return correctionsOf(data, entry).map(({ author, content }) => {
    const { at, text, ground, part: some } = content;
    const mark = t('desk.correction.mark', {
      by: partyText(author),
      day: momentText(at),
      ground: t(`desk.correction.ground.${ground}`),
      text,
    });
    if (some === null) return mark;
    if (some.after !== erasedAfter(entry)) return `${mark} ${t('desk.correction.moved')}`;
    // of covered words nothing is quoted
    if (entry.restricted !== undefined) return mark;
    const texts = new Map(textsOf(entry.content).map((each) => [each.field, each.text]));
    const words = some.passages.map(
      ({ field, from, to }) => texts.get(field)?.slice(from, to) ?? '',
    );
    const { content: now } = entry;
    const attached = 'files' in now ? now.files : [];
    const names = (some.files ?? []).map((id) => {
      const file = attached.find(({ attachment }) => attachment === id);
      return file === undefined ? t('desk.correction.file_gone') : shownFileName(file.name);
    });
    return `${[...words, ...names].map(quoted).join(' ')} ${mark}`;
  });
}

/** What a correction says among the notes, and which entry it is of. */
export function correctionLine(
  { entries }: Pick<HandlerCaseView, 'entries'>,
  by: string,
  { of, ground, text }: Correction,
): string {
  const entry = entries.find(
    ({ compartment, sequence }) => compartment === of.compartment && sequence === of.sequence,
  );
  return t('desk.correction.line', {
    by,
    entry: entry === undefined ? '' : entryName(entry),
    ground: t(`desk.correction.ground.${ground}`),
    text,
  });
}

/** The same as it stands at the entry. */
export function correctionMarks(
  data: Pick<HandlerCaseView, 'entries'>,
  entry: EntryView,
): HTMLElement[] {
  return correctionTexts(data, entry).map((text) => keepPrivate(element('p', text, 'notice')));
}

/** Writes a text of an entry into its element, with what was corrected of it marked. */
export function writeMarked(
  target: HTMLElement,
  text: string,
  field: string,
  passages: readonly Passage[],
): void {
  const own = passages
    .filter((each) => each.field === field && each.to <= text.length)
    .sort((a, b) => a.from - b.from);
  const pieces: (string | HTMLElement)[] = [];
  let end = 0;
  for (const { from, to } of own) {
    const start = Math.max(from, end);
    if (start >= to) continue;
    pieces.push(text.slice(end, start), element('mark', text.slice(start, to), 'corrected'));
    end = to;
  }
  target.replaceChildren(...pieces, text.slice(end));
}
