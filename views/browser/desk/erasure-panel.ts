import { COVER_MARK } from '../../../client/casework/parts.js';
import { textsOf } from '../../../client/casework/passages.js';
import type { ErasureProposal } from '../../../client/desk/erasure-proposals.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { block, wireBlocked } from './blocked.js';
import { wireConfirmation } from './confirmation.js';
import { momentText } from './days.js';
import type { Changed, Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, part, show, showPart, write } from './dom.js';
import { erasureForm } from './erasure-form.js';
import { send } from './failures.js';
import { entryName, fieldName } from './part-chooser.js';
import { listText } from './texts.js';

/** The panel of a case where words and files are erased: what waits, and the form that proposes. */
export interface ErasurePanel {
  readonly panel: HTMLElement;
  /** Shows what waits. What is being chosen stays. */
  update(data: HandlerCaseView): void;
}

/** See {@link ErasurePanel}. */
export function erasurePanel(desk: Desk, id: string, changed: Changed): ErasurePanel {
  const panel = copyTemplate('case-erasure');
  const form = erasureForm(desk, id, panel, changed);
  wireBlocked(panel);
  return {
    panel,
    update(data) {
      const { hold, restriction } = data.keeping;
      const kept = hold !== null ? 'held' : 'restricted';
      const isKept = hold !== null || restriction !== null;
      write(panel, 'kept', isKept ? t(`desk.erasure.${kept}`) : '');
      showPart(panel, 'kept', isKept);
      showPart(panel, 'new', !isKept);
      const some = data.entries.some(({ restricted }) => restricted !== undefined);
      showPart(panel, 'restricted', some && !isKept);
      fillList(part(panel, 'proposals'), data.erasures, (proposal) =>
        proposalElement(desk, id, data, proposal, changed),
      );
      show(part(panel, 'proposals'), data.erasures.length > 0);
      form.update(data);
      block(panel, data);
    },
  };
}

function textElements(content: Parameters<typeof textsOf>[0] | null): HTMLElement[] {
  const texts = content === null ? [] : textsOf(content);
  if (texts.length === 0) return [element('p', t('desk.erasure.nothing'), 'soft')];
  return texts.map(({ field, text }) => {
    const paragraph = element('p', texts.length > 1 ? `${fieldName(field)}: ${text}` : text);
    paragraph.dir = 'auto';
    return keepPrivate(paragraph);
  });
}

function proposalElement(
  desk: Desk,
  id: string,
  data: HandlerCaseView,
  proposal: ErasureProposal,
  changed: Changed,
): HTMLElement {
  const item = copyTemplate('erasure-proposal');
  const { compartment, of, mine, fault, at, ground, text } = proposal;
  const entry = data.entries.find(
    (each) => each.compartment === compartment && each.sequence === of,
  );
  const name = entry === undefined ? '' : entryName(entry);
  const person = data.readers.find((reader) => reader.id === proposal.by)?.name ?? proposal.by;
  write(item, 'what', t(mine ? 'desk.erasure.own' : 'desk.erasure.theirs', { by: person, name }));
  write(item, 'when', at === null ? '' : momentText(at));
  const why = ground === null ? '' : t(`desk.erasure.ground.${ground}`);
  keepPrivate(write(item, 'why', `${why} ${text}`.trim()));
  showPart(item, 'fault', fault !== null);
  if (fault !== null) write(item, 'fault', t(`desk.error.erasure_${fault}`));
  part(item, 'now').replaceChildren(...textElements(entry?.content ?? null));
  part(item, 'then').replaceChildren(
    ...(entry?.restricted === undefined ? textElements(proposal.remains) : [COVER_MARK]),
  );
  const content = entry?.content;
  const files = content !== undefined && 'files' in content ? content.files : [];
  const going = files.filter(({ attachment }) => proposal.files.includes(attachment));
  const names = listText(going.map((file) => shownFileName(file.name)));
  keepPrivate(write(item, 'going', t('desk.erasure.going', { names })));
  showPart(item, 'going', going.length > 0);
  const told = [...new Set(data.disclosures.map(({ recipient }) => recipient))];
  keepPrivate(write(item, 'recipients', t('desk.erasure.recipients', { names: listText(told) })));
  showPart(item, 'recipients', told.length > 0);

  const isKept =
    data.keeping.hold !== null ||
    data.keeping.restriction !== null ||
    entry?.restricted !== undefined;
  const mayErase = (!mine || data.erasesAlone[compartment] !== 'no') && fault === null && !isKept;
  showPart(item, 'waits', mine && !mayErase);
  showPart(item, 'erase', mayErase);
  write(item, 'decline', t(mine ? 'desk.erasure.take_back' : 'desk.erasure.decline'));
  wireConfirmation(item, 'erase', async () => {
    changed(
      await desk.api.erase(id, { compartment, sequence: proposal.sequence }, ''),
      t('desk.erasure.done'),
    );
  });
  onClick(item, 'decline', () =>
    send(item, async () => {
      const place = { compartment, sequence: proposal.sequence };
      changed(await desk.api.declineErasure(id, place, ''), t('desk.erasure.declined'));
    }),
  );
  return item;
}
