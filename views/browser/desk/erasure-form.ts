import { effectOf, goesWhole, type ErasureGround } from '../../../crypto/private.js';
import { staysAsProof } from '../../../client/casework/consent.js';
import { ERASED_MARK, textsOf, withoutStretches } from '../../../client/casework/passages.js';
import type { ErasureInput } from '../../../client/desk/erasing.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import type { Changed, Desk } from './desk.js';
import { option, part, show, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';
import { partChooser, type CaseEntry } from './part-chooser.js';

// A record, not a list, as in choices.ts
const GROUNDS: Record<ErasureGround, true> = {
  irrelevant: true,
  unlawful: true,
  request: true,
  obligation: true,
  other: true,
};

function isReadable(entry: EntryView): entry is CaseEntry {
  const isThere = entry.content.kind !== 'unreadable' && entry.content.kind !== 'erased';
  return isThere && entry.compartment !== 'identity';
}

/**
 * The entries with words or files in them that can be erased: all but what a disclosure of the identity
 * rests on, and what is restricted.
 */
export function erasable({ entries }: Pick<HandlerCaseView, 'entries'>): CaseEntry[] {
  const said = entries.map(({ content }) => content);
  return entries.filter(isReadable).filter(({ content, restricted }) => {
    if (restricted !== undefined || staysAsProof(content, said)) return false;
    const files = 'files' in content ? content.files.length : 0;
    return files > 0 || textsOf(content).length > 0;
  });
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
  const ground = part(form, 'ground', HTMLSelectElement);
  for (const each of Object.keys(GROUNDS)) {
    ground.append(option(each, t(`desk.erasure.ground.${each}`)));
  }
  let data: HandlerCaseView | null = null;

  const chooser = partChooser<CaseEntry>(desk, form, {
    words: {
      cut: t('desk.erasure.cut'),
      cutDone: t('desk.erasure.cut_done'),
      left: t('desk.erasure.left'),
    },
    files: true,
    left: (text, passages) => withoutStretches(text, passages, ERASED_MARK),
    // what somebody signed or agreed to goes whole or not at all
    onlyWhole: ({ content }) => goesWhole(content),
    missing: t('desk.error.nothing_to_erase'),
    drawn(entry) {
      if (data === null) return;
      const compartment = entry?.compartment ?? 'dialogue';
      const alone = data.erasesAlone[compartment];
      const who = { always: 'alone_now', left: 'alone_later', no: 'second' } as const;
      showPart(form, 'dialogue-hint', compartment === 'dialogue');
      // what it did to the case stands in the signed header, and no word of that goes
      showPart(form, 'effect-hint', entry !== undefined && effectOf(entry.content) !== null);
      write(form, 'who', t(`desk.erasure.${who[alone]}`));
      write(form, 'do', t(alone === 'always' ? 'desk.erasure.do' : 'desk.erasure.propose'));
    },
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const chosen = chooser.take();
    if (chosen === null) return;
    const { entry, ...what } = chosen;
    const input: ErasureInput = {
      compartment: entry.compartment,
      sequence: entry.sequence,
      ...what,
      ground: ground.value as ErasureGround,
      text: part(form, 'text', HTMLTextAreaElement).value.trim(),
    };
    void send(form, async () => {
      const alone = data?.erasesAlone[input.compartment] === 'always';
      const after = await desk.api.proposeErasure(id, input);
      // nothing of the words stays in the form
      form.reset();
      chooser.clear();
      form.closest('details')?.removeAttribute('open');
      changed(after, t(alone ? 'desk.erasure.done' : 'desk.erasure.proposed'));
    });
  });

  return {
    update(now) {
      data = now;
      const found = erasable(now).toReversed();
      chooser.update(found);
      show(form, found.length > 0);
    },
  };
}
