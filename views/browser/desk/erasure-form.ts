import {
  effectOf,
  goesWhole,
  type EntryContent,
  type ErasureGround,
} from '../../../crypto/private.js';
import { staysAsProof } from '../../../client/casework/consent.js';
import { textsOf, withoutPassages, type Passage } from '../../../client/casework/passages.js';
import type { ErasureInput } from '../../../client/desk/erasing.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { momentText } from './days.js';
import type { Changed, Desk } from './desk.js';
import {
  copyTemplate,
  element,
  onClick,
  option,
  ownIds,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { send, showProblem } from './failures.js';
import { partyText } from './parties.js';

// A record, not a list, as in choices.ts
const GROUNDS: Record<ErasureGround, true> = {
  irrelevant: true,
  unlawful: true,
  request: true,
  obligation: true,
  other: true,
};

/** The entry of a case whose place the form's list names. */
type Found = EntryView & {
  compartment: ErasureInput['compartment'];
  content: EntryContent;
};

const placeOf = ({ compartment, sequence }: EntryView): string =>
  `${compartment} ${sequence.toString()}`;

function isReadable(entry: EntryView): entry is Found {
  const isThere = entry.content.kind !== 'unreadable' && entry.content.kind !== 'erased';
  return isThere && entry.compartment !== 'identity';
}

/**
 * The entries with words or files in them that can be erased: all but what a disclosure of the identity
 * rests on.
 */
export function erasable({ entries }: Pick<HandlerCaseView, 'entries'>): Found[] {
  const said = entries.map(({ content }) => content);
  return entries.filter(isReadable).filter(({ content }) => {
    if (staysAsProof(content, said)) return false;
    const files = 'files' in content ? content.files.length : 0;
    return files > 0 || textsOf(content).length > 0;
  });
}

/** What an entry is called in lists. */
export function entryName({ content, author }: EntryView): string {
  const kind = t(`desk.entry.${content.kind}`);
  const by = partyText(author);
  if (content.kind === 'unreadable' || content.kind === 'erased') return `${kind}, ${by}`;
  return t('desk.correction.entry', { kind, by, day: momentText(content.at) });
}

/** What a field of an entry is called. */
export function fieldName(field: string): string {
  const [, answer] = /^form\.(\d+)/u.exec(field) ?? [];
  if (answer !== undefined) return t('desk.erasure.field.form', { number: answer });
  const [, option] = /^options\.(\d+)/u.exec(field) ?? [];
  if (option !== undefined) return t('desk.erasure.field.place', { number: option });
  return t(`desk.erasure.field.${field.replace('.', '_')}`);
}

/** The place in a text that a place in its field means: the field shows each end of line as one. */
function placeIn(text: string, at: number): number {
  let place = 0;
  for (let shown = 0; shown < at; shown += 1) place += text.startsWith('\r\n', place) ? 2 : 1;
  return place;
}

/** The form that proposes to erase something. */
export interface ErasureForm {
  update(data: HandlerCaseView): void;
}

/** See {@link ErasureForm}. */
export function erasureForm(
  desk: Desk,
  id: string,
  panel: HTMLElement,
  changed: Changed,
): ErasureForm {
  const form = part(panel, 'form', HTMLFormElement);
  const which = part(form, 'of', HTMLSelectElement);
  const whole = part(form, 'whole', HTMLInputElement);
  const ground = part(form, 'ground', HTMLSelectElement);
  for (const each of Object.keys(GROUNDS)) {
    ground.append(option(each, t(`desk.erasure.ground.${each}`)));
  }
  let data: HandlerCaseView | null = null;
  let passages: Passage[] = [];
  /** The hash of the entry that the form shows; another text under the same place is another. */
  let drawn = '';

  const chosen = (): Found | undefined =>
    data === null ? undefined : erasable(data).find((entry) => placeOf(entry) === which.value);

  const drawLeft = (entry: Found): void => {
    const left = new Map(
      textsOf(withoutPassages(entry.content, passages, [])).map(({ field, text }) => [field, text]),
    );
    for (const block of form.querySelectorAll<HTMLElement>('[data-field]')) {
      const field = block.dataset['field'] ?? '';
      const isCut = passages.some((passage) => passage.field === field);
      keepPrivate(write(block, 'left', left.get(field) ?? '')).dir = 'auto';
      showPart(block, 'left', isCut);
      showPart(block, 'left-title', isCut);
    }
    showPart(form, 'undo', passages.length > 0);
  };

  const fieldElement = (entry: Found, field: string, text: string): HTMLElement => {
    const block = ownIds(copyTemplate('erasure-field'));
    block.dataset['field'] = field;
    const words = keepPrivate(part(block, 'words', HTMLTextAreaElement));
    words.value = text;
    words.rows = text.length > 200 ? 6 : 2;
    words.dir = 'auto';
    words.setAttribute('aria-label', fieldName(field));
    write(block, 'label', fieldName(field));
    onClick(block, 'cut', () => {
      const from = placeIn(text, words.selectionStart);
      const to = placeIn(text, words.selectionEnd);
      if (from === to) {
        showProblem(form, t('desk.erasure.select_first'));
        words.focus();
        return;
      }
      showProblem(form, null);
      passages.push({ field, from, to });
      drawLeft(entry);
      desk.say(t('desk.erasure.cut_done'));
    });
    return block;
  };

  const fileChoice = (attachment: string, name: string): HTMLElement => {
    const label = element('label', '', 'check');
    const box = element('input');
    box.type = 'checkbox';
    box.value = attachment;
    label.append(box, ' ', keepPrivate(element('span', shownFileName(name))));
    return label;
  };

  const drawEntry = (): void => {
    const entry = chosen();
    if (data !== null) {
      const compartment = entry?.compartment ?? 'dialogue';
      const alone = data.erasesAlone[compartment];
      const who = { always: 'alone_now', left: 'alone_later', no: 'second' } as const;
      showPart(form, 'dialogue-hint', compartment === 'dialogue');
      // what it did to the case stands in the signed header, and no word of that goes
      showPart(form, 'effect-hint', entry !== undefined && effectOf(entry.content) !== null);
      write(form, 'who', t(`desk.erasure.${who[alone]}`));
      write(form, 'do', t(alone === 'always' ? 'desk.erasure.do' : 'desk.erasure.propose'));
    }
    const stamp =
      entry === undefined ? '' : `${which.value} ${JSON.stringify(textsOf(entry.content))}`;
    if (stamp === drawn) return;
    drawn = stamp;
    passages = [];
    const texts = entry === undefined ? [] : textsOf(entry.content);
    part(form, 'fields').replaceChildren(
      ...(entry === undefined
        ? []
        : texts.map(({ field, text }) => fieldElement(entry, field, text))),
    );
    const content = entry?.content;
    const attached = content !== undefined && 'files' in content ? content.files : [];
    const files = attached.filter(
      ({ attachment }) => entry?.erasedFiles.includes(attachment) !== true,
    );
    part(form, 'files').replaceChildren(
      ...files.map(({ attachment, name }) => fileChoice(attachment, name)),
    );
    showPart(form, 'files-choice', files.length > 0);
    showPart(form, 'undo', false);
    // what somebody signed or agreed to goes whole or not at all
    const goes = content !== undefined && goesWhole(content);
    part(form, 'passages', HTMLInputElement).disabled = goes;
    if (goes) whole.checked = true;
    showPart(form, 'choose', !whole.checked);
  };

  const inputOf = (): ErasureInput | null => {
    const entry = chosen();
    if (entry === undefined) return null;
    const files = [...part(form, 'files').querySelectorAll('input')]
      .filter(({ checked }) => checked)
      .map(({ value }) => value);
    if (!whole.checked && passages.length === 0 && files.length === 0) {
      showProblem(form, t('desk.error.nothing_to_erase'));
      return null;
    }
    return {
      compartment: entry.compartment,
      sequence: entry.sequence,
      whole: whole.checked,
      passages: whole.checked ? [] : passages,
      files: whole.checked ? [] : files,
      ground: ground.value as ErasureGround,
      text: part(form, 'text', HTMLTextAreaElement).value.trim(),
    };
  };

  which.addEventListener('change', drawEntry);
  form.addEventListener('change', () => {
    showPart(form, 'choose', !whole.checked);
  });
  onClick(form, 'undo', () => {
    passages = [];
    const entry = chosen();
    if (entry !== undefined) drawLeft(entry);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const input = inputOf();
    if (input === null) return;
    void send(form, async () => {
      const alone = data?.erasesAlone[input.compartment] === 'always';
      const after = await desk.api.proposeErasure(id, input);
      // nothing of the words stays in the form
      form.reset();
      drawn = '';
      showPart(form, 'choose', true);
      form.closest('details')?.removeAttribute('open');
      changed(after, t(alone ? 'desk.erasure.done' : 'desk.erasure.proposed'));
    });
  });

  return {
    update(now) {
      data = now;
      const before = which.value;
      const found = erasable(now).toReversed();
      which.replaceChildren(...found.map((entry) => option(placeOf(entry), entryName(entry))));
      if (found.some((entry) => placeOf(entry) === before)) which.value = before;
      drawEntry();
      show(form, found.length > 0);
    },
  };
}
