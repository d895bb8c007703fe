import type { RestrictionGround } from '../../../crypto/private.js';
import {
  COVER_MARK,
  endsLast,
  isRestrictable,
  type RestrictedPart,
} from '../../../client/casework/parts.js';
import { withoutStretches } from '../../../client/casework/passages.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { neededValue, wireCaseworkForm } from './casework-form.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, ownIds, part, show, showPart, write } from './dom.js';
import { entryName, partChooser, partOf, type CaseEntry } from './part-chooser.js';

/** The part of the panel of keeping that is about entries and passages. */
export interface PartsSection {
  /** Shows what is restricted. What is being chosen stays. */
  update(data: HandlerCaseView): void;
}

type Save = (input: CaseworkInput) => Promise<void>;

/** The entries that can be restricted, or restricted further, the newest first. */
function choosable({ entries }: HandlerCaseView): CaseEntry[] {
  return entries.toReversed().filter((entry): entry is CaseEntry => {
    const { content, restricted } = entry;
    if (entry.compartment === 'identity' || restricted?.whole === true) return false;
    return isRestrictable(restricted?.content ?? content);
  });
}

/** Wires the forms of this part, which stand in the panel. */
export function partsSection(desk: Desk, panel: HTMLElement, save: Save): PartsSection {
  const form = part(panel, 'part-form', HTMLFormElement);
  const ground = part(form, 'part-ground', HTMLSelectElement);
  const chooser = partChooser<CaseEntry>(desk, form, {
    words: {
      cut: t('desk.part.cut'),
      cutDone: t('desk.part.cut_done'),
      left: t('desk.part.left'),
    },
    files: true,
    left: (text, passages) => withoutStretches(text, passages, COVER_MARK),
    missing: t('desk.part.nothing_chosen'),
  });
  const missing = t('desk.keeping.missing');
  wireCaseworkForm(
    form,
    () => {
      const chosen = chooser.take();
      if (chosen === null) return null;
      const review = neededValue(form, 'part-review', missing);
      const text = review && neededValue(form, 'part-text', missing);
      if (review === null || text === null) return null;
      const { entry, whole, passages, files } = chosen;
      return {
        kind: 'part_restriction',
        id: null,
        of: { compartment: entry.compartment, sequence: entry.sequence },
        part: whole ? null : { ...partOf(entry, passages), files },
        ground: ground.value as RestrictionGround,
        text,
        review,
      };
    },
    async (input) => {
      await save(input);
      form.reset();
      chooser.clear();
      form.closest('details')?.removeAttribute('open');
    },
  );

  const itemOf = (data: HandlerCaseView, restriction: RestrictedPart | null): HTMLElement => {
    const item = ownIds(copyTemplate('part-item'));
    const id = restriction?.id ?? null;
    keepPrivate(write(item, 'name', restriction === null ? '' : nameOf(data, restriction)));
    const lines = restriction === null ? [t('desk.part.unknown')] : factsOf(restriction);
    fillList(keepPrivate(part(item, 'lines')), lines, (line) => element('li', line));
    // what cannot be read ends with the last that can
    show(
      part(item, 'end').closest('details') ?? item,
      id !== null || data.keeping.parts.length === 0,
    );
    const end = part(item, 'end', HTMLFormElement);
    const input = (): CaseworkInput | null => {
      const text = neededValue(end, 'end-text', missing);
      const last = id === null || endsLast(data.keeping, id);
      return text === null ? null : { kind: 'part_unrestriction', id, text, last };
    };
    wireCaseworkForm(end, input, save);
    return item;
  };

  return {
    update(data) {
      const { parts, partsUnknown } = data.keeping;
      const all = [...parts, ...(partsUnknown ? [null] : [])];
      fillList(part(panel, 'parts'), all, (each) => itemOf(data, each));
      showPart(panel, 'parts', all.length > 0);
      showPart(panel, 'no-parts', all.length === 0);
      const entries = choosable(data);
      chooser.update(entries);
      showPart(panel, 'part-new', entries.length > 0);
    },
  };
}

/** What a restriction is of. */
function nameOf({ entries }: HandlerCaseView, { of, part: some }: RestrictedPart): string {
  const entry = entries.find(
    ({ compartment, sequence }) => compartment === of.compartment && sequence === of.sequence,
  );
  const name = entry === undefined ? '' : entryName(entry);
  return t(`desk.part.of_${some === null ? 'entry' : 'part'}`, { name });
}

function factsOf({ ground, text, review }: RestrictedPart): string[] {
  return [
    t(`desk.restriction.ground.${ground}`),
    text,
    `${t('desk.hold.review')}: ${dayText(review)}`,
  ];
}

/** Why something of an entry is covered, one sentence for each restriction. */
export function coverTexts({ restricted, erasure }: EntryView): string[] {
  return (restricted?.parts ?? []).map(({ part: some, ground, review }) => {
    const whole = some === null || restricted?.whole === true;
    const text = t(`desk.part.cover_${whole ? 'entry' : 'part'}`, {
      day: dayText(review),
      ground: t(`desk.restriction.ground.${ground}`),
    });
    const isLost = some !== null && some.after !== (erasure?.sequence ?? null);
    return isLost ? `${text} ${t('desk.part.cover_lost')}` : text;
  });
}

/**
 * The box at an entry of which something is covered, with the button that shows it, or covers it again.
 *
 * @param turn draws the entry the other way.
 */
export function coverBox(entry: EntryView, isShown: boolean, turn: () => void): HTMLElement {
  const box = element('div', '', 'notice part-cover');
  for (const text of coverTexts(entry)) box.append(element('p', text));
  const line = element('p', '', 'actions');
  const button = element('button', t(`desk.part.${isShown ? 'hide' : 'show'}`));
  button.type = 'button';
  button.dataset['part'] = 'turn-cover';
  button.addEventListener('click', turn);
  line.append(button);
  if (!isShown) box.append(element('p', t('desk.part.show_hint'), 'small soft'));
  box.append(line);
  return box;
}
